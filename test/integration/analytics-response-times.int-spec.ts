import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import {
  type ConversationStep,
  type PlantedConversation,
  RECOUNTED,
  plantConversations,
} from '../factories/answered-conversations.factory';
import { untilCounted } from '../factories/metric-webhooks.factory';
import { type Team, aTeam } from '../factories/team.factory';
import { type TestApp, startTestApp } from '../test-app';

interface Duration {
  count: number;
  meanSeconds: number | null;
  medianSeconds: number | null;
  p90Seconds: number | null;
}
interface Durations {
  firstResponse: Duration;
  response: Duration;
  resolution: Duration;
}
interface ResponseTimes {
  range: { from: string; until: string };
  totals: Durations;
  distribution: Record<'fromSeconds' | 'firstResponse' | 'response' | 'resolution', number>[];
  waiting: { count: number; oldest: { conversationId: string; since: string } | null };
  points: (Durations & { timestamp: string })[];
  byAgent?: (Durations & { userId: string; name: string | null })[];
  byChannel?: (Durations & { channel: { id: string } })[];
  byPlatform?: (Durations & { platform: string })[];
}
const PATH = '/api/meta/analytics/response-times';
const NOTHING: Duration = { count: 0, meanSeconds: null, medianSeconds: null, p90Seconds: null };

/** Clocks were put forward on the 29th, between the first and the last conversation. */
const RANGE = 'startDate=2026-03-27&endDate=2026-03-31&timeZone=Europe/Berlin';
const FIRST = Date.parse('2026-03-26T22:30:00Z');

let app: TestApp;
let team: Team;
let others: Team;
beforeAll(async () => {
  app = await startTestApp();
  const admin = await app.api.registerAdmin();
  [team, others] = [await aTeam(app, admin), await aTeam(app, admin)];
  for (const one of [team, others])
    await plantConversations(
      app.db,
      Array.from({ length: one === team ? 60 : 7 }, (_, index) => aConversation(one, index)),
    );
  await untilCounted(app);
}, 120_000);
afterAll(async () => {
  await app.close();
});

/** Uneven, so that no two conversations are alike: some are closed, some come again, some were answered by nobody. */
function aConversation({ accountId, assetId, ada, bea }: Team, index: number): PlantedConversation {
  const start = FIRST + index * 7_013_000;
  const after = (seconds: number): Date => new Date(start + seconds * 1_000);
  const wait = ((index * index * 37) % 5_000) + index * (index % 7 === 0 ? 1_500 : 1);
  const agent = index % 3 === 0 ? ada.user.id : bea.user.id;
  const steps: ConversationStep[] = [
    { kind: 'asked', at: after(0) },
    { kind: 'asked', at: after(1) },
    { kind: 'answered', at: after(2), by: agent, isCampaign: true },
  ];
  if (index % 5 !== 4)
    steps.push(
      { kind: 'answered', at: after(3 + wait / 2), by: agent, fails: true },
      index % 4 === 0
        ? { kind: 'answered', at: after(10 + wait) }
        : { kind: 'answered', at: after(10 + wait), by: agent },
      { kind: 'answered', at: after(20 + wait), by: agent },
      { kind: 'asked', at: after(100 + wait) },
      { kind: 'answered', at: after(150 + wait + index), by: ada.user.id },
    );
  if (index % 2 === 0)
    steps.push(
      { kind: 'closed', at: after(20_000 + index), by: index % 6 === 0 ? null : agent },
      { kind: 'asked', at: after(30_000) },
      { kind: 'answered', at: after(30_000 + index * 11), by: bea.user.id },
    );
  // Whole seconds: what lies between is rounded.
  return {
    accountId,
    assetId,
    platform: 'whatsapp',
    steps: steps.map((step) => ({ ...step, at: new Date(Math.floor(step.at.getTime() / 1_000) * 1_000) })),
  };
}

const ask = (client: ApiClient, query: string): Promise<ApiAnswer<ApiBody<ResponseTimes>>> =>
  client.get<ResponseTimes>(`${PATH}?${query}`);
const figures = async (query: string): Promise<ResponseTimes> => {
  const { status, body, text } = await ask(team.viewer.client, query);
  expect([status, text.slice(0, 300)]).toEqual([200, expect.anything()]);
  return body.data;
};

