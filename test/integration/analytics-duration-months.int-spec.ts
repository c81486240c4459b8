import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { CaseCounting } from '../../src/analytics/counting/case-counting.service';
import { MetricsRebuild } from '../../src/analytics/counting/metrics-rebuild.service';
import type { DurationFigures } from '../../src/analytics/response-times/duration-figures';
import { DurationMonthsRepository } from '../../src/analytics/response-times/duration-months.repository';
import { DurationMonths } from '../../src/analytics/response-times/duration-months.service';
import { type DurationScope, DurationsService } from '../../src/analytics/response-times/durations.service';
import { analyticsRange } from '../../src/analytics/scope/analytics-range';
import { CONVERSATION_PLATFORMS } from '../../src/conversations/conversation-types';
import { type AssetId, newId } from '../../src/database/ids';
import { plantConversations } from '../factories/answered-conversations.factory';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { aCountingProcess } from '../factories/message-metrics.factory';
import { openMigratedDatabase } from '../migrated-database';

jest.setTimeout(180_000);

let db: DataSource;
let close: () => Promise<void>;
/** A process that is asked again and again. */
let asked: DurationsService;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  asked = aProcess();
});
afterAll(async () => {
  await close();
});

const aProcess = (): DurationsService =>
  new DurationsService(new DurationMonths(new DurationMonthsRepository(db)));

const STATS = `count(*)::int AS count, avg(seconds)::float8 AS mean, percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
  percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) AS p90, count(*) FILTER (WHERE seconds < 60)::int AS short`;
const KINDS = {
  firstResponse: `SELECT answered_at AS at, answer_seconds AS seconds, platform, asset_id, agent FROM message_metric_facts
                   WHERE account_id = $1 AND answered_at IS NOT NULL AND is_first_answer`,
  response: `SELECT answered_at AS at, answer_seconds AS seconds, platform, asset_id, agent FROM message_metric_facts
              WHERE account_id = $1 AND answered_at IS NOT NULL`,
  resolution: `SELECT closed_at AS at, seconds, platform, asset_id, coalesce(closed_by, '') AS agent FROM conversation_cases
                WHERE account_id = $1 AND closed_at IS NOT NULL`,
} as const;
const GROUPS = { agent: 'agent', channel: 'asset_id::text', platform: 'platform' } as const;

interface Stats {
  key: string | null;
  count: number;
  mean: number;
  median: number;
  p90: number;
  short: number;
}

/** By PostgreSQL, from each duration. */
async function counted(
  kind: keyof typeof KINDS,
  { accountId, platforms, assetIds }: DurationScope,
  bounds: readonly Date[],
  key: string,
): Promise<Stats[]> {
  return db.query(
    `SELECT ${key} AS key, ${STATS} FROM (${KINDS[kind]}) AS d
      WHERE at >= $2 AND at < $3 AND platform = ANY($4) AND ($5::uuid[] IS NULL OR asset_id = ANY($5))
        AND $6::timestamptz[] IS NOT NULL GROUP BY 1`,
    [accountId, bounds[0], bounds.at(-1), platforms, assetIds, bounds],
  );
}

const figuresLike = ({ count, mean, median, p90 }: Stats): DurationFigures => ({
  count,
  meanSeconds: expect.closeTo(mean, 6) as number,
  medianSeconds: median,
  p90Seconds: p90,
});
const byKey = (stats: readonly Stats[]): Map<string, DurationFigures> =>
  new Map(stats.map((each) => [each.key ?? '', figuresLike(each)]));

interface Question {
  bounds: Date[];
  platforms: DurationScope['platforms'];
  assetIds: DurationScope['assetIds'];
}

/** @returns how many durations were asked about */
async function compare(tenant: Tenant, { bounds, ...wanted }: Question): Promise<number> {
  const scope: DurationScope = { accountId: tenant.accountId, ...wanted };
  const [from, until] = [bounds[0] ?? new Date(0), bounds.at(-1) ?? new Date(0)];
  const series = await asked.overTime(scope, bounds);
  for (const kind of ['firstResponse', 'response', 'resolution'] as const) {
    const { points, total, below } = series[kind];
    const [all] = await counted(kind, scope, bounds, `'all'`);
    expect([total.count, below.at(-1), below[0]]).toEqual([
      all?.count ?? 0,
      all?.count ?? 0,
      all?.short ?? 0,
    ]);
    if (all !== undefined) expect(total).toEqual(figuresLike(all));
    const expected = await counted(kind, scope, bounds, `(width_bucket(at, $6::timestamptz[]) - 1)::text`);
    expect(new Map([...points].map(([place, figures]) => [String(place), figures]))).toEqual(byKey(expected));
    for (const group of ['agent', 'channel', 'platform'] as const) {
      const found = await asked.byGroup(scope, { from, until }, group);
      const named = byKey(await counted(kind, scope, bounds, GROUPS[group]));
      named.delete('');
      expect(found[kind]).toEqual(named);
    }
  }
  return series.response.total.count + series.resolution.total.count;
}

