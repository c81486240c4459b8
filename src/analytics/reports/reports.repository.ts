import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, type UserId, newId } from '../../database/ids';
import {
  type ReportFile,
  type ReportFormat,
  type ReportRow,
  type ReportState,
  type ReportWish,
  type StoredReport,
  reportOf,
} from './stored-report';

/** Of one account, at the same time. */
export const MOST_UNDER_WAY = 20;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export interface ReportDraft {
  accountId: AccountId;
  requestedBy: UserId;
  scheduleId: string | null;
  dueAt: Date | null;
  title: string;
  wish: ReportWish;
  format: ReportFormat;
  timeZone: string;
  from: Date;
  until: Date;
  recipientIds: readonly UserId[];
  expiresAt: Date;
}

export interface ReportPage {
  limit: number;
  before?: string | undefined;
  after?: string | undefined;
  state?: ReportState | undefined;
  scheduleId?: string | undefined;
}

type Updated<Row> = [rows: Row[], count: number];

/** What people ask of reports. Whoever builds them uses `ReportClaims`. */
@Injectable()
export class ReportsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** @returns its id; null where this time of the schedule has its report already */
  async insert(tx: EntityManager, draft: ReportDraft): Promise<string | null> {
    const rows: { id: string }[] = await tx.query(
      `INSERT INTO reports (account_id, id, requested_by, schedule_id, due_at, title, wish, format, time_zone, from_at, until_at,
                            recipient_ids, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       ON CONFLICT ON CONSTRAINT reports_by_due_time DO NOTHING RETURNING id`,
      [
        draft.accountId,
        newId(),
        draft.requestedBy,
        draft.scheduleId,
        draft.dueAt,
        draft.title,
        JSON.stringify(draft.wish),
        draft.format,
        draft.timeZone,
        draft.from,
        draft.until,
        draft.recipientIds,
        draft.expiresAt,
      ],
    );
    return rows[0]?.id ?? null;
  }

  /** Whether the account may have one more at the same time. */
  async hasRoom(tx: EntityManager, accountId: AccountId): Promise<boolean> {
    const [row]: { count: string }[] = await tx.query(
      `SELECT count(*) FROM reports WHERE account_id = $1 AND state IN ('queued', 'running')`,
      [accountId],
    );
    return Number(row?.count ?? 0) < MOST_UNDER_WAY;
  }

  /** Null also for one of an account that is not among these. */
  async find(accountIds: readonly AccountId[], id: string): Promise<StoredReport | null> {
    const rows: ReportRow[] = await this.database.query(
      `SELECT * FROM reports WHERE account_id = ANY ($1::uuid[]) AND id = $2 AND state <> 'removed'`,
      [accountIds, id],
    );
    const [row] = rows;
    return row === undefined ? null : reportOf(row);
  }

  /** Newest first. */
  async page(accountIds: readonly AccountId[], page: ReportPage): Promise<StoredReport[]> {
    const isForward = page.before === undefined && page.after !== undefined;
    const rows: ReportRow[] = await this.database.query(
      `SELECT r.* FROM unnest($1::uuid[]) AS mine (account_id)
        CROSS JOIN LATERAL (
          SELECT * FROM reports r
           WHERE r.account_id = mine.account_id AND id > $2 AND id < $3 AND state <> 'removed'
             AND ($5::text IS NULL OR state = $5) AND ($6::uuid IS NULL OR schedule_id = $6)
           ORDER BY id ${isForward ? 'ASC' : 'DESC'} LIMIT $4) r
        ORDER BY r.id ${isForward ? 'ASC' : 'DESC'} LIMIT $4`,
      [
        accountIds,
        page.after ?? FIRST_ID,
        page.before ?? LAST_ID,
        page.limit,
        page.state ?? null,
        page.scheduleId ?? null,
      ],
    );
    const reports = rows.map(reportOf);
    return isForward ? reports.reverse() : reports;
  }

  /** Those that can be had, of completed reports; by report. */
  async filesOf(reports: readonly StoredReport[]): Promise<Map<string, ReportFile[]>> {
    const completed = reports.filter(({ state }) => state === 'completed');
    const files = new Map<string, ReportFile[]>();
    if (completed.length === 0) return files;
    const rows: {
      report_id: string;
      attempt: number;
      place: number;
      storage_key: string;
      table_name: string | null;
      title: string;
      file_name: string;
      row_count: string;
      size: string;
    }[] = await this.database.query(
      `SELECT f.* FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS wanted (account_id, report_id, attempt)
         JOIN report_files f USING (account_id, report_id, attempt)
        WHERE f.size IS NOT NULL ORDER BY f.report_id, f.place`,
      [
        completed.map(({ accountId }) => accountId),
        completed.map(({ id }) => id),
        completed.map(({ attempt }) => attempt),
      ],
    );
    for (const row of rows)
      files.set(row.report_id, [
        ...(files.get(row.report_id) ?? []),
        {
          attempt: row.attempt,
          place: row.place,
          storageKey: row.storage_key,
          table: row.table_name,
          title: row.title,
          fileName: row.file_name,
          rows: Number(row.row_count),
          size: Number(row.size),
        },
      ]);
    return files;
  }

  /** @returns whether it was still under way */
  async cancel({ accountId, id }: StoredReport): Promise<boolean> {
    const [, count]: Updated<unknown> = await this.database.query(
      `UPDATE reports SET state = 'cancelled', claim = NULL, has_leftovers = true, finished_at = now(), updated_at = now()
        WHERE account_id = $1 AND id = $2 AND state IN ('queued', 'running')`,
      [accountId, id],
    );
    return count === 1;
  }

  /** From now on nobody sees it; its files go soon. Does nothing while it is under way. */
  async remove({ accountId, id }: StoredReport): Promise<boolean> {
    const [, count]: Updated<unknown> = await this.database.query(
      `UPDATE reports SET state = 'removed', claim = NULL, has_leftovers = true, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND state NOT IN ('queued', 'running', 'removed')`,
      [accountId, id],
    );
    return count === 1;
  }

  /**
   * Builds it anew, for the same range.
   * @returns whether it could be: not one that is under way or there
   */
  async queueAgain(
    tx: EntityManager,
    { accountId, id }: StoredReport,
    again: { requestedBy: UserId; expiresAt: Date },
  ): Promise<boolean> {
    const [, count]: Updated<unknown> = await tx.query(
      `UPDATE reports
          SET state = 'queued', requested_by = $3, expires_at = $4, claim = NULL, available_at = now(), error = NULL,
              crashes = 0, failures = 0, datasets_done = 0, tables_done = 0, tables_total = NULL, rows_done = 0,
              started_at = NULL, finished_at = NULL, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND state IN ('failed', 'cancelled', 'expired')`,
      [accountId, id, again.requestedBy, again.expiresAt],
    );
    return count === 1;
  }
}
