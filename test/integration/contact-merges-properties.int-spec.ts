import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { ContactMerges } from '../../src/conversations/contacts/contact-merges.service';
import { ContactTies } from '../../src/conversations/contacts/contact-ties';
import { DisjointSets } from '../../src/conversations/contacts/disjoint-sets';
import type { ContactId, UserId } from '../../src/database/ids';
import { repeatLostRaces } from '../../src/database/lost-race';
import { Outbox } from '../../src/domain-events/outbox';
import { type Tenant, aTenant, anArrivedMessage } from '../factories/conversations.factory';
import { messageStores } from '../factories/message-stores';
import { openMigratedDatabase } from '../migrated-database';

jest.setTimeout(180_000);

const PEOPLE = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'];
type Step =
  | { do: 'write'; who: number }
  | { do: 'prove'; who: number; also: number }
  | { do: 'merge'; who: number; also: number }
  | { do: 'undo'; which: number };

const person = fc.nat({ max: PEOPLE.length - 1 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const), who: person }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('prove' as const), who: person, also: person }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('merge' as const), who: person, also: person }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('undo' as const), which: fc.nat({ max: 9 }) }) },
  ),
  { minLength: 4, maxLength: 16 },
);

interface Decision {
  ends: [string, string];
  state: 'merged' | 'undone' | 'proven';
}

/** What is true of people, told without contacts: what was proven, and what was decided and holds. */
class Model {
  readonly decisions: Decision[] = [];
  messages = 0;
  private readonly proofs: [string, string][] = [];

  persons(upTo = this.decisions.length): DisjointSets {
    const sets = new DisjointSets();
    for (const each of PEOPLE) sets.add(each);
    for (const [a, b] of this.proofs) sets.unite(a, b);
    for (const { ends, state } of this.decisions.slice(0, upTo)) if (state === 'merged') sets.unite(...ends);
    return sets;
  }

  prove(a: string, b: string): void {
    this.proofs.push([a, b]);
    this.decisions.forEach((decision, index) => {
      const before = this.persons(index);
      if (decision.state === 'merged' && before.rootOf(decision.ends[0]) === before.rootOf(decision.ends[1]))
        decision.state = 'proven';
    });
  }

  decide(a: string, b: string): void {
    const persons = this.persons();
    if (persons.rootOf(a) !== persons.rootOf(b)) this.decisions.push({ ends: [a, b], state: 'merged' });
  }
}

class World {
  readonly model = new Model();
  private readonly stores = messageStores(this.db);
  private readonly merges = new ContactMerges(this.db, new ContactTies(), new Outbox());

  constructor(
    private readonly db: DataSource,
    private readonly tenant: Tenant,
  ) {}

  write(...people: string[]): Promise<void> {
    this.model.messages += 1;
    const identities = people.map((value) => ({ kind: 'wa_id' as const, value }));
    const message = anArrivedMessage(this.tenant, { person: { identities, name: null, profile: {} } });
    return repeatLostRaces(() => this.db.transaction((tx) => this.stores.store.storeArrived(tx, [message])));
  }

  async step(step: Step): Promise<void> {
    if (step.do === 'undo') {
      const decision = this.model.decisions[step.which];
      const [a] = decision?.ends ?? [];
      if (decision === undefined || a === undefined) return;
      const id = (await this.ids())[step.which] ?? '';
      const undoing = this.undo(a, id);
      if (decision.state === 'proven') {
        await expect(undoing).rejects.toMatchObject({ code: 'CONFLICT' });
        return;
      }
      await undoing;
      decision.state = 'undone';
      return;
    }
    const who = PEOPLE[step.who] ?? '';
    if (step.do === 'write') return this.write(who);
    const also = PEOPLE[step.also] ?? '';
    if (who === also) return;
    if (step.do === 'prove') {
      await this.write(who, also);
      this.model.prove(who, also);
      return;
    }
    await this.merges.merge(
      [this.tenant.accountId],
      await this.contactOf(who),
      [await this.contactOf(also)],
      this.tenant.userId as UserId,
    );
    this.model.decide(who, also);
  }

