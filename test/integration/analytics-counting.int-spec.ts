import type { DataSource } from 'typeorm';
import type { ArrivedMessage, ArrivedStatus } from '../../src/conversations/conversation-types';
import { newId } from '../../src/database/ids';
import { ACCOUNT_LOCK } from '../../src/analytics/counting/account-lock';
import {
  type Tenant,
  aSendOrder,
  aTenant,
  anArrivedMessage,
  anArrivedStatus,
} from '../factories/conversations.factory';
import {
  type CountingProcess,
  type FigureMap,
  aCountingProcess,
  aTakenMessage,
  addedUp,
  ofDimension,
  recountedFigures,
  storedFigures,
} from '../factories/message-metrics.factory';
import { type MessageStores, messageStores } from '../factories/message-stores';
import { openMigratedDatabase } from '../migrated-database';

let db: DataSource;
let close: () => Promise<void>;
let stores: MessageStores;
let process: CountingProcess;
let tenant: Tenant;

beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  stores = messageStores(db);
  process = aCountingProcess(db);
});
afterAll(async () => {
  await close();
});
beforeEach(async () => {
  tenant = await aTenant(db);
});

const store = (...messages: ArrivedMessage[]): Promise<void> =>
  db.transaction((tx) => stores.store.storeArrived(tx, messages));
const tell = (...statuses: ArrivedStatus[]): Promise<void> =>
  db.transaction((tx) => stores.store.applyStatuses(tx, statuses));
const at = (time: string): { at: Date } => ({ at: new Date(`2026-03-14T${time}Z`) });
const status = (
  wamid: string,
  name: ArrivedStatus['status'],
  time: string,
  rest: Partial<ArrivedStatus> = {},
): ArrivedStatus => anArrivedStatus(tenant, wamid, name, { ...at(time), ...rest });
const taken = async (changes: Parameters<typeof aTakenMessage>[3] = {}): Promise<string> => {
  const wamid = `wamid.${newId()}`;
  await aTakenMessage(db, tenant, wamid, changes);
  return wamid;
};

/** Figures of the account by time, as `09:15 sent`, after they were found to be those of an independent count. */
async function figures(): Promise<FigureMap> {
  await process.settle();
  const stored = await storedFigures(db, tenant.accountId);
  expect(ofDimension(stored, 'channel')).toEqual(await recountedFigures(db, tenant.accountId));
  expect(addedUp(stored, 'account')).toEqual(addedUp(stored, 'channel'));
  return Object.fromEntries(
    Object.entries(addedUp(stored, 'account')).map(([key, value]) => [
      key.slice(11, 16) + key.slice(24),
      value,
    ]),
  );
}