const ASSETS = Array.from({ length: 3 }, () => newId<AssetId>());
const SUBJECTS = Array.from({ length: 24 }, () => newId());
/** Around the ends of months, to the millisecond. */
const instants = fc
  .tuple(fc.constantFrom(1, 2, 3), fc.integer({ min: -2 * 86_400_000, max: 2 * 86_400_000 }))
  .map(([month, shift]) => new Date(Date.UTC(2026, month) + shift));
const rows = fc.record({
  subject: fc.nat(SUBJECTS.length - 1),
  at: fc.option(instants, { freq: 6 }),
  seconds: fc.oneof(fc.nat(120), fc.nat(3_000_000)),
  isFirst: fc.boolean(),
  platform: fc.constantFrom(...CONVERSATION_PLATFORMS),
  asset: fc.nat(ASSETS.length - 1),
  agent: fc.constantFrom('', 'ada', 'bea', 'cyd'),
});
type Row = typeof rows extends fc.Arbitrary<infer T> ? T : never;
const days = fc.integer({ min: 25, max: 97 }).map((day) => new Date(Date.UTC(2026, 0, 1 + day)));
const questions = fc
  .record({
    days: fc.tuple(days, days),
    granularity: fc.constantFrom('hour' as const, 'day' as const, 'week' as const, 'month' as const),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Pacific/Auckland', 'America/New_York'),
    platforms: fc.option(fc.subarray([...CONVERSATION_PLATFORMS], { minLength: 1 })),
    assetIds: fc.option(fc.subarray(ASSETS, { minLength: 1 })),
  })
  .map(({ days: two, granularity, timeZone, platforms, assetIds }): Question => {
    const [start, end] = two.map((day) => day.toISOString().slice(0, 10)).sort();
    const most = granularity === 'hour' ? start : end;
    const { bounds } = analyticsRange({ startDate: start, endDate: most, granularity, timeZone });
    return { bounds, platforms: platforms ?? CONVERSATION_PLATFORMS, assetIds };
  });
const steps = fc.oneof(
  fc.record({
    kind: fc.constantFrom('answers' as const, 'cases' as const),
    rows: fc.array(rows, { minLength: 1, maxLength: 12 }),
  }),
  fc.record({
    kind: fc.constant('remove' as const),
    subjects: fc.subarray(SUBJECTS, { minLength: 1, maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant('ask' as const), question: questions }),
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

async function take(tenant: Tenant, step: Exclude<Step, { kind: 'ask' }>): Promise<void> {
  if (step.kind === 'remove') {
    await db.query('DELETE FROM message_metric_facts WHERE account_id = $1 AND message_id = ANY($2)', [
      tenant.accountId,
      step.subjects,
    ]);
    await db.query('DELETE FROM conversation_cases WHERE account_id = $1 AND conversation_id = ANY($2)', [
      tenant.accountId,
      step.subjects,
    ]);
    return;
  }
  const put = [...new Map(step.rows.map((row) => [row.subject, row])).values()];
  const column = <Key extends keyof Row>(key: Key): Row[Key][] => put.map((row) => row[key]);
  const relation = `(SELECT id, platform, asset_id, agent, is_first, at, CASE WHEN at IS NOT NULL THEN seconds END AS seconds
    FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::boolean[], $7::timestamptz[], $8::int[])
      AS t (id, platform, asset_id, agent, is_first, at, seconds)) AS r`;
  await db.query(
    step.kind === 'answers'
      ? `INSERT INTO message_metric_facts (account_id, message_id, message_month, platform, asset_id, template_name, template_language,
                                           error_code, agent, is_first_answer, answered_at, answer_seconds)
         SELECT $1, id, '2026-01-01', platform, asset_id, '', '', '', agent, is_first, at, seconds FROM ${relation}
         ON CONFLICT ON CONSTRAINT message_metric_facts_pkey DO UPDATE
           SET platform = excluded.platform, asset_id = excluded.asset_id, agent = excluded.agent,
               is_first_answer = excluded.is_first_answer, answered_at = excluded.answered_at, answer_seconds = excluded.answer_seconds`
      : `INSERT INTO conversation_cases (account_id, conversation_id, after_activity_id, platform, asset_id, opened_at, closed_at, seconds, closed_by)
         SELECT $1, id, $1, platform, asset_id, '2026-01-01', at, seconds, CASE WHEN is_first THEN nullif(agent, '') END FROM ${relation}
         ON CONFLICT ON CONSTRAINT conversation_cases_pkey DO UPDATE
           SET platform = excluded.platform, asset_id = excluded.asset_id, closed_at = excluded.closed_at,
               seconds = excluded.seconds, closed_by = excluded.closed_by`,
    [
      tenant.accountId,
      column('subject').map((subject) => SUBJECTS[subject]),
      column('platform'),
      column('asset').map((asset) => ASSETS[asset]),
      column('agent'),
      column('isFirst'),
      column('at'),
      column('seconds'),
    ],
  );
}

it('tells what PostgreSQL counts, in whatever ranges and zones, whatever has changed since it was last asked', async () => {
  let durations = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 2, maxLength: 8 }), questions, async (trace, last) => {
      const tenant = await aTenant(db);
      for (const step of trace)
        if (step.kind === 'ask') durations += await compare(tenant, step.question);
        else await take(tenant, step);
      durations += await compare(tenant, last);
    }),
    { numRuns: 40 },
  );
  // Few questions are about times in which there is anything; some always are.
  expect(durations).toBeGreaterThan(0);
});

