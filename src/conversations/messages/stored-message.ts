import type { AccountId, AssetId, ContactId, ConversationId, MessageId } from '../../database/ids';
import type { MessageMedia } from '../message-media';
import type { MessageError, MessageStatus, Platform, SenderType } from '../conversation-types';

/** A message as the store gives it out. */
export interface StoredMessage {
  id: MessageId;
  accountId: AccountId;
  conversationId: ConversationId;
  assetId: AssetId;
  contactId: ContactId | null;
  platform: Platform;
  direction: 'inbound' | 'outbound';
  senderType: SenderType;
  senderId: string | null;
  type: string;
  text: string | null;
  content: Record<string, unknown>;
  /** The first of its files; null where it has none, or nothing is known of it yet. */
  media: MessageMedia | null;
  /** All of them, in its order: only messages of Messenger and Instagram have several. */
  files: readonly MessageMedia[];
  context: Record<string, unknown> | null;
  metadata: Record<string, unknown>;
  externalId: string | null;
  status: MessageStatus;
  error: MessageError | null;
  /** Its place in the conversation, from 1. */
  seq: number;
  at: Date;
  editedAt: Date | null;
  revokedAt: Date | null;
  createdAt: Date;
}

export interface StatusTransition {
  status: string;
  at: Date;
  /** In groups: who; an empty string otherwise. */
  participant: string;
  error: MessageError | null;
  details: Record<string, unknown>;
}

export interface MessageWithHistory {
  message: StoredMessage;
  /** In the order of a message's life. Not by time: WhatsApp's times are whole seconds, ours are not. */
  statuses: StatusTransition[];
}
