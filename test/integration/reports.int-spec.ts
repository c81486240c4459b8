import { parse } from 'csv-parse/sync';
import { MediaStorage } from '../../src/media/media-storage';
import { ValidationFailedError } from '../../src/errors/app.error';
import { ReportWorker } from '../../src/analytics/reports/report.worker';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  MARCH,
  REPORTS,
  type ReportView,
  ScriptedDataset,
  built,
  days,
  report,
  reportWhen,
} from '../factories/reports.factory';
import { type SentimentTenant, aSentimentTenant, eventsOf } from '../factories/sentiment.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

describe('a report', () => {
  let app: TestApp;
  let admin: ApiClient;
  let tenant: SentimentTenant;
  let client: ApiClient;
  let dataset: ScriptedDataset;

  beforeAll(async () => {
    app = await startTestApp();
    admin = app.api.as(await app.api.registerAdmin());
    tenant = await aSentimentTenant(app, admin, 'agent');
    client = tenant.client;
    dataset = new ScriptedDataset('overview', app);
  });
  afterAll(async () => {
    await app.close();
  });
  beforeEach(() => {
    dataset.scopes = [];
    dataset.failure = null;
    dataset.tablesOf = new ScriptedDataset('overview').tablesOf;
  });

  const order = (changes: object = {}): object => ({
    datasets: ['overview'],
    format: 'json',
    title: 'Spring',
    ...MARCH,
    ...changes,
  });

  it('is asked for, made in the background and downloaded, and whoever asked is told', async () => {
    const asked = await client.post<ReportView>(REPORTS, order({ timeZone: 'Europe/Berlin' }));
    expect(asked.status).toBe(202);
    const { id } = asked.body.data;
    expect(asked.headers.get('location')).toBe(`${REPORTS}/${id}`);
    expect(asked.body.data).toMatchObject({ files: [], title: 'Spring' });
    const done = await reportWhen(client, id, ({ state }) => state === 'completed');
    expect(done).toMatchObject({
      // The 31st ends by the clocks of summer.
      from: '2026-02-28T23:00:00.000Z',
      until: '2026-03-31T22:00:00.000Z',
      progress: {
        datasetsDone: 1,
        datasetsTotal: 1,
        tablesDone: 2,
        tablesTotal: 2,
        rowsDone: 4,
        percent: 100,
      },
      files: [{ table: null, fileName: 'Spring-2026-03-01-2026-03-31.json', rows: 4 }],
      error: null,
    });
    expect(dataset.scopes[0]).toMatchObject({
      accountId: tenant.accountId,
      range: { from: new Date('2026-02-28T23:00:00Z'), until: new Date('2026-03-31T22:00:00Z') },
    });
    expect(dataset.scopes[0]?.range.bounds).toHaveLength(32);
    const file = await client.raw(done.files[0]!.path, {});
    expect(file.headers.get('content-length')).toBe(String(done.files[0]!.size));
    expect(JSON.parse(file.text)).toMatchObject({
      report: { id, title: 'Spring', timeZone: 'Europe/Berlin', account: { id: tenant.accountId } },
      tables: [
        { dataset: 'overview', name: 'totals', rows: [{ received: 1_234, readRate: 0.815, wait: null }] },
        {
          name: 'days',
          rows: [
            { at: '2026-03-01T00:00:00.000Z', campaign: '=cmd|"/c calc"', sent: 3 },
            { campaign: '<script>alert(1)</script>' },
            { campaign: 'حملة الربيع' },
          ],
        },
      ],
    });
    expect(await eventsOf(app, tenant.accountId, 'report.completed')).toMatchObject([
      { reportId: id, rows: 4, recipientIds: [tenant.user.id] },
    ]);
    const told = await eventually(
      () =>
        client.get<{ notifications: { kind: string; title: string; personal: boolean }[] }>(
          '/api/meta/notifications',
        ),
      ({ body }) => body.data.notifications.some(({ kind }) => kind === 'report.ready'),
    );
    expect(told.body.data.notifications).toMatchObject([
      { kind: 'report.ready', title: 'The report “Spring” is ready', personal: true },
    ]);
  });

  it('is one file for each table as CSV, in which no name becomes a formula', async () => {
    const done = await built(client, order({ format: 'csv' }));
    expect(done.files.map(({ table, rows }) => [table, rows])).toEqual([
      ['overview.totals', 1],
      ['overview.days', 3],
    ]);
    const unsaid = await client.get(`${REPORTS}/${done.id}/download`);
    expect(unsaid.status).toBe(400);
    expect(unsaid.body.error.message).toContain('overview.totals, overview.days');
    const file = await client.raw(done.files[1]!.path, {});
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(file.headers.get('content-disposition')).toContain('attachment; filename="Spring-2026-03-01');
    expect(parse(file.text, { bom: true })).toEqual([
      ['at', 'campaign', 'sent'],
      ['2026-03-01T00:00:00.000Z', `'=cmd|"/c calc"`, '3'],
      ['2026-03-02T00:00:00.000Z', '<script>alert(1)</script>', '4'],
      ['2026-03-03T00:00:00.000Z', 'حملة الربيع', '5'],
    ]);
  });

  it('is a page that runs nothing, wherever its names come from', async () => {
    const done = await built(client, order({ format: 'html', title: 'A <b>bold</b> "title"' }));
    const file = await client.raw(done.files[0]!.path, {});
    expect(file.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(file.headers.get('content-security-policy')).toContain("sandbox; default-src 'none'");
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    expect(file.text).toContain('<svg');
    expect(file.text).not.toMatch(/<script|<b>|\son\w+=/i);
    expect(file.text).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    expect(file.text).toContain('حملة الربيع');
    expect(file.text).toContain('1,234');
    expect(file.text).toContain('81.5%');
  });

  it('is given out by parts', async () => {
    const done = await built(client, order());
    const whole = await client.raw(done.files[0]!.path, {});
    const part = await client.raw(done.files[0]!.path, { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers.get('content-range'), part.text]).toEqual([
      206,
      `bytes 10-19/${done.files[0]!.size}`,
      whole.text.slice(10, 20),
    ]);
    const tag = whole.headers.get('etag') ?? '';
    expect((await client.raw(done.files[0]!.path, { headers: { 'if-none-match': tag } })).status).toBe(304);
  });

  it('is asked for once, however often the request is repeated', async () => {
    const keyed = client.with({ 'idempotency-key': 'monthly-1' });
    const [one, other] = await Promise.all([
      keyed.post<ReportView>(REPORTS, order()),
      keyed.post<ReportView>(REPORTS, order()),
    ]);
    expect(other.body.data.id).toBe(one.body.data.id);
    expect((await keyed.post(REPORTS, order({ format: 'csv' }))).body.error.code).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });

  it('fails with the reason where figures cannot be told, and offers nothing', async () => {
    dataset.failure = ValidationFailedError.of('x', 'y', 'Ask for less.');
    const failed = await built(client, order());
    expect(failed).toMatchObject({ state: 'failed', files: [], error: { code: 'VALIDATION_FAILED' } });
    expect(failed.error?.message).toContain('Ask for less.');
    const refused = await client.get(`${REPORTS}/${failed.id}/download`);
    expect([refused.status, refused.body.error.details.state]).toEqual([409, 'failed']);
    expect((await eventsOf(app, tenant.accountId, 'report.failed')).at(-1)).toMatchObject({
      reportId: failed.id,
      recipientIds: [tenant.user.id],
    });
    // Made again once it can be.
    dataset.failure = null;
    expect((await client.post(`${REPORTS}/${failed.id}/retry`)).status).toBe(202);
    await reportWhen(client, failed.id, ({ state }) => state === 'completed');
    expect((await client.post(`${REPORTS}/${failed.id}/retry`)).status).toBe(409);
  });

  it('that breaks in the midst of a table is tried again, and what it had written goes', async () => {
    let tries = 0;
    dataset.tablesOf = () => {
      tries += 1;
      return [days(tries === 1 ? broken() : undefined)];
    };
    const done = await built(client, order({ format: 'csv' }));
    expect(done).toMatchObject({ state: 'completed', files: [{ rows: 3 }], progress: { rowsDone: 3 } });
    expect(tries).toBe(2);
    await app.app.get(ReportWorker, { strict: false }).clear();
    expect(await filesOf(done.id)).toEqual([[`reports/${done.id}/2-0`, true]]);
  });

  it('shows how far it is, and is cancelled in the midst of it', async () => {
    const gate = new Gate();
    dataset.tablesOf = () => [days(gate.rows())];
    const { id } = (await client.post<ReportView>(REPORTS, order())).body.data;
    expect((await client.get(`${REPORTS}/${id}/download`)).status).toBe(409);
    const running = await reportWhen(client, id, ({ progress }) => progress.rowsDone >= 700);
    expect(running.state).toBe('running');
    expect((await client.delete(`${REPORTS}/${id}`)).body.data).toEqual({ id, state: 'cancelled' });
    await eventually(
      () => gate.isLeft,
      (left) => left,
    );
    expect(await report(client, id)).toMatchObject({ state: 'cancelled', files: [] });
    await eventually(
      async () => {
        await app.app.get(ReportWorker, { strict: false }).clear();
        return filesOf(id);
      },
      (files) => files.length === 0,
    );
    expect((await client.delete(`${REPORTS}/${id}`)).body.data).toEqual({ id, state: 'removed' });
    expect((await client.get(`${REPORTS}/${id}`)).status).toBe(404);
  });

  it('expires: its files go, and that there was one can still be seen', async () => {
    const done = await built(client, order());
    const key = `reports/${done.id}/1-0`;
    const storage = app.app.get(MediaStorage, { strict: false });
    expect(await storage.sizeOf(key)).toBe(done.files[0]!.size);
    await app.db.query(`UPDATE reports SET expires_at = now() - interval '1 second' WHERE id = $1`, [
      done.id,
    ]);
    await app.app.get(ReportWorker, { strict: false }).clear();
    expect(await report(client, done.id)).toMatchObject({ state: 'expired', files: [] });
    expect((await client.get(done.files[0]!.path)).body.error.code).toBe('GONE');
    expect((await client.get(done.files[0]!.path)).status).toBe(410);
    expect(await storage.sizeOf(key)).toBeNull();
    await app.db.query(`UPDATE reports SET expires_at = now() - interval '91 days' WHERE id = $1`, [done.id]);
    await app.app.get(ReportWorker, { strict: false }).clear();
    await app.app.get(ReportWorker, { strict: false }).clear();
    expect((await client.get(`${REPORTS}/${done.id}`)).status).toBe(404);
    expect(await app.db.query('SELECT id FROM reports WHERE id = $1', [done.id])).toEqual([]);
  });

  it('is nobody else’s, and fails for whoever lost access meanwhile', async () => {
    const done = await built(client, order());
    const other = await aSentimentTenant(app, admin, 'admin');
    for (const path of ['', '/download'])
      expect((await other.client.get(`${REPORTS}/${done.id}${path}`)).status).toBe(404);
    expect((await other.client.delete(`${REPORTS}/${done.id}`)).status).toBe(404);
    expect((await other.client.post(`${REPORTS}/${done.id}/retry`)).status).toBe(404);
    const listed = await other.client.get<{ reports: ReportView[] }>(REPORTS);
    expect(listed.body.data.reports).toEqual([]);
    const gate = new Gate();
    dataset.tablesOf = () => [days(gate.rows())];
    const { id } = (await other.client.post<ReportView>(REPORTS, order())).body.data;
    await app.db.query(
      `UPDATE reports SET state = 'queued', claim = NULL, available_at = now() + interval '1 hour' WHERE id = $1`,
      [id],
    );
    await app.db.query('UPDATE users SET role = $2 WHERE id = $1', [other.user.id, 'viewer']);
    await app.db.query(`UPDATE reports SET available_at = now() WHERE id = $1`, [id]);
    const failed = await eventually(
      () =>
        app.db.query<{ state: string; error: { code: string } }[]>('SELECT * FROM reports WHERE id = $1', [
          id,
        ]),
      ([row]) => row?.state === 'failed',
    );
    expect(failed[0]?.error.code).toBe('ACCESS_LOST');
  });

  it('is refused for what cannot be', async () => {
    const problems: [object, string][] = [
      [{ range: 'last_month' }, 'exclusive'],
      [{ datasets: [] }, 'arrayMinSize'],
      [{ datasets: ['nonsense'] }, 'isIn'],
      [{ startDate: '2026-02-30' }, 'isDate'],
      [{ timeZone: 'Mars/Olympus' }, 'isTimeZone'],
      [{ granularity: 'hour', endDate: '2026-06-01' }, 'rangeLength'],
      [{ unknown: 1 }, 'unknownField'],
    ];
    for (const [changes, rule] of problems) {
      const { status, body } = await client.post(REPORTS, order(changes));
      expect([changes, status, JSON.stringify(body.error.details)]).toEqual([
        changes,
        400,
        expect.stringContaining(rule),
      ]);
    }
    const channel = { channelIds: ['0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11'] };
    expect((await client.post(REPORTS, order(channel))).status).toBe(404);
    const viewer = await admin.createUser('viewer');
    expect((await app.api.as(viewer).post(REPORTS, order())).status).toBe(403);
  });

  it('stands in a list by pages', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1)
      ids.push((await built(client, order({ title: `List ${index}` }))).id);
    type Page = { reports: ReportView[]; pagination: { before: string | null } };
    const first = (await client.get<Page>(`${REPORTS}?limit=2`)).body.data;
    expect(first.reports.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const next = (await client.get<Page>(`${REPORTS}?limit=2&before=${first.pagination.before ?? ''}`)).body
      .data;
    expect(next.reports[0]?.id).toBe(ids[0]);
    const failed = (await client.get<Page>(`${REPORTS}?state=cancelled`)).body.data;
    expect(failed.reports.every(({ state }) => state === 'cancelled')).toBe(true);
  });

  /** Rows of files, and whether they are in storage. */
  async function filesOf(id: string): Promise<[string, boolean][]> {
    const rows: { storage_key: string }[] = await app.db.query(
      'SELECT storage_key FROM report_files WHERE report_id = $1 ORDER BY storage_key',
      [id],
    );
    const storage = app.app.get(MediaStorage, { strict: false });
    return Promise.all(
      rows.map(async ({ storage_key: key }): Promise<[string, boolean]> => [
        key,
        (await storage.sizeOf(key)) !== null,
      ]),
    );
  }
});

async function* broken(): AsyncGenerator<[Date, string, number]> {
  yield [new Date('2026-03-01T00:00:00Z'), 'One', 1];
  await Promise.resolve();
  throw new Error('The connection to the database was lost.');
}

/** Many rows, and never the last one. */
class Gate {
  isLeft = false;

  async *rows(): AsyncGenerator<[Date, string, number]> {
    try {
      for (let row = 0; ; row += 1) {
        yield [new Date('2026-03-01T00:00:00Z'), `Row ${row}`, row];
        if (row > 700) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      this.isLeft = true;
    }
  }
}
