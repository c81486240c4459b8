import type { DataSource } from 'typeorm';
import { NO_ASSET } from '../../src/analytics/counting/message-counters';
import { COUNTERS } from '../../src/analytics/rollups/rollup-counts';
import type { Grain } from '../../src/analytics/rollups/rollup-grains';
import { newId } from '../../src/database/ids';
import { VersionFigureDays1795910400000 } from '../../src/database/migrations/1795910400000-version-figure-days';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { openMigratedDatabase } from '../migrated-database';

let db: DataSource;
let close: () => Promise<void>;
let tenant: Tenant;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
});
afterAll(async () => {
  await close();
});
beforeEach(async () => {
  tenant = await aTenant(db);
});

const ids = Array.from({ length: 4 }, () => newId());

async function sums(rows: readonly { grain: Grain; at: string; received?: number }[]): Promise<void> {
  await db.query(
    `INSERT INTO message_metrics AS m (account_id, grain, dimension, platform, asset_id, bucket_at, template_name, template_language, label,
                                       message_month, ${COUNTERS.join(', ')})
     SELECT $1, grain, 'account', 'whatsapp', $2, at, '', '', '', '2026-01-01',
            ${COUNTERS.map((name) => (name === 'received' ? name : '0')).join(', ')}
       FROM unnest($3::text[], $4::timestamptz[], $5::int[]) AS t (grain, at, received)
     ON CONFLICT ON CONSTRAINT message_metrics_pkey DO UPDATE SET received = m.received + excluded.received`,
    [
      tenant.accountId,
      NO_ASSET,
      rows.map(({ grain }) => grain),
      rows.map(({ at }) => at),
      rows.map(({ received = 1 }) => received),
    ],
  );
}

/** @param of by the number of the conversation */
async function cases(of: Record<number, { opened: string; closed?: string }>): Promise<void> {
  const rows = Object.values(of);
  await db.query(
    `INSERT INTO conversation_cases (account_id, conversation_id, after_activity_id, platform, asset_id, opened_at, closed_at, seconds)
     SELECT $1, id, $1, 'whatsapp', $2, opened, closed, CASE WHEN closed IS NOT NULL THEN 5 END
       FROM unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[]) AS t (id, opened, closed)
     ON CONFLICT ON CONSTRAINT conversation_cases_pkey
     DO UPDATE SET opened_at = excluded.opened_at, closed_at = excluded.closed_at, seconds = excluded.seconds`,
    [
      tenant.accountId,
      tenant.assetId,
      Object.keys(of).map((number) => ids[Number(number)]),
      rows.map(({ opened }) => opened),
      rows.map(({ closed }) => closed ?? null),
    ],
  );
}

const own = (statement: string): Promise<unknown> => db.query(statement, [tenant.accountId]);

