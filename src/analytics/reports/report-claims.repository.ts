import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { UserId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import {
  type ClaimedReport,
  type ReportProblem,
  type ReportRow,
  type StoredReport,
  reportOf,
} from './stored-report';

export interface ReportProgress {
  datasetsDone: number;
  tablesDone: number;
  tablesTotal: number | null;
  rowsDone: number;
}

export interface FileDraft {
  place: number;
  storageKey: string;
  table: string | null;
  title: string;
  fileName: string;
}

type Updated<Row> = [rows: Row[], count: number];

/** What whoever builds reports writes down: always under a claim, which ends with its lease or when the report is cancelled. */
@Injectable()
export class ReportClaims {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** Takes the one that has waited longest: a new one, or one that somebody took and never finished. */
  async claim(leaseMs: number): Promise<ClaimedReport | null> {
    const [[row]]: Updated<ReportRow> = await this.database.query(
      `UPDATE reports
          SET state = 'running', claim = gen_random_uuid(), available_at = now() + $1 * interval '1 millisecond',
              attempt = attempt + 1, crashes = crashes + (state = 'running')::integer, datasets_done = 0, tables_done = 0,
              tables_total = NULL, rows_done = 0, started_at = coalesce(started_at, now()),
              has_leftovers = has_leftovers OR attempt > 0, updated_at = now()
        WHERE (account_id, id) = (
          SELECT account_id, id FROM reports
           WHERE state IN ('queued', 'running') AND available_at <= now()
           ORDER BY available_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING *`,
      [leaseMs],
    );
    return row === undefined ? null : { ...reportOf(row), claim: row.claim ?? '' };
  }

  /** Also tells how far it is. @returns whether it is still this claim's: it may have been cancelled, or taken over */
  async renew(report: ClaimedReport, progress: ReportProgress, leaseMs: number): Promise<boolean> {
    const [, count]: Updated<unknown> = await this.database.query(
      `UPDATE reports
          SET available_at = now() + $4 * interval '1 millisecond', datasets_done = $5, tables_done = $6, tables_total = $7,
              rows_done = $8, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND claim = $3 AND state = 'running'`,
      [
        report.accountId,
        report.id,
        report.claim,
        leaseMs,
        progress.datasetsDone,
        progress.tablesDone,
        progress.tablesTotal,
        progress.rowsDone,
      ],
    );
    return count === 1;
  }

  /**
   * Before anything of the file is stored: whatever becomes of this process, somebody knows what to clear away.
   * @returns whether it is still this claim's
   */
  async noteFile(report: ClaimedReport, file: FileDraft): Promise<boolean> {
    const rows: unknown[] = await this.database.query(
      `INSERT INTO report_files (account_id, report_id, attempt, place, storage_key, table_name, title, file_name)
       SELECT account_id, id, attempt, $4, $5, $6, $7, $8 FROM reports
        WHERE account_id = $1 AND id = $2 AND claim = $3 AND state = 'running' RETURNING place`,
      [
        report.accountId,
        report.id,
        report.claim,
        file.place,
        file.storageKey,
        file.table,
        file.title,
        file.fileName,
      ],
    );
    return rows.length === 1;
  }

  /** @returns whether anybody still wants it; if not, what was stored has to go */
  async fileStored(report: ClaimedReport, place: number, size: number, rowCount: number): Promise<boolean> {
    const [, count]: Updated<unknown> = await this.database.query(
      `UPDATE report_files SET size = $5, row_count = $6
        WHERE account_id = $1 AND report_id = $2 AND attempt = $3 AND place = $4`,
      [report.accountId, report.id, report.attempt, place, size, rowCount],
    );
    return count === 1;
  }

  /** All of its files are stored. People are told with the same commit. */
  async complete(report: ClaimedReport, progress: ReportProgress): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [, count]: Updated<unknown> = await tx.query(
        `UPDATE reports
            SET state = 'completed', claim = NULL, error = NULL, datasets_done = $4, tables_done = $5, tables_total = $5,
                rows_done = $6, finished_at = now(), updated_at = now()
          WHERE account_id = $1 AND id = $2 AND claim = $3 AND state = 'running'`,
        [
          report.accountId,
          report.id,
          report.claim,
          progress.datasetsDone,
          progress.tablesDone,
          progress.rowsDone,
        ],
      );
      if (count === 0) return false;
      const recipientIds = await this.membersAmong(tx, report);
      await this.outbox.record(tx, [
        {
          kind: 'report.completed',
          accountId: report.accountId,
          payload: {
            reportId: report.id,
            title: report.title,
            format: report.format,
            scheduleId: report.scheduleId,
            rows: progress.rowsDone,
            expiresAt: report.expiresAt.toISOString(),
            recipientIds,
          },
        },
      ]);
      return true;
    });
  }

  /** @param stopsSchedule whoever it was built for has no access any more: the schedule ends with it */
  async fail(report: ClaimedReport, error: ReportProblem, stopsSchedule = false): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [, count]: Updated<unknown> = await tx.query(
        `UPDATE reports
            SET state = 'failed', claim = NULL, error = $4, has_leftovers = true, finished_at = now(), updated_at = now()
          WHERE account_id = $1 AND id = $2 AND claim = $3 AND state = 'running'`,
        [report.accountId, report.id, report.claim, JSON.stringify(error)],
      );
      if (count === 0) return false;
      const recipientIds = await this.membersAmong(tx, report);
      const { id: reportId, title, scheduleId, accountId } = report;
      const events: DomainEvent[] = [
        {
          kind: 'report.failed',
          accountId,
          payload: { reportId, title, scheduleId, error, recipientIds },
        },
      ];
      if (stopsSchedule && (await this.stopSchedule(tx, report, error)) && scheduleId !== null)
        events.push({
          kind: 'report.schedule_stopped',
          accountId,
          payload: { scheduleId, title, reason: error },
        });
      await this.outbox.record(tx, events);
      return true;
    });
  }

  /** It is begun anew later, or at once by another process. */
  async release(
    { accountId, id, claim }: ClaimedReport,
    next: { delayMs: number; isFailure: boolean },
  ): Promise<void> {
    await this.database.query(
      `UPDATE reports
          SET state = 'queued', claim = NULL, available_at = now() + $4 * interval '1 millisecond',
              failures = failures + $5::integer, has_leftovers = true, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND claim = $3 AND state = 'running'`,
      [accountId, id, claim, Math.round(next.delayMs), next.isFailure ? 1 : 0],
    );
  }

  /** Whether the user may still ask for reports of the account. */
  async mayRead({ accountId, requestedBy }: StoredReport): Promise<boolean> {
    const rows: unknown[] = await this.database.query(
      `SELECT FROM account_members m JOIN users u ON u.id = m.user_id
        WHERE m.account_id = $1 AND m.user_id = $2 AND u.deleted_at IS NULL AND u.role IN ('admin', 'agent')`,
      [accountId, requestedBy],
    );
    return rows.length > 0;
  }

  async accountName({ accountId }: StoredReport): Promise<string | null> {
    const rows: { name: string | null }[] = await this.database.query(
      'SELECT name FROM meta_accounts WHERE id = $1',
      [accountId],
    );
    return rows[0]?.name ?? null;
  }

  /** Who has lost access is not told. */
  private async membersAmong(
    tx: EntityManager,
    { accountId, recipientIds }: StoredReport,
  ): Promise<UserId[]> {
    const rows: { user_id: UserId }[] = await tx.query(
      `SELECT m.user_id FROM account_members m JOIN users u ON u.id = m.user_id
        WHERE m.account_id = $1 AND m.user_id = ANY ($2::uuid[]) AND u.deleted_at IS NULL ORDER BY m.user_id`,
      [accountId, recipientIds],
    );
    return rows.map((row) => row.user_id);
  }

  /** @returns whether it was running, and for the same user: somebody else may have taken it over meanwhile */
  private async stopSchedule(
    tx: EntityManager,
    { accountId, scheduleId, requestedBy }: StoredReport,
    reason: ReportProblem,
  ): Promise<boolean> {
    const [, count]: Updated<unknown> = await tx.query(
      `UPDATE report_schedules SET is_enabled = false, next_run_at = NULL, stopped = $4, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND responsible_id = $3 AND is_enabled`,
      [accountId, scheduleId, requestedBy, JSON.stringify(reason)],
    );
    return count === 1;
  }
}
