import { SEED } from '../../sandbox/world-seed';
import { GraphUsage } from '../../src/graph-client/graph-usage';
import { InsightAssetsRepository } from '../../src/insights/pulling/insight-assets.repository';
import { InsightPullsScheduler } from '../../src/insights/pulling/insight-pulls.scheduler';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { PAGES, PAGE_SCOPES, type PageView, pagesAccount } from '../factories/facebook-pages.factory';
import { makeDue, pull } from '../factories/insights.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';
import { type TestDatabase, createTestDatabase } from '../test-database';

describe('pulling figures on a schedule', () => {
  let database: TestDatabase;
  let one: TestApp;
  let other: TestApp;
  let client: ApiClient;
  let accountId: string;
  let assetId: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    one = await startTestApp({ database, sandbox: true });
    const url = one.sandbox!.url;
    other = await startTestApp({
      database,
      env: { META_GRAPH_URL: url, META_OAUTH_URL: url, REDIS_PREFIX: one.env.REDIS_PREFIX! },
    });
    const admin = one.api.as(await one.api.registerAdmin());
    client = one.api.as(await admin.createUser('agent'));
  });
  afterAll(async () => {
    await other.close();
    await one.close();
    await database.drop();
  });
  beforeEach(async () => {
    await one.db.query('DELETE FROM assets');
    sandboxOf(one).reset();
    accountId = await pagesAccount(one, client, { scopes: [...PAGE_SCOPES, 'read_insights'] });
    assetId = (await client.post<PageView>(`${PAGES}/${SEED.pageId}/connect`)).body.data.id;
    sandboxOf(one).clearCalls();
  });
  afterEach(() => one.db.query('DELETE FROM meta_accounts'));

  const schedulers = (): InsightPullsScheduler[] =>
    [one, other].map(({ app }) => app.get(InsightPullsScheduler, { strict: false }));
  const calls = () => sandboxOf(one).calls({ method: 'GET', path: /\/insights$/ });
  const rows = async (): Promise<
    { pulled_at: Date | null; lease_id: string | null; minutes: number | null }[]
  > =>
    one.db.query(
      `SELECT pulled_at, lease_id, extract(epoch FROM next_pull_at - now())::float8 / 60 AS minutes FROM insight_assets`,
    );
  const untilPulled = () => eventually(rows, ([row]) => row?.pulled_at != null && row.lease_id === null);
  /** The same question twice is one that two processes asked. */
  const repeated = (): string[] => {
    const asked = calls()
      .filter(({ status }) => status === 200)
      .map(({ path, query }) => `${path} ${query.metric} ${query.period} ${query.since}`);
    return asked.filter((call, index) => asked.indexOf(call) !== index);
  };

  it('begins by itself with a Page that was connected, and does each pull once however many processes there are', async () => {
    sandboxOf(one).createPost({ message: 'One' });
    await Promise.all(schedulers().map((scheduler) => scheduler.wakeDue()));
    await Promise.all([one, other, one, other].map((app) => pull(app, accountId, assetId)));
    await untilPulled();
    await Promise.all(schedulers().map((scheduler) => scheduler.wakeDue()));
    expect(calls().length).toBeGreaterThan(3);
    expect(repeated()).toEqual([]);
  });

  it('is not begun again before its time', async () => {
    await pullNow();
    sandboxOf(one).clearCalls();
    await Promise.all(schedulers().map((scheduler) => scheduler.wakeDue()));
    await pull(one, accountId, assetId);
    expect(calls()).toEqual([]);
    expect((await rows())[0]!.minutes).toBeGreaterThan(0);
  });

  it('is taken over from a process that died, and from no other', async () => {
    await one.app.get(InsightAssetsRepository, { strict: false }).keepUp();
    const lease = (until: string): Promise<unknown> =>
      one.db.query(
        `UPDATE insight_assets SET lease_id = gen_random_uuid(), lease_until = now() + $1::interval`,
        [until],
      );
    await lease('1 minute');
    await pull(one, accountId, assetId);
    expect(calls()).toEqual([]);
    await lease('-1 second');
    await pull(one, accountId, assetId);
    expect(calls().length).toBeGreaterThan(0);
    expect((await rows())[0]!.lease_id).toBeNull();
  });

  it('ends with the connection, and begins again with the next one', async () => {
    await pullNow();
    await client.delete(`${PAGES}/${SEED.pageId}`);
    await one.db.query(`UPDATE insight_assets SET next_pull_at = now() - interval '1 second'`);
    sandboxOf(one).clearCalls();
    await schedulers()[0]!.wakeDue();
    expect((await rows())[0]!.minutes).toBeNull();
    await pull(one, accountId, assetId);
    expect(calls()).toEqual([]);
    expect((await client.post(`${PAGES}/${SEED.pageId}/connect`)).status).toBe(200);
    await schedulers()[0]!.wakeDue();
    await eventually(rows, ([row]) => row?.lease_id === null && (row.minutes ?? 0) > 0);
  });

  it('stops while Meta’s limits are nearly used up', async () => {
    await one.app.get(InsightAssetsRepository, { strict: false }).keepUp();
    const usage = other.app.get(GraphUsage, { strict: false });
    usage.record({ 'x-app-usage': '{"call_count":85,"total_time":1,"total_cputime":1}' }, null);
    await pull(other, accountId, assetId);
    usage.record({ 'x-app-usage': '{"call_count":1,"total_time":1,"total_cputime":1}' }, null);
    expect(calls()).toEqual([]);
    expect((await rows())[0]!.minutes).toBeGreaterThan(25);
  });

  async function pullNow(): Promise<void> {
    await one.app.get(InsightAssetsRepository, { strict: false }).keepUp();
    await pull(one, accountId, assetId);
    // What is left of the past would be due at once.
    await one.db.query(`UPDATE insight_objects SET covered_from = now() - interval '3 years'`);
    await makeDue(one, assetId);
    await pull(one, accountId, assetId);
  }
});
