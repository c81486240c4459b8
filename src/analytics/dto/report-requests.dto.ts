import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  Validate,
} from 'class-validator';
import { TimeZoneRule } from '../../calendar/time-zone.rule';
import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../../conversations/conversation-types';
import { IfPresent, NameField } from '../../http/body-fields';
import { CursorPageQuery } from '../../http/page.dto';
import { RELATIVE_RANGES, type RelativeRange } from '../reports/relative-range';
import { REPORT_FORMATS, REPORT_STATES, type ReportFormat, type ReportState } from '../reports/stored-report';
import { ANALYTICS_GRANULARITIES, type AnalyticsGranularity } from '../scope/analytics-range';
import { DATASETS, type DatasetName } from '../tables/analytics-table';

const MOST_CHANNELS = 200;
const MOST_RECIPIENTS = 50;

/** Which figures of which account. */
class ReportWishDto {
  /** The connected Meta account, by our id. Needed only if you have several. */
  @IfPresent() @IsUUID() accountId?: string;

  /** What is told, in this order: each is what the address of the same name answers under `/api/meta/analytics`. */
  @ApiProperty({ type: [String], enum: DATASETS, example: ['overview', 'timeseries'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(DATASETS.length)
  @ArrayUnique()
  @IsIn(DATASETS, { each: true, message: `each value of $property must be one of ${DATASETS.join(', ')}` })
  datasets!: DatasetName[];

  /**
   * `csv`: each table is a file of its own. `json`: one document with all tables. `html`: one page for people, with charts,
   * which stands by itself and prints well.
   */
  @ApiProperty({ enum: REPORT_FORMATS, example: 'html' }) @IsIn(REPORT_FORMATS) format!: ReportFormat;

  /** How wide the points of series are. Weeks begin on Monday. */
  @ApiPropertyOptional({ enum: ANALYTICS_GRANULARITIES, default: 'day' })
  @IfPresent()
  @IsIn(ANALYTICS_GRANULARITIES)
  granularity: AnalyticsGranularity = 'day';

  /** Whose days are meant, as a name of the IANA time zone database. @example "Europe/Berlin" */
  @ApiPropertyOptional({ type: String, default: 'UTC', example: 'Europe/Berlin' })
  @IfPresent()
  @Validate(TimeZoneRule)
  timeZone: string = 'UTC';

  /** Only these platforms. Left out: all. */
  @ApiPropertyOptional({ type: [String], enum: CONVERSATION_PLATFORMS, example: ['whatsapp'] })
  @IfPresent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(CONVERSATION_PLATFORMS, { each: true })
  platforms?: ConversationPlatform[];

  /** Only these numbers, Pages or Instagram accounts, by their ids in this service; at most 200. Left out: all. */
  @ApiPropertyOptional({ type: [String], example: [] })
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_CHANNELS)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  channelIds?: string[];
}

/** Give `range`, or `startDate` and `endDate` as all figures take them. */
export class CreateReportDto extends ReportWishDto {
  /** What people call it. Left out: after its range. @example "March, for the board" */
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: 200, example: 'March, for the board' })
  @IfPresent()
  @NameField(200)
  title?: string;

  /** Days counted from today, by the calendar of `timeZone`. Those that are called `last_…` end with yesterday. */
  @ApiPropertyOptional({ enum: RELATIVE_RANGES, example: 'last_month' })
  @IfPresent()
  @IsIn(RELATIVE_RANGES)
  range?: RelativeRange;

  /** The first day, or an instant. */
  @ApiPropertyOptional({ type: String }) @IfPresent() @IsString() @MaxLength(40) startDate?: string;

  /** The last day, which is part of the range, or an instant, which is not. */
  @ApiPropertyOptional({ type: String }) @IfPresent() @IsString() @MaxLength(40) endDate?: string;
}

export class CreateReportScheduleDto extends ReportWishDto {
  /** What people call its reports. @example "Weekly figures" */
  @NameField(200) title!: string;

