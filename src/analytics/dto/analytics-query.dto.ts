import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
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
import { AccountQuery } from '../../whatsapp/dto/account-query.dto';
import { ANALYTICS_GRANULARITIES, type AnalyticsGranularity } from '../scope/analytics-range';
import { IsWrittenList, isListText } from '../../http/query-fields';

const MOST_CHANNELS = 200;

/** Words between commas, or the parameter several times. */
export function CommaSeparated(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => {
      const given: unknown[] = Array.isArray(value) ? value : [value];
      return given.flatMap((part) =>
        isListText(part) ? part.split(',').map((word) => word.trim()) : [part],
      );
    }),
    IsOptional(),
    IsWrittenList(),
  );
}

/** The one way in which all figures are asked for. */
export class AnalyticsQuery extends AccountQuery {
  /**
   * The first day (`2026-03-01`, in `timeZone`), or an instant (`2026-03-01T00:00:00Z`), which is rounded down to its whole
   * hour, day, week or month. Left out: 30 days in all; 24 hours, 12 weeks or 12 months with those granularities.
   * @example "2026-03-01"
   */
  @IsOptional() @IsString() @MaxLength(40) startDate?: string;
  /**
   * The last day, which is part of the range, or an instant, which is not; rounded up in the same way. Left out: now.
   * @example "2026-03-31"
   */
  @IsOptional() @IsString() @MaxLength(40) endDate?: string;
  /** How wide points are. At most two years, and 31 days by hour. Weeks begin on Monday. */
  @ApiProperty({ enum: ANALYTICS_GRANULARITIES, required: false, default: 'day' })
  @IsOptional()
  @IsIn(ANALYTICS_GRANULARITIES)
  granularity: AnalyticsGranularity = 'day';
  /**
   * Whose days are meant, as a name of the IANA time zone database. Days on which clocks are changed have 23 or 25 hours.
   * @example "Europe/Berlin"
   */
  @ApiProperty({ type: String, required: false, default: 'UTC' })
  @IsOptional()
  @Validate(TimeZoneRule)
  timeZone: string = 'UTC';
  /**
   * Only these, with commas between them: `whatsapp`, `messenger`, `instagram` (messages and comments), `facebook` (comments
   * of Pages). Left out: all.
   * @example "whatsapp,instagram"
   */
  @ApiProperty({ type: String, required: false })
  @CommaSeparated()
  @IsIn(CONVERSATION_PLATFORMS, {
    each: true,
    message: `each value of $property must be one of ${CONVERSATION_PLATFORMS.join(', ')}`,
  })
  platform?: ConversationPlatform[];
  /**
   * Only these numbers, Pages or Instagram accounts: their ids in this service, with commas between them, at most 200. Left
   * out: all.
   * @example "0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11"
   */
  @ApiProperty({ type: String, required: false })
  @CommaSeparated()
  @ArrayMaxSize(MOST_CHANNELS)
  @IsUUID(undefined, { each: true })
  channelId?: string[];
  /** `csv` answers a table instead of JSON. */
  @ApiProperty({ enum: ['json', 'csv'], required: false, default: 'json' })
  @IsOptional()
  @IsIn(['json', 'csv'])
  format: 'json' | 'csv' = 'json';
  /** With `format=csv`: which of the tables of the answer. Left out: the first. @example totals */
  @IsOptional() @Matches(/^[a-z-]{1,40}$/) table?: string;
}