describe('what is counted', () => {
  it('is when it happened by the platform’s clock, in the quarter of an hour of each', async () => {
    const wamid = await taken();
    expect(await figures()).toEqual({});
    await tell(status(wamid, 'sent', '09:14:59'));
    expect(await figures()).toEqual({ '09:00 sent': 1 });
    await tell(status(wamid, 'delivered', '09:15:00'));
    await tell(status(wamid, 'read', '11:59:59'));
    expect(await figures()).toEqual({
      '09:00 sent': 1,
      '09:00 sent_delivered': 1,
      '09:00 sent_read': 1,
      '09:15 delivered': 1,
      '11:45 read': 1,
    });
  });

  it('is sent and delivered when it was read, whatever else Meta tells of it', async () => {
    await tell(status(await taken(), 'read', '10:00:00'));
    expect(await figures()).toMatchObject({ '10:00 sent': 1, '10:00 delivered': 1, '10:00 read': 1 });
  });

  it('moves to where it belongs when an earlier status comes late, though no event tells of it', async () => {
    const wamid = await taken();
    await tell(status(wamid, 'delivered', '12:00:00'));
    expect(await figures()).toMatchObject({ '12:00 sent': 1 });
    await tell(status(wamid, 'sent', '09:00:00'));
    expect(await figures()).toEqual({ '09:00 sent': 1, '09:00 sent_delivered': 1, '12:00 delivered': 1 });
  });

  it('takes the earlier time when the same status is told with two', async () => {
    const wamid = await taken();
    await tell(status(wamid, 'sent', '12:00:00'));
    expect(await figures()).toEqual({ '12:00 sent': 1 });
    await tell(status(wamid, 'sent', '11:00:00'), status(wamid, 'sent', '13:00:00'));
    expect(await figures()).toEqual({ '11:00 sent': 1 });
  });

  it('counts once what is told twice', async () => {
    const wamid = await taken();
    const received = anArrivedMessage(tenant, at('08:00:00'));
    for (let times = 0; times < 3; times += 1) {
      await tell(status(wamid, 'sent', '09:00:00'), status(wamid, 'sent', '09:00:00'));
      await store(received, received);
      expect(await figures()).toEqual({ '08:00 received': 1, '09:00 sent': 1 });
    }
  });

  it('failed until a delivery proves otherwise', async () => {
    const wamid = await taken();
    await tell(
      status(wamid, 'sent', '09:00:00'),
      status(wamid, 'failed', '09:30:00', { error: undeliverable }),
    );
    expect(await figures()).toEqual({ '09:00 sent': 1, '09:00 sent_failed': 1, '09:30 failed': 1 });
    await tell(status(wamid, 'delivered', '09:45:00'));
    expect(await figures()).toEqual({ '09:00 sent': 1, '09:00 sent_delivered': 1, '09:45 delivered': 1 });
    expect(await labels('error')).toEqual([]);
  });

  it('failed without having been sent when nothing but the failure is known', async () => {
    await tell(status(await taken(), 'failed', '09:30:00', { error: undeliverable }));
    expect(await figures()).toEqual({ '09:30 failed': 1, '09:30 unsent_failed': 1 });
    expect(await labels('error')).toEqual(['131026']);
  });

  it('is not a failure that somebody took the message back before it left', async () => {
    const { ledger } = stores;
    const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant)));
    const error = { code: 'CAMPAIGN_CANCELLED', title: null, message: null, details: null };
    const withdrawn = await db.transaction((tx) => ledger.withdraw(tx, tenant.accountId, [messageId], error));
    expect(withdrawn).toEqual([messageId]);
    expect(await figures()).toEqual({});
  });

  it('has the code of the earliest failure, also when that is told later', async () => {
    const wamid = await taken();
    await tell(status(wamid, 'failed', '09:30:00', { participant: 'b', error: undeliverable }));
    await figures();
    await tell(
      status(wamid, 'failed', '09:20:00', { participant: 'a', error: { ...undeliverable, code: 131049 } }),
    );
    expect(await figures()).toEqual({ '09:15 failed': 1, '09:15 unsent_failed': 1 });
    expect(await labels('error')).toEqual(['131049']);
  });

  it('counts a message to a group once, however many people read it', async () => {
    const wamid = await taken();
    await tell(
      status(wamid, 'sent', '09:00:00'),
      status(wamid, 'read', '10:00:00', { participant: 'b' }),
      status(wamid, 'read', '09:30:00', { participant: 'a' }),
      status(wamid, 'failed', '09:20:00', { participant: 'c', error: undeliverable }),
    );
    expect(await figures()).toMatchObject({ '09:00 sent': 1, '09:30 delivered': 1, '09:30 read': 1 });
  });

  it('leaves out reactions, notices and imported history, and counts what was written on the phone', async () => {
    const sentByApp = { direction: 'outbound', senderType: 'app', senderId: null, status: 'sent' } as const;
    await store(
      anArrivedMessage(tenant, { ...at('08:00:00'), type: 'reaction', content: { emoji: '👍' } }),
      anArrivedMessage(tenant, { ...at('08:00:00'), type: 'system', senderType: 'system' }),
      anArrivedMessage(tenant, { ...at('08:00:00'), live: false, metadata: { imported: true } }),
      anArrivedMessage(tenant, { ...at('08:00:00'), ...sentByApp, type: 'reaction' }),
      anArrivedMessage(tenant, { ...at('09:00:00'), ...sentByApp }),
    );
    expect(await figures()).toEqual({ '09:00 sent': 1 });
  });

  it('counts a message that comes as history and at the moment, too, once', async () => {
    const live = anArrivedMessage(tenant, at('08:00:00'));
    const imported = { ...live, live: false, metadata: { imported: true } };
    await store(imported);
    expect(await figures()).toEqual({});
    await store(live);
    expect(await figures()).toEqual({ '08:00 received': 1 });
    await store(imported, live);
    expect(await figures()).toEqual({ '08:00 received': 1 });
  });

  it('does not change when contacts turn out to be one person, or a message is edited or taken back', async () => {
    const [ana, bsuid] = [
      { kind: 'wa_id', value: '16505551234' } as const,
      { kind: 'bsuid', value: 'US.1' } as const,
    ];
    const person = { name: null, profile: {} };
    const first = anArrivedMessage(tenant, { ...at('08:00:00'), person: { ...person, identities: [ana] } });
    await store(
      first,
      anArrivedMessage(tenant, { ...at('08:20:00'), person: { ...person, identities: [bsuid] } }),
    );
    const before = await figures();
    expect(before).toEqual({ '08:00 received': 1, '08:15 received': 1 });
    await store(
      anArrivedMessage(tenant, { ...at('08:40:00'), person: { ...person, identities: [ana, bsuid] } }),
    );
    const key = { accountId: tenant.accountId, assetId: tenant.assetId, externalId: first.externalId };
    await db.transaction(async (tx) => {
      await stores.store.applyEdits(tx, [{ ...key, text: 'Hi', content: { body: 'Hi' }, ...at('08:50:00') }]);
      await stores.store.applyRevocations(tx, [{ ...key, ...at('08:55:00') }]);
    });
    expect(await figures()).toEqual({ ...before, '08:30 received': 1 });
    expect(
      await db.query('SELECT FROM conversations WHERE account_id = $1', [tenant.accountId]),
    ).toHaveLength(1);
  });

  it('is told apart by template and by price once they are known', async () => {
    const content = { name: 'order_confirmation', language: { code: 'en_US' }, components: [] };
    const wamid = await taken({ type: 'template', content });
    await tell(status(wamid, 'sent', '09:00:00'));
    await figures();
    expect(ofDimension(await storedFigures(db, tenant.accountId), 'price')).toEqual({});
    await tell(
      status(wamid, 'delivered', '09:00:00', {
        details: { pricing: { category: 'utility', billable: true } },
      }),
    );
    await figures();
    expect(await labels('price')).toEqual(['utility']);
    const stored = await storedFigures(db, tenant.accountId);
    expect(Object.keys(ofDimension(stored, 'template'))[0]).toContain('order_confirmation en_US');
    expect(addedUp(stored, 'template')).toEqual(addedUp(stored, 'account'));
    expect(addedUp(stored, 'price')).toEqual(addedUp(stored, 'account'));
  });
});

