import { applyDecorators } from '@nestjs/common';
import { ApiHideProperty, ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, Length, Matches, MaxLength, Validate } from 'class-validator';
import { AccountQuery } from '../../whatsapp/dto/account-query.dto';
import { COUNTED_METRICS, METRICS, type Metric } from '../message-metrics/message-figures';
import { GRANULARITIES, type Granularity } from '../../calendar/metric-range';
import { TimeZoneRule } from '../../calendar/time-zone.rule';
import { IsWrittenList, isListText } from '../../http/query-fields';

const META_ID = { message: '$property must be an id of Meta, digits only' };

/** Words between commas, or the parameter several times. */
function Words(allowed: readonly string[]): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => {
      const given: unknown[] = Array.isArray(value) ? value : [value];
      return given.flatMap((part) =>
        isListText(part) ? part.split(',').map((word) => word.trim()) : [part],
      );
    }),
    IsOptional(),
    IsWrittenList(),
    IsIn(allowed, { each: true, message: `each value of $property must be one of ${allowed.join(', ')}` }),
  );
}

/** A range of time, and what of an account it is asked of. */
export class MetricRangeQuery extends AccountQuery {
  /**
   * Meta's id of a WhatsApp Business Account: only its numbers. Left out: all of the account.
   * @example "102290129340398"
   */
  @IsOptional() @Matches(/^\d{1,32}$/, META_ID) wabaId?: string;
  /**
   * Meta's id of a phone number: only what it sent and received. Left out: all of the account.
   * @example "106540352242922"
   */
  @IsOptional() @Matches(/^\d{1,32}$/, META_ID) phoneNumberId?: string;
  /**
   * The first day (`2026-03-01`, in `timeZone`), or an instant (`2026-03-01T00:00:00Z`), which is rounded down to its whole
   * day or hour. Left out: 30 days in all, or 24 hours with `granularity=hour`.
   * @example "2026-03-01"
   */
  @IsOptional() @IsString() @MaxLength(40) startDate?: string;
  /**
   * The last day, which is part of the range, or an instant, which is not; rounded up to its whole day or hour. Left out: now.
   * @example "2026-03-31"
   */
  @IsOptional() @IsString() @MaxLength(40) endDate?: string;
  /**
   * Whose days are meant, as a name of the IANA time zone database. Days on which clocks are changed have 23 or 25 hours.
   * @example "Europe/Berlin"
   */
  @ApiProperty({ type: String, required: false, default: 'UTC' })
  @IsOptional()
  @Validate(TimeZoneRule)
  timeZone: string = 'UTC';
  /** Only messages of this template. @example order_confirmation */
  @IsOptional() @IsString() @Length(1, 512) templateName?: string;
  /** Only with `templateName`: its version in this language. @example en_US */
  @IsOptional() @IsString() @Length(1, 20) templateLanguage?: string;
}

export class MetricsQuery extends MetricRangeQuery {
  /** How wide the points are. At most two years by day, 31 days by hour. */
  @ApiProperty({ enum: GRANULARITIES, required: false, default: 'day' })
  @IsOptional()
  @IsIn(GRANULARITIES)
  granularity: Granularity = 'day';

  /**
   * Which series are wanted, with commas between them: `sent`, `delivered`, `read`, `failed`, `received`, `deliveryRate`,
   * `readRate`, `failureRate`. Left out: the five counts.
   * @example "sent,delivered,read"
   */
  @ApiProperty({ type: String, required: false })
  @Words(METRICS)
  metrics?: Metric[];

  /** The same list as many clients write it. */
  @ApiHideProperty() @Words(METRICS) 'metrics[]'?: Metric[];

  /** Totals by `number`, by `template`, or by both with a comma between. @example "number" */
  @ApiProperty({ type: String, required: false })
  @Words(['number', 'template'])
  groupBy?: ('number' | 'template')[];

  chosenMetrics(): readonly Metric[] {
    const chosen = [...(this.metrics ?? []), ...(this['metrics[]'] ?? [])];
    return chosen.length === 0 ? COUNTED_METRICS : chosen;
  }
}
