import type { Known } from './meta-enum';
import type { WhatsAppError, WhatsAppInboundContent } from './whatsapp-message-content';

/**
 * Somebody on WhatsApp. Any of the ids may be missing: people with a username hide their number, and the
 * business-scoped id is absent from older payloads. Both may change.
 */
export interface WhatsAppPerson {
  /** Phone number in WhatsApp's own form, digits only. */
  waId?: string;
  /** Business-scoped user id, such as `US.13491208655302741918`. */
  bsuid?: string;
  /** The same person across the businesses of one parent business. */
  parentBsuid?: string;
  name?: string;
  /** As Meta sends it, with its `@`. */
  username?: string;
  identityKeyHash?: string;
}

/** What a message answers or repeats. */
export interface WhatsAppMessageContext {
  /** The message answered, or the one whose button was pressed. */
  wamid?: string;
  /** Who sent that one. */
  from?: string;
  forwarded?: boolean;
  frequentlyForwarded?: boolean;
  referredProduct?: { catalogId?: string; productRetailerId?: string };
}

/** The advertisement or post that led the person here. */
export interface WhatsAppReferral {
  sourceUrl?: string;
  sourceId?: string;
  sourceType?: Known<'ad' | 'post'>;
  headline?: string;
  body?: string;
  mediaType?: Known<'image' | 'video'>;
  imageUrl?: string;
  videoUrl?: string;
  thumbnailUrl?: string;
  /** Click id for the Conversions API; absent for advertisements in Status. */
  ctwaClid?: string;
  welcomeMessage?: string;
}

interface WhatsAppMessageBase {
  wamid: string;
  /** Ids of the message itself, completed from the delivery's list of contacts. */
  from: WhatsAppPerson;
  groupId?: string;
  /** The message object as received. */
  raw: unknown;
}

export interface WhatsAppMessageReceived extends WhatsAppMessageBase {
  content: WhatsAppInboundContent;
  context?: WhatsAppMessageContext;
  referral?: WhatsAppReferral;
  errors?: WhatsAppError[];
  /** Why a contact card was sent. */
  origin?: Known<'contact_request' | 'other'>;
  /** `history`: an old message of a shared history, which opens no window and notifies nobody. */
  source: 'live' | 'history';
}

export interface WhatsAppMessageEdited extends WhatsAppMessageBase {
  originalWamid: string;
  content: WhatsAppInboundContent;
  context?: WhatsAppMessageContext;
}

export interface WhatsAppMessageRevoked extends WhatsAppMessageBase {
  originalWamid: string;
}

/** A person's number, business-scoped id or identity key changed. */
export interface WhatsAppMessageSystem extends WhatsAppMessageBase {
  type: Known<
    'user_changed_number' | 'customer_changed_number' | 'user_changed_user_id' | 'customer_identity_changed'
  >;
  body?: string;
  oldWaId?: string;
  newWaId?: string;
  /** The one before the change; for a changed user id Meta tells it in `body` only, where it is read from. */
  bsuid?: string;
  newBsuid?: string;
  newParentBsuid?: string;
  identity?: { acknowledged: boolean; createdAt?: Date; hash?: string };
}

interface WhatsAppEchoBase {
  wamid: string;
  /** The person at the other end. */
  to: WhatsAppPerson;
  groupId?: string;
  raw: unknown;
}

/** The business wrote, edited or deleted a message with the WhatsApp Business app on its phone. */
export type WhatsAppMessageEchoed =
  | (WhatsAppEchoBase & { action: 'sent'; content: WhatsAppInboundContent; context?: WhatsAppMessageContext })
  | (WhatsAppEchoBase & { action: 'edited'; originalWamid: string; content: WhatsAppInboundContent })
  | (WhatsAppEchoBase & { action: 'revoked'; originalWamid: string });

export type WhatsAppDeliveryStatus = Known<'sent' | 'delivered' | 'read' | 'played' | 'failed' | 'deleted'>;

export interface WhatsAppPricing {
  billable?: boolean;
  model?: Known<'PMP' | 'CBP' | 'NBP'>;
  type?: Known<'regular' | 'free_customer_service' | 'free_entry_point'>;
  category?: Known<
    | 'authentication'
    | 'authentication-international'
    | 'marketing'
    | 'marketing_lite'
    | 'referral_conversion'
    | 'service'
    | 'utility'
    | 'general_purpose_ai'
  >;
}

