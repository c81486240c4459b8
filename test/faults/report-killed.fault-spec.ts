import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually';
import { REPORTS, type ReportView } from '../factories/reports.factory';

import { Problems } from './problems';
import { type Stage, onStage } from './stage';
import { query } from './tables';

jest.setTimeout(900_000);

const KILLS = 4;
const DATASETS = ['overview', 'timeseries', 'response-times', 'templates', 'agents', 'errors'];
const FORMATS = ['csv', 'json', 'html'] as const;
/** As many as an account may have at once: the worker dies in the midst of some, and before others. */
const AT_ONCE = 18;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function allOf({ client }: Stage): Promise<ReportView[]> {
  const page = await client.get<{ reports: ReportView[] }>(`${REPORTS}?limit=100`).catch(() => null);
  return page?.status === 200 ? page.body.data.reports : [];
}

const isOver = ({ state }: ReportView): boolean => state === 'completed' || state === 'failed';
const progressOf = (reports: readonly ReportView[]): number =>
  reports.reduce((sum, { state, progress }) => sum + progress.rowsDone + (state === 'completed' ? 1 : 0), 0);

/** Keys of all files that are stored, and nothing else. */
async function stored(): Promise<string[]> {
  const entries = await readdir(join(folder, 'reports'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `reports/${entry.parentPath.split('/').at(-1) ?? ''}/${entry.name}`)
    .sort();
}

it('reports are made with one result each, however often the worker is killed over them', async () => {
  await onStage('kill -9 in the middle of reports', async (stage) => {
    const files = { MEDIA_DIR: folder };
    await stage.start('the API', { APP_ROLES: 'api,scheduler', ...files });
    await stage.connect();
    const worker = await stage.start('the worker', { APP_ROLES: 'worker', ...files });
    for (let index = 0; index < AT_ONCE; index += 1) {
      const asked = await stage.client.post<ReportView>(REPORTS, {
        title: `Report ${index}`,
        datasets: DATASETS,
        format: FORMATS[index % FORMATS.length],
        startDate: '2024-03-01',
        endDate: '2026-02-28',
        timeZone: 'Europe/Berlin',
      });
      expect({ status: asked.status, text: asked.text }).toMatchObject({ status: 202 });
    }
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = progressOf(await allOf(stage));
      // Somewhere in the middle of what it does.
      await eventually(
        () => allOf(stage),
        (reports) => reports.length > 0 && (progressOf(reports) > before || reports.every(isOver)),
        { timeoutMs: 120_000 },
      );
      await new Promise((resolve) => setTimeout(resolve, stage.random.between(0, 200)));
      await worker.kill();
      await worker.start();
    }
    const reports = await eventually(
      () => allOf(stage),
      (found) => found.length === AT_ONCE && found.every(isOver),
      { timeoutMs: 400_000, intervalMs: 250 },
    );
    const problems = new Problems();
    for (const { id, state, format, error, files: parts } of reports) {
      if (state !== 'completed') problems.add('NOT MADE', `${id} ${error?.message ?? ''}`);
      if (parts.length === 0 || (format !== 'csv' && parts.length > 1))
        problems.add('WRONG NUMBER OF FILES', id);
      for (const { path, size } of parts) {
        const { text } = await stage.client.raw(path, {});
        if (Buffer.byteLength(text) + (format === 'csv' ? 3 : 0) !== size)
          problems.add('NOT AS LONG AS TOLD', path);
        if (format === 'html' && !text.endsWith('</html>\n')) problems.add('HALF A FILE', path);
        if (format === 'json') expect(JSON.parse(text)).toHaveProperty('tables');
      }
    }
    expect(problems.list()).toEqual([]);
    // What broken attempts left goes; what is offered stays.
    const offered = await query<{ storage_key: string }>(
      stage.databaseUrl,
      `SELECT storage_key FROM report_files JOIN reports r ON r.account_id = report_files.account_id AND r.id = report_id
        WHERE report_files.attempt = r.attempt AND size IS NOT NULL ORDER BY storage_key`,
    );
    const expected = offered.map(({ storage_key: key }) => key).sort();
    await eventually(stored, (keys) => keys.join() === expected.join(), {
      timeoutMs: 60_000,
      intervalMs: 250,
    });
    const told = await query<{ report: string; times: number }>(
      stage.databaseUrl,
      `SELECT payload->>'reportId' AS report, count(*)::integer AS times FROM domain_events
        WHERE kind = 'report.completed' GROUP BY 1`,
    );
    expect(told).toHaveLength(AT_ONCE);
    expect(told.filter(({ times }) => times !== 1)).toEqual([]);
    const [attempts] = await query<{ most: number; sum: number }>(
      stage.databaseUrl,
      'SELECT max(attempt) AS most, sum(attempt)::integer AS sum FROM reports',
    );
    // Or nothing was broken off.
    expect(attempts?.sum).toBeGreaterThan(AT_ONCE);
    stage.say(`${AT_ONCE} reports in ${attempts?.sum ?? 0} attempts, each made once; ${KILLS} kills`);
  });
});
