import type { AccountId, AssetId, ContactId, ConversationId, MessageId, UserId } from '../../database/ids';
import type { MessageMedia } from '../message-media';
import type {
  MessageError,
  MessageStatus,
  Platform,
  SenderType,
  SentimentLabel,
} from '../conversation-types';

/** What a message's text says of its writer's mood. */
export interface MessageSentiment {
  label: SentimentLabel;
  /** From 0 to 1. */
  confidence: number;
  /** ISO 639-1; null where the text does not tell. */
  language: string | null;
  /** Who read it; null where only a person has. */
  model: string | null;
  /** The user who put it right, and when; null where nobody has. */
  correctedBy: UserId | null;
  correctedAt: Date | null;
}

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
  /** Null while it is not read, and where there is nothing to read. */
  sentiment: MessageSentiment | null;
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