const STATS = `count(*)::int AS count, avg(seconds)::float8 AS mean, percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
  percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) AS p90`;

/** Recomputed by PostgreSQL from messages, statuses and activities. */
async function recounted(
  relation: string,
  group: string,
  [from, until]: readonly [string, string] = ['2026-03-27', '2026-03-31'],
): Promise<Map<string, Duration>> {
  const rows: { name: string; count: number; mean: number; median: number; p90: number }[] =
    await app.db.query(
      `WITH ${RECOUNTED} SELECT ${group} AS name, ${STATS} FROM ${relation}
        AND (at AT TIME ZONE 'Europe/Berlin')::date BETWEEN $2 AND $3 GROUP BY 1`,
      [team.accountId, from, until],
    );
  return new Map(
    rows.map(({ name, count, mean, median, p90 }) => [
      name,
      { count, meanSeconds: mean, medianSeconds: median, p90Seconds: p90 },
    ]),
  );
}
const RELATIONS = {
  firstResponse: 'answer WHERE is_first',
  response: 'answer WHERE true',
  resolution: 'closing WHERE true',
} as const;
const KINDS = ['firstResponse', 'response', 'resolution'] as const;

/** A mean is as precise as two ways of dividing are. */
const like = (duration: Duration | undefined): Duration =>
  duration === undefined
    ? NOTHING
    : { ...duration, meanSeconds: expect.closeTo(duration.meanSeconds ?? 0, 6) as number };