  async check(): Promise<void> {
    const { accountId } = this.tenant;
    const identities: { value: string; contact_id: string; head: string }[] = await this.db.query(
      `SELECT i.value, i.contact_id, coalesce(c.person_id, c.id) AS head FROM contact_identities i
         JOIN contacts c ON c.account_id = i.account_id AND c.id = i.contact_id WHERE i.account_id = $1`,
      [accountId],
    );
    const persons = this.model.persons();
    for (const a of identities)
      for (const b of identities)
        expect([a.value, b.value, a.head === b.head]).toEqual([
          a.value,
          b.value,
          persons.rootOf(a.value) === persons.rootOf(b.value),
        ]);
    const stored: { ended_how: string | null }[] = await this.db.query(
      'SELECT ended_how FROM contact_merges WHERE account_id = $1 ORDER BY id',
      [accountId],
    );
    expect(stored.map((row) => row.ended_how ?? 'merged')).toEqual(
      this.model.decisions.map(({ state }) => state),
    );
    await this.checkMessages();
  }

  async checkMessages(): Promise<void> {
    const messages: { contact_id: string; of: string; seq: string }[] = await this.db.query(
      `SELECT m.contact_id, v.contact_id AS of, m.seq FROM messages m
         JOIN conversations v ON v.account_id = m.account_id AND v.id = m.conversation_id WHERE m.account_id = $1`,
      [this.tenant.accountId],
    );
    expect(messages).toHaveLength(this.model.messages);
    for (const message of messages) expect(message.contact_id).toBe(message.of);
    // One conversation for each contact, whoever it is shown as, numbered without a gap.
    for (const id of new Set(messages.map((message) => message.contact_id))) {
      const own = messages.filter((message) => message.contact_id === id);
      expect(own.map(({ seq }) => Number(seq)).sort((a, b) => a - b)).toEqual(
        own.map((_, index) => index + 1),
      );
    }
  }

  async contactOf(value: string): Promise<ContactId> {
    const rows: { contact_id: ContactId }[] = await this.db.query(
      'SELECT contact_id FROM contact_identities WHERE account_id = $1 AND value = $2',
      [this.tenant.accountId, value],
    );
    if (rows[0] === undefined) throw new Error(`${value} is nobody.`);
    return rows[0].contact_id;
  }

  async undo(who: string, mergeId: string): Promise<void> {
    const { accountId, userId } = this.tenant;
    await this.merges.undo([accountId], await this.contactOf(who), mergeId, userId as UserId);
  }

  /** The contacts that stand for people. */
  async heads(): Promise<Set<string>> {
    const rows: { id: string }[] = await this.db.query(
      'SELECT id FROM contacts WHERE account_id = $1 AND person_id IS NULL',
      [this.tenant.accountId],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async ids(): Promise<string[]> {
    const rows: { id: string }[] = await this.db.query(
      'SELECT id FROM contact_merges WHERE account_id = $1 ORDER BY id',
      [this.tenant.accountId],
    );
    return rows.map(({ id }) => id);
  }
}

describe('merging by hand, undoing it, and messages that come or prove something meanwhile', () => {
  let db: DataSource;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ db, close } = await openMigratedDatabase());
  });
  afterAll(() => close());

  const aWorld = async (): Promise<World> => {
    const world = new World(db, await aTenant(db));
    for (const who of PEOPLE) await world.write(who);
    return world;
  };

  it('come to what was proven and what is still decided, and lose, double and mix up no message', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const world = await aWorld();
        for (const step of sequence) {
          await world.step(step);
          await world.check();
        }
      }),
      { numRuns: 25 },
    );
  });

  it('may happen all at once', async () => {
    const world = await aWorld();
    const all = PEOPLE.map((_, who) => who);
    await Promise.all([
      ...all.map((who) => world.step({ do: 'write', who })),
      ...all.slice(1).map((also) => world.step({ do: 'merge', who: 0, also })),
      ...all.map((who) => world.step({ do: 'write', who })),
    ]);
    await world.checkMessages();
    expect((await world.heads()).size).toBe(1);
    await Promise.all([
      world.write('p1', 'p2'),
      // What is proven at the same moment can be undone before, or not any more.
      ...(await world.ids()).map((id) => world.undo('p0', id).catch(() => undefined)),
      world.write('p5'),
    ]);
    await world.checkMessages();
    // All are apart now but those of whom it was proven.
    expect((await world.heads()).size).toBe(PEOPLE.length - 1);
  });
});
