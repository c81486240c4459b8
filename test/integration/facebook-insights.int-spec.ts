import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { PageFigures, endDate, metricOf } from '../factories/insights.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({ status, code: body.error.code });

describe('figures of Pages and posts', () => {
  let app: TestApp;
  let admin: ApiClient;
  let page: PageFigures;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    page = await PageFigures.begin(app, admin);
  });

  it('are pulled by day, and answered with when and how far they were read', async () => {
    page.set('page_media_view', 40, { endDate: endDate(1) });
    page.set('page_media_view', 2, { endDate: endDate(3) });
    await page.pullNow();
    const view = await page.read('?metrics=page_media_view,page_follows');
    expect(view.object).toMatchObject({ kind: 'page', id: SEED.pageId, state: 'active' });
    expect(view.problem).toBeNull();
    const views = metricOf(view, 'page_media_view');
    expect(views).toMatchObject({ total: 42, isComplete: true, adding: 'sum', change: null });
    expect(views.points).toHaveLength(30);
    expect(views.points.filter(({ value }) => value !== null && value > 0).map(({ value }) => value)).toEqual(
      [2, 40],
    );
    expect(metricOf(view, 'page_follows')).toMatchObject({ adding: 'level', change: 0 });
  });

  it('are one figure for a week or in all, and people are never added up', async () => {
    for (let day = 0; day < 20; day++) page.set('page_media_view', 1, { endDate: endDate(day) });
    page.set('page_total_media_view_unique', 9);
    await page.pullNow();
    const metrics = 'metrics=page_media_view,page_total_media_view_unique';
    const inAll = await page.read(
      `?granularity=total&startDate=${endDate(8)}&endDate=${endDate(2)}&${metrics}`,
    );
    expect(metricOf(inAll, 'page_media_view')).toMatchObject({ total: 7, points: [{ value: 7 }] });
    // Seven days of people are what Meta says of seven days.
    expect(metricOf(inAll, 'page_total_media_view_unique').total).toBe(9);
    const six = await page.read(
      `?granularity=total&startDate=${endDate(7)}&endDate=${endDate(2)}&${metrics}`,
    );
    expect(metricOf(six, 'page_total_media_view_unique').total).toBeNull();
    const weeks = metricOf(await page.read(`?granularity=week&${metrics}`), 'page_media_view');
    expect(weeks.points).toHaveLength(12);
    expect(weeks.total).toBe(20);
  });

  it('lose nothing to metrics that Meta refuses, which cost no further call for a day', async () => {
    page.set('page_media_view', 5);
    sandboxOf(app).configure({ pages: { retiredMetrics: ['page_video_views'] } });
    await page.pullNow();
    const view = await page.read();
    expect(metricOf(view, 'page_media_view').total).toBeGreaterThan(0);
    expect(view.unavailable).toEqual(
      expect.arrayContaining([
        {
          metric: 'page_video_views',
          reason: 'refused',
          message: expect.stringContaining('must be a valid insights metric') as unknown,
        },
      ]),
    );
    sandboxOf(app).clearCalls();
    await page.pullNow();
    expect(page.calls().filter(({ status }) => (status ?? 0) >= 400)).toEqual([]);
    expect(
      page
        .calls()
        .map(({ query }) => query.metric ?? '')
        .join(),
    ).not.toContain('page_video_views');
  });

  it('ask for a refused metric once a day, apart from the others, and take it up again when Meta does', async () => {
    sandboxOf(app).configure({ pages: { retiredMetrics: ['page_video_views'] } });
    await page.pullNow();
    await app.db.query(`UPDATE insight_refusals SET expires_at = now() WHERE metric = 'page_video_views'`);
    sandboxOf(app).clearCalls();
    await page.pullNow();
    await page.pullNow();
    const asked = page.calls().filter(({ query }) => query.metric?.includes('page_video_views') === true);
    expect(asked.map(({ query }) => query.metric)).toEqual(['page_video_views']);
    sandboxOf(app).configure({ pages: { retiredMetrics: [] } });
    page.set('page_video_views', 3);
    await app.db.query(`UPDATE insight_refusals SET expires_at = now() WHERE metric = 'page_video_views'`);
    await page.pullNow();
    await page.pullNow();
    expect(metricOf(await page.read('?metrics=page_video_views'), 'page_video_views').total).toBeGreaterThan(
      0,
    );
  });

  it('are told to be retired, with what to ask for instead, and cost no others', async () => {
    const retired = await page.ask(`?metrics=page_impressions_paid`);
    expect(problem(retired)).toEqual({ status: 400, code: 'VALIDATION_FAILED' });
    expect(retired.text).toContain('Ask for page_media_view instead');
    const unknown = await page.ask(`?metrics=reach`);
    expect(problem(unknown)).toEqual({ status: 400, code: 'VALIDATION_FAILED' });
    expect(page.calls()).toEqual([]);
    const beside = await page.ask(`?metrics=page_media_view,page_impressions_paid`);
    expect(beside.status).toBe(200);
    expect(beside.body).toMatchObject({
      data: {
        unavailable: expect.arrayContaining([
          expect.objectContaining({ metric: 'page_impressions_paid', reason: 'retired' }),
        ]),
      },
    });
  });

  it('are overwritten by what Meta corrects, and told only then', async () => {
    const told = async (): Promise<unknown[]> =>
      app.db.query(`SELECT payload FROM domain_events WHERE kind = 'insights.updated'`);
    page.set('page_media_view', 10, { endDate: endDate(2) });
    await page.pullNow();
    expect((await told())[0]).toEqual({
      payload: { assetId: page.assetId, kind: 'page', objectId: SEED.pageId },
    });
    await app.db.query(`UPDATE insight_objects SET covered_from = now() - interval '3 years'`);
    await app.db.query('DELETE FROM domain_events');
    await page.pullNow();
    expect(await told()).toEqual([]);
    page.set('page_media_view', 12, { endDate: endDate(2) });
    await page.pullNow();
    expect(await told()).toHaveLength(1);
    expect(metricOf(await page.read('?metrics=page_media_view'), 'page_media_view').total).toBe(12);
  });

  it('reach back two years, piece by piece, no piece longer than Meta answers', async () => {
    for (let pulls = 0; pulls < 5; pulls++) await page.pullNow();
    const spans = page
      .calls()
      .map(({ query }) => Number(query.until) - Number(query.since))
      .filter((span) => !Number.isNaN(span));
    expect(Math.max(...spans)).toBeLessThanOrEqual(90 * 86_400);
    expect(
      page
        .calls()
        .filter(({ status }) => (status ?? 0) >= 400)
        .every(({ query }) => query.metric !== undefined),
    ).toBe(true);
    const { coveredFrom, isComplete } = metricOf(
      await page.read(`?granularity=month&startDate=${endDate(720)}&metrics=page_media_view`),
      'page_media_view',
    );
    expect(Date.now() - new Date(coveredFrom!).getTime()).toBeGreaterThan(729 * 86_400_000);
    expect(isComplete).toBe(true);
  });

  it('of a Page below a hundred likes are none, and the answer says so', async () => {
    sandboxOf(app).configure({ pages: { insightsFromFans: 1_000_000 } });
    await page.pullNow();
    const view = await page.read('?metrics=page_media_view');
    expect(view.metrics).toEqual([]);
    expect(view.unavailable).toMatchObject([{ metric: 'page_media_view', reason: 'no_data' }]);
  });

  it('are read at once when nothing of them is stored, and on demand', async () => {
    page.set('page_media_view', 3);
    expect(metricOf(await page.read(), 'page_media_view').total).toBeGreaterThan(0);
    sandboxOf(app).clearCalls();
    await page.read();
    expect(page.calls()).toEqual([]);
    await app.db.query(`UPDATE insight_objects SET read_at = now() - interval '1 hour'`);
    await page.read('?refresh=true');
    expect(page.calls().length).toBeGreaterThan(0);
  });

  describe('of posts', () => {
    const reactions = 'post_reactions_by_type_total';

    it('are read since publishing, a map as its sum and its parts', async () => {
      const { id } = sandboxOf(app).createPost({ message: 'New' });
      page.set('post_media_view', 120, { id });
      page.set(reactions, { like: 3, love: 1 }, { id });
      await page.pullNow();
      const view = await page.read(`?postId=${id}`);
      expect(view.object).toMatchObject({ kind: 'post', id, state: 'active' });
      expect(metricOf(view, 'post_media_view')).toMatchObject({ total: 120, isComplete: true });
      expect(metricOf(view, reactions)).toMatchObject({
        total: 4,
        parts: [
          { breakdown: 'reaction_type', label: 'like', value: 3 },
          { breakdown: 'reaction_type', label: 'love', value: 1 },
        ],
      });
      // The sandbox has none of these, like some versions of Meta.
      expect(view.unavailable.map(({ metric, reason }) => [metric, reason])).toEqual([
        ['post_clicks_by_type', 'refused'],
        ['post_activity_by_action_type', 'refused'],
        ['post_video_views', 'refused'],
      ]);
    });

    it('keep how they stood on each day, so that growth can be told', async () => {
      const { id } = sandboxOf(app).createPost({ message: 'New' });
      page.set('post_media_view', 100, { id });
      await page.pullNow();
      await app.db.query(
        `UPDATE insight_values SET bucket_at = bucket_at - interval '2 days' WHERE period = 'lifetime'`,
      );
      page.set('post_media_view', 130, { id });
      await page.pullNow();
      const { total, change, points } = metricOf(
        await page.read(`?postId=${id}&metrics=post_media_view`),
        'post_media_view',
      );
      expect([total, change]).toEqual([130, 30]);
      expect(
        points.filter(({ value }) => value !== null).map(({ value, change: by }) => [value, by]),
      ).toEqual([
        [100, null],
        [130, 30],
      ]);
    });

    it('that nobody has listed yet are looked for at Meta; others are not found', async () => {
      const { id } = sandboxOf(app).createPost({ message: 'Old' });
      page.set('post_media_view', 7, { id });
      expect(metricOf(await page.read(`?postId=${id}`), 'post_media_view').total).toBe(7);
      const { id: foreign } = sandboxOf(app).createPost({ pageId: SEED.secondPageId, message: 'Elsewhere' });
      for (const postId of [foreign, `${SEED.pageId}_1`])
        expect(problem(await page.ask(`?postId=${postId}`))).toEqual({
          status: 404,
          code: 'NOT_FOUND',
        });
    });

    it('that were deleted keep their figures and are not asked about again', async () => {
      const { id } = sandboxOf(app).createPost({ message: 'Gone soon' });
      page.set('post_media_view', 7, { id });
      await page.pullNow();
      sandboxOf(app).failNext({
        path: `/${id}/insights$`,
        code: 100,
        subcode: 33,
        message: 'Unsupported get request.',
      });
      await page.pullNow();
      const view = await page.read(`?postId=${id}`);
      expect(view.object.state).toBe('gone');
      expect(metricOf(view, 'post_media_view').total).toBe(7);
      sandboxOf(app).clearCalls();
      await page.pullNow();
      expect(page.calls(new RegExp(`/${id}/insights$`))).toEqual([]);
    });
  });
});
