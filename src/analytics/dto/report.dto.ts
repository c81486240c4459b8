import { ApiProperty } from '@nestjs/swagger';
import { CONVERSATION_PLATFORMS } from '../../conversations/conversation-types';
import { CursorPaginationDto } from '../../http/page.dto';
import {
  REPORT_FORMATS,
  REPORT_STATES,
  type ReportFile,
  type ReportFormat,
  type ReportState,
  type StoredReport,
} from '../reports/stored-report';
import { ANALYTICS_GRANULARITIES } from '../scope/analytics-range';
import { DATASETS } from '../tables/analytics-table';

export class ReportFileDto {
  /** For `?table=` of its download; null where the one file has all tables. */
  @ApiProperty({ type: String, nullable: true, example: 'overview.totals' }) table!: string | null;
  @ApiProperty({ type: String, example: 'Overview: Totals' }) title!: string;
  @ApiProperty({ type: String, example: 'March-2026-03-01-2026-03-31-overview-totals.csv' })
  fileName!: string;
  /** In bytes. @example 18211 */
  size!: number;
  /** Rows of figures in it. @example 124 */
  rows!: number;
  /** Where it is downloaded, with the credential that reads the report. */
  @ApiProperty({
    type: String,
    example:
      '/api/meta/analytics/reports/0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11/download?table=overview.totals',
  })
  path!: string;
}

export class ReportProgressDto {
  /** @example 1 */
  datasetsDone!: number;
  /** @example 3 */
  datasetsTotal!: number;
  /** @example 4 */
  tablesDone!: number;
  /** Known once the last dataset is being told. */
  @ApiProperty({ type: Number, nullable: true, example: null }) tablesTotal!: number | null;
  /** Rows that are written. @example 3100 */
  rowsDone!: number;
  /** About how much of it is done, 0 to 100. @example 33 */
  percent!: number;
}

export class ReportProblemDto {
  /** `ACCESS_LOST`, `DATASET_FAILED`, `BROKEN_OFF`, `TOO_LONG`, `SERVER_ERROR`, or a code of this API. @example DATASET_FAILED */
  code!: string;
  message!: string;
}

export class ReportDto {
  id!: string;
  accountId!: string;
  /** The schedule that it was made by; null where somebody asked for it. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) scheduleId!: string | null;
  /** The time of the schedule that it stands for. */
  @ApiProperty({ type: Date, nullable: true }) dueAt!: Date | null;
  /** The user on whose access it is made. */
  requestedBy!: string;
  /** @example "March, for the board" */
  title!: string;
  @ApiProperty({ enum: REPORT_FORMATS, example: 'html' }) format!: ReportFormat;
  /**
   * `queued` and `running`: it is being made. `completed`: it can be downloaded, until `expiresAt`. `failed`: `error` says why.
   * `cancelled`: by somebody. `expired`: its files are gone; it can be made again.
   */
  @ApiProperty({ enum: REPORT_STATES, example: 'completed' }) state!: ReportState;
  @ApiProperty({ type: [String], enum: DATASETS, example: ['overview', 'timeseries'] }) datasets!: string[];
  /** The first instant of the range. */
  from!: Date;
  /** The first instant after the range. */
  until!: Date;
  /** @example "Europe/Berlin" */
  timeZone!: string;
  @ApiProperty({ enum: ANALYTICS_GRANULARITIES, example: 'day' }) granularity!: string;
  /** Null: all. */
  @ApiProperty({ type: [String], enum: CONVERSATION_PLATFORMS, nullable: true, example: null })
  platforms!: string[] | null;
  /** Null: all. */
  @ApiProperty({ type: [String], nullable: true, example: null }) channelIds!: string[] | null;
  @ApiProperty({ type: ReportProgressDto }) progress!: ReportProgressDto;
  /** What can be downloaded, once it is completed. */
  @ApiProperty({ type: [ReportFileDto] }) files!: ReportFileDto[];
  @ApiProperty({ type: ReportProblemDto, nullable: true, example: null }) error!: ReportProblemDto | null;
  createdAt!: Date;
  @ApiProperty({ type: Date, nullable: true }) startedAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true }) finishedAt!: Date | null;
  /** When its files go. */
  expiresAt!: Date;

  static from(report: StoredReport, files: readonly ReportFile[]): ReportDto {
    const { wish } = report;
    return Object.assign(new ReportDto(), {
      id: report.id,
      accountId: report.accountId,
      scheduleId: report.scheduleId,
      dueAt: report.dueAt,
      requestedBy: report.requestedBy,
      title: report.title,
      format: report.format,
      state: report.state,
      datasets: wish.datasets,
      from: report.from,
      until: report.until,
      timeZone: report.timeZone,
      granularity: wish.granularity,
      platforms: wish.platforms,
      channelIds: wish.channelIds,
      progress: progressOf(report),
      files: files.map(({ table, title, fileName, size, rows }) => ({
        table,
        title,
        fileName,
        size,
        rows,
        path: `/api/meta/analytics/reports/${report.id}/download${table === null ? '' : `?table=${table}`}`,
      })),
      error: report.error,
      createdAt: report.createdAt,
      startedAt: report.startedAt,
      finishedAt: report.finishedAt,
      expiresAt: report.expiresAt,
    });
  }
}

function progressOf(report: StoredReport): ReportProgressDto {
  const { datasetsDone, tablesDone, tablesTotal, rowsDone } = report;
  const datasetsTotal = report.wish.datasets.length;
  const isDone = report.state === 'completed' || report.state === 'expired';
  return {
    datasetsDone,
    datasetsTotal,
    tablesDone,
    tablesTotal,
    rowsDone,
    percent: isDone ? 100 : Math.min(99, Math.round((datasetsDone / datasetsTotal) * 100)),
  };
}

export class ReportPageDto {
  /** Newest first. */
  @ApiProperty({ type: [ReportDto] }) reports!: ReportDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

/** What became of a report that is not wanted any more. */
export class ReportRemovedDto {
  id!: string;
  /** `cancelled`: it was being made, and stays in the list. `removed`: it is gone. */
  @ApiProperty({ enum: ['cancelled', 'removed'], example: 'removed' }) state!: 'cancelled' | 'removed';
}
