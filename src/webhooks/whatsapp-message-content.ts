import type { Known } from './meta-enum';

/** What Meta says went wrong. Old forms of it lack `message`, or have `details` where new ones have `error_data`. */
export interface WhatsAppError {
  /** Null where Meta sent none. */
  code: number | null;
  title?: string;
  message?: string;
  details?: string;
  href?: string;
}

interface WhatsAppMedia {
  /** Meta's id, good for downloading for some days; null in the rare message without one. */
  mediaId: string | null;
  mimeType?: string;
  sha256?: string;
  /** Needs the access token, and lives for minutes. */
  url?: string;
  caption?: string;
}

export interface WhatsAppImageContent extends WhatsAppMedia {
  type: 'image';
}

export interface WhatsAppVideoContent extends WhatsAppMedia {
  type: 'video';
}

export interface WhatsAppAudioContent extends WhatsAppMedia {
  type: 'audio';
  /** Recorded in the chat, as opposed to a file. */
  voice: boolean;
}

export interface WhatsAppDocumentContent extends WhatsAppMedia {
  type: 'document';
  filename?: string;
}

export interface WhatsAppStickerContent extends WhatsAppMedia {
  type: 'sticker';
  animated: boolean;
}

export type WhatsAppMediaContent =
  | WhatsAppImageContent
  | WhatsAppVideoContent
  | WhatsAppAudioContent
  | WhatsAppDocumentContent
  | WhatsAppStickerContent;

export interface WhatsAppTextContent {
  type: 'text';
  body: string;
}

/** A live location has coordinates only. */
export interface WhatsAppLocationContent {
  type: 'location';
  latitude: number;
  longitude: number;
  name?: string;
  address?: string;
  url?: string;
}

/** A person's card in an address book, not the sender. A number shared on request has a `vcard` and `phones` only. */
export interface WhatsAppSharedContact {
  formattedName?: string;
  firstName?: string;
  lastName?: string;
  company?: string;
  phones: { phone?: string; waId?: string; type?: string }[];
  emails: { email?: string; type?: string }[];
  urls: { url?: string; type?: string }[];
  vcard?: string;
}

export interface WhatsAppContactsContent {
  type: 'contacts';
  contacts: WhatsAppSharedContact[];
}

export interface WhatsAppReactionContent {
  type: 'reaction';
  /** The message reacted to. */
  targetWamid: string;
  /** Null: the reaction was taken back. */
  emoji: string | null;
}

/** A quick reply of a template was pressed. */
export interface WhatsAppButtonContent {
  type: 'button';
  payload?: string;
  text?: string;
}

export type WhatsAppInteractiveReply =
  | { type: 'button_reply'; id: string; title?: string }
  | { type: 'list_reply'; id: string; title?: string; description?: string }
  | {
      type: 'nfm_reply';
      name?: Known<'flow' | 'address_message'>;
      body?: string;
      /** JSON text as the person's app made it: parse with care. */
      responseJson?: string;
    }
  | {
      type: 'call_permission_reply';
      response: Known<'accept' | 'reject'>;
      permanent: boolean;
      expiresAt?: Date;
      responseSource?: Known<'user_action' | 'automatic'>;
    }
  /** Meta sent the message without its body; the reason is in an error beside it. */
  | { type: 'missing' }
  | { type: 'unknown'; metaType: string; raw: unknown };

export interface WhatsAppInteractiveContent {
  type: 'interactive';
  reply: WhatsAppInteractiveReply;
}

export interface WhatsAppOrderItem {
  productRetailerId?: string;
  quantity: number | null;
  /** In units of the currency, not cents. */
  itemPrice: number | null;
  currency?: string;
}

export interface WhatsAppOrderContent {
  type: 'order';
  catalogId?: string;
  text?: string;
  items: WhatsAppOrderItem[];
}

/** The person opened the chat for the first time; there is nothing to show. */
export interface WhatsAppRequestWelcomeContent {
  type: 'request_welcome';
}

/** Stands in a history for a file that a later delivery brings. */
export interface WhatsAppMediaPlaceholderContent {
  type: 'media_placeholder';
}

/** Something was sent that Meta does not hand on (a poll, a view-once photo …). */
export interface WhatsAppUnsupportedContent {
  type: 'unsupported';
  unsupportedType?: string;
  errors: WhatsAppError[];
}

/** A type we do not know, or one whose content is not as we know it. */
export interface WhatsAppUnknownContent {
  type: 'unknown';
  metaType: string;
  raw: unknown;
}

export type WhatsAppInboundContent =
  | WhatsAppTextContent
  | WhatsAppMediaContent
  | WhatsAppLocationContent
  | WhatsAppContactsContent
  | WhatsAppReactionContent
  | WhatsAppButtonContent
  | WhatsAppInteractiveContent
  | WhatsAppOrderContent
  | WhatsAppRequestWelcomeContent
  | WhatsAppMediaPlaceholderContent
  | WhatsAppUnsupportedContent
  | WhatsAppUnknownContent;