const undeliverable = { code: 131026, title: 'Message undeliverable', message: null, details: null };

async function labels(dimension: string): Promise<string[]> {
  const rows: { label: string }[] = await db.query(
    `SELECT label FROM message_metrics WHERE account_id = $1 AND dimension = $2
      GROUP BY label HAVING sum(sent + delivered + failed) > 0 ORDER BY label`,
    [tenant.accountId, dimension],
  );
  return rows.map(({ label }) => label);
}

describe('who counts', () => {
  it('waits for nobody who counts at the same account: what they leave is counted later', async () => {
    const wamid = await taken();
    await process.settle();
    const other = db.createQueryRunner();
    await other.startTransaction();
    try {
      await other.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [ACCOUNT_LOCK, tenant.accountId]);
      await tell(status(wamid, 'sent', '09:00:00'));
      await store(anArrivedMessage(tenant, at('08:00:00')));
      await process.settle();
      expect(await storedFigures(db, tenant.accountId)).toEqual({});
    } finally {
      await other.rollbackTransaction();
      await other.release();
    }
    expect(await figures()).toEqual({ '08:00 received': 1, '09:00 sent': 1 });
  });

  it('counts everything once when several do at once', async () => {
    const others = [process, aCountingProcess(db), aCountingProcess(db)];
    const wamids = await Promise.all(Array.from({ length: 12 }, () => taken()));
    await Promise.all([
      ...wamids.map((wamid) => tell(status(wamid, 'sent', '09:00:00'))),
      ...wamids.map((wamid) =>
        tell(status(wamid, 'delivered', '09:00:00'), status(wamid, 'read', '09:20:00')),
      ),
      ...others.flatMap((each) => [each.settle(), each.settle()]),
    ]);
    expect(await figures()).toMatchObject({ '09:00 sent': 12, '09:00 delivered': 12, '09:15 read': 12 });
  });

  it('keeps what it could not finish: a transaction that is rolled back has counted nothing and lost nothing', async () => {
    const wamid = await taken();
    await process.settle();
    await tell(status(wamid, 'sent', '09:00:00'));
    await expect(
      db.transaction(async (tx) => {
        expect(await process.counting.count(tx, [])).toBe(1);
        throw new Error('dies before the commit');
      }),
    ).rejects.toThrow('dies');
    expect(await storedFigures(db, tenant.accountId)).toEqual({});
    expect(await figures()).toEqual({ '09:00 sent': 1 });
  });
});
