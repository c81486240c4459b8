import { AnalyticsDatasets } from '../../src/analytics/tables/analytics-datasets';
import type {
  AnalyticsDataset,
  AnalyticsTable,
  DatasetName,
  TableCell,
} from '../../src/analytics/tables/analytics-table';
import type { AnalyticsScope } from '../../src/analytics/scope/analytics-scope';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import type { TestApp } from '../test-app';

export const REPORTS = '/api/meta/analytics/reports';
export const SCHEDULES = '/api/meta/analytics/report-schedules';

export interface ReportView {
  id: string;
  accountId: string;
  scheduleId: string | null;
  dueAt: string | null;
  requestedBy: string;
  title: string;
  format: string;
  state: string;
  datasets: string[];
  from: string;
  until: string;
  timeZone: string;
  progress: {
    datasetsDone: number;
    datasetsTotal: number;
    tablesDone: number;
    tablesTotal: number | null;
    rowsDone: number;
    percent: number;
  };
  files: {
    table: string | null;
    title: string;
    fileName: string;
    size: number;
    rows: number;
    path: string;
  }[];
  error: { code: string; message: string } | null;
  expiresAt: string;
}

export interface ScheduleView {
  id: string;
  responsibleId: string;
  enabled: boolean;
  stopped: { code: string; message: string } | null;
  cron: string;
  nextRuns: string[];
  lastRunAt: string | null;
  recipientIds: string[];
  datasets: string[];
  channelIds: string[] | null;
  title: string;
}

/** What can stand in the way of figures, set by tests. */
export class ScriptedDataset implements AnalyticsDataset {
  readonly title = 'Scripted <figures> & "more"';
  scopes: AnalyticsScope[] = [];
  tablesOf: () => AnalyticsTable[] = () => [totals(), days()];
  failure: Error | null = null;

  constructor(
    readonly name: DatasetName,
    ...apps: readonly TestApp[]
  ) {
    for (const { app } of apps) app.get(AnalyticsDatasets, { strict: false }).register(this);
  }

  async tables(scope: AnalyticsScope): Promise<AnalyticsTable[]> {
    await Promise.resolve();
    this.scopes.push(scope);
    if (this.failure !== null) throw this.failure;
    return this.tablesOf();
  }
}

export function totals(): AnalyticsTable {
  return {
    name: 'totals',
    title: 'Totals',
    columns: [
      { key: 'received', title: 'Messages received', unit: 'count' },
      { key: 'readRate', title: 'Read rate', unit: 'share' },
      { key: 'wait', title: 'Wait', unit: 'seconds' },
    ],
    rows: [[1_234, 0.815, null]],
  };
}

/** With names as they come from outside. */
export function days(rows: AnalyticsTable['rows'] = DAYS): AnalyticsTable {
  return {
    name: 'days',
    title: 'By day',
    columns: [
      { key: 'at', title: 'Day', unit: 'time' },
      { key: 'campaign', title: 'Campaign', unit: 'text' },
      { key: 'sent', title: 'Sent', unit: 'count' },
    ],
    rows,
    chart: { kind: 'line', x: 'at', y: ['sent'], series: 'campaign' },
  };
}

const DAYS: readonly (readonly TableCell[])[] = [
  [new Date('2026-03-01T00:00:00Z'), '=cmd|"/c calc"', 3],
  [new Date('2026-03-02T00:00:00Z'), '<script>alert(1)</script>', 4],
  [new Date('2026-03-03T00:00:00Z'), 'حملة الربيع', 5],
];

export const MARCH = { startDate: '2026-03-01', endDate: '2026-03-31', timeZone: 'UTC' };

export async function report(client: ApiClient, id: string): Promise<ReportView> {
  return (await client.get<ReportView>(`${REPORTS}/${id}`)).body.data;
}

export async function reportWhen(
  client: ApiClient,
  id: string,
  isWanted: (report: ReportView) => boolean,
  timeoutMs = 60_000,
): Promise<ReportView> {
  return eventually(() => report(client, id), isWanted, { timeoutMs, intervalMs: 50 });
}

/** Asks for it and waits until it is over. */
export async function built(client: ApiClient, order: object): Promise<ReportView> {
  const asked = await client.post<ReportView>(REPORTS, order);
  if (asked.status !== 202) throw new Error(`Asking for a report answered ${asked.status}: ${asked.text}`);
  return reportWhen(client, asked.body.data.id, ({ state }) => state === 'completed' || state === 'failed');
}
