import { ReportOrders } from '../../src/analytics/reports/report-orders.service';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  REPORTS,
  type ReportView,
  SCHEDULES,
  type ScheduleView,
  ScriptedDataset,
  reportWhen,
} from '../factories/reports.factory';
import { type SentimentTenant, aSentimentTenant, eventsOf } from '../factories/sentiment.factory';
import { type TestApp, startTestApp } from '../test-app';
import { type TestDatabase, createTestDatabase } from '../test-database';

jest.setTimeout(180_000);

const HOUR_MS = 3_600_000;

describe('a schedule of reports', () => {
  let database: TestDatabase;
  /** As two processes would be; neither looks by itself whose time has come, so that tests say what time it is. */
  let nodes: [TestApp, TestApp];
  let app: TestApp;
  let admin: ApiClient;
  let tenant: SentimentTenant;
  let client: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    // Times of the past: what is ordered for them must not have expired by now.
    const env = { APP_ROLES: 'api,worker', REPORT_RETENTION_DAYS: '3650' };
    const first = await startTestApp({ database, env });
    nodes = [first, await startTestApp({ database, env: { ...first.env, ...env, PORT: '0' } })];
    app = first;
    admin = app.api.as(await app.api.registerAdmin());
    tenant = await aSentimentTenant(app, admin, 'agent');
    client = tenant.client;
    new ScriptedDataset('overview', ...nodes);
  });
  afterAll(async () => {
    for (const node of nodes) await node.close();
    await database.drop();
  });
  afterEach(async () => {
    await app.db.query('DELETE FROM report_schedules');
  });

  const draft = (changes: object = {}): object => ({
    title: 'Nightly',
    datasets: ['overview'],
    format: 'json',
    range: 'yesterday',
    cron: '30 2 * * *',
    timeZone: 'Europe/Berlin',
    ...changes,
  });
  const create = async (changes: object = {}, by = client): Promise<ScheduleView> => {
    const { status, text, body } = await by.post<ScheduleView>(SCHEDULES, draft(changes));
    if (status !== 201) throw new Error(`Making a schedule answered ${status}: ${text}`);
    return body.data;
  };
  const shown = async (id: string): Promise<ScheduleView> =>
    (await client.get<ScheduleView>(`${SCHEDULES}/${id}`)).body.data;
  /** Both at once, as both wake. */
  const orderOnBoth = async (now: Date): Promise<void> => {
    await Promise.all(nodes.map((node) => node.app.get(ReportOrders, { strict: false }).orderDue(now)));
  };
  const nextRunAt = (id: string, at: Date): Promise<unknown> =>
    app.db.query('UPDATE report_schedules SET next_run_at = $2 WHERE id = $1', [id, at]);
  const reportsOf = async (scheduleId: string): Promise<ReportView[]> => {
    const page = await client.get<{ reports: ReportView[] }>(`${REPORTS}?scheduleId=${scheduleId}&limit=100`);
    return page.body.data.reports.reverse();
  };

  it('shows its next five times, and can be changed, switched off and removed', async () => {
    const schedule = await create({ cron: '0 8 * * 1', timeZone: 'UTC' });
    expect(schedule).toMatchObject({ enabled: true, recipientIds: [tenant.user.id], lastRunAt: null });
    expect(schedule.nextRuns).toHaveLength(5);
    for (const time of schedule.nextRuns) {
      expect(new Date(time).getTime()).toBeGreaterThan(Date.now());
      expect([new Date(time).getUTCDay(), time.slice(11, 19)]).toEqual([1, '08:00:00']);
    }
    const changed = await client.patch<ScheduleView>(`${SCHEDULES}/${schedule.id}`, {
      cron: '15 9 1 * *',
      title: 'Monthly',
    });
    expect(changed.body.data).toMatchObject({ title: 'Monthly', datasets: ['overview'] });
    expect(changed.body.data.nextRuns.every((time) => time.includes('-01T09:15:00'))).toBe(true);
    const off = await client.patch<ScheduleView>(`${SCHEDULES}/${schedule.id}`, { enabled: false });
    expect(off.body.data).toMatchObject({ enabled: false, nextRuns: [] });
    const listed = await client.get<{ schedules: ScheduleView[] }>(SCHEDULES);
    expect(listed.body.data.schedules.map(({ id }) => id)).toEqual([schedule.id]);
    expect((await client.delete(`${SCHEDULES}/${schedule.id}`)).status).toBe(200);
    expect((await client.get(`${SCHEDULES}/${schedule.id}`)).status).toBe(404);
  });

  it('makes one report of each of its times, whichever process wakes, of the day before by its own clocks', async () => {
    const { id } = await create();
    await nextRunAt(id, new Date('2026-03-10T01:30:00Z'));
    await orderOnBoth(new Date('2026-03-10T01:29:59Z'));
    expect(await reportsOf(id)).toEqual([]);
    await orderOnBoth(new Date('2026-03-10T01:30:00Z'));
    await orderOnBoth(new Date('2026-03-10T01:31:00Z'));
    expect(await reportsOf(id)).toMatchObject([
      {
        dueAt: '2026-03-10T01:30:00.000Z',
        from: '2026-03-08T23:00:00.000Z',
        until: '2026-03-09T23:00:00.000Z',
        requestedBy: tenant.user.id,
      },
    ]);
    expect(await shown(id)).toMatchObject({ lastRunAt: '2026-03-10T01:30:00.000Z' });
    const [made] = await reportsOf(id);
    await reportWhen(client, made?.id ?? '', ({ state }) => state === 'completed');
    expect(await eventsOf(app, tenant.accountId, 'report.completed')).toMatchObject([
      { scheduleId: id, recipientIds: [tenant.user.id] },
    ]);
  });

  it('makes up once for times that were missed, not once for each', async () => {
    const { id } = await create();
    await nextRunAt(id, new Date('2026-05-01T00:30:00Z'));
    await orderOnBoth(new Date('2026-05-09T12:00:00Z'));
    expect(await reportsOf(id)).toMatchObject([
      {
        dueAt: '2026-05-09T00:30:00.000Z',
        from: '2026-05-07T22:00:00.000Z',
        until: '2026-05-08T22:00:00.000Z',
      },
    ]);
  });

  it.each([
    ['02:30 comes twice', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']],
    ['there is no 02:30', '2026-03-28T12:00:00Z', ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']],
  ])('runs once on the day on which %s', async (_, begin, expected) => {
    const { id } = await create();
    const from = Date.parse(begin);
    await nextRunAt(id, new Date(expected[0] ?? ''));
    for (let at = from; at <= from + 44 * HOUR_MS; at += HOUR_MS / 2) await orderOnBoth(new Date(at));
    expect((await reportsOf(id)).map(({ dueAt }) => dueAt)).toEqual(expected);
  });

  it('can be run beside its times', async () => {
    const { id, nextRuns } = await create();
    const keyed = client.with({ 'idempotency-key': 'now-1' });
    const asked = await keyed.post<ReportView>(`${SCHEDULES}/${id}/run`);
    expect([asked.status, asked.headers.get('location')]).toEqual([202, `${REPORTS}/${asked.body.data.id}`]);
    expect(asked.body.data).toMatchObject({ scheduleId: id, dueAt: null });
    expect((await keyed.post<ReportView>(`${SCHEDULES}/${id}/run`)).body.data.id).toBe(asked.body.data.id);
    expect((await shown(id)).nextRuns).toEqual(nextRuns);
  });

  it('stops when nobody’s access carries it any more, tells so, and goes on with whoever takes it over', async () => {
    const leaver = await admin.createUser('agent');
    await app.db.query(`INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'member')`, [
      tenant.accountId,
      leaver.id,
    ]);
    const { id } = await create({ recipientIds: [leaver.id, tenant.user.id] }, app.api.as(leaver));
    await app.db.query('DELETE FROM account_members WHERE user_id = $1', [leaver.id]);
    await nextRunAt(id, new Date('2026-06-01T00:30:00Z'));
    await orderOnBoth(new Date('2026-06-01T00:30:00Z'));
    const stopped = await eventually(
      () => shown(id),
      ({ enabled }) => !enabled,
    );
    expect(stopped).toMatchObject({ nextRuns: [], stopped: { code: 'ACCESS_LOST' } });
    expect(await reportsOf(id)).toMatchObject([{ state: 'failed', error: { code: 'ACCESS_LOST' } }]);
    expect((await eventsOf(app, tenant.accountId, 'report.failed')).at(-1)).toMatchObject({
      recipientIds: [tenant.user.id],
    });
    const told = await eventually(
      () => client.get<{ notifications: { kind: string; personal: boolean }[] }>('/api/meta/notifications'),
      ({ body }) => body.data.notifications.some(({ kind }) => kind === 'report.schedule_stopped'),
    );
    expect(
      told.body.data.notifications.find(({ kind }) => kind === 'report.schedule_stopped')?.personal,
    ).toBe(false);
    const taken = await client.patch<ScheduleView>(`${SCHEDULES}/${id}`, { enabled: true });
    expect(taken.body.data).toMatchObject({
      enabled: true,
      stopped: null,
      responsibleId: tenant.user.id,
      // Who left is no recipient any more.
      recipientIds: [tenant.user.id],
    });
  });

  it('is nobody else’s', async () => {
    const { id } = await create();
    const other = await aSentimentTenant(app, admin, 'admin');
    const answers = [
      await other.client.get(`${SCHEDULES}/${id}`),
      await other.client.patch(`${SCHEDULES}/${id}`, { title: 'Mine' }),
      await other.client.post(`${SCHEDULES}/${id}/run`),
      await other.client.delete(`${SCHEDULES}/${id}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect((await other.client.get<{ schedules: unknown[] }>(SCHEDULES)).body.data.schedules).toEqual([]);
    expect(await shown(id)).toMatchObject({ title: 'Nightly' });
  });

  it('is refused for times, ranges and people that cannot be', async () => {
    const stranger = await admin.createUser('agent');
    const problems: [object, string][] = [
      [{ cron: '*/30 * * * *' }, 'hourly'],
      [{ cron: '0,30 8 * * *' }, 'hourly'],
      [{ cron: '0 8 * *' }, 'five'],
      [{ cron: '0 0 8 * * *' }, 'five'],
      [{ cron: '0 25 * * *' }, 'cron'],
      [{ cron: '0 0 30 2 *' }, 'never'],
      [{ range: 'last_century' }, 'isIn'],
      [{ recipientIds: [stranger.id] }, 'isMember'],
      [{ granularity: 'hour', range: 'last_90_days' }, 'rangeLength'],
    ];
    for (const [changes, rule] of problems) {
      const { status, body } = await client.post(SCHEDULES, draft(changes));
      expect([changes, status, JSON.stringify(body.error.details)]).toEqual([
        changes,
        400,
        expect.stringContaining(`"rule":"${rule}"`),
      ]);
    }
    const viewer = await admin.createUser('viewer');
    expect((await app.api.as(viewer).post(SCHEDULES, draft())).status).toBe(403);
  });
});
