import type { AccountId, AssetId, ContactId, ConversationId, LabelId, UserId } from '../database/ids';
import type { CommentThreadFacts } from './comment-threads/comment-thread-facts';
import type {
  ConversationPlatform,
  ConversationPriority,
  IdentityKind,
  SentimentLabel,
  SentimentTrend,
} from './conversation-types';
import type { DirectThread } from './direct/direct-thread-view';

export const CONVERSATION_STATUSES = ['active', 'snoozed', 'closed'] as const;
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number];

/** With one person, in a group, or the comments under one comment. */
export const CONVERSATION_KINDS = ['direct', 'group', 'comments'] as const;
export type ConversationKind = (typeof CONVERSATION_KINDS)[number];

/** A conversation as the store gives it out. */
export interface StoredConversation {
  id: ConversationId;
  accountId: AccountId;
  platform: ConversationPlatform;
  kind: ConversationKind;
  /** Our number, Page or Instagram account: Meta's id and name. */
  channel: { id: AssetId; metaId: string; name: string | null };
  contact: {
    id: ContactId;
    name: string | null;
    username: string | null;
    pictureUrl: string | null;
    identities: { kind: IdentityKind; value: string }[];
  } | null;
  /** Of Messenger and Instagram: what is known beside the messages. */
  thread: DirectThread | null;
  groupId: string | null;
  /** Of comments: what they stand under. */
  commentThread: CommentThreadFacts | null;
  agentId: UserId | null;
  assignee: { id: UserId; name: string } | null;
  status: ConversationStatus;
  /** Null while it is snoozed: until the next message. */
  snoozedUntil: Date | null;
  priority: ConversationPriority;
  labels: { id: LabelId; name: string; color: string | null }[];
  sentiment: { label: SentimentLabel; score: number | null; trend: SentimentTrend | null } | null;
  /** Of the user who asks; where nobody does, of somebody who has read nothing that the platform was not told of. */
  unreadCount: number;
  /** When the user who asks last said so; null for never. */
  lastReadAt: Date | null;
  lastMessageAt: Date | null;
  lastMessagePreview: string | null;
  lastInboundAt: Date | null;
  windowExpiresAt: Date | null;
  /** The one before it with the same contact and channel. */
  previousConversationId: ConversationId | null;
  closedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}
