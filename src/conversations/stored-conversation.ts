import type { AccountId, AssetId, ContactId, ConversationId, UserId } from '../database/ids';
import type { IdentityKind, Platform } from './conversation-types';
import type { DirectThread } from './direct/direct-thread-view';

export const CONVERSATION_STATUSES = ['active', 'snoozed', 'closed'] as const;
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number];

/** A conversation as the store gives it out. */
export interface StoredConversation {
  id: ConversationId;
  accountId: AccountId;
  platform: Platform;
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
  agentId: UserId | null;
  status: ConversationStatus;
  unreadCount: number;
  lastMessageAt: Date | null;
  lastMessagePreview: string | null;
  lastInboundAt: Date | null;
  windowExpiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}
