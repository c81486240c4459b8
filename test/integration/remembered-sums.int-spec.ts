import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import {
  ADD_COUNTERS,
  METRIC_COLUMNS,
  METRIC_KEY,
  NO_ASSET,
  type RollupDimension,
  contributionsOf,
  rollupsOf,
} from '../../src/analytics/counting/message-counters';
import { COUNTERS, type Counts } from '../../src/analytics/rollups/rollup-counts';
import type { RollupGroup, RollupReader, RollupScope } from '../../src/analytics/rollups/rollup-reader';
import { analyticsRange } from '../../src/analytics/scope/analytics-range';
import { CONVERSATION_PLATFORMS } from '../../src/conversations/conversation-types';
import { type AssetId, newId } from '../../src/database/ids';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { rollupReader } from '../factories/rollup-reader';
import { openMigratedDatabase } from '../migrated-database';

jest.setTimeout(240_000);

const NOW = new Date('2026-07-01T00:00:00Z');

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

/** What a question may be grouped by, and which labels there are. */
const DIMENSIONS: Record<RollupDimension, { groups: RollupGroup[]; labels: string[] }> = {
  account: { groups: ['platform'], labels: [] },
  channel: { groups: ['platform', 'asset'], labels: [] },
  template: { groups: ['platform', 'asset', 'template'], labels: [] },
  price: { groups: ['platform', 'asset', 'template', 'label'], labels: ['marketing/regular', 'utility'] },
  error: { groups: ['platform', 'asset', 'template', 'label'], labels: ['131026', '131049'] },
  campaign: { groups: ['platform', 'asset', 'label'], labels: ['spring', 'summer'] },
  agent: { groups: ['platform', 'asset', 'label'], labels: ['ada', 'bea'] },
  sentiment: { groups: ['platform', 'asset', 'label'], labels: ['positive', 'negative'] },
};
const TEMPLATES = [
  { name: 'hello', language: 'de' },
  { name: 'hello', language: 'en' },
  { name: 'hell', language: 'en' },
];
const ASSETS = 3;

// What is stored.

const DAY_MS = 86_400_000;
/** Mostly around the ends of months, where rows of all widths meet; some in a few hours, so that rows have several. */
const instants = fc
  .oneof(
    fc
      .tuple(fc.constantFrom(1, 2, 3), fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }))
      .map(([month, shift]) => Date.UTC(2026, month) + shift),
    fc.nat(4 * 3_600_000).map((shift) => Date.UTC(2026, 2, 10, 22) + shift),
  )
  .map((at) => new Date(at).toISOString());
const perhaps = (freq: number): fc.Arbitrary<string | null> => fc.option(instants, { freq });
const labelled = (dimension: RollupDimension): fc.Arbitrary<string> =>
  fc.constantFrom('', ...DIMENSIONS[dimension].labels);

const MESSAGES = Array.from({ length: 24 }, () => newId());
const facts = fc
  .record({
    message: fc.nat(MESSAGES.length - 1),
    asset: fc.nat(ASSETS - 1),
    template: fc.constantFrom({ name: '', language: '' }, ...TEMPLATES),
    platform: fc.constantFrom(...CONVERSATION_PLATFORMS),
    price: labelled('price'),
    is_billable: fc.boolean(),
    error_code: labelled('error'),
    campaign: labelled('campaign'),
    agent: labelled('agent'),
    sentiment: labelled('sentiment'),
    received_at: perhaps(1),
    sent_at: perhaps(3),
    delivered_at: perhaps(2),
    read_at: perhaps(1),
    failed_at: perhaps(2),
    clicked_at: perhaps(1),
    replied_at: perhaps(1),
    answered_at: perhaps(2),
    seconds: fc.nat(3_000_000),
    is_first_answer: fc.boolean(),
    commented_at: perhaps(1),
    comment_replied_at: perhaps(1),
    message_month: fc.constantFrom('2026-01-01', '2026-03-01'),
  })
  .map(({ seconds, ...fact }) => ({ ...fact, answer_seconds: fact.answered_at === null ? null : seconds }));
type Fact = typeof facts extends fc.Arbitrary<infer T> ? T : never;

/** An account whose sums are changed as counting does it: by what facts have become, less what they were. */
class Figures {
  private readonly counted = new Map<number, Record<string, unknown>>();

  private constructor(
    readonly tenant: Tenant,
    readonly assets: readonly AssetId[],
  ) {}

  static async empty(): Promise<Figures> {
    const tenant = await aTenant(db);
    const assets = [tenant.assetId, ...Array.from({ length: ASSETS - 1 }, () => newId<AssetId>())];
    for (const id of assets.slice(1))
      await db.query(`INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, 'page', $3)`, [
        tenant.accountId,
        id,
        id,
      ]);
    return new Figures(tenant, assets);
  }

