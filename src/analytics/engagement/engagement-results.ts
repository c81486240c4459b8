import type { AccountId, AssetId } from '../../database/ids';
import type { InsightObjectState } from '../../insights/insight-object';
import type { MediaProduct } from '../../insights/metrics/insight-metric';
import type { AnalyticsChannel, AnalyticsScope } from '../scope/analytics-scope';
import type { OwnFigures } from './comment-engagement';
import type { MetaFigures } from './engagement-metrics';

export const POST_SORTS = [
  'comments',
  'answered',
  'publishedAt',
  'views',
  'reach',
  'reactions',
  'interactions',
] as const;
/** What posts and media are told in the order of, the most or the latest first. */
export type PostSort = (typeof POST_SORTS)[number];

export interface EngagementScope {
  accountId: AccountId;
  /** Pages and Instagram accounts. */
  assetIds: readonly AssetId[];
  from: Date;
  until: Date;
}

/** What figures of Meta's are stored of. */
export interface EngagedObject {
  id: string;
  kind: 'post' | 'ig_media';
  product: MediaProduct | null;
  publishedAt: Date | null;
  state: InsightObjectState;
}

export interface EngagedPost {
  assetId: AssetId;
  /** Meta's id. */
  externalId: string;
  /** null: nothing is known of it but its comments. */
  object: EngagedObject | null;
  own: OwnFigures;
}

export interface EngagedAsset {
  /** How many posts and media were published or commented on. */
  posts: number;
  own: OwnFigures;
}

export interface EngagedPosts {
  /** As many as were asked for, in the order that was asked for. */
  posts: EngagedPost[];
  byAsset: Map<AssetId, EngagedAsset>;
}

/** Where a post can be seen that was published here. */
export interface PublishedHere {
  permalink: string | null;
  text: string | null;
}

export interface EngagementRequest {
  sort: PostSort;
  limit: number;
}

export interface PostEngagement extends EngagedPost, PublishedHere {
  channel: AnalyticsChannel;
  meta: MetaFigures;
  asOf: Date | null;
}

export interface ChannelEngagement {
  channel: AnalyticsChannel;
  posts: number;
  own: OwnFigures;
  meta: MetaFigures;
  knownDays: number;
}

export interface Engagement {
  scope: AnalyticsScope;
  posts: PostEngagement[];
  furtherPosts: number;
  totals: { posts: number; own: OwnFigures };
  byChannel: ChannelEngagement[];
  furtherChannels: number;
}
