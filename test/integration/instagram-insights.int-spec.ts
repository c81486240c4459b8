import { SEED } from '../../sandbox/world-seed';
import { InsightAssetsRepository } from '../../src/insights/pulling/insight-assets.repository';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { allProcessed } from '../factories/facebook-pages.factory';
import { INSTAGRAM_METRICS, type InsightsView, makeDue, metricOf, pull } from '../factories/insights.factory';
import {
  INSTAGRAM_LOGIN_ENV,
  INSTAGRAM_SCOPES,
  anInstagramOwner,
  instagramLogin,
  linkedAccount,
} from '../factories/instagram-accounts.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({ status, code: body.error.code });
const LOGIN_SCOPES = [
  'instagram_business_basic',
  'instagram_business_manage_messages',
  'instagram_business_manage_comments',
];

describe('figures of Instagram accounts and media', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  let accountId: string;
  let assetId: string;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000', ...INSTAGRAM_LOGIN_ENV } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('DELETE FROM assets');
    await app.db.query('DELETE FROM insight_refusals');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
  });

  const throughPage = (scopes: string[] = [...INSTAGRAM_SCOPES, 'instagram_manage_insights']) =>
    connectAccount((to, who) => linkedAccount(to, who, { scopes }));
  const byInstagramLogin = (scopes: string[] = [...LOGIN_SCOPES, 'instagram_business_manage_insights']) =>
    connectAccount((to, who) => instagramLogin(to, who, { scopes }));

  async function connectAccount(login: Parameters<typeof anInstagramOwner>[2]): Promise<void> {
    ({ client, accountId, assetId } = await anInstagramOwner(app, admin, login));
    await app.app.get(InsightAssetsRepository, { strict: false }).keepUp();
    sandboxOf(app).clearCalls();
  }
  const pullNow = async (): Promise<void> => {
    await makeDue(app, assetId);
    await pull(app, accountId, assetId);
  };
  const read = async (query = ''): Promise<InsightsView> => {
    const answer = await client.get<InsightsView>(`${INSTAGRAM_METRICS}${query}`);
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    return answer.body.data;
  };
  const calls = (path: RegExp = /\/insights$/) => sandboxOf(app).calls({ method: 'GET', path });
  const set = (metric: string, value: number, mediaId?: string) => {
    sandboxOf(app).setInstagramInsights({ metric, value, ...(mediaId === undefined ? {} : { mediaId }) });
  };

  describe.each([
    ['linked to a Page', throughPage],
    ['of Instagram Login', byInstagramLogin],
  ])('of accounts %s', (_, connectIt) => {
    beforeEach(() => connectIt());

    it('are pulled by day, those too that Meta only sums up', async () => {
      set('views', 30);
      set('reach', 11);
      await pullNow();
      const view = await read('?metrics=views,reach,likes');
      expect(view.object).toMatchObject({ kind: 'ig_account', id: SEED.instagramId, state: 'active' });
      const views = metricOf(view, 'views');
      expect(views.points.filter(({ value }) => value === 30).length).toBeGreaterThanOrEqual(7);
      expect(metricOf(view, 'reach')).toMatchObject({ adding: 'people', total: null });
      const asked = calls().filter(
        ({ query }) => query.metric_type === 'total_value' && query.period === 'day',
      );
      const days = asked.map(({ query }) => Number(query.until) - Number(query.since));
      // Where clocks are set back a day has one hour more.
      expect(days.filter((seconds) => seconds !== 86_400 && seconds !== 90_000)).toEqual([]);
      expect(days.length).toBeGreaterThan(7);
      expect((await read('?metrics=views')).unavailable).toEqual([]);
    });

    it('of media are what its kind has, and never cost a refused call', async () => {
      const { id: reel } = sandboxOf(app).createInstagramMedia({ mediaType: 'VIDEO', productType: 'REELS' });
      const { id: image } = sandboxOf(app).createInstagramMedia({});
      set('ig_reels_avg_watch_time', 4_200, reel);
      set('reach', 90, image);
      await pullNow();
      const ofReel = await read(`?mediaId=${reel}`);
      expect(ofReel.object).toMatchObject({ kind: 'ig_media', productType: 'REELS' });
      expect(metricOf(ofReel, 'ig_reels_avg_watch_time').total).toBe(4_200);
      expect(metricOf(await read(`?mediaId=${image}&metrics=reach`), 'reach').total).toBe(90);
      expect(
        calls(new RegExp(`/(${reel}|${image})/insights$`)).filter(({ status }) => status !== 200),
      ).toEqual([]);
      expect(problem(await client.get(`${INSTAGRAM_METRICS}?mediaId=${reel}&metrics=navigation`))).toEqual({
        status: 400,
        code: 'VALIDATION_FAILED',
      });
    });
  });

  it('are split as Meta splits them', async () => {
    await throughPage();
    sandboxOf(app).setInstagramInsights({
      metric: 'follows_and_unfollows',
      breakdowns: [
        {
          dimensions: ['follow_type'],
          results: [
            { values: ['FOLLOWER'], value: 5 },
            { values: ['NON_FOLLOWER'], value: 2 },
          ],
        },
      ],
    });
    await pullNow();
    const { parts } = metricOf(await read('?metrics=follows_and_unfollows'), 'follows_and_unfollows');
    const [follower, left] = parts;
    expect([follower?.label, left?.label]).toEqual(['follower', 'non_follower']);
    expect(follower!.value / left!.value).toBe(2.5);
  });

  it('lose nothing to metrics that Meta has retired or keeps back below a hundred followers', async () => {
    await throughPage();
    set('views', 12);
    await pullNow();
    const view = await read();
    expect(metricOf(view, 'views').total).toBeGreaterThan(0);
    const reasons = new Map(view.unavailable.map(({ metric, reason }) => [metric, reason]));
    expect(reasons.get('profile_views')).toBe('refused');
    expect(view.problem).toBeNull();
    sandboxOf(app).clearCalls();
    await pullNow();
    expect(calls().filter(({ status }) => status !== 200)).toEqual([]);
  });

  it('are refused by a retired name, saying what to ask for instead', async () => {
    await throughPage();
    const retired = await client.get(`${INSTAGRAM_METRICS}?metrics=impressions`);
    expect(problem(retired)).toEqual({ status: 400, code: 'VALIDATION_FAILED' });
    expect(retired.text).toContain('Ask for views instead');
  });

  it('wait for a person when the permission is missing', async () => {
    await throughPage(INSTAGRAM_SCOPES);
    await pullNow();
    expect(calls()).toEqual([]);
    const view = await read('?metrics=views');
    expect(view.problem).toMatchObject({ code: 'permission' });
    expect(view.unavailable).toMatchObject([{ metric: 'views', reason: 'missing_permission' }]);
  });

  it('are nobody else’s, and those of media nobody has are not found', async () => {
    await throughPage();
    await pullNow();
    const { id } = sandboxOf(app).createInstagramMedia({});
    await pullNow();
    const other = app.api.as(await admin.createUser('viewer'));
    for (const query of [`accountId=${assetId}`, `mediaId=${id}`, ''])
      expect((await other.get(`${INSTAGRAM_METRICS}?${query}`)).status).toBe(404);
    expect(problem(await client.get(`${INSTAGRAM_METRICS}?mediaId=17999999999999999`))).toEqual({
      status: 404,
      code: 'NOT_FOUND',
    });
  });

  describe('of stories', () => {
    const aStory = (): string => sandboxOf(app).createInstagramMedia({ productType: 'STORY' }).id;
    beforeEach(async () => {
      await throughPage();
      const configured = await client.post<{ status: string }>('/api/meta/webhook/configure', {
        verifyToken: 'a-verify-token',
        fields: { messages: true, story_insights: true },
      });
      expect(configured.body.data.status).toBe('active');
    });

    it('are read before they are forgotten, split by where people went', async () => {
      const id = aStory();
      set('reach', 44, id);
      sandboxOf(app).setInstagramInsights({
        mediaId: id,
        metric: 'navigation',
        value: 8,
        breakdowns: [
          {
            dimensions: ['story_navigation_action_type'],
            results: [{ values: ['TAP_EXIT'], value: 3 }],
          },
        ],
      });
      await pullNow();
      const view = await read(`?mediaId=${id}`);
      expect(metricOf(view, 'reach').total).toBe(44);
      expect(metricOf(view, 'navigation')).toMatchObject({
        total: 8,
        parts: [{ breakdown: 'story_navigation_action_type', label: 'tap_exit', value: 3 }],
      });
      const rows: { minutes: number }[] = await app.db.query(
        `SELECT extract(epoch FROM next_read_at - now())::float8 / 60 AS minutes FROM insight_objects
          WHERE external_id = $1`,
        [id],
      );
      expect(Math.round(rows[0]!.minutes)).toBe(60);
    });

    it('that too few have seen say so, and keep nothing else from being read', async () => {
      const id = aStory();
      const { id: image } = sandboxOf(app).createInstagramMedia({});
      set('reach', 2, id);
      set('reach', 50, image);
      await pullNow();
      const view = await read(`?mediaId=${id}&metrics=reach`);
      expect(view.unavailable).toMatchObject([{ metric: 'reach', reason: 'too_few_viewers' }]);
      expect(view.problem).toBeNull();
      expect(metricOf(await read(`?mediaId=${image}&metrics=reach`), 'reach').total).toBe(50);
    });

    it('end with what the webhook tells, which is not read again', async () => {
      const id = aStory();
      set('reach', 40, id);
      set('views', 60, id);
      await pullNow();
      for (const [metric, value] of [
        ['reach', 44],
        ['views', 70],
        ['exits', 3],
        ['replies', 1],
      ] as const)
        set(metric, value, id);
      expect(sandboxOf(app).playStoryInsights(id)).toBeGreaterThan(0);
      await allDelivered(id);
      const view = await read(`?mediaId=${id}`);
      expect(view.object.state).toBe('over');
      expect(metricOf(view, 'reach')).toMatchObject({ total: 44, isComplete: true });
      expect(metricOf(view, 'replies').total).toBe(1);
      // The webhook calls it impressions, which may be something else: what was read of views stays.
      expect(metricOf(view, 'views').total).toBe(60);
      expect(metricOf(view, 'navigation').parts).toEqual(
        expect.arrayContaining([{ breakdown: 'story_navigation_action_type', label: 'tap_exit', value: 3 }]),
      );
      sandboxOf(app).clearCalls();
      await pullNow();
      expect(calls(new RegExp(`/${id}/insights$`))).toEqual([]);
    });

    it('that nobody had read are known by the webhook alone', async () => {
      const id = aStory();
      set('reach', 44, id);
      set('views', 70, id);
      sandboxOf(app).playStoryInsights(id);
      await allDelivered(id);
      const view = await read(`?mediaId=${id}`);
      expect(metricOf(view, 'reach').total).toBe(44);
      expect(metricOf(view, 'views').total).toBe(70);
    });

    async function allDelivered(id: string): Promise<void> {
      await eventually(
        async (): Promise<unknown[]> =>
          app.db.query(`SELECT 1 FROM insight_objects WHERE external_id = $1 AND state = 'over'`, [id]),
        (rows) => rows.length > 0,
      );
      await allProcessed(app);
    }
  });
});