  async put(all: readonly Fact[]): Promise<void> {
    const own = new Map(all.map((fact) => [fact.message, this.rowOf(fact)]));
    await this.replace([...own.keys()], [...own.values()]);
    for (const [message, row] of own) this.counted.set(message, row);
  }

  async remove(messages: readonly number[]): Promise<void> {
    await this.replace(messages, []);
    for (const message of messages) this.counted.delete(message);
  }

  private async replace(messages: readonly number[], fresh: readonly unknown[]): Promise<void> {
    const old = messages.flatMap((message) => this.counted.get(message) ?? []);
    const rows = (place: number): string =>
      `SELECT * FROM jsonb_populate_recordset(NULL::message_metric_facts, $${place}::jsonb)`;
    await db.query(
      `WITH changed AS MATERIALIZED (${rows(1)}), replaced AS MATERIALIZED (${rows(2)}),
       rollups AS (${rollupsOf(`${contributionsOf('changed', 1)} UNION ALL ${contributionsOf('replaced', -1)}`)})
       INSERT INTO message_metrics AS m (${METRIC_COLUMNS})
       SELECT ${METRIC_COLUMNS} FROM rollups ORDER BY ${METRIC_KEY}
       ON CONFLICT ON CONSTRAINT message_metrics_pkey DO UPDATE SET ${ADD_COUNTERS}`,
      [JSON.stringify(fresh), JSON.stringify(old)],
    );
  }

  private rowOf({ message, asset, template, ...fact }: Fact): Record<string, unknown> {
    return {
      ...fact,
      account_id: this.tenant.accountId,
      message_id: MESSAGES[message],
      asset_id: this.assets[asset],
      template_name: template.name,
      template_language: template.language,
    };
  }
}

// What is asked.

/** In and around the time in which something is stored. */
const days = fc
  .oneof(fc.integer({ min: 25, max: 97 }), fc.constantFrom(30, 31, 58, 59, 68, 69, 89, 90, 91))
  .map((day) => new Date(Date.UTC(2026, 0, 1 + day)));
const sometimes = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const questions = fc
  .record({
    days: fc.tuple(days, days),
    granularity: fc.constantFrom('hour' as const, 'day' as const, 'week' as const, 'month' as const),
    timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York'),
    dimension: fc.constantFrom(...(Object.keys(DIMENSIONS) as RollupDimension[])),
    group: fc.nat(3),
    label: sometimes(fc.nat(1)),
    template: sometimes(fc.constantFrom(...TEMPLATES, { name: 'hello', language: null })),
    platforms: sometimes(fc.subarray([...CONVERSATION_PLATFORMS], { minLength: 1 })),
    assets: sometimes(fc.subarray([0, 1, 2], { minLength: 1 })),
  })
  .map(({ days: two, granularity, timeZone, dimension, group, label, template, platforms, assets }) => {
    const [start, end] = two.map((day) => day.toISOString().slice(0, 10)).sort();
    const most = granularity === 'hour' ? start : end;
    const { bounds } = analyticsRange({ startDate: start, endDate: most, granularity, timeZone }, NOW);
    const { groups, labels } = DIMENSIONS[dimension];
    return {
      bounds,
      dimension,
      group: groups[group % groups.length] ?? 'platform',
      platforms: platforms ?? CONVERSATION_PLATFORMS,
      // Sums over all assets have none.
      assets: dimension === 'account' ? null : assets,
      ...(label === null || labels[label] === undefined ? {} : { label: labels[label] }),
      ...(template === null || !groups.includes('template') ? {} : { template }),
    };
  });
type Question = typeof questions extends fc.Arbitrary<infer T> ? T : never;

type Sums = Record<string, Counts>;

const NAMES: Record<RollupGroup, string> = {
  platform: 'platform',
  asset: 'asset_id::text',
  template: `template_name || E'\\t' || template_language`,
  label: 'label',
};

