import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import type { ArrivedMessage } from '../../src/conversations/conversation-types';
import { MessageWatermarks, type Watermark } from '../../src/conversations/messages/message-watermarks';
import { newId } from '../../src/database/ids';
import { type Tenant, aTenant, anArrivedMessage } from '../factories/conversations.factory';
import { messageStores } from '../factories/message-stores';
import { openMigratedDatabase } from '../migrated-database';

const BEGINNING = Date.parse('2026-03-14T09:00:00Z');
const at = (second: number): Date => new Date(BEGINNING + second * 1_000);

interface Mark {
  person: number;
  status: 'delivered' | 'read';
  watermark: number;
  at: number;
}
interface Sent {
  person: number;
  second: number;
}
type Step = { sent: number } | { mark: number };

const PEOPLE = ['7001', '7002'];
const second = fc.nat(12);
const person = fc.nat(PEOPLE.length - 1);
const marks = fc.array(
  fc.record({
    person,
    status: fc.constantFrom('delivered' as const, 'read' as const),
    watermark: second,
    at: second,
  }),
  { maxLength: 7 },
);
const sents = fc.array(fc.record({ person, second }), { minLength: 1, maxLength: 6 });

describe('watermarks', () => {
  let db: DataSource;
  let close: () => Promise<void>;
  let watermarks: MessageWatermarks;
  let tenant: Tenant;
  beforeAll(async () => {
    ({ db, close } = await openMigratedDatabase());
    const { store, settlement } = messageStores(db);
    watermarks = new MessageWatermarks(store, settlement);
  });
  afterAll(() => close());
  beforeEach(async () => {
    tenant = await aTenant(db);
  });

  const messageOf = ({ person: who, second: sentAt }: Sent, index: number): ArrivedMessage =>
    anArrivedMessage(tenant, {
      platform: 'messenger',
      externalId: `m${index}`,
      person: { identities: [{ kind: 'psid', value: PEOPLE[who] ?? '' }], name: null, profile: {} },
      direction: 'outbound',
      senderType: 'app',
      status: 'sent',
      at: at(sentAt),
    });
  const watermarkOf = (mark: Mark): Watermark => ({
    accountId: tenant.accountId,
    assetId: tenant.assetId,
    person: { kind: 'psid', value: PEOPLE[mark.person] ?? '' },
    status: mark.status,
    watermark: at(mark.watermark),
    at: at(mark.at),
  });
  /** One delivery: what it holds of each is written in one transaction, as the handlers do. */
  const take = async (
    steps: readonly Step[],
    sent: readonly Sent[],
    told: readonly Mark[],
  ): Promise<void> => {
    const messages = steps.flatMap((step) => ('sent' in step ? messageOf(sent[step.sent]!, step.sent) : []));
    const news = steps.flatMap((step) => ('mark' in step ? watermarkOf(told[step.mark]!) : []));
    await db.transaction(async (tx) => {
      await messageStores(db).store.storeArrived(tx, messages);
      await watermarks.applyTo(tx, messages);
      await watermarks.record(tx, news);
    });
  };
  const found = async (): Promise<Record<string, Record<string, number>>> => {
    const rows: { external_id: string; message_status: string; status: string | null; at: Date | null }[] =
      await db.query(
        `SELECT m.external_id, m.status AS message_status, s.status, s.at FROM messages m
           LEFT JOIN message_statuses s ON s.account_id = m.account_id AND s.message_id = m.id
          WHERE m.account_id = $1`,
        [tenant.accountId],
      );
    const result: Record<string, Record<string, number>> = {};
    for (const row of rows) {
      const message = (result[`${row.external_id} ${row.message_status}`] ??= {});
      if (row.status !== null && row.at !== null)
        message[row.status] = (row.at.getTime() - BEGINNING) / 1_000;
    }
    return result;
  };
  /** What anybody would say who has heard everything. */
  const expected = (sent: readonly Sent[], told: readonly Mark[]): Record<string, Record<string, number>> =>
    Object.fromEntries(
      sent.map((message, index) => {
        const times: Record<string, number> = {};
        for (const mark of told)
          if (mark.person === message.person && mark.watermark >= message.second)
            times[mark.status] = Math.min(times[mark.status] ?? Infinity, mark.at);
        const status = 'read' in times ? 'read' : 'delivered' in times ? 'delivered' : 'sent';
        return [`m${index} ${status}`, times];
      }),
    );

  it('cover a message also when two that occurred at once come together', async () => {
    const sent = [{ person: 0, second: 0 }];
    const told: Mark[] = [0, 1].map((watermark) => ({ person: 0, status: 'read', watermark, at: 11 }));
    await take([{ sent: 0 }, { mark: 0 }, { mark: 1 }], sent, told);
    expect(await found()).toEqual({ 'm0 read': { read: 11 } });
  });

  it('lead to the same statuses and times in every order, repeated and batched in every way', async () => {
    await fc.assert(
      fc.asyncProperty(
        sents,
        marks,
        fc.infiniteStream(fc.nat()),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
        async (sent, told, numbers, sizes) => {
          tenant = await aTenant(db);
          const once: Step[] = [
            ...sent.map((_, index) => ({ sent: index })),
            ...told.map((_, index) => ({ mark: index })),
          ];
          const steps = [...once, ...once.filter(() => numbers.next().value! % 3 === 0)]
            .map((step) => ({ step, place: numbers.next().value! }))
            .sort((a, b) => a.place - b.place)
            .map(({ step }) => step);
          for (let from = 0, turn = 0; from < steps.length; turn++) {
            const size = sizes[turn % sizes.length]!;
            await take(steps.slice(from, from + size), sent, told);
            from += size;
          }
          expect(await found()).toEqual(expected(sent, told));
        },
      ),
      { numRuns: Number(process.env.WATERMARK_PROPERTY_RUNS ?? '60') },
    );
  });

  it('written at the same moment as their messages, in transactions that do not see each other, are made up for', async () => {
    const sent: Sent[] = [1, 2, 3].map((value) => ({ person: 0, second: value }));
    const told: Mark[] = [
      { person: 0, status: 'delivered', watermark: 2, at: 4 },
      { person: 0, status: 'read', watermark: 3, at: 6 },
    ];
    await db.query('UPDATE message_watermarks SET is_checked = true');
    const runner = db.createQueryRunner();
    await runner.startTransaction();
    const messages = sent.map(messageOf);
    await messageStores(db).store.storeArrived(runner.manager, messages);
    await watermarks.applyTo(runner.manager, messages);
    await take([{ mark: 0 }, { mark: 1 }], sent, told);
    await runner.commitTransaction();
    await runner.release();
    expect(await found()).toEqual({ 'm0 sent': {}, 'm1 sent': {}, 'm2 sent': {} });
    const looked = await db.transaction((tx) =>
      watermarks.applyOverlooked(tx, new Date(Date.now() + 60_000), 100),
    );
    expect(looked).toBe(2);
    expect(await found()).toEqual(expected(sent, told));
  });

  it('of long ago are forgotten, but for the latest, when a new one comes', async () => {
    for (const watermark of [1, 2, 3])
      await take([{ mark: 0 }], [], [{ person: 0, status: 'read', watermark, at: watermark }]);
    await db.query(`UPDATE message_watermarks SET created_at = now() - interval '40 days'`);
    await take([{ mark: 0 }], [], [{ person: 0, status: 'read', watermark: 4, at: 4 }]);
    const left: unknown[] = await db.query('SELECT watermark FROM message_watermarks WHERE account_id = $1', [
      tenant.accountId,
    ]);
    expect(left).toEqual([{ watermark: at(4) }]);
    await take([{ sent: 0 }], [{ person: 0, second: 1 }], []);
    expect(Object.keys(await found())).toEqual(['m0 read']);
  });

  it('of one account touch no message of another, of one Page none of another', async () => {
    const sent: Sent[] = [{ person: 0, second: 1 }];
    await take([{ sent: 0 }], sent, []);
    const before = await found();
    const mine = tenant;
    tenant = await aTenant(db);
    await take([{ sent: 0 }, { mark: 0 }], sent, [{ person: 0, status: 'read', watermark: 9, at: 9 }]);
    expect(Object.keys(await found())).toEqual(['m0 read']);
    tenant = mine;
    const otherPage = newId();
    await db.query(`INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, 'page', $3)`, [
      tenant.accountId,
      otherPage,
      `page ${otherPage}`,
    ]);
    tenant = { ...mine, assetId: otherPage as Tenant['assetId'] };
    await take([{ mark: 0 }], sent, [{ person: 0, status: 'read', watermark: 9, at: 9 }]);
    tenant = mine;
    expect(await found()).toEqual(before);
  });
});
