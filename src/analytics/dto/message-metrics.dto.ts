import { ApiProperty } from '@nestjs/swagger';
import { GRANULARITIES, type Granularity, edgesOf } from '../../calendar/metric-range';
import type { MessageMetrics, MetricChannel } from '../message-metrics/metric-results';

export class CountPointDto {
  /** Where the day or hour begins. @example 2026-03-14T00:00:00.000Z */
  timestamp!: Date;
  /** @example 100 */
  value!: number;
}

export class RatePointDto {
  /** Where the day or hour begins. @example 2026-03-14T00:00:00.000Z */
  timestamp!: Date;
  /** From 0 to 1; null where nothing was sent. @example 0.98 */
  @ApiProperty({ type: Number, nullable: true, example: 0.98 }) value!: number | null;
}

/** The series that were asked for: a point for every day or hour of the range, also where nothing happened. */
export class MetricSeriesDto {
  /** Messages that WhatsApp sent on, by when it did. */
  @ApiProperty({ type: [CountPointDto], required: false }) sent?: CountPointDto[];
  /** Messages that reached a device, by when they did. */
  @ApiProperty({ type: [CountPointDto], required: false }) delivered?: CountPointDto[];
  /** Messages that were read, or a voice message played, by when they first were. */
  @ApiProperty({ type: [CountPointDto], required: false }) read?: CountPointDto[];
  /** Messages that failed and were never delivered, by when they failed. */
  @ApiProperty({ type: [CountPointDto], required: false }) failed?: CountPointDto[];
  /** Messages of customers, by when they wrote them. */
  @ApiProperty({ type: [CountPointDto], required: false }) received?: CountPointDto[];
  @ApiProperty({ type: [RatePointDto], required: false }) deliveryRate?: RatePointDto[];
  @ApiProperty({ type: [RatePointDto], required: false }) readRate?: RatePointDto[];
  @ApiProperty({ type: [RatePointDto], required: false }) failureRate?: RatePointDto[];
}

/** Of the whole range. Rates are about the messages that were sent in it, whenever the rest happened. */
export class MetricTotalsDto {
  /** @example 1000 */
  sent!: number;
  /** @example 980 */
  delivered!: number;
  /** @example 700 */
  read!: number;
  /** @example 12 */
  failed!: number;
  /** @example 430 */
  received!: number;
  /** Delivered of those sent, 0 to 1; null where nothing was sent. */
  @ApiProperty({ type: Number, nullable: true, example: 0.98 }) deliveryRate!: number | null;
  /** Read of those delivered, 0 to 1. People who hide read receipts count as not having read. */
  @ApiProperty({ type: Number, nullable: true, example: 0.71 }) readRate!: number | null;
  /** Failed of those that were sent or failed before they were, 0 to 1. */
  @ApiProperty({ type: Number, nullable: true, example: 0.012 }) failureRate!: number | null;
}

/** The range as it was understood: whole days, or hours, of the time zone. */
export class MetricRangeDto {
  /** The first instant. @example 2026-02-28T23:00:00.000Z */
  from!: Date;
  /** The first instant after it. @example 2026-03-31T22:00:00.000Z */
  until!: Date;
  /** @example Europe/Berlin */
  timeZone!: string;
  @ApiProperty({ enum: GRANULARITIES }) granularity!: Granularity;
}

export class NumberNameDto {
  /** Meta's id. @example "106540352242922" */
  phoneNumberId!: string;
  @ApiProperty({ type: String, nullable: true, example: '+1 555-078-3881' }) phoneNumber!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Lucky Shrub' }) displayName!: string | null;
  /** Meta's id of its business account. */
  @ApiProperty({ type: String, nullable: true, example: '102290129340398' }) wabaId!: string | null;

  static from({ phoneNumberId, phoneNumber, displayName, wabaId }: MetricChannel): NumberNameDto {
    return Object.assign(new NumberNameDto(), { phoneNumberId, phoneNumber, displayName, wabaId });
  }
}

export class NumberMetricsDto extends NumberNameDto {
  @ApiProperty({ type: MetricTotalsDto }) totals!: MetricTotalsDto;
}

export class TemplateMetricsDto {
  /** @example order_confirmation */
  name!: string;
  /** @example en_US */
  language!: string;
  @ApiProperty({ type: MetricTotalsDto }) totals!: MetricTotalsDto;
}

export class MessageMetricsDto {
  @ApiProperty({ type: MetricSeriesDto }) metrics!: MetricSeriesDto;
  @ApiProperty({ type: MetricTotalsDto }) totals!: MetricTotalsDto;
  @ApiProperty({ type: MetricRangeDto }) range!: MetricRangeDto;
  /** With `groupBy=number`: the account's numbers, and those that it had while something happened. */
  @ApiProperty({ type: [NumberMetricsDto], required: false }) byNumber?: NumberMetricsDto[];
  /** With `groupBy=template`: those that were used, the most used first, at most 1,000. */
  @ApiProperty({ type: [TemplateMetricsDto], required: false }) byTemplate?: TemplateMetricsDto[];

  static from({ metrics, totals, range, byNumber, byTemplate }: MessageMetrics): MessageMetricsDto {
    return Object.assign(new MessageMetricsDto(), {
      metrics,
      totals,
      range: { ...edgesOf(range), timeZone: range.timeZone, granularity: range.granularity },
      ...(byNumber === undefined
        ? {}
        : {
            byNumber: byNumber.map(({ channel, totals: of }) =>
              Object.assign(NumberNameDto.from(channel), { totals: of }),
            ),
          }),
      ...(byTemplate === undefined ? {} : { byTemplate }),
    });
  }
}
