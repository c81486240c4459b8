import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { CaseCountsRepository, type CaseScope } from '../../src/analytics/overview/case-counts.repository';
import { CaseCountsService } from '../../src/analytics/overview/case-counts.service';
import type { CaseCounts } from '../../src/analytics/overview/analytics-metrics';
import { FigureDays } from '../../src/analytics/rollups/figure-days.repository';
import { RememberedSums } from '../../src/analytics/rollups/remembered-sums.service';
import { analyticsRange } from '../../src/analytics/scope/analytics-range';
import { CONVERSATION_PLATFORMS } from '../../src/conversations/conversation-types';
import { type AssetId, newId } from '../../src/database/ids';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { openMigratedDatabase } from '../migrated-database';

jest.setTimeout(180_000);

const NOW = new Date('2026-07-01T00:00:00Z');

let db: DataSource;
let close: () => Promise<void>;
/** Of a process that is asked again and again. */
let asked: CaseCountsService;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  asked = aProcess();
});
afterAll(async () => {
  await close();
});

const aProcess = (): CaseCountsService =>
  new CaseCountsService(new CaseCountsRepository(db), new RememberedSums(new FigureDays(db)));

/** An account with three channels. */
interface Figures extends Tenant {
  assets: AssetId[];
}

async function noFigures(): Promise<Figures> {
  const tenant = await aTenant(db);
  const others = Array.from({ length: 2 }, () => newId<AssetId>());
  for (const id of others)
    await db.query(`INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, 'page', $3)`, [
      tenant.accountId,
      id,
      id,
    ]);
  return { ...tenant, assets: [tenant.assetId, ...others] };
}

type Sums = Record<string, CaseCounts>;

/** By PostgreSQL, from single cases. By name and time between the bounds. */
async function counted(
  { accountId, platforms, assetIds }: CaseScope,
  bounds: readonly Date[],
  name: string,
): Promise<Sums> {
  const rows: ({ step: number; name: string } & CaseCounts)[] = await db.query(
    `SELECT width_bucket(at, $1::timestamptz[]) - 1 AS step, ${name} AS name, count(*) FILTER (WHERE is_opened)::int AS cases_opened,
            count(*) FILTER (WHERE NOT is_opened)::int AS cases_closed
       FROM conversation_cases CROSS JOIN LATERAL (VALUES (opened_at, true), (closed_at, false)) AS e (at, is_opened)
      WHERE account_id = $2 AND at >= $3 AND at < $4 AND platform = ANY($5) AND ($6::uuid[] IS NULL OR asset_id = ANY($6))
      GROUP BY 1, 2`,
    [bounds, accountId, bounds[0], bounds.at(-1), platforms, assetIds],
  );
  return Object.fromEntries(rows.map(({ step, name: own, ...counts }) => [`${own} ${step}`, counts]));
}

const told = (found: Map<string, Map<number, CaseCounts>>): Sums =>
  Object.fromEntries(
    [...found].flatMap(([name, points]) => [...points].map(([step, counts]) => [`${name} ${step}`, counts])),
  );

/** In and around the time in which something is stored. */
const days = fc
  .oneof(fc.integer({ min: 25, max: 97 }), fc.constantFrom(30, 31, 58, 59, 89, 90, 91))
  .map((day) => new Date(Date.UTC(2026, 0, 1 + day)));
const sometimes = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const questions = fc
  .record({
    days: fc.tuple(days, days),
    granularity: fc.constantFrom('hour' as const, 'day' as const, 'week' as const, 'month' as const),
    timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York'),
    platforms: sometimes(fc.subarray([...CONVERSATION_PLATFORMS], { minLength: 1 })),
    assets: sometimes(fc.subarray([0, 1, 2], { minLength: 1 })),
  })
  .map(({ days: two, granularity, timeZone, platforms, assets }) => {
    const [start, end] = two.map((day) => day.toISOString().slice(0, 10)).sort();
    const most = granularity === 'hour' ? start : end;
    const { bounds } = analyticsRange({ startDate: start, endDate: most, granularity, timeZone }, NOW);
    return { bounds, platforms: platforms ?? CONVERSATION_PLATFORMS, assets };
  });
type Question = typeof questions extends fc.Arbitrary<infer T> ? T : never;

