import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AnalyticsChannel, AnalyticsScope } from '../scope/analytics-scope';
import type { AnalyticsMetric } from './analytics-metrics';
import type { ConversationsNow } from './case-counts.repository';
import type { ComparedFigure } from './compared-figure';

/** What can be told of messages, comments and conversations alike. */
export const OVERVIEW_METRICS = [
  'received',
  'sent',
  'delivered',
  'read',
  'failed',
  'billable',
  'deliveryRate',
  'readRate',
  'failureRate',
  'comments',
  'commentReplies',
  'answers',
  'firstAnswers',
  'meanAnswerSeconds',
  'meanFirstAnswerSeconds',
  'casesOpened',
  'casesClosed',
] as const satisfies readonly AnalyticsMetric[];
/** Of messages of campaigns. */
export const CAMPAIGN_METRICS = [
  'sent',
  'delivered',
  'read',
  'failed',
  'clicked',
  'replied',
  'deliveryRate',
  'readRate',
  'failureRate',
  'clickRate',
  'replyRate',
] as const satisfies readonly AnalyticsMetric[];

export type OverviewFigures = Record<(typeof OVERVIEW_METRICS)[number], ComparedFigure>;
export type CampaignFigures = Record<(typeof CAMPAIGN_METRICS)[number], ComparedFigure> & {
  started: ComparedFigure;
};

export interface Overview {
  scope: AnalyticsScope;
  /** Where the time before begins; it ends where the range begins. */
  previousFrom: Date;
  totals: OverviewFigures;
  campaigns: CampaignFigures;
  now: ConversationsNow;
  byPlatform: { platform: ConversationPlatform; figures: OverviewFigures }[];
  byChannel: { channel: AnalyticsChannel; figures: OverviewFigures }[];
  /** How many channels are left out of `byChannel`. */
  furtherChannels: number;
}
