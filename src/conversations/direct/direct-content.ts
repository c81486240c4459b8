import type { MessagingContext, MessagingOptIn, MessagingReferral } from '../../webhooks/messenger-events';
import type { MessagingAttachment, MessagingContent } from '../../webhooks/messenger-message-content';

type Json = Record<string, unknown>;

/** Meta's word for what a message is. A link that Messenger shows a preview of is still a text. */
export function typeOfDirect(content: MessagingContent): string {
  const own = content.attachments.filter(({ type }) => type !== 'fallback');
  if (content.stickerId !== undefined || own.some(isSticker)) return 'sticker';
  const [first] = own;
  if (first !== undefined) return first.type === 'unknown' ? first.metaType : first.type;
  if (content.text !== undefined) return 'text';
  return content.attachments.length > 0 ? 'fallback' : 'unsupported';
}

function isSticker(attachment: MessagingAttachment): boolean {
  return attachment.type === 'sticker' || (attachment.type === 'image' && attachment.stickerId !== undefined);
}

/** What lists show and search finds; null where the message has no words of its own. */
export function textOfDirect({ text, attachments }: MessagingContent): string | null {
  return wordsOf(text) ?? wordsOf(attachments.flatMap(titleOf).join(', '));
}

function titleOf(attachment: MessagingAttachment): string | [] {
  if (attachment.type === 'template')
    return (
      attachment.text ??
      attachment.title ??
      attachment.products.flatMap(({ title }) => title ?? []).join(', ')
    );
  return 'title' in attachment ? (attachment.title ?? []) : [];
}

export function wordsOf(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text;
}

/** Read by name from a message, and stored where each belongs. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set([
  'mid',
  'seq',
  'is_echo',
  'is_self',
  'is_deleted',
  'app_id',
  'metadata',
  'reply_to',
  'referral',
]);

/** The message as Meta sent it, without what is stored elsewhere. */
export function contentOfDirect(message: unknown): Json {
  return isJson(message)
    ? Object.fromEntries(Object.entries(message).filter(([key]) => !READ_ELSEWHERE.has(key)))
    : {};
}

/** `message_id` is the name under which every platform's messages name the one that they answer. */
export function contextOfDirect(context: MessagingContext | undefined): Record<string, unknown> | null {
  return orNull({
    message_id: context?.mid,
    story: context?.story,
    is_self_reply: context?.isSelfReply,
  });
}

export function referralOf(referral: MessagingReferral | undefined): Record<string, unknown> | undefined {
  if (referral === undefined) return undefined;
  return withoutAbsent({
    ref: referral.ref,
    source: referral.source,
    type: referral.type,
    ad_id: referral.adId,
    ad_title: referral.adTitle,
    photo_url: referral.photoUrl,
    video_url: referral.videoUrl,
    post_id: referral.postId,
    referer_uri: referral.refererUri,
    product_id: referral.productId,
  });
}

/** Without its token, which is a secret and kept encrypted beside it. */
export function optInOf(optIn: MessagingOptIn): Record<string, unknown> {
  switch (optIn.type) {
    case 'plugin':
      return withoutAbsent({ type: optIn.type, ref: optIn.ref, user_ref: optIn.userRef });
    case 'one_time_notif_req':
      return withoutAbsent({ type: optIn.type, payload: optIn.payload });
    case 'notification_messages':
      return withoutAbsent({
        type: optIn.type,
        title: optIn.title,
        payload: optIn.payload,
        notification_messages_frequency: optIn.frequency,
        notification_messages_timezone: optIn.timezone,
        notification_messages_status: optIn.status,
        user_token_status: optIn.tokenStatus,
        token_expiry_timestamp: optIn.expiresAt?.toISOString(),
      });
    case 'unknown':
      return { type: optIn.metaType };
  }
}

/** The same without the fields that are undefined: they would differ from what comes back out of the database. */
export function withoutAbsent(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function orNull(fields: Json): Json | null {
  const present = withoutAbsent(fields);
  return Object.keys(present).length === 0 ? null : present;
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