/** Each answer by a service, and as it should be. @returns how many sums were asked about */
async function compare(figures: Figures, { bounds, platforms, assets }: Question): Promise<number> {
  const scope: CaseScope = {
    accountId: figures.accountId,
    platforms,
    assetIds: assets?.map((asset) => figures.assets[asset] ?? figures.assetId) ?? null,
  };
  const [from, until] = [bounds[0] ?? NOW, bounds.at(-1) ?? NOW];
  const parts = [from, bounds[Math.floor(bounds.length / 2)] ?? until, until];
  const expected = {
    all: await counted(scope, bounds, `''`),
    byPlatform: await counted(scope, bounds, 'platform'),
    byAsset: await counted(scope, bounds, 'asset_id::text'),
    channels: await counted(scope, parts, 'asset_id::text'),
    platforms: await counted(scope, parts, 'platform'),
  };
  for (const service of [asked, aProcess()]) {
    const totals = await service.totals(scope, parts);
    expect({
      all: told(await service.series(scope, bounds)),
      byPlatform: told(await service.series(scope, bounds, 'platform')),
      byAsset: told(await service.series(scope, bounds, 'asset')),
      channels: told(totals.channels),
      platforms: told(totals.platforms),
    }).toEqual(expected);
  }
  return Object.keys(expected.byAsset).length;
}

const CONVERSATIONS = Array.from({ length: 24 }, () => newId());
/** Around the ends of months and days, to the millisecond. */
const instants = fc
  .tuple(fc.constantFrom(1, 2, 3), fc.integer({ min: -2 * 86_400_000, max: 2 * 86_400_000 }))
  .map(([month, shift]) => new Date(Date.UTC(2026, month) + shift));
const rows = fc.record({
  conversation: fc.nat(CONVERSATIONS.length - 1),
  opened: instants,
  closed: fc.option(instants, { freq: 2 }),
  platform: fc.constantFrom(...CONVERSATION_PLATFORMS),
  asset: fc.nat(2),
});
type Row = typeof rows extends fc.Arbitrary<infer T> ? T : never;

async function put(figures: Figures, all: readonly Row[]): Promise<void> {
  const own = [...new Map(all.map((row) => [row.conversation, row])).values()];
  await db.query(
    `INSERT INTO conversation_cases (account_id, conversation_id, after_activity_id, platform, asset_id, opened_at, closed_at, seconds)
     SELECT $1, id, $1, platform, asset_id, opened, closed, CASE WHEN closed IS NOT NULL THEN 5 END
       FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::timestamptz[]) AS t (id, platform, asset_id, opened, closed)
     ON CONFLICT ON CONSTRAINT conversation_cases_pkey DO UPDATE
       SET platform = excluded.platform, asset_id = excluded.asset_id, opened_at = excluded.opened_at,
           closed_at = excluded.closed_at, seconds = excluded.seconds`,
    [
      figures.accountId,
      own.map(({ conversation }) => CONVERSATIONS[conversation]),
      own.map(({ platform }) => platform),
      own.map(({ asset }) => figures.assets[asset]),
      own.map(({ opened }) => opened),
      own.map(({ closed }) => closed),
    ],
  );
}

const steps = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), rows: fc.array(rows, { minLength: 1, maxLength: 12 }) }),
  fc.record({
    kind: fc.constant('remove' as const),
    conversations: fc.subarray(CONVERSATIONS, { minLength: 1, maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant('ask' as const), question: questions }),
);

it('tells what PostgreSQL counts, in whatever ranges and zones, whatever has changed since it was last asked', async () => {
  let sums = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(rows, { minLength: 12, maxLength: 24 }),
      fc.array(steps, { minLength: 2, maxLength: 8, size: 'max' }),
      questions,
      async (first, trace, last) => {
        const figures = await noFigures();
        await put(figures, first);
        const before: Question[] = [];
        for (const step of trace) {
          if (step.kind === 'put') await put(figures, step.rows);
          else if (step.kind === 'remove')
            await db.query(
              'DELETE FROM conversation_cases WHERE account_id = $1 AND conversation_id = ANY($2)',
              [figures.accountId, step.conversations],
            );
          else {
            before.push(step.question);
            sums += await compare(figures, step.question);
          }
        }
        // Those of before, too, which remember steps from before the changes.
        for (const question of [...before, last]) sums += await compare(figures, question);
      },
    ),
    { numRuns: 40 },
  );
  expect(sums).toBeGreaterThan(100);
});

it('reads versions only where nothing has changed, once for all that is asked at once', async () => {
  const figures = await noFigures();
  const opened = new Date('2026-03-10T10:00:00Z');
  await put(figures, [{ conversation: 0, opened, closed: null, platform: 'whatsapp', asset: 0 }]);
  const { bounds } = analyticsRange({ startDate: '2026-02-01', endDate: '2026-04-30' }, NOW);
  const scope = { accountId: figures.accountId, platforms: CONVERSATION_PLATFORMS, assetIds: null };
  const ask = (): Promise<unknown> =>
    Promise.all([
      asked.series(scope, bounds),
      asked.series(scope, bounds, 'asset'),
      asked.totals(scope, [bounds[0] ?? NOW, bounds.at(-1) ?? NOW]),
    ]);
  const before = await ask();
  const query = jest.spyOn(db, 'query');
  try {
    expect(await ask()).toEqual(before);
    expect(query.mock.calls.map(([sql]) => /FROM (\w+)/.exec(sql)?.[1])).toEqual(['figure_days']);
  } finally {
    query.mockRestore();
  }
});
