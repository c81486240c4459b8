import type { DataSource } from 'typeorm';
import type { SendLane, SendOrder, SendResult } from '../../src/conversations/conversation-types';
import type { SendClaims } from '../../src/conversations/sends/send-claims.service';
import type { SendLedger } from '../../src/conversations/sends/send-ledger.service';
import type { MessageId } from '../../src/database/ids';
import { type Tenant, aSendOrder, aTenant } from '../factories/conversations.factory';
import { accepted, messageStores, settleSend } from '../factories/message-stores';
import { openMigratedDatabase } from '../migrated-database';

let db: DataSource;
let close: () => Promise<void>;
let ledger: SendLedger;
let claims: SendClaims;
let settle: (result: SendResult) => Promise<void>;
let tenant: Tenant;

beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  const stores = messageStores(db);
  ({ ledger, claims } = stores);
  settle = (result) => settleSend(db, stores.settlement, result);
});
afterAll(() => close());
beforeEach(async () => {
  tenant = await aTenant(db);
});

const ALL = { all: 100, campaign: 100 };
const channel = (of = tenant) =>
  ({ platform: 'whatsapp', accountId: of.accountId, assetId: of.assetId }) as const;
const to = (number: number, changes: Partial<SendOrder> = {}): SendOrder =>
  aSendOrder(tenant, {
    person: {
      identities: [{ kind: 'wa_id', value: `1650555${String(number).padStart(4, '0')}` }],
      name: null,
      profile: {},
    },
    ...changes,
  });
const order = async (...orders: SendOrder[]): Promise<MessageId[]> =>
  (await db.transaction((tx) => ledger.orderAll(tx, orders))).map(({ messageId }) => messageId);
const statusOf = async (id: MessageId) => {
  const [row]: { status: string; error: unknown }[] = await db.query(
    'SELECT status, error FROM messages WHERE id = $1',
    [id],
  );
  return row;
};
const told = async (id: MessageId): Promise<string[]> => {
  const rows: { status: string }[] = await db.query(
    `SELECT payload ->> 'status' AS status FROM domain_events
      WHERE kind = 'message.status' AND payload ->> 'messageId' = $1 ORDER BY id`,
    [id],
  );
  return rows.map(({ status }) => status);
};

describe('orders', () => {
  it('are placed many at once as one by one: contacts, conversations, places and events', async () => {
    const ids = await order(to(1), to(2), to(1), to(3));
    expect(new Set(ids).size).toBe(4);
    const messages: { id: string; seq: string }[] = await db.query(
      'SELECT id, seq, status, direction FROM messages WHERE account_id = $1 ORDER BY id',
      [tenant.accountId],
    );
    expect(messages.map(({ id }) => id)).toEqual([...ids].sort());
    expect(messages.map(({ seq }) => seq)).toEqual(['1', '1', '2', '1']);
    const counts: unknown[] = await db.query(
      `SELECT (SELECT count(*)::int FROM contacts WHERE account_id = $1) AS contacts,
              (SELECT count(*)::int FROM conversations WHERE account_id = $1) AS conversations,
              (SELECT count(*)::int FROM message_statuses WHERE account_id = $1) AS statuses,
              (SELECT count(*)::int FROM domain_events WHERE account_id = $1 AND kind = 'message.created') AS events`,
      [tenant.accountId],
    );
    expect(counts).toEqual([{ contacts: 3, conversations: 3, statuses: 4, events: 4 }]);
  });

  it('to a group have no contact, and share the group’s conversation', async () => {
    const group = { person: null, groupId: 'group-1' };
    await order(to(1, group), to(2, group));
    const rows: unknown[] = await db.query(
      'SELECT contact_id, group_id, last_seq FROM conversations WHERE account_id = $1',
      [tenant.accountId],
    );
    expect(rows).toEqual([{ contact_id: null, group_id: 'group-1', last_seq: '2' }]);
  });
});

