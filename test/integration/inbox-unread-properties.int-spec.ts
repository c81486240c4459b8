import * as fc from 'fast-check';
import { ConversationReads } from '../../src/conversations/inbox/conversation-reads.service';
import { ConversationsService } from '../../src/conversations/conversations.service';
import type { PersonIdentity } from '../../src/conversations/conversation-types';
import { MessageStore } from '../../src/conversations/messages/message-store.service';
import type { StoredConversation } from '../../src/conversations/stored-conversation';
import type { UserId } from '../../src/database/ids';
import { newId } from '../../src/database/ids';
import { type Tenant, aTenant, anArrivedMessage } from '../factories/conversations.factory';
import { type TestApp, startTestApp } from '../test-app';

/** How many sequences; a failure prints its seed, for `INBOX_PROPERTY_SEED`. */
const RUNS = Number(process.env.INBOX_PROPERTY_RUNS ?? '25');
const SEED = process.env.INBOX_PROPERTY_SEED;
const TIME_LIMIT_MS = 180_000 + RUNS * 5_000;
jest.setTimeout(TIME_LIMIT_MS);

/** Two who read, and one who never does. */
const READERS = [0, 1, 2];

/**
 * Four that turn out to be two people: each hides the number at first and writes under it as well, until a message has both.
 */
const HALVES: PersonIdentity[] = [
  { kind: 'bsuid', value: 'US.0' },
  { kind: 'bsuid', value: 'US.1' },
  { kind: 'wa_id', value: '16505550002' },
  { kind: 'wa_id', value: '16505550003' },
];

type Step =
  | { do: 'arrive' | 'answer' | 'close' | 'snooze'; half: number }
  | { do: 'merge'; pair: number }
  | { do: 'read' | 'unread'; half: number; reader: number }
  | { do: 'readUpTo'; half: number; reader: number; back: number };

/** What an open conversation comes to, as one would count on one's fingers. */
interface Model {
  id: string;
  inbound: string[];
  /** How many each reader has not read. */
  unread: number[];
}

let app: TestApp;
let tenant: Tenant;
let userIds: UserId[];
let clock = 0;

beforeAll(async () => {
  app = await startTestApp({ env: { APP_ROLES: 'api' } });
  userIds = await Promise.all(
    READERS.map(async (reader) => {
      const id = newId<UserId>();
      await app.db.query(`INSERT INTO users (id, email, name, role) VALUES ($1, $2, 'Reader', 'agent')`, [
        id,
        `reader-${reader}@example.com`,
      ]);
      return id;
    }),
  );
});
afterAll(() => app.close());

const half = fc.nat(HALVES.length - 1);
const reader = fc.nat(1);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('arrive' as const), half }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('answer', 'close', 'snooze'), half }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('merge' as const), pair: fc.nat(1) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('read', 'unread'), half, reader }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('readUpTo' as const), half, reader, back: fc.nat(4) }),
    },
  ),
  // Long ones: what a merge may forget was read before in the one that is taken in.
  { minLength: 12, maxLength: 40, size: 'max' },
);

async function store(
  identities: PersonIdentity[],
  direction: 'inbound' | 'outbound',
): Promise<{ conversationId: string; messageId: string }> {
  clock += 1;
  const message = anArrivedMessage(tenant, {
    person: { identities, name: null, profile: {} },
    at: new Date(Date.UTC(2026, 2, 14) + clock * 1_000),
    direction,
    ...(direction === 'outbound' ? { senderType: 'app' as const, status: 'sent' as const } : {}),
  });
  await app.db.transaction((tx) => app.app.get(MessageStore).storeArrived(tx, [message]));
  const [row]: { message_id: string; conversation_id: string }[] = await app.db.query(
    `SELECT k.message_id, m.conversation_id FROM message_keys k
       JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id
      WHERE k.account_id = $1 AND k.external_id = $2`,
    [tenant.accountId, message.externalId],
  );
  return { conversationId: row?.conversation_id ?? '', messageId: row?.message_id ?? '' };
}