describe('asked again after another process', () => {
  const MARCH = Date.parse('2026-03-10T10:00:00Z');
  const at = (minutes: number): Date => new Date(MARCH + minutes * 60_000);
  const { bounds } = analyticsRange({ startDate: '2025-12-01', endDate: '2026-04-30', granularity: 'month' });
  let tenant: Tenant;
  let conversations: string[];
  const counter = (): ReturnType<typeof aCountingProcess> => aCountingProcess(db);

  beforeEach(async () => {
    tenant = await aTenant(db);
    conversations = await plant([0, 7], [3_000, 9]);
    await counter().settle();
  });

  async function plant(...asks: [startsAfter: number, answeredAfter: number][]): Promise<string[]> {
    return plantConversations(
      db,
      asks.map(([start, wait]) => ({
        accountId: tenant.accountId,
        assetId: tenant.assetId,
        platform: 'whatsapp',
        steps: [
          { kind: 'asked' as const, at: at(start) },
          { kind: 'answered' as const, at: at(start + wait) },
        ],
      })),
    );
  }
  async function activity(kind: 'closed' | 'reopened', minutes: number): Promise<void> {
    await db.query(
      'INSERT INTO conversation_activities (account_id, id, conversation_id, kind, at) VALUES ($1, $2, $3, $4, $5)',
      [tenant.accountId, newId(), conversations[0], kind, at(minutes)],
    );
    await counter().settle();
  }
  const figures = async (by = asked): Promise<unknown> =>
    by.overTime({ accountId: tenant.accountId, platforms: CONVERSATION_PLATFORMS, assetIds: null }, bounds);

  /** Asked before, and then by the same process as by one that knows nothing. */
  async function isSeen(work: () => Promise<unknown>): Promise<void> {
    const before = await figures();
    await work();
    const after = await figures();
    expect(after).not.toEqual(before);
    expect(after).toEqual(await figures(aProcess()));
  }

  it('has counted an answer of an old month', async () => {
    await isSeen(async () => {
      await plant([600, 4]);
      await counter().settle();
    });
  });

  it('has counted that a conversation was closed, reopened and closed again', async () => {
    await isSeen(() => activity('closed', 60));
    await activity('reopened', 120);
    await isSeen(() => activity('closed', 200));
  });

  it('has merged two conversations', async () => {
    const [into, from] = conversations;
    // Now the second question comes right after the first, and the first answer is the second's.
    await db.query(
      `UPDATE messages SET "timestamp" = $3 WHERE conversation_id = $1 AND account_id = $2 AND direction = 'inbound'`,
      [from, tenant.accountId, at(1)],
    );
    await isSeen(async () => {
      for (const table of ['messages', 'conversation_activities'])
        await db.query(
          `UPDATE ${table} SET conversation_id = $3 WHERE account_id = $1 AND conversation_id = $2`,
          [tenant.accountId, from, into],
        );
      await db.query(
        `INSERT INTO conversation_activities (account_id, id, conversation_id, kind, payload) VALUES ($1, $2, $3, 'merged', $4)`,
        [tenant.accountId, newId(), into, { conversationId: from }],
      );
      await counter().settle();
    });
  });

  it('has counted everything anew and put something right', async () => {
    await db.query(
      'UPDATE message_metric_facts SET answer_seconds = 1 WHERE account_id = $1 AND answered_at IS NOT NULL',
      [tenant.accountId],
    );
    await isSeen(() => new MetricsRebuild(db, new CaseCounting()).run({ accountId: tenant.accountId }));
  });

  it('has removed what an old month was counted from', async () => {
    await isSeen(() =>
      db.query('DELETE FROM message_metric_facts WHERE account_id = $1', [tenant.accountId]),
    );
  });

  it('has erased a person: the figures stay', async () => {
    const before = await figures();
    await db.query('UPDATE message_metric_facts SET is_erased = true WHERE account_id = $1', [
      tenant.accountId,
    ]);
    await db.query('DELETE FROM messages WHERE account_id = $1', [tenant.accountId]);
    await new MetricsRebuild(db, new CaseCounting()).run({ accountId: tenant.accountId });
    expect(await figures()).toEqual(before);
    expect(await figures(aProcess())).toEqual(before);
  });
});
