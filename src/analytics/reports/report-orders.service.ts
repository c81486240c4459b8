import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { UserId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import { JobQueue } from '../../queue/job-queue';
import { analyticsRange } from '../scope/analytics-range';
import { CronTimes } from './cron-times';
import { daysOf } from './relative-range';
import { ReportSchedulesRepository } from './report-schedules.repository';
import { ReportsRepository } from './reports.repository';
import type { ReportProblem } from './stored-report';
import type { StoredSchedule } from './stored-schedule';

const DAY_MS = 86_400_000;

/** Orders the reports of schedules. */
@Injectable()
export class ReportOrders {
  constructor(
    private readonly config: AppConfig,
    private readonly reports: ReportsRepository,
    private readonly schedules: ReportSchedulesRepository,
    private readonly jobs: JobQueue,
  ) {}

  /** When files of a report that is ordered now go. */
  expiry(now = new Date()): Date {
    return new Date(now.getTime() + this.config.env.REPORT_RETENTION_DAYS * DAY_MS);
  }

  async wake(): Promise<void> {
    await this.jobs.add('reports', 'build', {}, { jobId: 'wake' });
  }

  /**
   * Orders what is due: of each schedule one report, for the last of its times up to now. Those that were missed before it, while
   * nothing ran, are not made up for one by one.
   */
  async orderDue(now = new Date()): Promise<number> {
    let ordered = 0;
    while (await this.orderOne(now)) ordered += 1;
    if (ordered > 0) await this.wake();
    return ordered;
  }

  /**
   * @param dueAt the time of the schedule; null where somebody asked for it
   * @returns its id; null where this time has its report already
   */
  async order(
    tx: EntityManager,
    schedule: StoredSchedule,
    by: { requestedBy: UserId; dueAt: Date | null; now: Date },
  ): Promise<string | null> {
    const { accountId, id: scheduleId, title, wish, format, timeZone, recipientIds, range } = schedule;
    // Days as they are counted at the time that it stands for, however late it is ordered.
    const days = daysOf(range, timeZone, by.dueAt ?? by.now);
    const { from, until } = analyticsRange({ ...days, timeZone, granularity: wish.granularity }, by.now);
    return this.reports.insert(tx, {
      accountId,
      requestedBy: by.requestedBy,
      scheduleId,
      dueAt: by.dueAt,
      title,
      wish,
      format,
      timeZone,
      from,
      until,
      recipientIds,
      expiresAt: this.expiry(by.now),
    });
  }

  private orderOne(now: Date): Promise<boolean> {
    return this.schedules.transaction(async (tx) => {
      const schedule = await this.schedules.lockDue(tx, now);
      if (schedule?.nextRunAt == null) return false;
      const next = nextOf(schedule, schedule.nextRunAt, now);
      if ('reason' in next) {
        await this.schedules.stop(tx, schedule, next.reason);
        return true;
      }
      await this.order(tx, schedule, { requestedBy: schedule.responsibleId, dueAt: next.dueAt, now });
      await this.schedules.ran(tx, schedule, next.dueAt, next.nextRunAt);
      return true;
    });
  }
}

/** A schedule that cannot be told any more, as one of a time zone that is no more, must not hold up all others. */
function nextOf(
  { cron, timeZone }: StoredSchedule,
  first: Date,
  now: Date,
): { dueAt: Date; nextRunAt: Date } | { reason: ReportProblem } {
  try {
    const times = new CronTimes(cron, timeZone);
    return { dueAt: times.lastOf(first, now), nextRunAt: times.after(now) };
  } catch (error) {
    const message = error instanceof AppError ? error.message : 'Its times cannot be told any more.';
    return { reason: { code: 'SCHEDULE_INVALID', message } };
  }
}
