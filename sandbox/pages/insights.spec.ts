import { objectOf, type JsonObject } from '../json';
import { asObjects, dataOf, PageTestClient } from './page-test-client';
import { SEED } from '../world-seed';

const DAY_MS = 86_400_000;
const SURVIVORS = [
  'page_media_view',
  'page_total_media_view_unique',
  'page_follows',
  'page_daily_follows_unique',
  'page_daily_unfollows_unique',
  'page_views_total',
  'page_post_engagements',
  'page_video_views',
  ...['like', 'love', 'wow', 'haha', 'sorry', 'anger'].map(
    (name) => `page_actions_post_reactions_${name}_total`,
  ),
];
const RETIRED = [
  'page_impressions',
  'page_impressions_unique',
  'page_fans',
  'page_engaged_users',
  'page_fan_adds',
];

describe('insights of a Page', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const page = `/${SEED.pageId}`;
  const read = (query: string) => client.get(`${page}/insights?${query}`);
  const valuesOf = (insight: JsonObject | undefined) => asObjects(insight?.values);
  const day = (date: string) => Math.floor(Date.parse(`${date}T12:00:00Z`) / 1000);

  it('have every metric that is left', async () => {
    const answer = await read(`metric=${SURVIVORS.join(',')}&period=day`);
    expect(answer.status).toBe(200);
    expect(dataOf(answer).map(({ name }) => name)).toEqual(SURVIVORS);
    expect(dataOf(answer)[0]).toMatchObject({
      id: `${SEED.pageId}/insights/page_media_view/day`,
      period: 'day',
      title: expect.any(String),
      values: [
        { value: 0, end_time: expect.any(String) },
        { value: 0, end_time: expect.any(String) },
      ],
    });
  });

  it.each([...RETIRED, 'post_clicks', 'nonsense'])(
    'are refused as a whole for the sake of %s',
    async (metric) => {
      expect((await read(`metric=page_views_total,${metric}&period=day`)).error).toMatchObject({
        code: 100,
        message: '(#100) The value must be a valid insights metric',
      });
    },
  );

  it('lose further metrics when Meta takes them away', async () => {
    client.control.configure({ pages: { retiredMetrics: ['page_video_views'] } });
    expect((await read('metric=page_video_views')).error).toMatchObject({ code: 100 });
    expect((await read('metric=page_views_total')).status).toBe(200);
    expect((await read('period=day')).error).toMatchObject({ code: 100 });
  });

  it('end their days at midnight in California, in summer an hour earlier', async () => {
    const ends = async (since: string, until: string) =>
      valuesOf(
        dataOf(await read(`metric=page_views_total&period=day&since=${day(since)}&until=${day(until)}`))[0],
      ).map(({ end_time }) => end_time);
    expect(await ends('2026-01-09', '2026-01-11')).toEqual([
      '2026-01-10T08:00:00+0000',
      '2026-01-11T08:00:00+0000',
    ]);
    expect(await ends('2026-06-09', '2026-06-10')).toEqual(['2026-06-10T07:00:00+0000']);
    // The change to summer time.
    expect(await ends('2026-03-07', '2026-03-09')).toEqual([
      '2026-03-08T08:00:00+0000',
      '2026-03-09T07:00:00+0000',
    ]);
  });

  it('cover 90 days at most, and none that are still to come', async () => {
    const now = Math.floor(client.control.now() / 1000);
    const span = (days: number) => read(`metric=page_views_total&since=${now - days * 86_400}&until=${now}`);
    expect((await span(90)).status).toBe(200);
    expect((await span(91)).error).toMatchObject({ code: 100 });
    expect((await read(`metric=page_views_total&since=${now}&until=${now - 5}`)).error).toMatchObject({
      code: 100,
    });
    const future = await read(`metric=page_views_total&period=day&since=${now}&until=${now + 5 * 86_400}`);
    expect(valuesOf(dataOf(future)[0])).toEqual([]);
    expect((await read('metric=page_views_total&period=fortnight')).error).toMatchObject({ code: 100 });
    // A metric without that period is left out.
    expect(dataOf(await read('metric=page_follows&period=week'))).toEqual([]);
  });

  it('always lead back and on', async () => {
    const { json } = await read(
      `metric=page_views_total&period=day&since=${day('2026-01-05')}&until=${day('2026-01-08')}`,
    );
    const paging = objectOf(json.paging);
    const previous = new URL(paging.previous as string).searchParams;
    const next = new URL(paging.next as string).searchParams;
    expect([previous.get('since'), previous.get('until')]).toEqual(
      [day('2026-01-02'), day('2026-01-05')].map(String),
    );
    expect([next.get('since'), next.get('until')]).toEqual(
      [day('2026-01-08'), day('2026-01-11')].map(String),
    );
    expect(previous.get('metric')).toBe('page_views_total');
    const before = await client.get((paging.previous as string).replace(client.client.sandbox.url, ''));
    expect(valuesOf(dataOf(before)[0])[0]).toMatchObject({ end_time: '2026-01-03T08:00:00+0000' });
  });

  it('give the figures that were set, and sum them up over longer periods', async () => {
    const { control } = client;
    control.setInsight({ id: SEED.pageId, metric: 'page_views_total', value: 5, endDate: '2026-01-07' });
    control.setInsight({ id: SEED.pageId, metric: 'page_views_total', value: 3, endDate: '2026-01-02' });
    control.setInsight({ id: SEED.pageId, metric: 'page_media_view', value: 9 });
    control.setInsight({ id: SEED.pageId, metric: 'page_media_view', value: 70, period: 'week' });
    const until = `since=${day('2026-01-06')}&until=${day('2026-01-07')}`;
    const all = dataOf(await read(`metric=page_views_total,page_media_view&${until}`));
    const figures = all.map(({ name, period, values }) => [name, period, asObjects(values)[0]?.value]);
    expect(figures).toEqual([
      ['page_views_total', 'day', 5],
      ['page_views_total', 'week', 8],
      ['page_views_total', 'days_28', 8],
      ['page_media_view', 'day', 9],
      ['page_media_view', 'week', 70],
      ['page_media_view', 'days_28', 9],
    ]);
  });

  it('count what people did', async () => {
    const { control } = client;
    const { id } = control.createPost({ silent: true });
    control.playPostReaction({ on: id, from: 'Ana', reaction: 'LIKE' });
    control.playPostReaction({ on: id, from: 'Ben', reaction: 'SAD' });
    control.playComment({ on: id, from: 'Ana' });
    await client.post(`/${id}/likes`);
    control.playPageLike({ from: 'Ana' });
    control.playPageLike({ from: 'Ben' });
    control.playPageLike({ from: 'Ben', verb: 'remove' });
    await control.advance(DAY_MS + 3_600_000);
    const names = [
      'page_post_engagements',
      'page_actions_post_reactions_sorry_total',
      'page_daily_follows_unique',
    ];
    const metrics = [...names, 'page_daily_unfollows_unique'].join(',');
    const insights = dataOf(await read(`metric=${metrics}&period=week`));
    expect(insights.map((insight) => valuesOf(insight).at(-1)?.value)).toEqual([3, 1, 2, 1]);
    const follows = dataOf(await read('metric=page_follows&period=day'));
    expect(valuesOf(follows[0]).at(-1)?.value).toBe(126);
    const post = await client.get(`/${id}/insights?metric=post_reactions_by_type_total,post_clicks`);
    expect(dataOf(post)).toMatchObject([
      { period: 'lifetime', values: [{ value: { like: 2, sorry: 1 } }] },
      { period: 'lifetime', values: [{ value: 0 }] },
    ]);
    expect(valuesOf(dataOf(post)[0])[0]).not.toHaveProperty('end_time');
  });

  it('of posts are set and refused in the same way, and read beside other fields', async () => {
    const { id } = client.control.createPost();
    client.control.setInsight({ id, metric: 'post_media_view', value: 1234 });
    const { json } = await client.get(`/${id}?fields=message,insights.metric(post_media_view){name,values}`);
    expect(objectOf(json.insights).data).toEqual([
      { name: 'post_media_view', id: expect.any(String), values: [{ value: 1234 }] },
    ]);
    for (const metric of ['post_impressions', 'post_engaged_users', 'page_views_total']) {
      expect((await client.get(`/${id}/insights?metric=post_clicks,${metric}`)).error).toMatchObject({
        code: 100,
      });
    }
  });

  it('are empty below 100 likes', async () => {
    client.control.updatePage(SEED.pageId, { fans: 99 });
    expect((await read('metric=page_views_total')).json).toEqual({ data: [] });
  });

  it('need the task, the permissions and the Page’s token', async () => {
    const query = `${page}/insights?metric=page_views_total`;
    const { token: user } = client.control.issueToken({ scopes: ['pages_show_list', 'read_insights'] });
    expect((await client.get(query, user)).error).toMatchObject({ code: 190, error_subcode: 2069032 });
    const { token } = client.control.issueToken({ pageId: SEED.pageId, scopes: ['pages_read_engagement'] });
    expect((await client.get(query, token)).error).toMatchObject({ code: 200 });
    client.control.revokePageTask({ pageId: SEED.pageId, task: 'ANALYZE' });
    expect((await client.get(query)).error).toMatchObject({ code: 200 });
  });
});
