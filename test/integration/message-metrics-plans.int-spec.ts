import type { DataSource } from 'typeorm';
import { FailuresRepository } from '../../src/analytics/message-metrics/failures.repository';
import { FigureDays } from '../../src/analytics/rollups/figure-days.repository';
import type { RollupScope } from '../../src/analytics/rollups/rollup-reader';
import { type SumSet, sumSet } from '../../src/analytics/rollups/sum-set';
import { SumsRepository } from '../../src/analytics/rollups/sums.repository';
import { type AssetId, newId } from '../../src/database/ids';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { openMigratedDatabase } from '../migrated-database';
import { nodesOf, plansOf } from '../query-plans';

let db: DataSource;
let close: () => Promise<void>;
let tenant: Tenant;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  tenant = await aTenant(db);
  const other = await aTenant(db);
  // Two accounts with three numbers each and two years of figures, as far as the planner can see.
  for (const { accountId, assetId } of [tenant, other])
    await db.query(
      `INSERT INTO message_metrics (account_id, grain, dimension, platform, asset_id, bucket_at, template_name,
         template_language, label, message_month, received, sent, delivered, read, failed, sent_delivered, sent_read,
         sent_failed, unsent_failed)
       SELECT $1, grain, dimension, 'whatsapp', CASE WHEN dimension = 'account' THEN '00000000-0000-0000-0000-000000000000' ELSE asset END,
              '2024-03-01Z'::timestamptz + hour * interval '5 hours', CASE WHEN dimension = 'template' THEN 'a' ELSE '' END,
              CASE WHEN dimension = 'template' THEN 'de' ELSE '' END, CASE WHEN dimension = 'error' THEN '131026' ELSE '' END,
              '2024-03-01', 1, 1, 1, 1, 1, 1, 1, 1, 0
         FROM unnest(ARRAY['quarter', 'hour', 'day']) AS grain, unnest(ARRAY['account', 'channel', 'template', 'error']) AS dimension,
              unnest(ARRAY[$2::uuid, gen_random_uuid(), gen_random_uuid()]) AS asset, generate_series(1, 3500) AS hour
       ON CONFLICT DO NOTHING`,
      [accountId, assetId],
    );
  await db.query(
    `INSERT INTO message_metric_facts (account_id, message_id, message_month, platform, asset_id, template_name,
                                       template_language, error_code, failed_at)
     SELECT $1, gen_random_uuid(), '2024-03-01', 'whatsapp', $2, '', '', (131000 + n % 50)::text, now() - n * interval '1 hour'
       FROM generate_series(1, 20000) AS n`,
    [tenant.accountId, tenant.assetId],
  );
  await db.query('ANALYZE message_metrics, message_metric_facts');
});
afterAll(async () => {
  await close();
});

describe('what is read of the figures', () => {
  const scope = (changes: Partial<RollupScope> = {}): RollupScope & { assetIds: AssetId[] } => ({
    accountId: tenant.accountId,
    platforms: ['whatsapp'],
    from: new Date('2025-03-01T00:00:00Z'),
    until: new Date('2025-03-15T00:00:00Z'),
    ...changes,
    assetIds: [tenant.assetId, newId<AssetId>()],
  });
  const bounds = [
    new Date('2025-03-01T00:00:00Z'),
    new Date('2025-03-08T00:00:00Z'),
    new Date('2025-03-15T00:00:00Z'),
  ];

  const load =
    (set: SumSet, steps = bounds) =>
    (database: DataSource) =>
      new SumsRepository(database).load(tenant.accountId, set, steps);
  /** Its days begin at half past, which makes the second statement. */
  const ofZone = [new Date('2025-03-01T18:30:00Z'), new Date('2025-03-02T18:30:00Z')];

  it.each<[string, (database: DataSource) => Promise<unknown>]>([
    ['all numbers', load(sumSet('account', []))],
    ['the days of a zone', load(sumSet('account', []), ofZone)],
    ['by number', load(sumSet('channel', ['asset']))],
    ['by number and days of a zone', load(sumSet('channel', ['asset']), ofZone)],
    ['by template', load(sumSet('template', ['template']))],
    ['failures by number and template', load(sumSet('error', ['asset', 'template', 'label']))],
    [
      'the last failures whose messages are gone',
      (database) => new FailuresRepository(database).lastQuartersOf(scope(), ['131001']),
    ],
  ])('goes down the index to the account, number and time, for %s', async (_, ask) => {
    const scans = (await plansOf(db, ask))
      .flatMap(nodesOf)
      .filter((node) => 'Relation Name' in node || 'Index Name' in node);
    expect(scans.length).toBeGreaterThan(0);
    for (const scan of scans) expect(scan['Node Type']).not.toBe('Seq Scan');
    const condition = scans.map((scan) => scan['Index Cond'] ?? '').join(' ');
    for (const column of ['account_id', 'dimension', 'platform', 'asset_id', 'bucket_at'])
      expect(condition).toContain(column);
  });

  it('finds the versions of days by their key', async () => {
    await db.query('ANALYZE figure_days');
    const [plan] = await plansOf(db, (database) =>
      new FigureDays(database).versions(tenant.accountId, {
        from: new Date('2025-03-01T00:00:00Z'),
        until: new Date('2025-03-15T00:00:00Z'),
      }),
    );
    const scans = (plan === undefined ? [] : nodesOf(plan)).filter((node) => 'Index Cond' in node);
    expect(scans).toMatchObject([{ 'Index Name': 'figure_days_pkey' }]);
    expect(scans[0]?.['Index Cond']).toMatch(/account_id.*day/);
  });

  it('finds the last failure of each code without looking at the others', async () => {
    const [plan] = await plansOf(db, (database) =>
      new FailuresRepository(database).lastOf(scope({ from: new Date(0), until: new Date() }), [
        '131001',
        '131002',
      ]),
    );
    const facts = (plan === undefined ? [] : nodesOf(plan)).filter(
      (node) => node['Relation Name'] === 'message_metric_facts',
    );
    expect(facts).toMatchObject([{ 'Index Name': 'message_metric_facts_failures' }]);
    expect(facts[0]?.['Index Cond']).toMatch(/account_id.*error_code.*failed_at/);
  });
});
