import type { MessagingAttachment, MessagingContent, MessagingProduct } from '../messenger-message-content';
import type { JsonRecord } from './json-reader';
import {
  isRecord,
  present,
  readBoolean,
  readInstant,
  readNumber,
  readRecord,
  readRecords,
  readText,
} from './json-reader';

type Payload = JsonRecord;
/** Undefined: the content is not as we know it, and the attachment becomes one of unknown content. */
type AttachmentParser = (payload: Payload, attachment: JsonRecord) => MessagingAttachment | undefined;

const ATTACHMENT_PARSERS = new Map<string, AttachmentParser>([
  ...(['image', 'video', 'audio', 'file', 'sticker'] as const).map((type): [string, AttachmentParser] => [
    type,
    (payload, attachment) => ({
      type,
      ...readLink(payload, attachment),
      ...present({ stickerId: readText(payload, 'sticker_id') }),
    }),
  ]),
  ...(
    ['share', 'media_share', 'post', 'ig_post', 'reel', 'ig_reel', 'ig_story', 'story_mention'] as const
  ).map((type): [string, AttachmentParser] => [
    type,
    (payload, attachment) => ({
      type,
      ...readLink(payload, attachment),
      ...present({ mediaId: readMediaId(payload) }),
    }),
  ]),
  ['fallback', (payload, attachment) => ({ type: 'fallback', ...readLink(payload, attachment) })],
  ['location', parseLocation],
  ['template', parseTemplate],
  ['appointment_booking', parseAppointment],
  ['ephemeral', () => ({ type: 'ephemeral' })],
]);

/** Of an inbound message or an echo. Never fails over content. */
export function parseMessagingContent(message: JsonRecord): MessagingContent {
  const quickReply = readRecord(message, 'quick_reply');
  const commands = readRecords(message, 'commands').flatMap((command) => readText(command, 'name') ?? []);
  return {
    attachments: readAttachments(message.attachments),
    unsupported: readBoolean(message, 'is_unsupported') ?? false,
    ...present({
      text: readText(message, 'text'),
      quickReply: quickReply && present({ payload: readText(quickReply, 'payload') }),
      stickerId: readText(message, 'sticker_id'),
      commands: commands.length > 0 ? commands : undefined,
    }),
  };
}

function readAttachments(list: unknown): MessagingAttachment[] {
  if (list === undefined || list === null) return [];
  return Array.isArray(list) ? list.map(parseAttachment) : [parseAttachment(list)];
}

function parseAttachment(attachment: unknown): MessagingAttachment {
  if (!isRecord(attachment)) return { type: 'unknown', metaType: '', url: null, raw: attachment };
  // A fallback's payload may be text or null.
  const payload = readRecord(attachment, 'payload') ?? {};
  const metaType = readText(attachment, 'type') ?? '';
  return (
    ATTACHMENT_PARSERS.get(metaType)?.(payload, attachment) ?? {
      type: 'unknown',
      metaType,
      url: readLink(payload, attachment).url,
      raw: attachment,
    }
  );
}

/** Link and title stand in the payload or, of a fallback, beside it. */
function readLink(payload: Payload, attachment: JsonRecord): { url: string | null; title?: string } {
  return {
    url: readText(payload, 'url') ?? readText(attachment, 'url') ?? null,
    ...present({ title: readText(payload, 'title') ?? readText(attachment, 'title') }),
  };
}

/** Of a shared post, reel or story: each type has its own name for it. */
function readMediaId(payload: Payload): string | undefined {
  return (
    readText(payload, 'ig_post_media_id') ??
    readText(payload, 'reel_video_id') ??
    readText(payload, 'story_media_id') ??
    readText(payload, 'id')
  );
}

function parseLocation(payload: Payload, attachment: JsonRecord): MessagingAttachment | undefined {
  const coordinates = readRecord(payload, 'coordinates') ?? {};
  const latitude = readNumber(coordinates, 'lat');
  const longitude = readNumber(coordinates, 'long');
  if (latitude === undefined || longitude === undefined) return undefined;
  return { type: 'location', latitude, longitude, ...readLink(payload, attachment) };
}

function parseTemplate(payload: Payload, attachment: JsonRecord): MessagingAttachment {
  const product = readRecord(payload, 'product');
  return {
    type: 'template',
    ...readLink(payload, attachment),
    products: product === undefined ? [] : readRecords(product, 'elements').map(toProduct),
    payload: attachment.payload ?? null,
    ...present({
      templateType: readText(payload, 'template_type') ?? (product === undefined ? undefined : 'product'),
      text: readText(payload, 'text'),
    }),
  };
}

function toProduct(element: JsonRecord): MessagingProduct {
  return present({
    id: readText(element, 'id'),
    retailerId: readText(element, 'retailer_id'),
    title: readText(element, 'title'),
    subtitle: readText(element, 'subtitle'),
    imageUrl: readText(element, 'image_url'),
  });
}

function parseAppointment(payload: Payload): MessagingAttachment {
  return {
    type: 'appointment_booking',
    ...present({
      bookingId: readText(payload, 'booking_id'),
      status: readText(payload, 'status'),
      startsAt: readInstant(payload, 'start_time'),
      endsAt: readInstant(payload, 'end_time'),
      timezone: readText(payload, 'timezone'),
    }),
  };
}