async function versions({ accountId }: Tenant = tenant): Promise<Record<string, number>> {
  const rows: { day: string; version: string }[] = await db.query(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, version FROM figure_days WHERE account_id = $1`,
    [accountId],
  );
  return Object.fromEntries(rows.map(({ day, version }) => [day, Number(version)]));
}

/** Days whose version is another one after something was done. */
async function changedBy(work: () => Promise<unknown>): Promise<string[]> {
  const before = await versions();
  await work();
  const after = await versions();
  expect(Object.keys(after)).toEqual(expect.arrayContaining(Object.keys(before)));
  const changed = Object.keys(after).filter((day) => after[day] !== before[day]);
  for (const day of changed) expect(after[day]).toBeGreaterThan(before[day] ?? 0);
  return changed.sort();
}

describe('sums of messages', () => {
  it('give another version to the days that they come into and change in, by UTC', async () => {
    expect(
      await changedBy(() =>
        sums([
          { grain: 'quarter', at: '2026-03-31T23:45:00Z' },
          { grain: 'hour', at: '2026-04-01T00:00:00Z' },
          { grain: 'day', at: '2026-04-03T02:00:00+02:00' },
          { grain: 'quarter', at: '2026-06-01T01:00:00+02:00' },
        ]),
      ),
    ).toEqual(['2026-03-31', '2026-04-01', '2026-04-03', '2026-05-31']);
    // Into one that is there, and beside it.
    expect(
      await changedBy(() =>
        sums([
          { grain: 'quarter', at: '2026-03-31T23:45:00Z' },
          { grain: 'hour', at: '2026-04-01T01:00:00Z' },
        ]),
      ),
    ).toEqual(['2026-03-31', '2026-04-01']);
    expect(
      await changedBy(() =>
        own(`UPDATE message_metrics SET sent = 3 WHERE account_id = $1 AND bucket_at >= '2026-05-01'`),
      ),
    ).toEqual(['2026-05-31']);
  });

  it('give another version to both days where one is moved, and to the day that one is removed from', async () => {
    await sums([
      { grain: 'quarter', at: '2026-03-31T23:45:00Z' },
      { grain: 'quarter', at: '2026-05-01T00:00:00Z' },
    ]);
    expect(
      await changedBy(() =>
        own(
          `UPDATE message_metrics SET bucket_at = '2026-04-01T00:00:00Z' WHERE account_id = $1 AND bucket_at < '2026-04-01'`,
        ),
      ),
    ).toEqual(['2026-03-31', '2026-04-01']);
    expect(
      await changedBy(() =>
        own(`DELETE FROM message_metrics WHERE account_id = $1 AND bucket_at < '2026-05-01'`),
      ),
    ).toEqual(['2026-04-01']);
  });

  it('give another version to a day in which something happened at another time, though its own sum stays', async () => {
    const day = { grain: 'day', at: '2026-03-10T00:00:00Z' } as const;
    await sums([day, { grain: 'quarter', at: '2026-03-10T08:00:00Z' }]);
    // As counting does: the difference of the day is 0, and it has no row for it.
    expect(
      await changedBy(() =>
        sums([
          { grain: 'quarter', at: '2026-03-10T08:00:00Z', received: -1 },
          { grain: 'quarter', at: '2026-03-10T08:15:00Z', received: 1 },
        ]),
      ),
    ).toEqual(['2026-03-10']);
  });

  it('leave versions alone where they are of months: days and quarters tell which they are of', async () => {
    expect(await changedBy(() => sums([{ grain: 'month', at: '2026-03-01T00:00:00Z' }]))).toEqual([]);
    await sums([{ grain: 'day', at: '2026-03-01T00:00:00Z' }]);
    expect(await changedBy(() => sums([{ grain: 'month', at: '2026-03-01T00:00:00Z' }]))).toEqual([]);
    expect(
      await changedBy(() => own(`DELETE FROM message_metrics WHERE account_id = $1 AND grain = 'month'`)),
    ).toEqual([]);
  });
});

describe('cases', () => {
  it('give another version to the days on which they are opened and closed, and no longer are, by UTC', async () => {
    expect(
      await changedBy(() =>
        cases({
          0: { opened: '2026-03-31T23:59:59Z' },
          1: { opened: '2026-04-02T00:00:00Z', closed: '2026-06-01T01:00:00+02:00' },
        }),
      ),
    ).toEqual(['2026-03-31', '2026-04-02', '2026-05-31']);
    expect(
      await changedBy(() => cases({ 0: { opened: '2026-03-31T23:59:59Z', closed: '2026-04-02T00:00:00Z' } })),
    ).toEqual(['2026-03-31', '2026-04-02']);
    expect(await changedBy(() => cases({ 0: { opened: '2026-03-31T23:59:59Z' } }))).toEqual([
      '2026-03-31',
      '2026-04-02',
    ]);
    expect(await changedBy(() => cases({ 0: { opened: '2026-04-01T00:00:00Z' } }))).toEqual([
      '2026-03-31',
      '2026-04-01',
    ]);
    expect(
      await changedBy(() =>
        own(`DELETE FROM conversation_cases WHERE account_id = $1 AND closed_at IS NOT NULL`),
      ),
    ).toEqual(['2026-04-02', '2026-05-31']);
  });

  it.each([`platform = 'messenger'`, 'asset_id = account_id', `opened_at = opened_at + interval '1 minute'`])(
    'give another version where %s',
    async (change) => {
      await cases({
        0: { opened: '2026-03-10T00:00:00Z', closed: '2026-03-12T00:00:00Z' },
        1: { opened: '2026-03-20T00:00:00Z' },
      });
      expect(
        await changedBy(() =>
          own(`UPDATE conversation_cases SET ${change} WHERE account_id = $1 AND closed_at IS NOT NULL`),
        ),
      ).toEqual(['2026-03-10', '2026-03-12']);
    },
  );

  it('leave versions alone where nothing changes that is counted', async () => {
    await cases({ 0: { opened: '2026-03-10T00:00:00Z', closed: '2026-03-12T00:00:00Z' } });
    expect(
      await changedBy(() =>
        own(
          `UPDATE conversation_cases SET closed_by = 'ada', seconds = 7, conversation_id = after_activity_id WHERE account_id = $1`,
        ),
      ),
    ).toEqual([]);
  });

  it('give another version where of two alike one becomes different', async () => {
    const alike = { opened: '2026-03-10T00:00:00Z' };
    await cases({ 0: alike, 1: alike });
    expect(await changedBy(() => cases({ 0: alike, 1: { opened: '2026-03-20T00:00:00Z' } }))).toEqual([
      '2026-03-10',
      '2026-03-20',
    ]);
  });
});

it('raises the version of a day with each statement, also within a transaction and where the clock was put back', async () => {
  await sums([{ grain: 'quarter', at: '2026-03-10T08:00:00Z' }]);
  const told: number[] = [];
  await db.transaction(async (tx) => {
    for (let time = 0; time < 3; time++) {
      await tx.query('UPDATE message_metrics SET sent = sent + 1 WHERE account_id = $1', [tenant.accountId]);
      const [row]: { version: string }[] = await tx.query(
        'SELECT version FROM figure_days WHERE account_id = $1',
        [tenant.accountId],
      );
      told.push(Number(row?.version));
    }
  });
  expect(told).toEqual([...new Set(told)].sort((one, other) => one - other));
  await own(`UPDATE figure_days SET version = version + 3600000000 WHERE account_id = $1`);
  for (const change of [
    () => sums([{ grain: 'quarter', at: '2026-03-10T09:00:00Z' }]),
    () => own('UPDATE message_metrics SET sent = 9 WHERE account_id = $1'),
    () => own('DELETE FROM message_metrics WHERE account_id = $1'),
    () => cases({ 0: { opened: '2026-03-10T00:00:00Z' } }),
  ])
    expect(await changedBy(change)).toEqual(['2026-03-10']);
});

it('has no version again that was there before, where the latest were lost', async () => {
  const change = (): Promise<void> => sums([{ grain: 'quarter', at: '2026-03-10T08:00:00Z' }]);
  await change();
  const before = await versions();
  for (let time = 0; time < 3; time++) await change();
  const lost = await versions();
  for (const anew of [
    change,
    () => own('UPDATE message_metrics SET sent = 9 WHERE account_id = $1'),
    () => own('DELETE FROM message_metrics WHERE account_id = $1'),
  ]) {
    // As a copy has it that takes over without the latest transactions.
    await db.query('UPDATE figure_days SET version = $2 WHERE account_id = $1', [
      tenant.accountId,
      before['2026-03-10'],
    ]);
    await anew();
    expect((await versions())['2026-03-10']).toBeGreaterThan(lost['2026-03-10'] ?? Infinity);
  }
});

it('leaves nothing behind of an account that is removed with its figures, and others as they are', async () => {
  const other = tenant;
  await sums([{ grain: 'quarter', at: '2026-03-10T08:00:00Z' }]);
  const before = await versions(other);
  tenant = await aTenant(db);
  await sums([
    { grain: 'quarter', at: '2026-03-10T08:00:00Z' },
    { grain: 'day', at: '2026-03-11T00:00:00Z' },
  ]);
  await cases({ 0: { opened: '2026-03-10T00:00:00Z', closed: '2026-03-12T00:00:00Z' } });
  await db.query('DELETE FROM assets WHERE account_id = $1', [tenant.accountId]);
  await db.query('DELETE FROM meta_accounts WHERE id = $1', [tenant.accountId]);
  expect(await versions()).toEqual({});
  expect(await versions(other)).toEqual(before);
});

it('gives a version to what was counted before there were versions', async () => {
  const runner = db.createQueryRunner();
  const migration = new VersionFigureDays1795910400000();
  await migration.down(runner);
  await sums([
    { grain: 'month', at: '2026-03-01T00:00:00Z' },
    { grain: 'day', at: '2026-03-10T00:00:00Z' },
    { grain: 'quarter', at: '2026-03-10T08:00:00Z' },
  ]);
  await cases({ 0: { opened: '2026-03-12T23:00:00Z', closed: '2026-03-20T00:00:00Z' } });
  await migration.up(runner);
  await runner.release();
  expect(Object.keys(await versions()).sort()).toEqual(['2026-03-10', '2026-03-12', '2026-03-20']);
  expect(await changedBy(() => sums([{ grain: 'day', at: '2026-03-10T00:00:00Z' }]))).toEqual(['2026-03-10']);
});
