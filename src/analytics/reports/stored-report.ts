import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, UserId } from '../../database/ids';
import type { AnalyticsGranularity } from '../scope/analytics-range';
import type { DatasetName } from '../tables/analytics-table';

export const REPORT_FORMATS = ['csv', 'json', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/**
 * `queued` ► `running` ► `completed` or `failed`; `cancelled` by whoever does not want it any more. A completed one is `expired`
 * once its files are gone. One that is removed is nobody's: its files go, then it.
 */
export const REPORT_STATES = ['queued', 'running', 'completed', 'failed', 'cancelled', 'expired'] as const;
export type ReportState = (typeof REPORT_STATES)[number];

/** Which figures are asked for. */
export interface ReportWish {
  datasets: DatasetName[];
  granularity: AnalyticsGranularity;
  /** Null: all. */
  platforms: ConversationPlatform[] | null;
  /** Null: all. */
  channelIds: string[] | null;
}

export interface ReportProblem {
  code: string;
  message: string;
}

export interface StoredReport {
  accountId: AccountId;
  id: string;
  requestedBy: UserId;
  scheduleId: string | null;
  dueAt: Date | null;
  title: string;
  wish: ReportWish;
  format: ReportFormat;
  timeZone: string;
  from: Date;
  /** The first instant after the range. */
  until: Date;
  recipientIds: UserId[];
  state: ReportState;
  datasetsDone: number;
  tablesDone: number;
  tablesTotal: number | null;
  rowsDone: number;
  attempt: number;
  crashes: number;
  failures: number;
  error: ReportProblem | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  expiresAt: Date;
}

/** One that this process builds, until its lease is over. */
export interface ClaimedReport extends StoredReport {
  claim: string;
}

/** A part of a finished report, as it can be had. */
export interface ReportFile {
  attempt: number;
  place: number;
  storageKey: string;
  /** `overview.totals`; null where the file has all tables. */
  table: string | null;
  title: string;
  fileName: string;
  rows: number;
  size: number;
}

export interface ReportRow {
  account_id: AccountId;
  id: string;
  requested_by: UserId;
  schedule_id: string | null;
  due_at: Date | null;
  title: string;
  wish: ReportWish;
  format: ReportFormat;
  time_zone: string;
  from_at: Date;
  until_at: Date;
  recipient_ids: UserId[];
  state: ReportState;
  datasets_done: number;
  tables_done: number;
  tables_total: number | null;
  rows_done: string;
  attempt: number;
  crashes: number;
  failures: number;
  claim: string | null;
  error: ReportProblem | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  expires_at: Date;
}

export function reportOf(row: ReportRow): StoredReport {
  return {
    accountId: row.account_id,
    id: row.id,
    requestedBy: row.requested_by,
    scheduleId: row.schedule_id,
    dueAt: row.due_at,
    title: row.title,
    wish: row.wish,
    format: row.format,
    timeZone: row.time_zone,
    from: row.from_at,
    until: row.until_at,
    recipientIds: row.recipient_ids,
    state: row.state,
    datasetsDone: row.datasets_done,
    tablesDone: row.tables_done,
    tablesTotal: row.tables_total,
    rowsDone: Number(row.rows_done),
    attempt: row.attempt,
    crashes: row.crashes,
    failures: row.failures,
    error: row.error,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
  };
}
