import type { DataSource } from 'typeorm';
import { newId } from '../../src/database/ids';
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

async function answers(rows: readonly { id: number; at: string | null; seconds?: number }[]): Promise<void> {
  await db.query(
    `INSERT INTO message_metric_facts (account_id, message_id, message_month, platform, asset_id, template_name, template_language,
                                       error_code, answered_at, answer_seconds)
     SELECT $1, id, '2026-01-01', 'whatsapp', $2, '', '', '', at, CASE WHEN at IS NOT NULL THEN seconds END
       FROM unnest($3::uuid[], $4::timestamptz[], $5::int[]) AS t (id, at, seconds)
     ON CONFLICT ON CONSTRAINT message_metric_facts_pkey
     DO UPDATE SET answered_at = excluded.answered_at, answer_seconds = excluded.answer_seconds`,
    [
      tenant.accountId,
      tenant.assetId,
      rows.map(({ id }) => ids[id]),
      rows.map(({ at }) => at),
      rows.map(({ seconds = 60 }) => seconds),
    ],
  );
}

async function versions(kind = 'answers'): Promise<Record<string, number>> {
  const rows: { month: string; version: string }[] = await db.query(
    `SELECT to_char(month, 'YYYY-MM') AS month, version FROM figure_months WHERE account_id = $1 AND kind = $2`,
    [tenant.accountId, kind],
  );
  return Object.fromEntries(rows.map(({ month, version }) => [month, Number(version)]));
}

/** Months whose version is another one after something was done. */
async function changedBy(work: () => Promise<unknown>, kind = 'answers'): Promise<string[]> {
  const before = await versions(kind);
  await work();
  const after = await versions(kind);
  const changed = Object.keys(after).filter((month) => after[month] !== before[month]);
  for (const month of changed) expect(after[month]).toBeGreaterThan(before[month] ?? 0);
  return changed.sort();
}

it('gives another version to the months that answers come into, move between and go from, by UTC', async () => {
  expect(
    await changedBy(() =>
      answers([
        { id: 0, at: '2026-03-31T23:59:59Z' },
        { id: 1, at: '2026-04-01T00:00:00Z' },
        { id: 2, at: '2026-06-01T01:00:00+02:00' },
        { id: 3, at: null },
      ]),
    ),
  ).toEqual(['2026-03', '2026-04', '2026-05']);
  expect(await changedBy(() => answers([{ id: 1, at: '2026-04-01T00:00:00Z', seconds: 61 }]))).toEqual([
    '2026-04',
  ]);
  expect(await changedBy(() => answers([{ id: 0, at: '2026-05-01T00:00:00Z' }]))).toEqual([
    '2026-03',
    '2026-05',
  ]);
  expect(await changedBy(() => answers([{ id: 0, at: null }]))).toEqual(['2026-05']);
  expect(
    await changedBy(() => db.query('DELETE FROM message_metric_facts WHERE message_id = $1', [ids[1]])),
  ).toEqual(['2026-04']);
});

it.each(['is_first_answer = true', `agent = 'ada'`, `platform = 'messenger'`, 'asset_id = account_id'])(
  'gives another version where %s',
  async (change) => {
    await answers([{ id: 0, at: '2026-03-10T00:00:00Z' }]);
    const set = (): Promise<unknown> =>
      db.query(`UPDATE message_metric_facts SET ${change} WHERE account_id = $1`, [tenant.accountId]);
    expect(await changedBy(set)).toEqual(['2026-03']);
    expect(await changedBy(set)).toEqual([]);
  },
);

it('leaves versions alone where durations stay, as when a message is read or its person erased', async () => {
  await answers([{ id: 0, at: '2026-03-10T00:00:00Z' }]);
  expect(
    await changedBy(() =>
      db.query('UPDATE message_metric_facts SET is_erased = true, read_at = now() WHERE account_id = $1', [
        tenant.accountId,
      ]),
    ),
  ).toEqual([]);
});

it('gives another version to the months in which cases are closed, and no longer are', async () => {
  const cases = (closedAt: string | null): Promise<unknown> =>
    db.query(
      `INSERT INTO conversation_cases (account_id, conversation_id, after_activity_id, platform, asset_id, opened_at, closed_at, seconds)
       VALUES ($1, $2, $2, 'whatsapp', $3, '2026-01-01', $4, CASE WHEN $4::timestamptz IS NOT NULL THEN 5 END)
       ON CONFLICT ON CONSTRAINT conversation_cases_pkey DO UPDATE SET closed_at = excluded.closed_at, seconds = excluded.seconds`,
      [tenant.accountId, ids[0], tenant.assetId, closedAt],
    );
  expect(await changedBy(() => cases(null), 'resolutions')).toEqual([]);
  expect(await changedBy(() => cases('2026-02-03T00:00:00Z'), 'resolutions')).toEqual(['2026-02']);
  expect(
    await changedBy(
      () =>
        db.query(`UPDATE conversation_cases SET closed_by = 'ada' WHERE account_id = $1`, [tenant.accountId]),
      'resolutions',
    ),
  ).toEqual(['2026-02']);
  expect(await changedBy(() => cases(null), 'resolutions')).toEqual(['2026-02']);
  await cases('2026-02-03T00:00:00Z');
  expect(
    await changedBy(
      () => db.query('DELETE FROM conversation_cases WHERE account_id = $1', [tenant.accountId]),
      'resolutions',
    ),
  ).toEqual(['2026-02']);
  expect(await versions('answers')).toEqual({});
});

it('has no version again that was there before, where the latest were lost', async () => {
  await answers([{ id: 0, at: '2026-03-10T00:00:00Z' }]);
  const before = await versions();
  for (const seconds of [70, 80]) await answers([{ id: 0, at: '2026-03-10T00:00:00Z', seconds }]);
  const lost = await versions();
  // As a copy has it that takes over without the latest transactions.
  await db.query('UPDATE figure_months SET version = $2 WHERE account_id = $1', [
    tenant.accountId,
    before['2026-03'],
  ]);
  await answers([{ id: 0, at: '2026-03-10T00:00:00Z', seconds: 90 }]);
  expect((await versions())['2026-03']).toBeGreaterThan(lost['2026-03'] ?? Infinity);
});

it('leaves nothing behind of an account that is removed with its figures', async () => {
  await answers([{ id: 0, at: '2026-03-10T00:00:00Z' }]);
  await db.query('DELETE FROM assets WHERE account_id = $1', [tenant.accountId]);
  await db.query('DELETE FROM meta_accounts WHERE id = $1', [tenant.accountId]);
  expect(await versions()).toEqual({});
});
