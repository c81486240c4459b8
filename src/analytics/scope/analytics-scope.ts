import type { AccountId, AssetId } from '../../database/ids';
import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AnalyticsRange } from './analytics-range';

/** A number, Page or Instagram account of the account: figures are kept by it, and outlive its connection. */
export interface AnalyticsChannel {
  /** Our id, as the lists of numbers, Pages and Instagram accounts give it. */
  id: AssetId;
  kind: 'phone_number' | 'page' | 'instagram';
  /** Meta's id. */
  externalId: string;
  name: string | null;
  /** Whether it is the account's at present. */
  isOwned: boolean;
}

/** What figures are asked of: one account, some or all of its platforms and channels, and a range of time. */
export interface AnalyticsScope {
  accountId: AccountId;
  /** At least one; all of them where the request names none. */
  platforms: readonly ConversationPlatform[];
  /** null: all of the account. Otherwise at least one. */
  channels: readonly AnalyticsChannel[] | null;
  range: AnalyticsRange;
}
