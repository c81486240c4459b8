import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { ANALYTICS_METRICS, type AnalyticsMetric } from '../overview/analytics-metrics';
import { MetricProperties, isCount } from '../overview/metric-properties';
import { SERIES_GROUPINGS, type SeriesGrouping } from '../overview/series-groupings';
import type { MetricSeries, Timeseries } from '../overview/timeseries-results';
import { AnalyticsQuery, CommaSeparated } from './analytics-query.dto';
import { AnalyticsRangeDto } from './analytics-range.dto';

export class TimeseriesQuery extends AnalyticsQuery {
  /**
   * Which figures, with commas between them; what each is stands with the answer. Left out: the usual ones, as `received`,
   * `sent`, `delivered`, `read` and `failed` of all messages. `clicked`, `replied`, `clickRate` and `replyRate` need
   * `groupBy=template` or `campaign`; by agent, campaign, template, sentiment, error and price there are only those that make
   * sense of it, which a refusal lists.
   * @example "received,sent,deliveryRate"
   */
  @ApiProperty({ type: String, required: false })
  @CommaSeparated()
  @IsIn(ANALYTICS_METRICS, {
    each: true,
    message: `each value of $property must be one of ${ANALYTICS_METRICS.join(', ')}`,
  })
  metrics?: AnalyticsMetric[];
  /** A series for each, of the 20 busiest. Left out: one series of everything together. */
  @ApiProperty({ enum: SERIES_GROUPINGS, required: false })
  @IsOptional()
  @IsIn(SERIES_GROUPINGS)
  groupBy?: SeriesGrouping;
}

/** Only those that were asked for. */
@MetricProperties(ANALYTICS_METRICS, (metric) => ({
  type: Number,
  required: false,
  nullable: !isCount(metric),
}))
export class SeriesTotalsDto {}

/** Only those that were asked for: a figure for each of `timestamps`, 0 where nothing happened, null for rates and means of nothing. */
@MetricProperties(ANALYTICS_METRICS, (metric) => ({
  type: 'array',
  required: false,
  items: { type: 'number', nullable: !isCount(metric) },
}))
export class SeriesValuesDto {}

export class MetricSeriesGroupDto {
  /**
   * As figures are kept by it: a platform, the id of a channel, agent or campaign, `name/language` of a template, a sentiment, an
   * error code, `category/type` of a price.
   * @example hello_world/en_US
   */
  key!: string;
  /** For people; null where nobody knows it any more. */
  @ApiProperty({ type: String, nullable: true, example: 'hello_world' }) name!: string | null;
}

export class AnalyticsSeriesDto {
  /** null without `groupBy`. */
  @ApiProperty({ type: MetricSeriesGroupDto, nullable: true }) group!: MetricSeriesGroupDto | null;
  /** Of the whole range: counts are added up, rates and means are those of all of it. */
  @ApiProperty({ type: SeriesTotalsDto }) totals!: MetricSeries['totals'];
  @ApiProperty({ type: SeriesValuesDto }) values!: MetricSeries['values'];
}

export class TimeseriesDto {
  @ApiProperty({ type: AnalyticsRangeDto }) range!: AnalyticsRangeDto;
  @ApiProperty({ enum: SERIES_GROUPINGS, nullable: true }) groupBy!: SeriesGrouping | null;
  /** Those that are answered, in one order. */
  @ApiProperty({ enum: ANALYTICS_METRICS, isArray: true }) metrics!: AnalyticsMetric[];
  /** Where points begin: one for every hour, day, week or month of the range. @example ["2026-03-28T23:00:00.000Z"] */
  timestamps!: Date[];
  /** All platforms and sentiments; of other groups those with figures, the busiest first, at most 20. */
  @ApiProperty({ type: [AnalyticsSeriesDto] }) series!: AnalyticsSeriesDto[];
  /** How many more groups there are. @example 0 */
  furtherGroups!: number;

  static from({ scope, groupBy, metrics, timestamps, series, furtherGroups }: Timeseries): TimeseriesDto {
    return Object.assign(new TimeseriesDto(), {
      range: AnalyticsRangeDto.from(scope.range),
      groupBy,
      metrics,
      timestamps,
      series,
      furtherGroups,
    });
  }
}