describe('claims', () => {
  it('give the most urgent lane first, and within one the oldest', async () => {
    const lanes: SendLane[] = ['campaign', 'reply', 'authentication', 'campaign', 'reply'];
    const ids = await order(...lanes.map((lane, index) => to(index, { lane })));
    const given: string[] = [];
    while (given.length < lanes.length) {
      const [send] = await claims.claim(channel(), { all: 1, campaign: 1 });
      given.push(send!.messageId);
    }
    expect(given).toEqual([ids[2], ids[1], ids[4], ids[0], ids[3]]);
  });

  it('keep to the number of campaign messages that are allowed', async () => {
    await order(
      ...Array.from({ length: 6 }, (_, index) => to(index, { lane: index < 4 ? 'campaign' : 'reply' })),
    );
    const first = await claims.claim(channel(), { all: 5, campaign: 1 });
    expect(first.map(({ lane }) => lane).sort()).toEqual(['campaign', 'reply', 'reply']);
    expect(await claims.claim(channel(), { all: 5, campaign: 0 })).toEqual([]);
    expect(await claims.claim(channel(), { all: 0, campaign: 0 })).toEqual([]);
    expect(await claims.claim(channel(), { all: 2, campaign: 5 })).toHaveLength(2);
  });

  it('give the messages to one person one after the other, in their order', async () => {
    const ids = await order(to(1), to(1), to(2), to(1));
    const first = await claims.claim(channel(), ALL);
    expect(first.map(({ messageId }) => messageId)).toEqual([ids[0], ids[2]]);
    expect(await claims.claim(channel(), ALL)).toEqual([]);
    await settle(accepted(first[0]!, 'wamid.1'));
    const second = await claims.claim(channel(), ALL);
    expect(second.map(({ messageId }) => messageId)).toEqual([ids[1]]);
    const error = { code: 130429, title: null, message: 'Too fast', details: null };
    // One that has to wait keeps those behind it waiting.
    const availableAt = new Date(Date.now() + 60_000);
    await settle({ state: 'retry', send: second[0]!, availableAt, isLimit: true, error });
    expect(await claims.claim(channel(), ALL)).toEqual([]);
  });

  it('let a reply pass a campaign’s message to the same person, and not the other way round', async () => {
    const [early, reply, late] = await order(
      to(1, { lane: 'campaign' }),
      to(1, { lane: 'reply' }),
      to(1, { lane: 'campaign' }),
    );
    const both = await claims.claim(channel(), ALL);
    expect(both.map(({ messageId }) => messageId)).toEqual([early, reply]);
    await settle(accepted(both[0]!, 'wamid.early'));
    expect(await claims.claim(channel(), ALL)).toEqual([]);
    await settle(accepted(both[1]!, 'wamid.reply'));
    expect(await claims.claim(channel(), ALL)).toMatchObject([{ messageId: late }]);
  });

  it('let what is scheduled for later keep nothing back, and give it when its time has come', async () => {
    const sendAt = new Date(Date.now() + 3_600_000);
    const [later, now] = await order(to(1, { sendAt }), to(1));
    const first = await claims.claim(channel(), ALL);
    expect(first.map(({ messageId }) => messageId)).toEqual([now]);
    await settle(accepted(first[0]!, 'wamid.now'));
    expect(await claims.claim(channel(), ALL)).toEqual([]);
    await db.query('UPDATE message_sends SET available_at = now() WHERE message_id = $1', [later]);
    expect(await claims.claim(channel(), ALL)).toMatchObject([{ messageId: later }]);
  });

  it('give each message to one of many that ask at once', async () => {
    const ids = await order(...Array.from({ length: 60 }, (_, index) => to(index)));
    const taken = await Promise.all(
      Array.from({ length: 10 }, () => claims.claim(channel(), { all: 10, campaign: 10 })),
    );
    const given = taken.flat().map(({ messageId }) => messageId);
    given.push(...(await claims.claim(channel(), ALL)).map(({ messageId }) => messageId));
    expect([...given].sort()).toEqual([...ids].sort());
  });

  it('are of one channel only', async () => {
    await order(to(1));
    const other = await aTenant(db);
    expect(await claims.claim(channel(other), ALL)).toEqual([]);
    expect(await claims.claim({ ...channel(), platform: 'messenger' }, ALL)).toEqual([]);
    expect(await claims.claim(channel(), ALL)).toHaveLength(1);
  });

  it('count tries, and apart from them how often Meta said that it was too fast', async () => {
    await order(to(1));
    const error = { code: 130429, title: null, message: 'Too fast', details: null };
    const availableAt = new Date(Date.now() - 1);
    const [first] = await claims.claim(channel(), ALL);
    await settle({ state: 'retry', send: first!, availableAt, isLimit: true, error });
    const [second] = await claims.claim(channel(), ALL);
    expect(second).toMatchObject({ attempt: 1, limited: 1 });
    await settle({ state: 'retry', send: second!, availableAt, isLimit: false, error });
    expect(await claims.claim(channel(), ALL)).toMatchObject([{ attempt: 2, limited: 1 }]);
  });

  it('are announced for every channel that has something, with its time', async () => {
    const other = await aTenant(db);
    const sendAt = new Date(Date.now() + 3_600_000);
    await order(to(1, { sendAt }), to(2, { lane: 'campaign' }), aSendOrder(other, { sendAt }));
    const waitingUntil = async (until: Date) =>
      (await claims.findWaiting('whatsapp', until)).filter(({ accountId }) =>
        [tenant.accountId, other.accountId].includes(accountId),
      );
    const [now, ...rest] = await waitingUntil(new Date());
    expect([now?.accountId, rest]).toEqual([tenant.accountId, []]);
    const later = await waitingUntil(sendAt);
    expect(later.map(({ accountId }) => accountId)).toEqual([tenant.accountId, other.accountId]);
    expect(later[1]?.dueAt).toEqual(sendAt);
  });
});

