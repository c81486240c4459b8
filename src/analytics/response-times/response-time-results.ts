import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { ConversationId } from '../../database/ids';
import type { AnalyticsChannel, AnalyticsScope } from '../scope/analytics-scope';
import type { DistributionStep, DurationsByKind } from './duration-figures';

/** Customers who wait for an answer at the moment. */
export interface OpenWaits {
  count: number;
  /** The one that has been waiting longest. */
  oldest: { conversationId: ConversationId; since: Date } | null;
}

export interface DurationPoint extends DurationsByKind {
  timestamp: Date;
}

export interface AgentDurations extends DurationsByKind {
  userId: string;
  /** null: the user was removed. */
  name: string | null;
}

export interface ChannelDurations extends DurationsByKind {
  channel: AnalyticsChannel;
}

export interface PlatformDurations extends DurationsByKind {
  platform: ConversationPlatform;
}

export interface ResponseTimes {
  totals: DurationsByKind;
  distribution: DistributionStep[];
  waiting: OpenWaits;
  points: DurationPoint[];
}

/** Reads the parts of the answer one by one. */
export interface ResponseTimesReader {
  overTime(scope: AnalyticsScope): Promise<Omit<ResponseTimes, 'waiting'>>;
  waiting(scope: AnalyticsScope): Promise<OpenWaits>;
  byAgent(scope: AnalyticsScope): Promise<AgentDurations[]>;
  byChannel(scope: AnalyticsScope): Promise<ChannelDurations[]>;
  byPlatform(scope: AnalyticsScope): Promise<PlatformDurations[]>;
}
