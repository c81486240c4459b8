import type {
  WhatsAppInboundContent,
  WhatsAppInteractiveReply,
  WhatsAppMediaContent,
  WhatsAppSharedContact,
} from '../whatsapp-message-content';
import type { JsonRecord } from './json-reader';
import {
  isRecord,
  present,
  readBoolean,
  readId,
  readInstant,
  readNumber,
  readOwn,
  readRecord,
  readRecords,
  readText,
} from './json-reader';
import { readErrors } from './whatsapp-change';

/** Undefined: the content is not as we know it, and the message becomes one of unknown content. */
type ContentParser = (body: JsonRecord, message: JsonRecord) => WhatsAppInboundContent | undefined;

const CONTENT_PARSERS = new Map<string, ContentParser>([
  ['text', ({ body }) => (typeof body === 'string' ? { type: 'text', body } : undefined)],
  ['image', (body) => ({ type: 'image', ...readMedia(body) })],
  ['video', (body) => ({ type: 'video', ...readMedia(body) })],
  ['audio', (body) => ({ type: 'audio', ...readMedia(body), voice: readBoolean(body, 'voice') ?? false })],
  [
    'document',
    (body) => ({
      type: 'document',
      ...readMedia(body),
      ...present({ filename: readText(body, 'filename') }),
    }),
  ],
  [
    'sticker',
    (body) => ({ type: 'sticker', ...readMedia(body), animated: readBoolean(body, 'animated') ?? false }),
  ],
  ['location', parseLocation],
  ['reaction', parseReaction],
  [
    'button',
    (body) => ({
      type: 'button',
      ...present({ payload: readText(body, 'payload'), text: readText(body, 'text') }),
    }),
  ],
  ['order', parseOrder],
]);

/** Of a message, an echo, the new content of an edited one, or an old one of a history. Never fails over content. */
export function parseWhatsAppContent(message: JsonRecord): WhatsAppInboundContent {
  const type = readText(message, 'type') ?? '';
  const body = readOwn(message, type);
  return (
    parseBodiless(type, message) ??
    parseBody(type, body, message) ?? { type: 'unknown', metaType: type, raw: message }
  );
}

/** Types whose content is a list, beside the type's own key, optional or nothing at all. */
function parseBodiless(type: string, message: JsonRecord): WhatsAppInboundContent | undefined {
  switch (type) {
    case 'contacts':
      return Array.isArray(message.contacts)
        ? { type, contacts: readRecords(message, 'contacts').map(toSharedContact) }
        : undefined;
    case 'interactive':
      return { type, reply: parseReply(readRecord(message, 'interactive')) };
    case 'request_welcome':
    case 'media_placeholder':
      return { type };
    case 'unsupported':
      return toUnsupported(message);
    case 'unknown':
      // The old name of unsupported; it comes with errors.
      return Array.isArray(message.errors) ? toUnsupported(message) : undefined;
    default:
      return undefined;
  }
}

function parseBody(type: string, body: unknown, message: JsonRecord): WhatsAppInboundContent | undefined {
  return isRecord(body) ? CONTENT_PARSERS.get(type)?.(body, message) : undefined;
}

function readMedia(body: JsonRecord): Omit<WhatsAppMediaContent, 'type'> {
  return {
    mediaId: readId(body, 'id') ?? null,
    ...present({
      mimeType: readText(body, 'mime_type'),
      sha256: readText(body, 'sha256'),
      url: readText(body, 'url'),
      caption: readText(body, 'caption'),
    }),
  };
}

function parseLocation(body: JsonRecord): WhatsAppInboundContent | undefined {
  const latitude = readNumber(body, 'latitude');
  const longitude = readNumber(body, 'longitude');
  if (latitude === undefined || longitude === undefined) return undefined;
  const name = readText(body, 'name');
  const address = readText(body, 'address');
  return { type: 'location', latitude, longitude, ...present({ name, address, url: readText(body, 'url') }) };
}

function parseReaction(body: JsonRecord): WhatsAppInboundContent | undefined {
  const targetWamid = readId(body, 'message_id');
  if (targetWamid === undefined) return undefined;
  return { type: 'reaction', targetWamid, emoji: readText(body, 'emoji') ?? null };
}

function parseOrder(body: JsonRecord): WhatsAppInboundContent {
  const items = readRecords(body, 'product_items').map((item) => ({
    quantity: readNumber(item, 'quantity') ?? null,
    itemPrice: readNumber(item, 'item_price') ?? null,
    ...present({
      productRetailerId: readText(item, 'product_retailer_id'),
      currency: readText(item, 'currency'),
    }),
  }));
  const catalogId = readText(body, 'catalog_id');
  return { type: 'order', items, ...present({ catalogId, text: readText(body, 'text') }) };
}

function toUnsupported(message: JsonRecord): WhatsAppInboundContent {
  const unsupportedType = readText(readRecord(message, 'unsupported') ?? {}, 'type');
  return { type: 'unsupported', errors: readErrors(message), ...present({ unsupportedType }) };
}

function toSharedContact(contact: JsonRecord): WhatsAppSharedContact {
  const name = readRecord(contact, 'name') ?? {};
  const type = (entry: JsonRecord) => ({ type: readText(entry, 'type') });
  return {
    phones: readRecords(contact, 'phones').map((phone) =>
      present({ phone: readText(phone, 'phone'), waId: readText(phone, 'wa_id'), ...type(phone) }),
    ),
    emails: readRecords(contact, 'emails').map((email) =>
      present({ email: readText(email, 'email'), ...type(email) }),
    ),
    urls: readRecords(contact, 'urls').map((url) => present({ url: readText(url, 'url'), ...type(url) })),
    ...present({
      formattedName: readText(name, 'formatted_name'),
      firstName: readText(name, 'first_name'),
      lastName: readText(name, 'last_name'),
      company: readText(readRecord(contact, 'org') ?? {}, 'company'),
      vcard: readText(contact, 'vcard'),
    }),
  };
}

function parseReply(interactive: JsonRecord | undefined): WhatsAppInteractiveReply {
  if (interactive === undefined) return { type: 'missing' };
  const type = readText(interactive, 'type') ?? '';
  const body = readOwn(interactive, type);
  if (!isRecord(body)) return { type: 'missing' };
  return parseReplyBody(type, body) ?? { type: 'unknown', metaType: type, raw: interactive };
}

function parseReplyBody(type: string, body: JsonRecord): WhatsAppInteractiveReply | undefined {
  switch (type) {
    case 'button_reply':
    case 'list_reply': {
      const id = readText(body, 'id');
      if (id === undefined) return undefined;
      const title = readText(body, 'title');
      return type === 'button_reply'
        ? { type, id, ...present({ title }) }
        : { type, id, ...present({ title, description: readText(body, 'description') }) };
    }
    case 'nfm_reply':
      return {
        type,
        ...present({
          name: readText(body, 'name'),
          body: readText(body, 'body'),
          responseJson: readText(body, 'response_json'),
        }),
      };
    case 'call_permission_reply': {
      const response = readText(body, 'response');
      if (response === undefined) return undefined;
      return {
        type,
        response,
        permanent: readBoolean(body, 'is_permanent') ?? false,
        ...present({
          expiresAt: readInstant(body, 'expiration_timestamp'),
          responseSource: readText(body, 'response_source'),
        }),
      };
    }
    default:
      return undefined;
  }
}
