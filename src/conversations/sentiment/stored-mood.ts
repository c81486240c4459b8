import type { AccountId, ConversationId, MessageId } from '../../database/ids';
import type { ConversationPriority, SentimentLabel, SentimentTrend } from '../conversation-types';

export interface ConversationKey {
  accountId: AccountId;
  conversationId: ConversationId;
}

export interface MessageKey {
  accountId: AccountId;
  messageId: MessageId;
}

/** What an analyzer says of the text of a message. */
export interface MessageReading extends MessageKey {
  /** What was read: it counts only if the message still says so. */
  text: string;
  label: SentimentLabel;
  /** From 0 to 1. */
  confidence: number;
  /** From -1 to 1. */
  score: number;
  /** ISO 639-1; null where the text does not tell. */
  language: string | null;
  model: string;
  /** It has just been written. What is read again only tells of what came out differently. */
  isLive: boolean;
}

/** A conversation that nobody else changes until the transaction ends. */
export interface LockedConversation extends ConversationKey {
  status: 'active' | 'snoozed' | 'closed';
  priority: ConversationPriority;
  sentiment: SentimentLabel | null;
  score: number | null;
  trend: SentimentTrend | null;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
export type Updated<Row> = [rows: Row[], count: number];

export function keyOf({ accountId, conversationId }: ConversationKey): string {
  return `${accountId} ${conversationId}`;
}

export function unique(keys: readonly ConversationKey[]): ConversationKey[] {
  return [...new Map(keys.map((key) => [keyOf(key), key])).values()];
}

/** As two arrays for `unnest`. */
export function columnsOf(keys: readonly ConversationKey[]): [string[], string[]] {
  return [keys.map(({ accountId }) => accountId), keys.map(({ conversationId }) => conversationId)];
}
