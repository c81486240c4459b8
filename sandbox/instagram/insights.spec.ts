import { objectOf } from '../json';
import { asObjects, dataOf, entriesOf, PageTestClient } from '../pages/page-test-client';
import { SEED } from '../world-seed';

const DAY_MS = 86_400_000;
const ACCOUNT = `/${SEED.instagramId}/insights`;

describe('Instagram insights', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const ask = (path: string, query: Record<string, string>) =>
    client.get(`${path}?${new URLSearchParams(query).toString()}`);
  const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

  describe('of an account', () => {
    it('are totals, known from what stands there or set, with breakdowns', async () => {
      client.control.createInstagramMedia({ likes: 4 });
      const breakdowns = [{ dimensions: ['follow_type'], results: [{ values: ['FOLLOWER'], value: 6 }] }];
      client.control.setInstagramInsights({ metric: 'views', value: 9, breakdowns });
      const totals = await ask(ACCOUNT, {
        metric: 'likes,views,saves',
        period: 'day',
        metric_type: 'total_value',
      });
      expect(dataOf(totals)).toMatchObject([
        { name: 'likes', period: 'day', total_value: { value: 4 } },
        { name: 'views', total_value: { value: 9 }, id: `${SEED.instagramId}/insights/views/day` },
        { name: 'saves', total_value: { value: 0 } },
      ]);
      expect(totals.json.paging).toEqual({ previous: expect.any(String), next: expect.any(String) });
      const query = { metric: 'views', period: 'day', metric_type: 'total_value', breakdown: 'follow_type' };
      expect(dataOf(await ask(ACCOUNT, query))).toMatchObject([
        {
          total_value: {
            value: 9,
            breakdowns: [
              {
                dimension_keys: ['follow_type'],
                results: [{ dimension_values: ['FOLLOWER'], value: 6 }],
              },
            ],
          },
        },
      ]);
    });

    it('are values day by day, of which totals are the sum', async () => {
      const now = client.control.now();
      const days = { [dateOf(now - 2 * DAY_MS)]: 3, [dateOf(now - DAY_MS)]: 4 };
      client.control.setInstagramInsights({ metric: 'reach', days });
      const range = {
        since: dateOf(now - 2 * DAY_MS),
        until: dateOf(now),
      };
      const [series] = dataOf(await ask(ACCOUNT, { metric: 'reach', period: 'day', ...range }));
      expect(asObjects(series!.values)).toEqual([
        { value: 3, end_time: expect.stringMatching(/\+0000$/) },
        { value: 4, end_time: expect.any(String) },
      ]);
      const [total] = dataOf(
        await ask(ACCOUNT, { metric: 'reach', period: 'day', metric_type: 'total_value', ...range }),
      );
      expect(total).toMatchObject({ total_value: { value: 7 } });
    });

    it.each<[string, Record<string, string>]>([
      ['a metric that is gone', { metric: 'reach,impressions', period: 'day' }],
      ['a metric that never was', { metric: 'fame', period: 'day' }],
      ['no metric', { period: 'day' }],
      ['no period', { metric: 'reach' }],
      ['a period that the metric does not have', { metric: 'follower_count', period: 'week' }],
      ['a total as series', { metric: 'views', period: 'day' }],
      ['a series as total', { metric: 'follower_count', period: 'day', metric_type: 'total_value' }],
      [
        'a foreign breakdown',
        { metric: 'views', period: 'day', metric_type: 'total_value', breakdown: 'age' },
      ],
      ['a breakdown of a series', { metric: 'reach', period: 'day', breakdown: 'follow_type' }],
      ['more than thirty days', { metric: 'reach', period: 'day', since: '2026-01-01', until: '2026-02-15' }],
      [
        'demographics without time',
        { metric: 'follower_demographics', period: 'lifetime', metric_type: 'total_value', breakdown: 'age' },
      ],
    ])('refuse %s', async (_what, query) => {
      const answer = await ask(ACCOUNT, query);
      expect([answer.status, answer.error.code]).toEqual([400, 100]);
      expect(answer.json).not.toHaveProperty('data');
    });

    it('say who the followers are only where there are a hundred', async () => {
      const breakdowns = [{ dimensions: ['country'], results: [{ values: ['PT'], value: 80 }] }];
      client.control.setInstagramInsights({ metric: 'follower_demographics', breakdowns });
      const query = {
        metric: 'follower_demographics',
        period: 'lifetime',
        metric_type: 'total_value',
        breakdown: 'country',
        timeframe: 'this_month',
      };
      const [item] = dataOf(await ask(ACCOUNT, query));
      expect(objectOf(item!.total_value)).toEqual({
        breakdowns: [{ dimension_keys: ['country'], results: [{ dimension_values: ['PT'], value: 80 }] }],
      });
      client.control.updateInstagramAccount({ followers: 99 });
      expect((await ask(ACCOUNT, query)).error).toMatchObject({ code: 10 });
    });

    it('need the permission', async () => {
      const scopes = ['pages_show_list', 'instagram_basic'];
      const { token } = client.control.issueToken({ pageId: SEED.pageId, scopes });
      const answer = await client.get(`${ACCOUNT}?metric=reach&period=day`, token);
      expect(answer.error).toMatchObject({ code: 200 });
    });
  });

  describe('of media', () => {
    it('are known from what stands under it, or set', async () => {
      const { id } = client.control.createInstagramMedia({ likes: 3 });
      client.control.playComment({ on: id, from: 'Ana' });
      client.control.setInstagramInsights({ mediaId: id, metric: 'saved', value: 2 });
      const answer = await ask(`/${id}/insights`, {
        metric: 'likes,comments,saved,total_interactions,reach',
      });
      expect(dataOf(answer).map(({ name, values }) => [name, values])).toEqual([
        ['likes', [{ value: 3 }]],
        ['comments', [{ value: 1 }]],
        ['saved', [{ value: 2 }]],
        ['total_interactions', [{ value: 6 }]],
        ['reach', [{ value: 0 }]],
      ]);
      expect(dataOf(answer)[0]).toMatchObject({ period: 'lifetime', id: `${id}/insights/likes/lifetime` });
    });

    it.each([
      ['FEED', 'navigation'],
      ['FEED', 'impressions'],
      ['REELS', 'plays'],
      ['REELS', 'profile_visits'],
      ['STORY', 'likes'],
      ['STORY', 'taps_forward'],
    ] as const)('of the kind %s have no %s', async (productType, metric) => {
      const { id } = client.control.createInstagramMedia({ productType });
      client.control.setInstagramInsights({ mediaId: id, metric: 'reach', value: 50 });
      const answer = await ask(`/${id}/insights`, { metric: `reach,${metric}` });
      expect(answer.error).toMatchObject({ code: 100 });
    });

    it('of a story need five viewers, end with it, and are told then', async () => {
      const { id } = client.control.createInstagramMedia({ productType: 'STORY' });
      const navigation = () =>
        ask(`/${id}/insights`, { metric: 'navigation', breakdown: 'story_navigation_action_type' });
      const viewed = (value: number) => {
        client.control.setInstagramInsights({ mediaId: id, metric: 'reach', value });
      };
      viewed(4);
      expect((await navigation()).error).toMatchObject({ code: 10 });
      viewed(5);
      const results = [{ values: ['tap_exit'], value: 1 }];
      const breakdowns = [{ dimensions: ['story_navigation_action_type'], results }];
      client.control.setInstagramInsights({ mediaId: id, metric: 'navigation', value: 1, breakdowns });
      expect(dataOf(await navigation())).toMatchObject([
        {
          values: [{ value: 1 }],
          total_value: { breakdowns: [{ results: [{ dimension_values: ['tap_exit'], value: 1 }] }] },
        },
      ]);
      const callback = await client.subscribe();
      expect(client.control.playStoryInsights(id)).toBe(1);
      await client.control.waitUntilIdle();
      expect(entriesOf(callback)).toMatchObject([
        { changes: [{ field: 'story_insights', value: { media_id: id, reach: 5, exits: 0, replies: 0 } }] },
      ]);
      await client.control.advance(DAY_MS);
      const { token } = client.control.issueToken({ pageId: SEED.pageId });
      expect((await client.get(`/${id}/insights?metric=reach`, token)).error).toMatchObject({ code: 10 });
    });

    it('of a published story are told by themselves a day later, hidden where too few saw it', async () => {
      const callback = await client.subscribe();
      client.control.configure({ instagram: { links: 'trust', imageProcessingMs: 0 } });
      const body = { media_type: 'STORIES', image_url: 'https://shop.example/a.jpg' };
      const { json } = await client.post(`/${SEED.instagramId}/media`, body);
      await client.post(`/${SEED.instagramId}/media_publish`, { creation_id: json.id as string });
      await client.control.advance(DAY_MS + 1000);
      await client.control.waitUntilIdle();
      const [published] = client.control.publishedInstagramMedia();
      expect(entriesOf(callback)).toMatchObject([
        {
          changes: [
            { field: 'story_insights', value: { media_id: published!.mediaId, reach: -1, impressions: -1 } },
          ],
        },
      ]);
    });

    it('are not there for items of carousels, nor from before the account was professional', async () => {
      const { id, childIds } = client.control.createInstagramMedia({ items: 2 });
      const query = { metric: 'reach' };
      expect((await ask(`/${childIds[0]!}/insights`, query)).error).toMatchObject({ code: 100 });
      client.control.updateInstagramMedia({ mediaId: id, isFromPersonalTime: true });
      expect((await ask(`/${id}/insights`, query)).error).toMatchObject({
        code: 100,
        error_subcode: 2108006,
      });
    });
  });
});