describe('GET /analytics/response-times', () => {
  it.each(KINDS)('tells %s as PostgreSQL counts it from the messages', async (kind) => {
    const { totals, points } = await figures(RANGE);
    const expected = await recounted(RELATIONS[kind], `'all'`);
    expect(expected.get('all')?.count).toBeGreaterThan(10);
    expect(totals[kind]).toEqual(like(expected.get('all')));

    const days = await recounted(RELATIONS[kind], `to_char(at AT TIME ZONE 'Europe/Berlin', 'YYYY-MM-DD')`);
    expect(points).toHaveLength(5);
    const dayOf = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', dateStyle: 'short' });
    for (const point of points)
      expect([point.timestamp, point[kind]]).toEqual([
        point.timestamp,
        like(days.get(dayOf.format(new Date(point.timestamp)))),
      ]);
  });

  it('begins and ends days by the calendar, also where clocks change', async () => {
    const { points, range } = await figures(RANGE);
    expect(points.map(({ timestamp }) => timestamp)).toEqual([
      '2026-03-26T23:00:00.000Z',
      '2026-03-27T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
      '2026-03-30T22:00:00.000Z',
    ]);
    expect(range.until).toBe('2026-03-31T22:00:00.000Z');
  });

  it('tells how many took how long', async () => {
    const { distribution } = await figures(RANGE);
    expect(distribution.map(({ fromSeconds }) => fromSeconds)).toEqual([
      0, 60, 300, 900, 3_600, 14_400, 86_400,
    ]);
    for (const kind of KINDS) {
      const steps = await recounted(
        RELATIONS[kind],
        `width_bucket(seconds, ARRAY[0, 60, 300, 900, 3600, 14400, 86400])::text`,
      );
      expect([kind, distribution.map((step) => step[kind])]).toEqual([
        kind,
        distribution.map((_, index) => steps.get(String(index + 1))?.count ?? 0),
      ]);
    }
  });

  it('tells them by agent, channel and platform where that is asked for', async () => {
    const plain = await figures(RANGE);
    expect([plain.byAgent, plain.byChannel, plain.byPlatform]).toEqual([undefined, undefined, undefined]);
    const { byAgent, byChannel, byPlatform } = await figures(`${RANGE}&groupBy=agent,channel,platform`);
    for (const kind of KINDS) {
      const agents = await recounted(RELATIONS[kind], 'agent');
      expect(byAgent).toHaveLength(2);
      for (const agent of byAgent ?? []) expect(agent[kind]).toEqual(like(agents.get(agent.userId)));
      const channels = await recounted(RELATIONS[kind], 'asset_id::text');
      expect(byChannel?.map((each) => [each.channel.id, each[kind]])).toEqual([
        [team.assetId, like(channels.get(team.assetId))],
      ]);
      const platforms = await recounted(RELATIONS[kind], 'platform');
      expect(byPlatform?.map(({ platform }) => platform)).toEqual([
        'whatsapp',
        'messenger',
        'instagram',
        'facebook',
      ]);
      for (const each of byPlatform ?? []) expect(each[kind]).toEqual(like(platforms.get(each.platform)));
    }
    expect(byAgent?.map(({ name }) => name)).toEqual(['agent', 'agent']);
  });

  it('leaves out what is asked to be left out', async () => {
    const { totals, points } = await figures(`${RANGE}&platform=instagram&groupBy=agent`);
    expect(totals).toEqual({ firstResponse: NOTHING, response: NOTHING, resolution: NOTHING });
    expect(points).toHaveLength(5);
    const all = await figures(RANGE);
    expect((await figures(`${RANGE}&channelId=${team.assetId}`)).totals).toEqual(all.totals);
    expect((await ask(team.viewer.client, `${RANGE}&channelId=${others.assetId}`)).status).toBe(404);
  });

  it('tells each account only its own', async () => {
    const [own, theirs] = [await figures(RANGE), (await ask(others.viewer.client, RANGE)).body.data];
    expect(theirs.totals.response.count).toBeGreaterThan(0);
    expect(theirs.totals.response.count).toBeLessThan(own.totals.response.count);
    expect((await ask(others.viewer.client, `${RANGE}&accountId=${team.accountId}`)).status).toBe(404);
  });

  it('knows who waits at the moment, and who has waited longest', async () => {
    const ago = (minutes: number): Date => new Date(Math.floor(Date.now() / 1_000 - minutes * 60) * 1_000);
    const conversation = (steps: ConversationStep[]): PlantedConversation => ({
      accountId: others.accountId,
      assetId: others.assetId,
      platform: 'whatsapp',
      steps,
    });
    const before = (await ask(others.viewer.client, RANGE)).body.data.waiting;
    // What they wrote in March nobody is taken to wait for any more.
    expect(before).toEqual({ count: 0, oldest: null });
    const ids = await plantConversations(app.db, [
      conversation([{ kind: 'asked', at: ago(10) }]),
      conversation([{ kind: 'asked', at: ago(40) }]),
      conversation([
        { kind: 'asked', at: ago(90) },
        { kind: 'answered', at: ago(80), by: others.ada.user.id },
      ]),
      conversation([
        { kind: 'asked', at: ago(70) },
        { kind: 'closed', at: ago(60), by: others.ada.user.id },
      ]),
    ]);
    const { waiting } = (await ask(others.viewer.client, RANGE)).body.data;
    expect(waiting).toMatchObject({ count: 2, oldest: { conversationId: ids[1] } });
  });

  it('tells tables as CSV', async () => {
    const csv = async (table: string): Promise<string[]> => {
      const { status, text } = await team.viewer.client.get(`${PATH}?${RANGE}&format=csv&table=${table}`);
      expect([table, status]).toEqual([table, 200]);
      return text.trim().split('\r\n');
    };
    const { totals, points } = await figures(RANGE);
    const { count, meanSeconds, medianSeconds, p90Seconds } = totals.response;
    expect(await csv('totals')).toContain(
      `Every response,${count},${meanSeconds ?? ''},${medianSeconds ?? ''},${p90Seconds ?? ''}`,
    );
    expect(await csv('points')).toHaveLength(points.length + 1);
    expect(await csv('by-agent')).toHaveLength(3);
    for (const table of ['distribution', 'waiting', 'by-channel', 'by-platform'])
      expect((await csv(table)).length).toBeGreaterThan(1);
  });

  it('refuses what it does not know', async () => {
    for (const query of [
      'groupBy=mood',
      'groupBy=agent,',
      'unknown=1',
      'startDate=2026-02-30',
      'startDate=2020-01-01&endDate=2026-01-01',
      'timeZone=Mars/Olympus',
      'format=csv&table=nothing',
      'channelId=x',
    ])
      expect([query, (await ask(team.viewer.client, query)).body.error.code]).toEqual([
        query,
        'VALIDATION_FAILED',
      ]);
    expect((await app.api.get(PATH)).status).toBe(401);
  });
});
