import type { DataSource } from 'typeorm';
import { CaseCounting } from '../../src/analytics/counting/case-counting.service';
import { MetricsRebuild } from '../../src/analytics/counting/metrics-rebuild.service';
import type { RollupReader } from '../../src/analytics/rollups/rollup-reader';
import { analyticsRange } from '../../src/analytics/scope/analytics-range';
import { CONVERSATION_PLATFORMS } from '../../src/conversations/conversation-types';
import { type Tenant, aTenant, anArrivedMessage, anArrivedStatus } from '../factories/conversations.factory';
import { type CountingProcess, aCountingProcess } from '../factories/message-metrics.factory';
import { type MessageStores, messageStores } from '../factories/message-stores';
import { rollupReader } from '../factories/rollup-reader';
import { openMigratedDatabase } from '../migrated-database';

let db: DataSource;
let close: () => Promise<void>;
/** Of a process that is asked again and again. */
let asked: RollupReader;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  asked = rollupReader(db);
});
afterAll(async () => {
  await close();
});

describe('asked again after another process', () => {
  const MARCH = Date.parse('2026-03-10T10:00:00Z');
  const at = (minutes: number): Date => new Date(MARCH + minutes * 60_000);
  const { bounds, from, until } = analyticsRange(
    { startDate: '2026-02-01', endDate: '2026-04-30', granularity: 'day', timeZone: 'America/New_York' },
    new Date('2026-07-01T00:00:00Z'),
  );
  let tenant: Tenant;
  let stores: MessageStores;
  let counter: CountingProcess;

  beforeEach(async () => {
    tenant = await aTenant(db);
    stores = messageStores(db);
    counter = aCountingProcess(db);
    await arrives('first', { at: at(0) });
    await arrives('echo', {
      at: at(5),
      direction: 'outbound',
      senderType: 'app',
      senderId: null,
      status: 'sent',
    });
  });

  async function arrives(externalId: string, changes: Parameters<typeof anArrivedMessage>[1]): Promise<void> {
    await db.transaction((tx) =>
      stores.store.storeArrived(tx, [
        anArrivedMessage(tenant, { externalId: `wamid.${tenant.accountId}.${externalId}`, ...changes }),
      ]),
    );
    await counter.settle();
  }
  async function answers(reader: RollupReader): Promise<unknown[]> {
    const scope = { accountId: tenant.accountId, platforms: CONVERSATION_PLATFORMS, from, until };
    return Promise.all([
      reader.series({ ...scope, assetIds: null }, 'account', bounds),
      reader.series({ ...scope, assetIds: [tenant.assetId] }, 'channel', bounds, 'asset'),
      reader.totalsBy({ ...scope, assetIds: null }, 'channel', 'asset'),
      reader.total({ ...scope, assetIds: null }, 'account'),
    ]);
  }

  /** Asked before, and then by the same process as by one that knows nothing. */
  async function isSeen(work: () => Promise<unknown>): Promise<void> {
    const before = await answers(asked);
    await work();
    const after = await answers(asked);
    expect(after).not.toEqual(before);
    expect(after).toEqual(await answers(rollupReader(db)));
  }

  it('has counted a message of another day', async () => {
    await isSeen(() => arrives('second', { at: at(20_000) }));
  });

  it('has counted that a message of an old day was delivered', async () => {
    await isSeen(async () => {
      await db.transaction((tx) =>
        stores.store.applyStatuses(tx, [
          anArrivedStatus(tenant, `wamid.${tenant.accountId}.echo`, 'delivered', { at: at(30_000) }),
        ]),
      );
      await counter.settle();
    });
  });

  it('has counted a message at another hour of the same day of UTC, which is of another day elsewhere', async () => {
    // Before and after it nobody has asked yet: no other figure of the day changes, and no case.
    const sent = { direction: 'outbound', senderType: 'app', senderId: null, status: 'sent' } as const;
    await arrives('second', { at: at(-7 * 60), ...sent });
    await isSeen(async () => {
      await db.query(`UPDATE messages SET "timestamp" = $2 WHERE account_id = $1 AND "timestamp" = $3`, [
        tenant.accountId,
        at(-5 * 60),
        at(-7 * 60),
      ]);
      await db.query(
        `INSERT INTO message_metric_changes (account_id, message_ids)
         SELECT account_id, array_agg(id) FROM messages WHERE account_id = $1 GROUP BY account_id`,
        [tenant.accountId],
      );
      await counter.settle();
    });
  });

  it('has counted everything anew and put something right', async () => {
    await db.query('UPDATE message_metrics SET received = received + 7 WHERE account_id = $1', [
      tenant.accountId,
    ]);
    await isSeen(() => new MetricsRebuild(db, new CaseCounting()).run({ accountId: tenant.accountId }));
  });

  it('has counted anew what was lost', async () => {
    await db.query('DELETE FROM message_metrics WHERE account_id = $1', [tenant.accountId]);
    await isSeen(() => new MetricsRebuild(db, new CaseCounting()).run({ accountId: tenant.accountId }));
  });

  it('has removed sums', async () => {
    await isSeen(() => db.query('DELETE FROM message_metrics WHERE account_id = $1', [tenant.accountId]));
  });

  it('has changed nothing, it reads versions only, once for all that is asked at once', async () => {
    await answers(asked);
    const query = jest.spyOn(db, 'query');
    try {
      await answers(asked);
      expect(query.mock.calls.map(([sql]) => /FROM (\w+)/.exec(sql)?.[1])).toEqual(['figure_days']);
    } finally {
      query.mockRestore();
    }
  });
});
