import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, type UserId, newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import type { RelativeRange } from './relative-range';
import type { ReportFormat, ReportProblem, ReportWish } from './stored-report';
import type { ScheduleDraft, StoredSchedule } from './stored-schedule';

export const MOST_SCHEDULES = 100;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

interface ScheduleRow {
  account_id: AccountId;
  id: string;
  responsible_id: UserId;
  title: string;
  wish: ReportWish;
  format: ReportFormat;
  relative_range: RelativeRange;
  cron: string;
  time_zone: string;
  recipient_ids: UserId[];
  is_enabled: boolean;
  stopped: ReportProblem | null;
  next_run_at: Date | null;
  last_run_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

type Updated<Row> = [rows: Row[], count: number];

@Injectable()
export class ReportSchedulesRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** @returns null where the account has too many */
  async insert(
    tx: EntityManager,
    place: { accountId: AccountId; responsibleId: UserId },
    draft: ScheduleDraft,
  ): Promise<StoredSchedule | null> {
    const rows: ScheduleRow[] = await tx.query(
      `INSERT INTO report_schedules (account_id, id, responsible_id, title, wish, format, relative_range, cron, time_zone,
                                     recipient_ids, next_run_at, is_enabled)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11::timestamptz IS NOT NULL
        WHERE (SELECT count(*) FROM report_schedules WHERE account_id = $1) < ${MOST_SCHEDULES}
       RETURNING *`,
      [place.accountId, newId(), place.responsibleId, ...valuesOf(draft)],
    );
    const [row] = rows;
    return row === undefined ? null : scheduleOf(row);
  }

  async update(
    { accountId, id }: StoredSchedule,
    responsibleId: UserId,
    draft: ScheduleDraft,
  ): Promise<StoredSchedule | null> {
    const [[row]]: Updated<ScheduleRow> = await this.database.query(
      `UPDATE report_schedules
          SET responsible_id = $3, title = $4, wish = $5, format = $6, relative_range = $7, cron = $8, time_zone = $9,
              recipient_ids = $10, next_run_at = $11, is_enabled = $11::timestamptz IS NOT NULL,
              stopped = CASE WHEN $11::timestamptz IS NULL THEN stopped END, updated_at = now()
        WHERE account_id = $1 AND id = $2 RETURNING *`,
      [accountId, id, responsibleId, ...valuesOf(draft)],
    );
    return row === undefined ? null : scheduleOf(row);
  }

  /** The reports that it has made stay. */
  async remove({ accountId, id }: StoredSchedule): Promise<void> {
    await this.database.query('DELETE FROM report_schedules WHERE account_id = $1 AND id = $2', [
      accountId,
      id,
    ]);
  }

  /** Null also for one of an account that is not among these. */
  async find(accountIds: readonly AccountId[], id: string): Promise<StoredSchedule | null> {
    const rows: ScheduleRow[] = await this.database.query(
      'SELECT * FROM report_schedules WHERE account_id = ANY ($1::uuid[]) AND id = $2',
      [accountIds, id],
    );
    const [row] = rows;
    return row === undefined ? null : scheduleOf(row);
  }

  /** Newest first. */
  async page(
    accountIds: readonly AccountId[],
    page: { limit: number; before?: string | undefined; after?: string | undefined },
  ): Promise<StoredSchedule[]> {
    const isForward = page.before === undefined && page.after !== undefined;
    const rows: ScheduleRow[] = await this.database.query(
      `SELECT * FROM report_schedules WHERE account_id = ANY ($1::uuid[]) AND id > $2 AND id < $3
        ORDER BY id ${isForward ? 'ASC' : 'DESC'} LIMIT $4`,
      [accountIds, page.after ?? FIRST_ID, page.before ?? LAST_ID, page.limit],
    );
    const schedules = rows.map(scheduleOf);
    return isForward ? schedules.reverse() : schedules;
  }

  /** One whose time has come, which nobody else gets before `tx` ends. */
  async lockDue(tx: EntityManager, now: Date): Promise<StoredSchedule | null> {
    const rows: ScheduleRow[] = await tx.query(
      `SELECT * FROM report_schedules WHERE next_run_at <= $1 ORDER BY next_run_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [now],
    );
    const [row] = rows;
    return row === undefined ? null : scheduleOf(row);
  }

  async ran(
    tx: EntityManager,
    { accountId, id }: StoredSchedule,
    dueAt: Date,
    nextRunAt: Date,
  ): Promise<void> {
    await tx.query(
      'UPDATE report_schedules SET last_run_at = $3, next_run_at = $4 WHERE account_id = $1 AND id = $2',
      [accountId, id, dueAt, nextRunAt],
    );
  }

  /** It is switched off, and whoever sees the account is told with the same commit. */
  async stop(
    tx: EntityManager,
    { accountId, id, title }: StoredSchedule,
    reason: ReportProblem,
  ): Promise<void> {
    await tx.query(
      `UPDATE report_schedules SET is_enabled = false, next_run_at = NULL, stopped = $3, updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, JSON.stringify(reason)],
    );
    await this.outbox.record(tx, [
      { kind: 'report.schedule_stopped', accountId, payload: { scheduleId: id, title, reason } },
    ]);
  }

  /** Those of the users who are no members of the account. */
  async strangersAmong(accountId: AccountId, userIds: readonly string[]): Promise<string[]> {
    const rows: { user_id: string }[] = await this.database.query(
      `SELECT asked.user_id FROM unnest($2::uuid[]) AS asked (user_id)
        WHERE NOT EXISTS (
          SELECT FROM account_members m JOIN users u ON u.id = m.user_id
           WHERE m.account_id = $1 AND m.user_id = asked.user_id AND u.deleted_at IS NULL)`,
      [accountId, userIds],
    );
    return rows.map((row) => row.user_id);
  }
}

function valuesOf(draft: ScheduleDraft): unknown[] {
  return [
    draft.title,
    JSON.stringify(draft.wish),
    draft.format,
    draft.range,
    draft.cron,
    draft.timeZone,
    draft.recipientIds,
    draft.nextRunAt,
  ];
}

function scheduleOf(row: ScheduleRow): StoredSchedule {
  return {
    accountId: row.account_id,
    id: row.id,
    responsibleId: row.responsible_id,
    title: row.title,
    wish: row.wish,
    format: row.format,
    range: row.relative_range,
    cron: row.cron,
    timeZone: row.time_zone,
    recipientIds: row.recipient_ids,
    isEnabled: row.is_enabled,
    stopped: row.stopped,
    nextRunAt: row.next_run_at,
    lastRunAt: row.last_run_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
