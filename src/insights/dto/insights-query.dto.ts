import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsIn, IsOptional, IsString, Matches, MaxLength, Validate } from 'class-validator';
import { PERIOD_GRANULARITIES, type PeriodGranularity } from '../../calendar/period-range';
import { TimeZoneRule } from '../../calendar/time-zone.rule';
import { QueryList } from '../../http/query-fields';

/** Which figures, and of when. */
export class InsightRangeQuery {
  /**
   * The first day (`2026-03-01`, in `timeZone`), or an instant, which is rounded down to its whole day. Left out: 30 days,
   * 12 weeks, a year, or 28 days in all with `granularity=total`.
   * @example "2026-03-01"
   */
  @IsOptional() @IsString() @MaxLength(40) startDate?: string;
  /**
   * The last day, which is part of the range, or an instant, which is not. Left out: now. At most two years are answered.
   * @example "2026-03-31"
   */
  @IsOptional() @IsString() @MaxLength(40) endDate?: string;
  /** How wide the points are. Weeks begin on Monday; weeks and months are whole ones. `total`: one point. */
  @ApiProperty({ enum: PERIOD_GRANULARITIES, required: false, default: 'day' })
  @IsOptional()
  @IsIn(PERIOD_GRANULARITIES)
  granularity: PeriodGranularity = 'day';
  /**
   * Whose days are meant, as a name of the IANA time zone database. Meta's days are those of California and cannot be cut
   * otherwise: each counts to the day of yours in which its noon lies.
   * @example "Europe/Berlin"
   */
  @ApiProperty({ type: String, required: false, default: 'UTC' })
  @IsOptional()
  @Validate(TimeZoneRule)
  timeZone: string = 'UTC';
  /**
   * Meta's names of metrics, with commas between them. Left out: all that Meta answers. A name that Meta has retired is
   * refused, saying what to ask for instead.
   * @example "page_media_view,page_follows"
   */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @QueryList()
  @ArrayMaxSize(50)
  @Matches(/^\w{1,100}$/, {
    each: true,
    message: 'metrics must be names as page_media_view, with commas between',
  })
  metrics?: string[];

  range(): Pick<InsightRangeQuery, 'startDate' | 'endDate' | 'granularity' | 'timeZone' | 'metrics'> {
    const { startDate, endDate, granularity, timeZone, metrics } = this;
    return {
      granularity,
      timeZone,
      ...(startDate === undefined ? {} : { startDate }),
      ...(endDate === undefined ? {} : { endDate }),
      ...(metrics === undefined ? {} : { metrics }),
    };
  }
}

/** The same, for an answer with everything that is known about it. */
export class InsightsQuery extends InsightRangeQuery {
  /** `true` reads the newest figures from Meta first, which takes a few seconds. Otherwise that happens several times a day. */
  @IsOptional() @IsIn(['true', 'false']) refresh?: 'true' | 'false';
}
