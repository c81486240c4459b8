import type { Known } from './meta-enum';

/** Unlike WhatsApp's messages, these have no type: a text, attachments, both, or nothing that Meta hands on. */
export interface MessagingContent {
  text?: string;
  /** In Meta's order. A sticker may stand twice, as `sticker` and as `image` with the same `stickerId`. */
  attachments: MessagingAttachment[];
  /** The payload of the quick reply whose title is the text. Not to be trusted. */
  quickReply?: { payload?: string };
  stickerId?: string;
  /** Words with a leading slash that Messenger takes for commands. */
  commands?: string[];
  /** Something was sent that Meta does not hand on (a sticker, a deleted story …). */
  unsupported: boolean;
}

interface LinkedAttachment {
  /** On Meta's file servers, for a limited time; null where none came along. */
  url: string | null;
  title?: string;
}

export interface MessagingMediaAttachment extends LinkedAttachment {
  type: 'image' | 'video' | 'audio' | 'file' | 'sticker';
  stickerId?: string;
}

/** Somebody's post, reel or story. */
export interface MessagingSharedAttachment extends LinkedAttachment {
  type: 'share' | 'media_share' | 'post' | 'ig_post' | 'reel' | 'ig_reel' | 'ig_story';
  mediaId?: string;
}

/** The person's own story, in which the business is mentioned. It is gone after a day, and so has our copy to be. */
export interface MessagingStoryMentionAttachment extends LinkedAttachment {
  type: 'story_mention';
  mediaId?: string;
}

/** A link with what Messenger shows of it. */
export interface MessagingFallbackAttachment extends LinkedAttachment {
  type: 'fallback';
}

export interface MessagingLocationAttachment extends LinkedAttachment {
  type: 'location';
  latitude: number;
  longitude: number;
}

export interface MessagingProduct {
  id?: string;
  retailerId?: string;
  title?: string;
  subtitle?: string;
  imageUrl?: string;
}

export interface MessagingTemplateAttachment extends LinkedAttachment {
  type: 'template';
  templateType?: Known<
    'generic' | 'button' | 'media' | 'receipt' | 'coupon' | 'customer_feedback' | 'product'
  >;
  text?: string;
  /** Products that a person shares out of a shop. */
  products: MessagingProduct[];
  /** As received: its shape is that of the template. */
  payload: unknown;
}

export interface MessagingAppointmentAttachment {
  type: 'appointment_booking';
  bookingId?: string;
  status?: Known<'requested' | 'confirmed' | 'declined' | 'cancelled'>;
  startsAt?: Date;
  endsAt?: Date;
  timezone?: string;
}

/** A photo or video to be seen once: Meta hands on that there was one, no more. */
export interface MessagingEphemeralAttachment {
  type: 'ephemeral';
}

/** A type we do not know, one that Meta does not (`unsupported_type`), or one whose content is not as we know it. */
export interface MessagingUnknownAttachment {
  type: 'unknown';
  metaType: string;
  url: string | null;
  raw: unknown;
}

export type MessagingAttachment =
  | MessagingMediaAttachment
  | MessagingSharedAttachment
  | MessagingStoryMentionAttachment
  | MessagingFallbackAttachment
  | MessagingLocationAttachment
  | MessagingTemplateAttachment
  | MessagingAppointmentAttachment
  | MessagingEphemeralAttachment
  | MessagingUnknownAttachment;
