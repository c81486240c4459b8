import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { type Channels, EVENTS, plantTraffic, withPages } from '../factories/analytics-traffic.factory';
import { untilCounted } from '../factories/metric-webhooks.factory';
import { type Team, aTeam } from '../factories/team.factory';
import { type TestApp, startTestApp } from '../test-app';

const TIMESERIES = '/api/meta/analytics/timeseries';
const SENTIMENT = '/api/meta/analytics/sentiment';

type Values = Record<string, (number | null)[]>;
interface Timeseries {
  range: { from: string; until: string };
  groupBy: string | null;
  metrics: string[];
  timestamps: string[];
  series: {
    group: { key: string; name: string | null } | null;
    totals: Record<string, number | null>;
    values: Values;
  }[];
  furtherGroups: number;
}
interface MoodFigures {
  total: number;
  read: number;
  positive: number;
  neutral: number;
  negative: number;
  negativeShare: number | null;
  mean: number | null;
}
type BySource<Of> = Record<'messages' | 'comments' | 'together', Of>;
interface Moods {
  totals: BySource<MoodFigures>;
  timestamps: string[];
  series: BySource<Values>;
  byPlatform: ({ platform: string } & BySource<MoodFigures>)[];
}

let app: TestApp;
let team: Team;
let stranger: Team;
let channels: Channels;
beforeAll(async () => {
  app = await startTestApp();
  const admin = await app.api.registerAdmin();
  team = await aTeam(app, admin);
  stranger = await aTeam(app, admin);
  channels = await withPages(app, team);
  for (const around of ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-04-04T15:00:00Z'])
    await plantTraffic(app, channels, { around, hours: 96, count: 160 });
  // As analyzers do, of most of what customers wrote.
  for (const [table, at] of [
    ['messages', '"timestamp"'],
    ['comments', 'commented_at'],
  ] as const)
    await app.db.query(
      `UPDATE ${table} SET sentiment = (ARRAY['positive', 'neutral', 'negative', 'negative', NULL])[
              1 + (extract(epoch FROM ${at})::bigint / 900) % 5] WHERE account_id = $1`,
      [team.accountId],
    );
  await untilCounted(app);
}, 180_000);
afterAll(() => app.close());

const ask = (
  query: string,
  client: ApiClient = team.viewer.client,
): Promise<ApiAnswer<ApiBody<Timeseries>>> => client.get<Timeseries>(`${TIMESERIES}?${query}`);
async function read(query: string): Promise<Timeseries> {
  const answer = await ask(query);
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  return answer.body.data;
}

const COUNTS = ['received', 'sent', 'delivered', 'read', 'failed', 'comments', 'commentReplies'];
const CHANGES = [
  ['Europe/Berlin', '2026-03-28', '2026-03-30'],
  ['Europe/Berlin', '2026-10-24', '2026-10-26'],
  ['Asia/Kolkata', '2026-03-28', '2026-03-30'],
  ['Australia/Lord_Howe', '2026-04-04', '2026-04-06'],
] as const;

describe.each(CHANGES)('in %s from %s to %s', (timeZone, startDate, endDate) => {
  const query = `timeZone=${timeZone}&startDate=${startDate}&endDate=${endDate}&metrics=${COUNTS.join(',')}`;

  it.each(['day', 'hour'])(
    'each %s has what happened in it, and those without anything 0',
    async (granularity) => {
      const { timestamps, range, series } = await read(`${query}&granularity=${granularity}`);
      expect(timestamps[0]).toBe(range.from);
      const ends = [...timestamps.slice(1), range.until];
      const rows: { name: string; place: number; count: number }[] = await app.db.query(
        `SELECT event.name, place::int - 1 AS place, count(*)::int AS count
         FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS point (start, "end", place)
         JOIN ${EVENTS} AS event ON at >= start AND at < "end" GROUP BY 1, 2`,
        [team.accountId, timestamps, ends],
      );
      for (const name of COUNTS) {
        const counted = timestamps.map(() => 0);
        for (const row of rows) if (row.name === name) counted[row.place] = row.count;
        expect([name, series[0]?.values[name]]).toEqual([name, counted]);
        expect(series[0]?.totals[name]).toBe(counted.reduce((sum, count) => sum + count, 0));
      }
      expect(series[0]?.totals.received).toBeGreaterThan(0);
    },
  );

  it('days are those of the calendar', async () => {
    const { timestamps, range } = await read(query);
    const rows: { start: Date }[] = await app.db.query(
      `SELECT day AT TIME ZONE $1 AS start FROM generate_series($2::timestamp, $3::timestamp + interval '1 day', '1 day') AS day`,
      [timeZone, startDate, endDate],
    );
    expect([...timestamps, range.until]).toEqual(rows.map(({ start }) => start.toISOString()));
  });
});

const DAYS = 'startDate=2026-03-26&endDate=2026-03-31&timeZone=Europe/Berlin';

it('tells rates of the messages sent in each point, and null where none was', async () => {
  const { series, metrics } = await read(`${DAYS}&metrics=deliveryRate,sent&granularity=hour`);
  expect(metrics).toEqual(['sent', 'deliveryRate']);
  const { sent = [], deliveryRate = [] } = series[0]?.values ?? {};
  for (const [index, count] of sent.entries()) {
    if (count === 0) expect(deliveryRate[index]).toBeNull();
    else expect(deliveryRate[index]).toBeGreaterThanOrEqual(0);
  }
  expect(sent).toContain(0);
});

it('weeks and months are whole ones', async () => {
  const weeks = await read('startDate=2026-03-25&endDate=2026-04-01&granularity=week&timeZone=Europe/Berlin');
  expect(weeks.timestamps).toEqual(['2026-03-22T23:00:00.000Z', '2026-03-29T22:00:00.000Z']);
  const months = await read('startDate=2026-03-25&endDate=2026-10-25&granularity=month');
  expect(months.timestamps).toHaveLength(8);
  const [{ count }] = await app.db.query<[{ count: number }]>(
    `SELECT count(*)::int AS count FROM messages WHERE account_id = $1 AND direction = 'inbound'
      AND "timestamp" >= '2026-03-01' AND "timestamp" < '2026-11-01'`,
    [team.accountId],
  );
  expect(months.series[0]?.totals.received).toBe(count);
});

describe('several series', () => {
  async function countedBy(column: string, name: string): Promise<Record<string, number>> {
    const rows: { key: string; count: number }[] = await app.db.query(
      `SELECT ${column}::text AS key, count(*)::int AS count FROM ${EVENTS} AS event
        WHERE name = $2 AND at >= '2026-03-25T23:00:00Z' AND at < '2026-03-31T22:00:00Z' GROUP BY 1`,
      [team.accountId, name],
    );
    return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
  }
  const totalsOf = ({ series }: Timeseries, name: string): Record<string, number | null> =>
    Object.fromEntries(
      series
        .filter(({ totals }) => totals[name] !== 0)
        .map(({ group, totals }) => [group?.key ?? '', totals[name] ?? null]),
    );

  it('are there for each platform, also for those where nothing happened', async () => {
    const found = await read(`${DAYS}&groupBy=platform&metrics=received,comments`);
    expect(found.series.map(({ group }) => group?.key)).toEqual([
      'whatsapp',
      'messenger',
      'instagram',
      'facebook',
    ]);
    expect(totalsOf(found, 'received')).toEqual(await countedBy('platform', 'received'));
    expect(totalsOf(found, 'comments')).toEqual(await countedBy('platform', 'comments'));
  });

  it('are there for each channel, by name', async () => {
    const found = await read(`${DAYS}&groupBy=channel&metrics=sent,casesOpened`);
    expect(totalsOf(found, 'sent')).toEqual(await countedBy('asset_id', 'sent'));
    expect(found.series.find(({ group }) => group?.key === channels.pageId)?.group?.name).toBe('Lucky Page');
    const one = await read(`${DAYS}&groupBy=channel&metrics=sent&channelId=${channels.pageId}`);
    expect(one.series.map(({ group }) => group?.key)).toEqual([channels.pageId]);
  });

  it('are there for each error, with its heading', async () => {
    const found = await read(`${DAYS}&groupBy=error`);
    const failed = Object.values(await countedBy('platform', 'failed')).reduce(
      (sum, count) => sum + count,
      0,
    );
    expect(found.series).toMatchObject([
      { group: { key: '131026', name: 'Not deliverable' }, totals: { failed } },
    ]);
    expect(failed).toBeGreaterThan(0);
  });

  it('are there for each sentiment', async () => {
    const found = await read(`${DAYS}&groupBy=sentiment`);
    expect(found.series.map(({ group }) => group?.key)).toEqual(['positive', 'neutral', 'negative']);
    expect(found.series[2]?.totals.received).toBeGreaterThan(0);
  });

  it('come as lines of one table', async () => {
    const csv = await team.viewer.client.get(
      `${TIMESERIES}?${DAYS}&groupBy=platform&metrics=received,readRate&format=csv`,
    );
    const lines = csv.text.replace('\uFEFF', '').trimEnd().split('\r\n');
    expect(lines[0]).toBe('timestamp,key,name,received,readRate');
    expect(lines).toHaveLength(1 + 4 * 6);
    expect(lines[1]).toMatch(/^2026-03-25T23:00:00\.000Z,whatsapp,whatsapp,\d+,[\d.]*$/);
  });
});

describe('sentiment', () => {
  it('is that of the texts themselves, over time, in all and by platform', async () => {
    const answer = await team.viewer.client.get<Moods>(`${SENTIMENT}?${DAYS}`);
    expect(answer.status).toBe(200);
    const { totals, timestamps, series, byPlatform } = answer.body.data;
    const rows: {
      source: 'messages' | 'comments';
      platform: string;
      mood: string;
      day: number;
      count: number;
    }[] = await app.db.query(
      `SELECT source, platform, coalesce(sentiment, 'unread') AS mood,
                width_bucket(at, $2::timestamptz[])::int - 1 AS day, count(*)::int AS count
           FROM (SELECT 'messages' AS source, platform, sentiment, "timestamp" AS at FROM messages
                  WHERE account_id = $1 AND direction = 'inbound'
                  UNION ALL SELECT 'comments', platform, sentiment, commented_at FROM comments
                  WHERE account_id = $1 AND NOT by_business) AS texts
          WHERE at >= '2026-03-25T23:00:00Z' AND at < '2026-03-31T22:00:00Z' GROUP BY 1, 2, 3, 4`,
      [team.accountId, timestamps],
    );
    const sum = (fits: (row: (typeof rows)[number]) => boolean): number =>
      rows.filter(fits).reduce((total, { count }) => total + count, 0);
    for (const source of ['messages', 'comments'] as const) {
      const of = sum((row) => row.source === source);
      const [positive, negative, unread] = ['positive', 'negative', 'unread'].map((mood) =>
        sum((row) => row.source === source && row.mood === mood),
      ) as [number, number, number];
      expect(totals[source]).toMatchObject({ total: of, read: of - unread, positive, negative });
      expect(totals[source].mean).toBeCloseTo((positive - negative) / (of - unread), 10);
      expect(totals[source].negativeShare).toBeCloseTo(negative / (of - unread), 10);
      expect(unread).toBeGreaterThan(0);
      for (const mood of ['positive', 'neutral', 'negative'])
        expect(series[source][mood]).toEqual(
          timestamps.map((_, day) =>
            sum((row) => row.source === source && row.mood === mood && row.day === day),
          ),
        );
      for (const { platform, ...figures } of byPlatform)
        expect([platform, figures[source].negative]).toEqual([
          platform,
          sum((row) => row.source === source && row.mood === 'negative' && row.platform === platform),
        ]);
    }
    expect(totals.together.read).toBe(totals.messages.read + totals.comments.read);
  });

  it('moves when somebody knows better', async () => {
    const [before] = [(await team.viewer.client.get<Moods>(`${SENTIMENT}?${DAYS}`)).body.data];
    await app.db.query(
      `UPDATE messages SET sentiment = 'positive' WHERE account_id = $1 AND id = (
         SELECT id FROM messages WHERE account_id = $1 AND direction = 'inbound' AND sentiment = 'negative'
            AND "timestamp" >= '2026-03-27' AND "timestamp" < '2026-03-30' LIMIT 1)`,
      [team.accountId],
    );
    await untilCounted(app);
    const after = (await team.viewer.client.get<Moods>(`${SENTIMENT}?${DAYS}`)).body.data;
    expect(after.totals.messages).toMatchObject({
      read: before.totals.messages.read,
      positive: before.totals.messages.positive + 1,
      negative: before.totals.messages.negative - 1,
    });
  });
});

it('shows nobody what is not theirs', async () => {
  const { body } = await ask(`${DAYS}&groupBy=channel`, stranger.viewer.client);
  expect(body.data.series).toEqual([]);
  expect(await ask(`channelId=${channels.pageId}`, stranger.viewer.client)).toMatchObject({ status: 404 });
  const moods = await stranger.viewer.client.get<Moods>(`${SENTIMENT}?${DAYS}`);
  expect(moods.body.data.totals.together).toMatchObject({ total: 0, read: 0, mean: null });
});

it.each([
  ['metrics=likes', 'metrics'],
  ['metrics=clickRate', 'metrics'],
  ['groupBy=agent&metrics=received', 'metrics'],
  ['groupBy=error&metrics=sent', 'metrics'],
  ['groupBy=person', 'groupBy'],
  ['startDate=2026-01-01&endDate=2026-06-01&granularity=hour', 'endDate'],
])('refuses %s', async (query, path) => {
  const { status, body } = await ask(query);
  expect([status, body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  expect(JSON.stringify(body.error.details)).toContain(path);
});