/** By PostgreSQL, from the rows of quarters of an hour alone. By time between the bounds and by names. */
async function counted(
  { tenant: { accountId } }: Figures,
  { platforms, assetIds, label, template }: Omit<RollupScope, 'from' | 'until'>,
  dimension: RollupDimension,
  bounds: readonly Date[],
  groups: readonly RollupGroup[],
): Promise<Sums> {
  const rows: (Record<keyof Counts, string> & { step: number; names: string[] })[] = await db.query(
    `SELECT width_bucket(bucket_at, $1::timestamptz[]) - 1 AS step, ARRAY[${groups.map((group) => NAMES[group]).join(', ')}]::text[] AS names,
            ${COUNTERS.map((name) => `sum(${name}) AS ${name}`).join(', ')}
       FROM message_metrics
      WHERE account_id = $2 AND grain = 'quarter' AND dimension = $3 AND bucket_at >= $4 AND bucket_at < $5
        AND (asset_id = $6) = (dimension = 'account') AND platform = ANY($7) AND ($8::uuid[] IS NULL OR asset_id = ANY($8))
        AND ($9::text IS NULL OR label = $9) AND ($10::text IS NULL OR template_name = $10)
        AND ($11::text IS NULL OR template_language = $11)
      GROUP BY 1, 2 HAVING ${COUNTERS.map((name) => `sum(${name}) <> 0`).join(' OR ')}`,
    [
      bounds,
      accountId,
      dimension,
      bounds[0],
      bounds.at(-1),
      NO_ASSET,
      platforms,
      assetIds,
      label ?? null,
      template?.name ?? null,
      template?.language ?? null,
    ],
  );
  return Object.fromEntries(
    rows.map(({ step, names, ...sums }) => [keyOf(step, names), mapCounts((name) => Number(sums[name]))]),
  );
}

const keyOf = (step: number, names: readonly string[]): string => JSON.stringify([step, ...names]);
const mapCounts = (of: (name: keyof Counts) => number): Counts =>
  Object.fromEntries(COUNTERS.map((name) => [name, of(name)])) as Counts;

const seriesOf = (found: Map<string, Map<number, Counts>>, isGrouped: boolean): Sums =>
  Object.fromEntries(
    [...found].flatMap(([name, points]) =>
      [...points].map(([step, counts]) => [keyOf(step, isGrouped ? [name] : []), counts]),
    ),
  );

/** Each answer by a reader, and as it should be. @returns how many sums were asked about */
async function compare(figures: Figures, question: Question): Promise<number> {
  const { bounds, dimension, group, assets, ...rest } = question;
  const ends = [bounds[0] ?? NOW, bounds.at(-1) ?? NOW] as const;
  const scope: RollupScope = {
    accountId: figures.tenant.accountId,
    assetIds: assets?.map((asset) => figures.assets[asset] ?? figures.tenant.assetId) ?? null,
    from: ends[0],
    until: ends[1],
    ...rest,
  };
  const parts = [ends[0], bounds[Math.floor(bounds.length / 2)] ?? ends[1], ends[1]];
  const should = (times: readonly Date[], ...groups: RollupGroup[]): Promise<Sums> =>
    counted(figures, scope, dimension, times, groups);
  const expected = {
    series: await should(bounds),
    grouped: await should(bounds, group),
    total: (await should(ends))[keyOf(0, [])] ?? mapCounts(() => 0),
    totalsBy: await should(ends, group),
    periods: await should(parts, group, 'platform'),
  };
  for (const reader of [asked, rollupReader(db)]) {
    const periods = await reader.periods(scope, dimension, parts, [group, 'platform'], COUNTERS);
    // As parts of an answer are, beside each other.
    const [series, grouped, total, totalsBy] = await Promise.all([
      reader.series(scope, dimension, bounds),
      reader.series(scope, dimension, bounds, group),
      reader.total(scope, dimension),
      reader.totalsBy(scope, dimension, group),
    ]);
    expect({
      series: seriesOf(series, false),
      grouped: seriesOf(grouped, true),
      total,
      totalsBy: Object.fromEntries([...totalsBy].map(([name, counts]) => [keyOf(0, [name]), counts])),
      periods: Object.fromEntries(periods.map(({ period, names, counts }) => [keyOf(period, names), counts])),
    }).toEqual(expected);
  }
  return Object.keys(expected.grouped).length;
}

const steps = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), facts: fc.array(facts, { minLength: 1, maxLength: 12 }) }),
  fc.record({
    kind: fc.constant('remove' as const),
    messages: fc.subarray([...MESSAGES.keys()], { minLength: 1, maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant('ask' as const), question: questions }),
);

it('tells what PostgreSQL adds up, in whatever ranges, zones and groups, whatever has changed since it was last asked', async () => {
  let sums = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(facts, { minLength: 12, maxLength: 24 }),
      fc.array(steps, { minLength: 2, maxLength: 8, size: 'max' }),
      questions,
      async (first, trace, last) => {
        const figures = await Figures.empty();
        await figures.put(first);
        const before: Question[] = [];
        for (const step of trace) {
          if (step.kind === 'put') await figures.put(step.facts);
          else if (step.kind === 'remove') await figures.remove(step.messages);
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
