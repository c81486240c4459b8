import type { AccountId, AssetId, ContactId, ConversationId, DeliveryId, MessageId } from '../database/ids';

export const PLATFORMS = ['whatsapp', 'messenger', 'instagram'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Where conversations are: those of `facebook` are threads of comments; on `instagram` there are messages and comments. */
export const CONVERSATION_PLATFORMS = [...PLATFORMS, 'facebook'] as const;
export type ConversationPlatform = (typeof CONVERSATION_PLATFORMS)[number];

/** From the least to the most urgent. */
export const CONVERSATION_PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type ConversationPriority = (typeof CONVERSATION_PRIORITIES)[number];

export const SENTIMENT_LABELS = ['positive', 'neutral', 'negative'] as const;
export type SentimentLabel = (typeof SENTIMENT_LABELS)[number];

/** How what the customer writes develops. */
export const SENTIMENT_TRENDS = ['improving', 'steady', 'worsening'] as const;
export type SentimentTrend = (typeof SENTIMENT_TRENDS)[number];

export const IDENTITY_KINDS = ['wa_id', 'phone', 'bsuid', 'parent_bsuid', 'psid', 'igsid'] as const;
/**
 * What a platform knows a person by. `wa_id` is WhatsApp's own form of a number, `phone` the number as we dialled it
 * (they differ in Brazil, Mexico, Argentina), `bsuid` WhatsApp's business-scoped user id, `psid`/`igsid` the Page- and
 * Instagram-scoped ones. All digits or opaque; numbers without `+`.
 */
export type IdentityKind = (typeof IDENTITY_KINDS)[number];

export interface PersonIdentity {
  kind: IdentityKind;
  value: string;
}

/** Somebody as one event describes them. At least one identity; strongest first. */
export interface Person {
  identities: readonly PersonIdentity[];
  name: string | null;
  /** Further facts the platform gave, kept as they are (username, locale …). */
  profile: Readonly<Record<string, unknown>>;
}

export const MESSAGE_STATUSES = [
  'received',
  'queued',
  'unknown',
  'accepted',
  'sent',
  'delivered',
  'read',
  'played',
  'failed',
] as const;
/**
 * `queued` → `accepted` (Meta has it) → `sent` → `delivered` → `read` → `played`; only ever forward. `failed` is final
 * unless a later delivery proves otherwise. `unknown`: the answer of Meta was lost; a status webhook settles it, we
 * never send again by ourselves. `received` is an inbound message.
 */
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

export const DELIVERY_STATUSES = ['sent', 'delivered', 'read', 'played', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export type SenderType = 'customer' | 'agent' | 'app' | 'system';

/** Why a message failed, in Meta's terms where Meta said so. */
export interface MessageError {
  code: number | string;
  title: string | null;
  message: string | null;
  details: string | null;
}

/** A message that reached us from outside: a customer's, or the echo of one sent elsewhere in the business's name. */
export interface ArrivedMessage {
  accountId: AccountId;
  assetId: AssetId;
  platform: Platform;
  /** Meta's message id. */
  externalId: string;
  /** The other side of the conversation, also for echoes; null only in groups when Meta names nobody. */
  person: Person | null;
  /** Meta's group id, or an empty string. */
  groupId: string;
  direction: 'inbound' | 'outbound';
  senderType: SenderType;
  senderId: string | null;
  /** Meta's word for the type: `text`, `image`, … */
  type: string;
  /** What a list of messages shows and search finds: body, caption, button title. */
  text: string | null;
  /** The type's own content, in Meta's names. */
  content: Readonly<Record<string, unknown>>;
  /** What it answers or was forwarded from. */
  context: Readonly<Record<string, unknown>> | null;
  metadata: Readonly<Record<string, unknown>>;
  at: Date;
  /** Status of an echo or of an imported message; inbound ones are `received`. */
  status: MessageStatus;
  /** False for imported history: it opens no window, is not unread and tells nobody. */
  live: boolean;
  /** The webhook that it came with; left out for what was read from Meta. */
  deliveryId?: DeliveryId | null;
}

/** One transition of a message that we, or another tool of the business, sent. */
export interface ArrivedStatus {
  accountId: AccountId;
  assetId: AssetId;
  externalId: string;
  status: DeliveryStatus;
  /** In groups: who; an empty string otherwise. */
  participant: string;
  at: Date;
  error: MessageError | null;
  /** Pricing, conversation and whatever else came along. */
  details: Readonly<Record<string, unknown>>;
  /** Our own message id, when the platform echoes it (`biz_opaque_callback_data`). */
  messageId: MessageId | null;
  /** What the platform says the recipient is called; learnt as further identities of the contact. */
  identities: readonly PersonIdentity[];
  /** The webhook that it came with; left out for what was read from Meta. */
  deliveryId?: DeliveryId | null;
}

export interface ArrivedEdit {
  accountId: AccountId;
  assetId: AssetId;
  externalId: string;
  text: string | null;
  content: Readonly<Record<string, unknown>>;
  at: Date;
}

export interface ArrivedRevocation {
  accountId: AccountId;
  assetId: AssetId;
  externalId: string;
  at: Date;
}

/** From most to least urgent. Of two messages that are due the one in the earlier lane goes first. */
export const SEND_LANES = ['authentication', 'reply', 'campaign'] as const;
export type SendLane = (typeof SEND_LANES)[number];

/** The order to send one message. */
export interface SendOrder {
  accountId: AccountId;
  assetId: AssetId;
  platform: Platform;
  /** Null for a message to a group. */
  person: Person | null;
  groupId: string;
  /** The user who sends. */
  senderId: string;
  type: string;
  text: string | null;
  content: Readonly<Record<string, unknown>>;
  context: Readonly<Record<string, unknown>> | null;
  /** What will be sent to Meta, without our own correlation data. */
  request: Readonly<Record<string, unknown>>;
  lane: SendLane;
  /** The campaign that it belongs to. */
  campaignId?: string;
  /** Not before this instant; null: as soon as it may. */
  sendAt: Date | null;
}

export interface OrderedSend {
  messageId: MessageId;
  conversationId: ConversationId;
  contactId: ContactId | null;
}

/** A send that this process has taken: from here on, an answer that does not come makes it `unknown`. */
export interface StartedSend {
  accountId: AccountId;
  messageId: MessageId;
  assetId: AssetId;
  lane: SendLane;
  /** Whom it goes to, as it was addressed. */
  recipient: string;
  request: Readonly<Record<string, unknown>>;
  /** 1 for the first try. Tries that Meta answered with "too fast" are not counted. */
  attempt: number;
  /** How often Meta has answered "too fast". */
  limited: number;
  /** The request that ordered it, and where it belongs in a trace. */
  requestId: string | null;
  traceParent: string | null;
}

/** How a try ended. */
export type SendResult =
  | {
      state: 'accepted';
      send: StartedSend;
      /** Meta's id of the message. */
      externalId: string;
      /** What Meta calls the recipient. */
      identities: readonly PersonIdentity[];
      details: Readonly<Record<string, unknown>>;
    }
  /** Meta refused for good, or we found that it must not go out. */
  | { state: 'failed'; send: StartedSend; error: MessageError; fbtraceId?: string | null }
  /** No answer came. It is never sent again by us; a status webhook may still settle it. */
  | { state: 'unknown'; send: StartedSend; error: MessageError; fbtraceId?: string | null }
  /** Meta certainly did not take it, and may later. `isLimit`: it came too fast, and that counts as no attempt. */
  | {
      state: 'retry';
      send: StartedSend;
      availableAt: Date;
      isLimit: boolean;
      error: MessageError;
      fbtraceId?: string | null;
    }
  /** Nothing was tried: its turn has not come. */
  | { state: 'postponed'; send: StartedSend; availableAt: Date };

/** Where a person stands with one of our numbers or pages. */
export interface ConversationStanding {
  conversationId: ConversationId | null;
  contactId: ContactId | null;
  /** End of the customer service window; null when the person never wrote to us here. */
  windowExpiresAt: Date | null;
  /** The person asked not to be written to at all. */
  optedOutAt: Date | null;
  /** The person stopped marketing messages. */
  marketingOptedOutAt: Date | null;
}