  /** What each report tells of: days counted from its time, by the calendar of `timeZone`. */
  @ApiProperty({ enum: RELATIVE_RANGES, example: 'last_week' })
  @IsIn(RELATIVE_RANGES)
  range!: RelativeRange;

  /**
   * When, in five fields: minute, hour, day of the month, month, day of the week (0 or 7 is Sunday), by the clocks of `timeZone`.
   * The minute is one number, as reports come once an hour at most. `0 8 * * 1`: Mondays at 08:00. A time that clocks skip is made
   * up for right after the change; one that comes twice counts once.
   */
  @ApiProperty({ type: String, example: '0 8 * * 1' })
  @IsString()
  @MaxLength(100)
  @Matches(/\S/, { message: 'cron must not be empty' })
  cron!: string;

  /** Who is told when a report is ready or could not be made: users who are members of the account. Left out: you. */
  @ApiPropertyOptional({ type: [String], example: [] })
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_RECIPIENTS)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  recipientIds?: string[];

  /** Whether it runs. */
  @ApiPropertyOptional({ type: Boolean, default: true })
  @IfPresent()
  @IsBoolean()
  enabled: boolean = true;
}

/** What is left out stays as it is. Whoever changes a schedule takes it over: its reports are made on that user's access. */
export class UpdateReportScheduleDto {
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: 200, example: 'Weekly figures' })
  @IfPresent()
  @NameField(200)
  title?: string;

  @ApiPropertyOptional({ type: [String], enum: DATASETS })
  @IfPresent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(DATASETS.length)
  @ArrayUnique()
  @IsIn(DATASETS, { each: true, message: `each value of $property must be one of ${DATASETS.join(', ')}` })
  datasets?: DatasetName[];

  @ApiPropertyOptional({ enum: REPORT_FORMATS }) @IfPresent() @IsIn(REPORT_FORMATS) format?: ReportFormat;

  @ApiPropertyOptional({ enum: ANALYTICS_GRANULARITIES })
  @IfPresent()
  @IsIn(ANALYTICS_GRANULARITIES)
  granularity?: AnalyticsGranularity;

  @ApiPropertyOptional({ type: String }) @IfPresent() @Validate(TimeZoneRule) timeZone?: string;

  /** `null`: all. */
  @ApiPropertyOptional({ type: [String], enum: CONVERSATION_PLATFORMS, nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(CONVERSATION_PLATFORMS, { each: true })
  platforms?: ConversationPlatform[] | null;

  /** `null`: all. */
  @ApiPropertyOptional({ type: [String], nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_CHANNELS)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  channelIds?: string[] | null;

  @ApiPropertyOptional({ enum: RELATIVE_RANGES })
  @IfPresent()
  @IsIn(RELATIVE_RANGES)
  range?: RelativeRange;

  @ApiPropertyOptional({ type: String, example: '0 8 * * 1' })
  @IfPresent()
  @IsString()
  @MaxLength(100)
  cron?: string;

  @ApiPropertyOptional({ type: [String] })
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_RECIPIENTS)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  recipientIds?: string[];

  /** `true` also makes one run again that was stopped. */
  @ApiPropertyOptional({ type: Boolean }) @IfPresent() @IsBoolean() enabled?: boolean;
}

export class ReportSchedulesQuery extends CursorPageQuery {
  /** Only of this connected account. */
  @IfPresent() @IsUUID() accountId?: string;
}

export class ReportsQuery extends ReportSchedulesQuery {
  /** Only those in this state. */
  @ApiProperty({ type: String, enum: REPORT_STATES, required: false })
  @IfPresent()
  @IsIn(REPORT_STATES)
  state?: ReportState;

  /** Only those of this schedule. */
  @IfPresent() @IsUUID() scheduleId?: string;
}

export class ReportDownloadQuery {
  /**
   * Which of its files: `table` of one of them. Needed only where it has several, as CSV of several tables.
   * @example "overview.totals"
   */
  @IfPresent() @Matches(/^[a-z-]{1,40}\.[a-z-]{1,40}$/) table?: string;
}
