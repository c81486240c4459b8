import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { PAGES, PAGE_SCOPES, pagesAccount } from '../factories/facebook-pages.factory';
import { FACEBOOK_METRICS, FIGURE_SCOPES, PageFigures, metricOf, pull } from '../factories/insights.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({ status, code: body.error.code });

describe('asking for figures of Pages', () => {
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

  describe('that cannot be read', () => {
    it('for a missing permission say so without a call, and wait for a person', async () => {
      page = await PageFigures.begin(app, admin, PAGE_SCOPES);
      sandboxOf(app).clearCalls();
      await page.pullNow();
      expect(page.calls()).toEqual([]);
      const view = await page.read('?metrics=page_media_view');
      expect(view.problem).toMatchObject({ code: 'permission' });
      expect(view.unavailable).toMatchObject([
        { reason: 'missing_permission', message: expect.stringContaining('read_insights') as unknown },
      ]);
      const rows: { hours: number }[] = await app.db.query(
        `SELECT extract(epoch FROM next_pull_at - now())::float8 / 3600 AS hours FROM insight_assets`,
      );
      expect(rows[0]!.hours).toBeGreaterThan(20);
      expect(problem(await page.ask(`?refresh=true`))).toEqual({
        status: 424,
        code: 'META_REAUTH_REQUIRED',
      });
    });

    it('because a permission was lost keep what there is, and are taken up when it is given back', async () => {
      page.set('page_media_view', 4);
      await page.pullNow();
      sandboxOf(app).revokePermission({ permission: 'read_insights' });
      await page.pullNow();
      const view = await page.read('?metrics=page_media_view');
      expect(view.problem).toMatchObject({ code: 'permission' });
      expect(metricOf(view, 'page_media_view').total).toBeGreaterThan(0);
      await pagesAccount(app, page.client, { scopes: FIGURE_SCOPES });
      await eventually(
        async (): Promise<{ is_due: boolean }[]> =>
          app.db.query('SELECT next_pull_at <= now() AS is_due FROM insight_assets'),
        ([row]) => row?.is_due === true,
      );
      expect((await page.client.post(`${PAGES}/${SEED.pageId}/connect`)).status).toBe(200);
      await pull(app, page.accountId, page.assetId);
      expect((await page.read('?metrics=page_media_view')).problem).toBeNull();
    });

    it('because Meta keeps nothing so old are no trouble: the past ends there', async () => {
      await page.pullNow();
      await app.db.query(`UPDATE insight_assets SET next_pull_at = now() - interval '1 second'`);
      sandboxOf(app).failNext({ path: '/insights$', code: 100, message: 'The since param is too long ago' });
      await pull(app, page.accountId, page.assetId);
      expect((await page.read()).problem).toBeNull();
      await app.db.query(`UPDATE insight_assets SET next_pull_at = now() - interval '1 second'`);
      sandboxOf(app).clearCalls();
      await pull(app, page.accountId, page.assetId);
      expect(page.calls()).toEqual([]);
    });

    it('while Meta limits calls are left alone, and what was stored is answered', async () => {
      await page.pullNow();
      await app.db.query(`UPDATE insight_objects SET read_at = now() - interval '1 hour'`);
      sandboxOf(app).failNext({
        path: '/insights$',
        code: 32,
        times: 50,
      });
      await page.pullNow();
      const view = await page.read('?metrics=page_follows');
      expect(view.problem).toMatchObject({ code: 'limited' });
      expect(metricOf(view, 'page_follows').total).not.toBeNull();
      expect(problem(await page.ask(`?refresh=true`))).toEqual({
        status: 429,
        code: 'META_RATE_LIMITED',
      });
    });
  });

  describe('which are asked for', () => {
    it('are those of the only connected Page; of several one has to be named', async () => {
      expect((await page.read()).object.id).toBe(SEED.pageId);
      await page.client.post(`${PAGES}/${SEED.secondPageId}/connect`);
      expect(problem(await page.ask())).toEqual({ status: 409, code: 'ACCOUNT_AMBIGUOUS' });
      expect((await page.read(`?pageId=${SEED.secondPageId}`)).object.id).toBe(SEED.secondPageId);
    });

    it('are nobody else’s', async () => {
      await page.pullNow();
      const { id } = sandboxOf(app).createPost({ message: 'Mine' });
      const other = app.api.as(await admin.createUser('viewer'));
      for (const query of [`pageId=${page.assetId}`, `pageId=${SEED.pageId}`, `postId=${id}`])
        expect((await other.get(`${FACEBOOK_METRICS}?${query}`)).status).toBe(404);
    });

    it.each([
      'pageId=abc',
      'postId=123',
      'granularity=hour',
      'timeZone=Mars/Base',
      'startDate=2026-02-30',
      'startDate=2020-01-01',
      'metrics=a-b',
      'what=ever',
    ])('must be asked for as documented: %s is refused', async (query) => {
      expect(problem(await page.ask(`?${query}`))).toEqual({
        status: 400,
        code: 'VALIDATION_FAILED',
      });
    });

    it('can be had as a table', async () => {
      page.set('page_media_view', 5);
      await page.pullNow();
      const answer = await page.client.get(
        `${FACEBOOK_METRICS}.csv?metrics=page_media_view&granularity=week`,
      );
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
      const [head, ...lines] = answer.text.trim().split('\r\n');
      expect(head).toContain('metric,breakdown,label,from,until,value,change');
      expect(lines).toHaveLength(12);
      expect(lines.at(-1)).toMatch(/^page_media_view,,,\d{4}-/);
    });
  });
});
