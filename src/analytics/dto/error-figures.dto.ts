import { ApiProperty } from '@nestjs/swagger';
import type { ErrorFigures } from '../funnels/funnel-results';
import type { AnalyticsRange } from '../scope/analytics-range';
import { AnalyticsChannelDto, AnalyticsRangeDto } from './analytics-range.dto';
import { ErrorExplanationDto, FailuresOfTemplateDto } from './failures.dto';

export class FailuresOfChannelDto {
  @ApiProperty({ type: AnalyticsChannelDto }) channel!: AnalyticsChannelDto;
  /** @example 7 */
  count!: number;
}

export class ErrorGroupDto extends ErrorExplanationDto {
  /** Messages that failed with it. @example 12 */
  count!: number;
  /** Of all failures in the range, 0 to 1. @example 0.4 */
  share!: number;
  /** When the last of them failed; once its message is no longer stored, the quarter of an hour in which it did. */
  lastSeenAt!: Date;
  /** Our id of the last of them; null once it is no longer stored. */
  @ApiProperty({ type: String, nullable: true, format: 'uuid' }) lastMessageId!: string | null;
  /** The twenty numbers, Pages and Instagram accounts with the most, the most first. */
  @ApiProperty({ type: [FailuresOfChannelDto] }) byChannel!: FailuresOfChannelDto[];
  /** The twenty templates with the most, the most first. Messages without a template are in none. */
  @ApiProperty({ type: [FailuresOfTemplateDto] }) byTemplate!: FailuresOfTemplateDto[];
}

export class ErrorFiguresDto {
  @ApiProperty({ type: AnalyticsRangeDto }) range!: AnalyticsRangeDto;
  /** Messages that failed in the range and were never delivered. @example 30 */
  total!: number;
  /** By code, the most frequent first. */
  @ApiProperty({ type: [ErrorGroupDto] }) errors!: ErrorGroupDto[];

  static from(range: AnalyticsRange, { total, groups }: ErrorFigures): ErrorFiguresDto {
    return Object.assign(new ErrorFiguresDto(), {
      range: AnalyticsRangeDto.from(range),
      total,
      errors: groups.map(({ explanation, byNumber, ...group }) =>
        Object.assign(new ErrorGroupDto(), explanation, group, {
          byChannel: byNumber.map(({ channel, count }) => ({
            channel: AnalyticsChannelDto.from(channel),
            count,
          })),
        }),
      ),
    });
  }
}
