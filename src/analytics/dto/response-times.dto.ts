import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../../conversations/conversation-types';
import {
  DURATION_GROUPS,
  type DurationFigures,
  type DurationGroup,
  type DurationsByKind,
} from '../response-times/duration-figures';
import type {
  AgentDurations,
  ChannelDurations,
  PlatformDurations,
  ResponseTimes,
} from '../response-times/response-time-results';
import type { AnalyticsRange } from '../scope/analytics-range';
import { AnalyticsQuery, CommaSeparated } from './analytics-query.dto';
import { AnalyticsChannelDto, AnalyticsRangeDto } from './analytics-range.dto';

export class ResponseTimesQuery extends AnalyticsQuery {
  /**
   * Also by `agent`, `channel` or `platform`, several with commas between them. Each takes its own look at every answer of the
   * range: ask for what is shown.
   * @example "agent,channel"
   */
  @ApiProperty({ type: String, required: false })
  @CommaSeparated()
  @IsIn(DURATION_GROUPS, {
    each: true,
    message: `each value of $property must be one of ${DURATION_GROUPS.join(', ')}`,
  })
  groupBy?: DurationGroup[];
}

/** How long it took, in seconds of the clock: nights and weekends count. Mean, median and the rest are null where the count is 0. */
export class DurationFiguresDto {
  /** @example 120 */
  count!: number;
  @ApiProperty({ type: Number, nullable: true, example: 312.5 }) meanSeconds!: number | null;
  /** Half of them took no longer: a duration that occurred (nearest rank, as `percentile_disc` of SQL). */
  @ApiProperty({ type: Number, nullable: true, example: 180 }) medianSeconds!: number | null;
  /** 90 % of them took no longer; by the nearest rank, too. */
  @ApiProperty({ type: Number, nullable: true, example: 900 }) p90Seconds!: number | null;
}

export class DurationsDto {
  /**
   * To the first answer of a case, by when it was given: from the first thing that the customer wrote in the case. A case ends
   * when its conversation is closed.
   */
  @ApiProperty({ type: DurationFiguresDto }) firstResponse!: DurationFigures;
  /**
   * To every answer, the first ones among them, by when it was given: from the first thing that the customer wrote after the
   * answer before. Only messages that were sent on answer anything; those of campaigns never do.
   */
  @ApiProperty({ type: DurationFiguresDto }) response!: DurationFigures;
  /** From the opening of a case to its closing, by when it was closed. Cases that are open are not in it. */
  @ApiProperty({ type: DurationFiguresDto }) resolution!: DurationFigures;
}

export class DurationPointDto extends DurationsDto {
  /** Where the hour, day, week or month begins. @example 2026-03-14T00:00:00.000Z */
  timestamp!: Date;
}

export class AgentDurationsDto extends DurationsDto {
  /** @example 0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11 */
  userId!: string;
  /** Null: the user was removed. */
  @ApiProperty({ type: String, nullable: true, example: 'Ana' }) name!: string | null;
}

export class ChannelDurationsDto extends DurationsDto {
  @ApiProperty({ type: AnalyticsChannelDto }) channel!: AnalyticsChannelDto;

  static of({ channel, ...durations }: ChannelDurations): ChannelDurationsDto {
    return Object.assign(new ChannelDurationsDto(), durations, {
      channel: AnalyticsChannelDto.from(channel),
    });
  }
}

export class PlatformDurationsDto extends DurationsDto {
  @ApiProperty({ enum: CONVERSATION_PLATFORMS }) platform!: ConversationPlatform;
}

/** How many took at least `fromSeconds` and less than `untilSeconds`. */
export class DistributionStepDto {
  /** @example 60 */
  fromSeconds!: number;
  /** Null: all that took longer. */
  @ApiProperty({ type: Number, nullable: true, example: 300 }) untilSeconds!: number | null;
  /** @example 12 */
  firstResponse!: number;
  /** @example 40 */
  response!: number;
  /** @example 3 */
  resolution!: number;
}

export class OldestWaitDto {
  /** For `GET /api/meta/conversations/{id}`. */
  @ApiProperty({ type: String, format: 'uuid' }) conversationId!: string;
  /** When the customer last wrote. */
  since!: Date;
}

/**
 * At this moment, whatever the range: conversations with people that are not closed and whose latest message is the customer's,
 * written within 31 days. Any message of the business ends it here, also one of a campaign.
 */
export class OpenWaitsDto {
  /** @example 5 */
  count!: number;
  /** Of these, where the customer last wrote longest ago. */
  @ApiProperty({ type: OldestWaitDto, nullable: true }) oldest!: OldestWaitDto | null;
}

export class ResponseTimesDto {
  @ApiProperty({ type: AnalyticsRangeDto }) range!: AnalyticsRangeDto;
  /** Of the whole range. Percentiles are those of all its answers, not of its points. */
  @ApiProperty({ type: DurationsDto }) totals!: DurationsByKind;
  /** Under a minute, 5 minutes, 15 minutes, an hour, 4 hours, a day, and more. */
  @ApiProperty({ type: [DistributionStepDto] }) distribution!: DistributionStepDto[];
  @ApiProperty({ type: OpenWaitsDto }) waiting!: OpenWaitsDto;
  /** One for each hour, day, week or month, also where nothing happened. */
  @ApiProperty({ type: [DurationPointDto] }) points!: DurationPointDto[];
  /** With `groupBy=agent`: users who answered or closed, the most answers first. */
  @ApiProperty({ type: [AgentDurationsDto], required: false }) byAgent?: AgentDurationsDto[];
  /** With `groupBy=channel`: those where something was answered or closed, the most answers first. */
  @ApiProperty({ type: [ChannelDurationsDto], required: false }) byChannel?: ChannelDurationsDto[];
  /** With `groupBy=platform`: all platforms that were asked for. */
  @ApiProperty({ type: [PlatformDurationsDto], required: false }) byPlatform?: PlatformDurationsDto[];

  static from(
    range: AnalyticsRange,
    times: ResponseTimes,
    groups: { byAgent?: AgentDurations[]; byChannel?: ChannelDurations[]; byPlatform?: PlatformDurations[] },
  ): ResponseTimesDto {
    const { byChannel, ...rest } = groups;
    return Object.assign(new ResponseTimesDto(), times, rest, {
      range: AnalyticsRangeDto.from(range),
      ...(byChannel === undefined
        ? {}
        : { byChannel: byChannel.map((each) => ChannelDurationsDto.of(each)) }),
    });
  }
}
