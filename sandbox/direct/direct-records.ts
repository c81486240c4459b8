import type { JsonObject } from '../json';

/** Where direct messages are exchanged: with a Page, or with an Instagram professional account. */
export type DirectPlatform = 'messenger' | 'instagram';

/** A person as one Page (by PSID) or one Instagram account (by IGSID) knows him or her. */
export interface ScopedUserRecord {
  kind: 'scoped-user';
  /** PSID or IGSID: another one for every Page and account. */
  id: string;
  platform: DirectPlatform;
  /** Page or Instagram account. */
  ownerId: string;
  name: string;
  /** Instagram only, without `@`. */
  username: string;
  /** Sends answer 551: blocked the business, or left. */
  isUnavailable: boolean;
  /** The account is gone: the profile cannot be read any more. */
  isGone: boolean;
  /** Instagram shows the profile only of people who have written, or answered a private reply. */
  hasConsented: boolean;
}

export interface ConversationRecord {
  kind: 'conversation';
  id: string;
  platform: DirectPlatform;
  ownerId: string;
  userId: string;
  /** Oldest first; unsent ones are taken out. */
  messageIds: string[];
  /** Unix ms of the last message. */
  updatedAt: number;
  unread: number;
  /** Unix ms of what opened the standard messaging window last. */
  windowOpenedAt: number | null;
  /** The app that controls the thread, in a handover; null: every app of the Page may write. */
  ownerAppId: string | null;
  /** Unix ms until which the business shows that it types. */
  typingUntil: number;
}

export interface DirectAttachment {
  id: string;
  /** As in webhooks: `image`, `video`, `audio`, `file`, `location`, `fallback`, `template`, `share`, … */
  type: string;
  payload: JsonObject | null;
  title?: string;
  url?: string;
  mimeType?: string;
  name?: string;
  size?: number;
}

export interface DirectReaction {
  /** PSID or IGSID, or the owner's id where the business reacted. */
  userId: string;
  reaction: string;
  emoji?: string;
}

export interface DirectMessageRecord {
  kind: 'direct-message';
  /** `mid` */
  id: string;
  platform: DirectPlatform;
  ownerId: string;
  conversationId: string;
  userId: string;
  fromBusiness: boolean;
  /** The app that sent it; absent where a human wrote in Meta's own inbox. */
  appId?: string;
  /** Unix ms. */
  createdAt: number;
  text: string;
  attachments: DirectAttachment[];
  stickerId?: string;
  /** Story that was replied to or mentions the account; Instagram only. */
  story?: { kind: 'reply_to' | 'mention'; id: string; url: string };
  replyTo?: string;
  metadata?: string;
  isUnsupported: boolean;
  isDeleted: boolean;
  edits: number;
  reactions: DirectReaction[];
  /** What was told so far of a sent message: `echo`, `delivered`, `read`. */
  told: string[];
}