describe('orders that were not begun', () => {
  const error = { code: 'CANCELLED', title: 'Cancelled', message: 'A person cancelled it.', details: null };
  const withdraw = (ids: MessageId[]) =>
    db.transaction((tx) => ledger.withdraw(tx, tenant.accountId, ids, error));

  it('can be held and released', async () => {
    const ids = await order(to(1), to(2));
    const begun = await claims.claim(channel(), { all: 1, campaign: 1 });
    const held = await db.transaction((tx) => ledger.hold(tx, tenant.accountId, ids));
    expect(held).toEqual([ids[1]]);
    expect(begun[0]!.messageId).toBe(ids[0]);
    expect(await claims.claim(channel(), ALL)).toEqual([]);
    expect(await db.transaction((tx) => ledger.release(tx, tenant.accountId, ids))).toEqual(held);
    expect(await claims.claim(channel(), ALL)).toHaveLength(1);
  });

  it('can be taken back, which is told once; those that have left cannot', async () => {
    const ids = await order(to(1), to(2), to(3));
    await claims.claim(channel(), { all: 1, campaign: 1 });
    await db.transaction((tx) => ledger.hold(tx, tenant.accountId, [ids[2]!]));
    expect((await withdraw(ids)).sort()).toEqual([ids[1], ids[2]].sort());
    expect(await withdraw(ids)).toEqual([]);
    expect(await statusOf(ids[0]!)).toMatchObject({ status: 'queued' });
    for (const id of ids.slice(1)) {
      expect(await statusOf(id)).toMatchObject({ status: 'failed', error });
      expect(await told(id)).toEqual(['failed']);
    }
  });

  it('cannot be taken back by another account', async () => {
    const ids = await order(to(1));
    const other = await aTenant(db);
    expect(await db.transaction((tx) => ledger.withdraw(tx, other.accountId, ids, error))).toEqual([]);
    expect(await claims.claim(channel(), ALL)).toHaveLength(1);
  });

  it('are taken back or begun, never both', async () => {
    const ids = await order(...Array.from({ length: 40 }, (_, index) => to(index)));
    const [begun, withdrawn] = await Promise.all([
      Promise.all(Array.from({ length: 4 }, () => claims.claim(channel(), { all: 10, campaign: 10 }))),
      withdraw(ids),
    ]);
    const both = [...begun.flat().map(({ messageId }) => messageId), ...withdrawn];
    expect(new Set(both).size).toBe(both.length);
  });
});

describe('results', () => {
  const error = { code: 131026, title: 'Undeliverable', message: null, details: null };

  it('of many sends are written at once, each as its own', async () => {
    const ids = await order(to(1), to(2), to(3), to(4), to(5));
    const sends = await claims.claim(channel(), ALL);
    const by = new Map(sends.map((send) => [send.messageId, send]));
    const stores = messageStores(db);
    const availableAt = new Date(Date.now() + 60_000);
    const results: SendResult[] = [
      accepted(by.get(ids[0]!)!, 'wamid.many'),
      { state: 'failed', send: by.get(ids[1]!)!, error },
      { state: 'unknown', send: by.get(ids[2]!)!, error },
      { state: 'retry', send: by.get(ids[3]!)!, availableAt, isLimit: false, error },
      { state: 'postponed', send: by.get(ids[4]!)!, availableAt },
    ];
    for (let time = 0; time < 2; time++) await db.transaction((tx) => stores.settlement.settle(tx, results));
    const rows: unknown[] = await db.query(
      `SELECT s.state, m.status, m.external_id, s.attempts FROM message_sends s JOIN messages m ON m.id = s.message_id
        WHERE s.account_id = $1 ORDER BY s.message_id`,
      [tenant.accountId],
    );
    expect(rows).toEqual([
      { state: 'accepted', status: 'accepted', external_id: 'wamid.many', attempts: 1 },
      { state: 'failed', status: 'failed', external_id: null, attempts: 1 },
      { state: 'unknown', status: 'unknown', external_id: null, attempts: 1 },
      { state: 'queued', status: 'queued', external_id: null, attempts: 1 },
      { state: 'queued', status: 'queued', external_id: null, attempts: 0 },
    ]);
    expect(await told(ids[0]!)).toEqual(['accepted']);
    expect(await told(ids[1]!)).toEqual(['failed']);
    expect(await told(ids[2]!)).toEqual(['unknown']);
    expect(await told(ids[3]!)).toEqual([]);
  });
});