/** What became of a message of ours. One event per message, status and participant, repeated at Meta's pleasure. */
export interface WhatsAppMessageStatus {
  wamid: string;
  status: WhatsAppDeliveryStatus;
  at: Date;
  /** In a group, the participant whom the status is about. */
  recipient: WhatsAppPerson;
  groupId?: string;
  /** Number or business-scoped id of the participant whom a group's status is about; empty outside of groups. */
  participant: string;
  /** `biz_opaque_callback_data` of the send: the id we gave the message. */
  callbackData?: string;
  pricing?: WhatsAppPricing;
  conversation?: { id?: string; expiresAt?: Date; origin?: string };
  errors: WhatsAppError[];
}

/** Trouble with the account or number, in no message in particular. */
export interface WhatsAppAccountError {
  field: string;
  error: WhatsAppError;
}

export interface WhatsAppHistoryMessage extends WhatsAppMessageReceived {
  source: 'history';
  at: Date;
  direction: 'inbound' | 'outbound';
  status?: Known<'READ' | 'DELIVERED' | 'SENT' | 'PLAYED' | 'PENDING' | 'ERROR'>;
}

export interface WhatsAppHistoryThread {
  /** The person at the other end of all its messages. */
  person: WhatsAppPerson;
  messages: WhatsAppHistoryMessage[];
}

/** A number's past chats, which its owner shares when it is connected; its pieces come in any order. */
export type WhatsAppHistory =
  | {
      type: 'chunk';
      /** 0: the last day, 1: up to 90 days, 2: up to 180 days. */
      phase: number | null;
      chunkOrder: number | null;
      /** Percent. */
      progress: number | null;
      threads: WhatsAppHistoryThread[];
      errors: WhatsAppError[];
    }
  /** The owner does not share it. */
  | { type: 'declined'; errors: WhatsAppError[] }
  /** The file of a `media_placeholder`, found by its wamid: its `direction` is not to be relied on. */
  | { type: 'media'; message: WhatsAppHistoryMessage };

/** A change in the address book of the WhatsApp Business app. */
export interface WhatsAppContactSynced {
  action: Known<'add' | 'remove'>;
  type: Known<'contact'>;
  person: WhatsAppPerson;
  firstName?: string;
}

/** A person's wish about marketing messages. */
export interface WhatsAppUserPreference {
  person: WhatsAppPerson;
  category: Known<'marketing_messages'>;
  value: Known<'stop' | 'resume' | 'signup'>;
  detail?: string;
  signupId?: string;
  at: Date;
}

export interface WhatsAppCall {
  callId: string;
  event: Known<'connect' | 'terminate'>;
  direction?: Known<'USER_INITIATED' | 'BUSINESS_INITIATED'>;
  /** The one who is not the business. */
  person: WhatsAppPerson;
  session?: { sdpType?: Known<'offer' | 'answer'>; sdp?: string };
  status?: Known<'COMPLETED' | 'FAILED'>;
  startedAt?: Date;
  endedAt?: Date;
  durationSeconds?: number;
  callbackData?: string;
  errors: WhatsAppError[];
  raw: unknown;
}

export interface WhatsAppCallStatus {
  callId: string;
  status: Known<'RINGING' | 'ACCEPTED' | 'REJECTED'>;
  at: Date;
  recipient: WhatsAppPerson;
  callbackData?: string;
  errors: WhatsAppError[];
}

export interface WhatsAppGroupParticipant extends WhatsAppPerson {
  /** What the request named the participant by. */
  input?: string;
}

export interface WhatsAppGroupUpdated {
  field: string;
  groupId: string;
  type: Known<
    | 'group_create'
    | 'group_delete'
    | 'group_participants_add'
    | 'group_participants_remove'
    | 'group_join_request_created'
    | 'group_join_request_revoked'
    | 'group_settings_update'
    | 'group_suspend'
    | 'group_suspend_cleared'
  >;
  requestId?: string;
  subject?: string;
  description?: string;
  reason?: string;
  initiatedBy?: Known<'business' | 'participant'>;
  added: WhatsAppGroupParticipant[];
  removed: WhatsAppGroupParticipant[];
  joinRequestId?: string;
  /** Who asks to join. */
  requester?: WhatsAppPerson;
  errors: WhatsAppError[];
  raw: unknown;
}

/** A field of which nothing is made yet but which is known to exist. */
export interface WhatsAppOther {
  field: string;
  value: unknown;
}
