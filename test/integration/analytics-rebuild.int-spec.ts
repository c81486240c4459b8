import type { DataSource } from 'typeorm';
import { ACCOUNT_LOCK } from '../../src/analytics/counting/account-lock';
import { CaseCounting } from '../../src/analytics/counting/case-counting.service';
import { MetricsRebuild } from '../../src/analytics/counting/metrics-rebuild.service';
import { rebuildMetrics, rebuildRangeOf } from '../../src/analytics/counting/rebuild-metrics.command';
import { PartitionRetention } from '../../src/database/partition-retention';
import { startOfMonth } from '../../src/database/month-partitions';
import { type Tenant, aTenant, anArrivedMessage, anArrivedStatus } from '../factories/conversations.factory';
import {
  type CountingProcess,
  aCountingProcess,
  aTakenMessage,
  storedFigures,
} from '../factories/message-metrics.factory';
import { messageStores } from '../factories/message-stores';
import { fillMonth } from '../factories/old-month.factory';
import { openMigratedDatabase } from '../migrated-database';
import { PACE, RULES } from '../retention-database';
import { testEnvironment } from '../test-app';

let db: DataSource;
let close: () => Promise<void>;
let url: string;
let counter: CountingProcess;
let rebuild: MetricsRebuild;
let tenant: Tenant;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  url = String((db.options as { url?: unknown }).url);
  counter = aCountingProcess(db);
  rebuild = new MetricsRebuild(db, new CaseCounting());
});
afterAll(async () => {
  await close();
});
beforeEach(async () => {
  tenant = await aTenant(db);
});

/** A customer's message, one of ours that was read, and one that failed. */
async function someTraffic(): Promise<void> {
  const { store } = messageStores(db);
  await db.transaction((tx) => store.storeArrived(tx, [anArrivedMessage(tenant)]));
  const [read, failed] = [`wamid.${tenant.accountId}.1`, `wamid.${tenant.accountId}.2`];
  for (const wamid of [read, failed]) await aTakenMessage(db, tenant, wamid);
  const error = { code: 131026, title: null, message: null, details: null };
  await db.transaction((tx) =>
    store.applyStatuses(tx, [
      anArrivedStatus(tenant, read, 'sent'),
      anArrivedStatus(tenant, read, 'read', { at: new Date('2026-03-14T11:00:00Z') }),
      anArrivedStatus(tenant, failed, 'failed', { error }),
    ]),
  );
  await counter.settle();
}

const figures = (): ReturnType<typeof storedFigures> => storedFigures(db, tenant.accountId);
const corrected = async (): Promise<number> => {
  const months = await rebuild.run({ accountId: tenant.accountId });
  return months.reduce((sum, month) => sum + month.corrected, 0);
};

describe('a rebuild', () => {
  it('finds nothing to correct in figures that were counted as it went', async () => {
    await someTraffic();
    const before = await figures();
    expect(Object.keys(before).length).toBeGreaterThan(10);
    expect(await corrected()).toBe(0);
    expect(await figures()).toEqual(before);
  });

  it('puts right what is wrong, missing or too much, and says how much it was', async () => {
    await someTraffic();
    const before = await figures();
    await db.query(
      `UPDATE message_metrics SET sent = sent + 7 WHERE account_id = $1 AND dimension = 'account' AND sent > 0`,
      [tenant.accountId],
    );
    await db.query(`DELETE FROM message_metrics WHERE account_id = $1 AND dimension = 'error'`, [
      tenant.accountId,
    ]);
    await db.query(
      `INSERT INTO message_metrics (account_id, grain, dimension, platform, asset_id, bucket_at, template_name,
         template_language, label, message_month, received, sent, delivered, read, failed, sent_delivered, sent_read, sent_failed,
         unsent_failed)
       SELECT account_id, grain, dimension, platform, asset_id, bucket_at + interval '1 day', template_name,
         template_language, label, message_month, received, sent, delivered, read, failed, sent_delivered, sent_read, sent_failed,
         unsent_failed FROM message_metrics WHERE account_id = $1 AND dimension = 'channel' AND received > 0`,
      [tenant.accountId],
    );
    expect(await figures()).not.toEqual(before);
    expect(await corrected()).toBe(16);
    expect(await figures()).toEqual(before);
    expect(await corrected()).toBe(0);
  });

  it('counts what has never been counted, and what is told of it afterwards changes nothing', async () => {
    const { store } = messageStores(db);
    await db.transaction((tx) => store.storeArrived(tx, [anArrivedMessage(tenant)]));
    expect(await figures()).toEqual({});
    expect(await corrected()).toBe(8);
    const counted = await figures();
    await counter.settle();
    expect(await figures()).toEqual(counted);
  });

  it('waits for whoever counts at the account, and leaves other accounts alone', async () => {
    await someTraffic();
    const other = await aTenant(db);
    await db.query('UPDATE message_metrics SET received = 5 WHERE account_id = $1 AND received > 0', [
      tenant.accountId,
    ]);
    const holder = db.createQueryRunner();
    await holder.startTransaction();
    await holder.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [ACCOUNT_LOCK, tenant.accountId]);
    let isDone = false;
    const waiting = corrected().then((count) => {
      isDone = true;
      return count;
    });
    expect(await new MetricsRebuild(db, new CaseCounting()).run({ accountId: other.accountId })).not.toEqual(
      [],
    );
    expect(isDone).toBe(false);
    await holder.commitTransaction();
    await holder.release();
    expect(await waiting).toBe(8);
  });

  it('leaves the figures of months whose messages are gone', async () => {
    const month = startOfMonth(new Date(), -30);
    await fillMonth(db, tenant, month);
    await db.query('UPDATE webhook_deliveries SET state = $1', ['processed']);
    expect(await corrected()).toBeGreaterThan(0);
    const before = await figures();
    const result = await new PartitionRetention(db).run(RULES, { now: new Date(), pace: PACE });
    expect(result?.removed.some((name) => name.startsWith('messages'))).toBe(true);
    expect(
      await db.query('SELECT FROM message_metric_facts WHERE account_id = $1', [tenant.accountId]),
    ).toEqual([]);
    expect(await corrected()).toBe(0);
    expect(await figures()).toEqual(before);
  });
});

describe('npm run analytics:rebuild', () => {
  it('tells of each month what it did', async () => {
    await someTraffic();
    await db.query('UPDATE message_metrics SET received = 5 WHERE account_id = $1 AND received > 0', [
      tenant.accountId,
    ]);
    const said: string[] = [];
    const month = new Date().toISOString().slice(0, 7);
    const args = ['--from', `${month}-01`, '--until', `${month}-01`, '--account', tenant.accountId];
    const env = { ...testEnvironment(url, 3_000), REDIS_URL: 'redis://127.0.0.1:9' };
    expect(await rebuildMetrics(env, args, (line) => said.push(line))).toBe(0);
    expect(said).toEqual([
      `${month}: 3 messages counted, 8 figures corrected`,
      `Cases of conversations: 0 corrected`,
      `Comments by post: 0 corrected`,
    ]);
  });

  it('refuses what it does not understand, and says how it is called', () => {
    expect(rebuildRangeOf([])).toEqual({ from: undefined, until: undefined, accountId: undefined });
    for (const args of [
      ['--from', 'yesterday'],
      ['--until', '2026-02-30'],
      ['--from', '2026-03-02', '--until', '2026-03-01'],
      ['--account', '1'],
      ['--since', '2026-01-01'],
    ])
      expect(() => rebuildRangeOf(args)).toThrow('Usage: npm run analytics:rebuild');
  });
});
