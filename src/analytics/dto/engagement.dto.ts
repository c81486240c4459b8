import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { INSIGHT_OBJECT_STATES, type InsightObjectState } from '../../insights/insight-object';
import { MEDIA_PRODUCTS, type MediaProduct } from '../../insights/metrics/insight-metric';
import { POST_SORTS, type PostSort } from '../engagement/engagement-results';
import type { Engagement, PostEngagement } from '../engagement/engagement-results';
import { AnalyticsQuery } from './analytics-query.dto';
import { AnalyticsChannelDto, AnalyticsRangeDto } from './analytics-range.dto';

const MOST_POSTS = 200;

export class EngagementQuery extends AnalyticsQuery {
  /** Posts and media with most of it, or the latest, come first; of which it is not known, last. */
  @ApiProperty({ enum: POST_SORTS, required: false, default: 'comments' })
  @IsOptional()
  @IsIn(POST_SORTS)
  sort: PostSort = 'comments';
  /** How many posts and media, at most 200. */
  @ApiProperty({ type: Number, required: false, default: 50, minimum: 1, maximum: MOST_POSTS })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_POSTS)
  limit: number = 50;
}

/** What this service counts itself: comments that were written in the range. */
export class OwnEngagementDto {
  /** Comments of others, answers among them. @example 24 */
  comments!: number;
  /**
   * Of these: those under which, or beside which under the same comment, the Page or account wrote afterwards, or that it
   * answered in private. By now, also after the range. @example 20
   */
  answered!: number;
  /** Of these: those that are hidden at present. @example 1 */
  hidden!: number;
  /** Of these: those that were deleted since, by whomever. @example 2 */
  removed!: number;
  /** Comments of the Page or account itself under somebody's comment. @example 21 */
  replies!: number;
  /** Comments of others that were read as positive. @example 9 */
  positive!: number;
  /** @example 10 */
  neutral!: number;
  /** @example 3 */
  negative!: number;
}

/** What Meta tells, as far as it is stored. null: not known, or Meta does not tell it of such an object; that is not 0. */
export class MetaEngagementDto {
  /** How often it was shown or played, repetitions included. */
  @ApiProperty({ type: Number, nullable: true, example: 1200 }) views!: number | null;
  /** How many people saw it. People of several days cannot be added up: of Pages known for 1, 7 and 28 days only, of accounts for one. */
  @ApiProperty({ type: Number, nullable: true, example: 800 }) reach!: number | null;
  /** Reactions of all kinds; of Instagram likes. */
  @ApiProperty({ type: Number, nullable: true, example: 40 }) reactions!: number | null;
  /** Reactions, comments, shares and the like together, as Meta adds them up. */
  @ApiProperty({ type: Number, nullable: true, example: 75 }) interactions!: number | null;
  /** Comments as Meta counts them. Instagram only. */
  @ApiProperty({ type: Number, nullable: true, example: 26 }) comments!: number | null;
  /** Instagram only. */
  @ApiProperty({ type: Number, nullable: true, example: 4 }) shares!: number | null;
  /** Instagram only. */
  @ApiProperty({ type: Number, nullable: true, example: 5 }) saves!: number | null;
  /** Of posts of Pages only. */
  @ApiProperty({ type: Number, nullable: true, example: null }) clicks!: number | null;
}

export class PostEngagementDto {
  /** Meta's id of the post or media. @example "106540352242922_122108" */
  id!: string;
  /** The Page or account. */
  @ApiProperty({ type: AnalyticsChannelDto }) channel!: AnalyticsChannelDto;
  /** null: nothing is known of it but its comments. */
  @ApiProperty({ enum: ['post', 'ig_media'], nullable: true }) kind!: 'post' | 'ig_media' | null;
  /** Of Instagram media. */
  @ApiProperty({ enum: MEDIA_PRODUCTS, nullable: true }) product!: MediaProduct | null;
  /** @example 2026-03-14T09:00:00.000Z */
  @ApiProperty({ type: Date, nullable: true }) publishedAt!: Date | null;
  /** Whether Meta's figures are still read; null where there are none. */
  @ApiProperty({ enum: INSIGHT_OBJECT_STATES, nullable: true }) state!: InsightObjectState | null;
  /** Its beginning; null unless it was published by this service. */
  @ApiProperty({ type: String, nullable: true, example: 'We are open on Sunday.' }) text!: string | null;
  /** null unless it was published by this service. */
  @ApiProperty({ type: String, nullable: true, example: null }) permalink!: string | null;
  @ApiProperty({ type: OwnEngagementDto }) own!: OwnEngagementDto;
  /** Since it was published, as Meta told it last before the end of the range. */
  @ApiProperty({ type: MetaEngagementDto }) meta!: MetaEngagementDto;
  /** Where Meta's day begins (midnight in California) on which `meta` was read. @example 2026-03-30T07:00:00.000Z */
  @ApiProperty({ type: Date, nullable: true }) asOf!: Date | null;

  static from(post: PostEngagement): PostEngagementDto {
    const { externalId, channel, object, text, permalink, own, meta, asOf } = post;
    return Object.assign(new PostEngagementDto(), {
      id: externalId,
      channel: AnalyticsChannelDto.from(channel),
      kind: object?.kind ?? null,
      product: object?.product ?? null,
      publishedAt: object?.publishedAt ?? null,
      state: object?.state ?? null,
      text,
      permalink,
      own,
      meta,
      asOf,
    });
  }
}

export class ChannelEngagementDto {
  @ApiProperty({ type: AnalyticsChannelDto }) channel!: AnalyticsChannelDto;
  /** Posts and media that were published or commented on in the range. @example 12 */
  posts!: number;
  @ApiProperty({ type: OwnEngagementDto }) own!: OwnEngagementDto;
  /** Of the Page or account itself, added up over the days of the range that are known. */
  @ApiProperty({ type: MetaEngagementDto }) meta!: MetaEngagementDto;
  /** Of how many days of the range figures of Meta's are known. With fewer than the range has, `meta` is too low. @example 30 */
  knownDays!: number;
}

export class EngagementTotalsDto {
  /** @example 31 */
  posts!: number;
  @ApiProperty({ type: OwnEngagementDto }) own!: OwnEngagementDto;
}

export class EngagementDto {
  @ApiProperty({ type: AnalyticsRangeDto }) range!: AnalyticsRangeDto;
  /** Of all Pages and accounts that were asked for. Figures of Meta's of several are not added up. */
  @ApiProperty({ type: EngagementTotalsDto }) totals!: EngagementTotalsDto;
  /** The account's Pages and Instagram accounts, and those that it had while something happened: most comments first, at most 100. */
  @ApiProperty({ type: [ChannelEngagementDto] }) byChannel!: ChannelEngagementDto[];
  /** How many more there are. @example 0 */
  furtherChannels!: number;
  /** Posts and media that were published or commented on in the range. */
  @ApiProperty({ type: [PostEngagementDto] }) posts!: PostEngagementDto[];
  /** How many more there are. @example 0 */
  furtherPosts!: number;

  static from(engagement: Engagement): EngagementDto {
    const { scope, totals, byChannel, furtherChannels, posts, furtherPosts } = engagement;
    return Object.assign(new EngagementDto(), {
      range: AnalyticsRangeDto.from(scope.range),
      totals,
      byChannel: byChannel.map((each) => ({ ...each, channel: AnalyticsChannelDto.from(each.channel) })),
      furtherChannels,
      posts: posts.map((post) => PostEngagementDto.from(post)),
      furtherPosts,
    });
  }
}
