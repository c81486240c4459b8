import { ApiProperty } from '@nestjs/swagger';
import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../../conversations/conversation-types';
import { MetricProperties } from '../overview/metric-properties';
import {
  CAMPAIGN_METRICS,
  type CampaignFigures,
  OVERVIEW_METRICS,
  type Overview,
  type OverviewFigures,
} from '../overview/overview-figures';
import { AnalyticsChannelDto, AnalyticsRangeDto } from './analytics-range.dto';

/** A figure of the range beside that of the time before: as many whole hours, days, weeks or months, immediately before. */
export class ComparedFigureDto {
  /** In the range; null for a rate or a mean of nothing. */
  @ApiProperty({ type: Number, nullable: true, example: 120 }) value!: number | null;
  /** In the time before. */
  @ApiProperty({ type: Number, nullable: true, example: 100 }) previous!: number | null;
  /** `value` less `previous`; null where one of them is null. */
  @ApiProperty({ type: Number, nullable: true, example: 20 }) change!: number | null;
  /** `change` as a share of `previous`, 0.2 being a fifth more; null where `previous` is 0 or null. */
  @ApiProperty({ type: Number, nullable: true, example: 0.2 }) changeRate!: number | null;
}

const compared = (): { type: () => typeof ComparedFigureDto } => ({ type: () => ComparedFigureDto });

/** Rates are about the messages that were sent in the time, whatever became of them since, so they lie between 0 and 1. */
@MetricProperties(OVERVIEW_METRICS, compared)
export class OverviewFiguresDto {}

/** Messages that campaigns sent. */
@MetricProperties(CAMPAIGN_METRICS, compared)
export class CampaignFiguresDto {
  /** Campaigns that began to send in the time. */
  @ApiProperty({ type: ComparedFigureDto }) started!: ComparedFigureDto;
}

/** Conversations as they are at the moment, whatever the range. */
export class ConversationsNowDto {
  /** Neither closed nor snoozed. @example 42 */
  open!: number;
  /** Open and assigned to nobody. @example 7 */
  unassigned!: number;
  /** @example 3 */
  snoozed!: number;
}

export class PlatformOverviewDto {
  @ApiProperty({ enum: CONVERSATION_PLATFORMS }) platform!: ConversationPlatform;
  @ApiProperty({ type: OverviewFiguresDto }) figures!: OverviewFigures;
}

export class ChannelOverviewDto {
  @ApiProperty({ type: AnalyticsChannelDto }) channel!: AnalyticsChannelDto;
  @ApiProperty({ type: OverviewFiguresDto }) figures!: OverviewFigures;
}

export class OverviewDto {
  @ApiProperty({ type: AnalyticsRangeDto }) range!: AnalyticsRangeDto;
  /** Where the time before begins; it ends where the range begins. @example 2026-01-28T23:00:00.000Z */
  previousFrom!: Date;
  @ApiProperty({ type: OverviewFiguresDto }) totals!: OverviewFigures;
  @ApiProperty({ type: CampaignFiguresDto }) campaigns!: CampaignFigures;
  @ApiProperty({ type: ConversationsNowDto }) conversations!: ConversationsNowDto;
  /** All platforms that were asked for. Comments of Instagram are under `instagram`, those of Pages under `facebook`. */
  @ApiProperty({ type: [PlatformOverviewDto] }) byPlatform!: PlatformOverviewDto[];
  /**
   * The account's numbers, Pages and Instagram accounts, and those that it had while something happened: the busiest first,
   * at most 100.
   */
  @ApiProperty({ type: [ChannelOverviewDto] }) byChannel!: ChannelOverviewDto[];
  /** How many more there are. @example 0 */
  furtherChannels!: number;

  static from(overview: Overview): OverviewDto {
    const { scope, previousFrom, totals, campaigns, now, byPlatform, byChannel, furtherChannels } = overview;
    return Object.assign(new OverviewDto(), {
      range: AnalyticsRangeDto.from(scope.range),
      previousFrom,
      totals,
      campaigns,
      conversations: now,
      byPlatform,
      byChannel: byChannel.map(({ channel, figures }) => ({
        channel: AnalyticsChannelDto.from(channel),
        figures,
      })),
      furtherChannels,
    });
  }
}
