import { ApiProperty } from '@nestjs/swagger';
import { CONVERSATION_PLATFORMS } from '../../conversations/conversation-types';
import { CursorPaginationDto } from '../../http/page.dto';
import { RELATIVE_RANGES, type RelativeRange } from '../reports/relative-range';
import { REPORT_FORMATS, type ReportFormat } from '../reports/stored-report';
import type { StoredSchedule } from '../reports/stored-schedule';
import { ANALYTICS_GRANULARITIES } from '../scope/analytics-range';
import { DATASETS } from '../tables/analytics-table';
import { ReportProblemDto } from './report.dto';

export class ReportScheduleDto {
  id!: string;
  accountId!: string;
  /** On whose access its reports are made: whoever made it, or changed it last. */
  responsibleId!: string;
  /** @example "Weekly figures" */
  title!: string;
  /** Whether it runs. */
  enabled!: boolean;
  /** Why it was stopped, where nobody did that; switch it on again to take it over. */
  @ApiProperty({ type: ReportProblemDto, nullable: true, example: null }) stopped!: ReportProblemDto | null;
  /** @example "0 8 * * 1" */
  cron!: string;
  /** @example "Europe/Berlin" */
  timeZone!: string;
  /** The next five times, and none while it is switched off. */
  @ApiProperty({ type: [Date] }) nextRuns!: Date[];
  /** The last time that a report was ordered for. */
  @ApiProperty({ type: Date, nullable: true }) lastRunAt!: Date | null;
  @ApiProperty({ enum: RELATIVE_RANGES, example: 'last_week' }) range!: RelativeRange;
  @ApiProperty({ enum: REPORT_FORMATS, example: 'html' }) format!: ReportFormat;
  @ApiProperty({ type: [String], enum: DATASETS, example: ['overview', 'timeseries'] }) datasets!: string[];
  @ApiProperty({ enum: ANALYTICS_GRANULARITIES, example: 'day' }) granularity!: string;
  /** Null: all. */
  @ApiProperty({ type: [String], enum: CONVERSATION_PLATFORMS, nullable: true, example: null })
  platforms!: string[] | null;
  /** Null: all. */
  @ApiProperty({ type: [String], nullable: true, example: null }) channelIds!: string[] | null;
  /** Who is told; of them only those who have access at that time. */
  @ApiProperty({ type: [String] }) recipientIds!: string[];
  createdAt!: Date;
  updatedAt!: Date;

  static from(schedule: StoredSchedule, nextRuns: readonly Date[]): ReportScheduleDto {
    const { wish } = schedule;
    return Object.assign(new ReportScheduleDto(), {
      id: schedule.id,
      accountId: schedule.accountId,
      responsibleId: schedule.responsibleId,
      title: schedule.title,
      enabled: schedule.isEnabled,
      stopped: schedule.stopped,
      cron: schedule.cron,
      timeZone: schedule.timeZone,
      nextRuns: [...nextRuns],
      lastRunAt: schedule.lastRunAt,
      range: schedule.range,
      format: schedule.format,
      datasets: wish.datasets,
      granularity: wish.granularity,
      platforms: wish.platforms,
      channelIds: wish.channelIds,
      recipientIds: schedule.recipientIds,
      createdAt: schedule.createdAt,
      updatedAt: schedule.updatedAt,
    });
  }
}

export class ReportSchedulePageDto {
  /** Newest first. */
  @ApiProperty({ type: [ReportScheduleDto] }) schedules!: ReportScheduleDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}