const stored = (id: string, user?: UserId): Promise<StoredConversation> =>
  app.app.get(ConversationsService).get([tenant.accountId], id, user ?? null);

/** Does the steps, in the service and on the fingers. */
class Inbox {
  private readonly personOf = HALVES.map((_, index) => index);
  private readonly open = new Map<number, Model>();
  private readonly closed: Model[] = [];

  async do(step: Step): Promise<void> {
    if (step.do === 'merge') {
      await this.merge(step.pair);
      return;
    }
    const identity = HALVES[step.half];
    const person = this.personOf[step.half] ?? 0;
    const model = this.open.get(person);
    if (identity === undefined) return;
    if (step.do === 'arrive') {
      this.count(person, await store([identity], 'inbound'));
      return;
    }
    if (model === undefined) return;
    const reads = app.app.get(ConversationReads);
    switch (step.do) {
      case 'answer':
        await store([identity], 'outbound');
        return;
      case 'close':
        await this.set(model, 'closed');
        this.open.delete(person);
        this.closed.push(model);
        return;
      case 'snooze':
        await this.set(model, 'snoozed');
        return;
      case 'read':
        await reads.read(userIds[step.reader]!, await stored(model.id), null);
        model.unread[step.reader] = 0;
        return;
      case 'unread':
        await reads.unread(userIds[step.reader]!, await stored(model.id));
        model.unread[step.reader] = Math.max(1, model.unread[step.reader] ?? 0);
        return;
      case 'readUpTo': {
        const later = Math.min(step.back, model.inbound.length - 1);
        const messageId = model.inbound.at(-1 - later) ?? '';
        await reads.read(userIds[step.reader]!, await stored(model.id), messageId);
        model.unread[step.reader] = Math.min(model.unread[step.reader] ?? 0, later);
      }
    }
  }

  async check(): Promise<void> {
    for (const model of [...this.open.values(), ...this.closed])
      for (const index of READERS)
        expect({
          id: model.id,
          reader: index,
          unread: (await stored(model.id, userIds[index])).unreadCount,
        }).toEqual({ id: model.id, reader: index, unread: model.unread[index] });
  }

  private async merge(pair: number): Promise<void> {
    const [first, second] = [pair, pair + 2];
    const [a, b] = [this.personOf[first] ?? 0, this.personOf[second] ?? 0];
    const place = await store([HALVES[second]!, HALVES[first]!], 'inbound');
    this.personOf[second] = a;
    if (a !== b) {
      const parts = [this.open.get(a), this.open.get(b)].filter((part) => part !== undefined);
      this.open.delete(b);
      // In the order in which they were written: ids of messages sort by it.
      if (parts.length > 0)
        this.open.set(a, {
          id: place.conversationId,
          inbound: parts.flatMap(({ inbound }) => inbound).sort(),
          unread: READERS.map((index) => parts.reduce((sum, { unread }) => sum + (unread[index] ?? 0), 0)),
        });
    }
    this.count(a, place);
  }

  private count(person: number, place: { conversationId: string; messageId: string }): void {
    const model = this.open.get(person) ?? { id: '', inbound: [], unread: READERS.map(() => 0) };
    model.id = place.conversationId;
    model.inbound.push(place.messageId);
    model.unread = model.unread.map((unread) => unread + 1);
    this.open.set(person, model);
  }

  private async set({ id }: Model, status: string): Promise<void> {
    await app.db.query('UPDATE conversations SET status = $3 WHERE account_id = $1 AND id = $2', [
      tenant.accountId,
      id,
      status,
    ]);
  }
}

it('counts for each user what came since, whatever is read, put aside, closed and merged in between', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      tenant = await aTenant(app.db);
      const inbox = new Inbox();
      for (const step of sequence) {
        await inbox.do(step);
        if (step.do === 'merge') await inbox.check();
      }
      await inbox.check();
    }),
    { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
  );
});
