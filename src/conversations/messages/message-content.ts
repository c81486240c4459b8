import type { StoredMessage } from './stored-message';

type Json = Readonly<Record<string, unknown>>;

export const CONTENT_KINDS = [
  'text',
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'location',
  'contacts',
  'reaction',
  'button',
  'button_reply',
  'list_reply',
  'nfm_reply',
  'call_permission_reply',
  'order',
  'system',
  'request_welcome',
  'media_placeholder',
  'unsupported',
  'template',
  'interactive',
  'pin',
  'direct',
  'comment',
  'revoked',
  'unknown',
] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];

/** A message's content as it is shown: `kind` says which of its forms it has, the rest keeps Meta's names. */
export type ShownContent = { kind: ContentKind } & Json;

type ContentSource = Pick<
  StoredMessage,
  'platform' | 'direction' | 'type' | 'content' | 'metadata' | 'revokedAt'
>;

/**
 * Never fails: content that is not as its kind has it, because Meta has added or changed something, is shown as
 * `unknown` with everything that is known of it.
 */
export function shownContent(message: ContentSource): ShownContent {
  const { platform, type, content, revokedAt } = message;
  if (revokedAt !== null && Object.keys(content).length === 0) return { kind: 'revoked' };
  if (platform !== 'whatsapp') return { ...content, kind: 'direct' };
  const form = Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
  return form?.(message) ?? unknownContent(type, message);
}

function unknownContent(type: string, { content, metadata }: ContentSource): ShownContent {
  const facts = isJson(metadata.raw) ? metadata.raw : {};
  return {
    kind: 'unknown',
    type,
    raw: Object.keys(content).length === 0 ? facts : { ...facts, [type]: content },
  };
}

type Form = (message: ContentSource) => ShownContent | null;
type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isList: Check = Array.isArray;
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isListOfJson: Check = (value) => Array.isArray(value) && value.every(isJson);

/** Whether an object has what its readers rely on; what else there is does not matter. */
function fits(value: unknown, required: Fields, optional: Fields = {}): value is Json {
  if (!isJson(value)) return false;
  const hasAll = Object.entries(required).every(([key, check]) => check(value[key]));
  return (
    hasAll && Object.entries(optional).every(([key, check]) => isAbsent(value[key]) || check(value[key]))
  );
}

const isAbsent: Check = (value) => value === undefined || value === null;

const plain =
  (kind: ContentKind, required: Fields, optional: Fields = {}): Form =>
  ({ content }) =>
    fits(content, required, optional) ? { ...content, kind } : null;

const FILE: Fields = {
  id: isText,
  link: isText,
  mime_type: isText,
  sha256: isText,
  caption: isText,
  url: isText,
  filename: isText,
  voice: isFlag,
  animated: isFlag,
};

/** A file is named by its id or by its address; without either there is nothing to show. */
const file =
  (kind: ContentKind): Form =>
  ({ content }) =>
    fits(content, {}, FILE) && (isText(content.id) || isText(content.link)) ? { ...content, kind } : null;

/** By Meta's word for the type of a WhatsApp message. */
const FORMS: Readonly<Record<string, Form>> = {
  text: plain('text', { body: isText }, { preview_url: isFlag }),
  image: file('image'),
  video: file('video'),
  audio: file('audio'),
  document: file('document'),
  sticker: file('sticker'),
  location: toLocation,
  contacts: ({ content, metadata }) =>
    fits(content, { contacts: isListOfJson })
      ? { ...content, kind: 'contacts', ...(isText(metadata.origin) && { origin: metadata.origin }) }
      : null,
  reaction: ({ content }) =>
    fits(content, { message_id: isText }, { emoji: isText })
      ? // Taken back: WhatsApp sends an empty emoji or none.
        { ...content, kind: 'reaction', emoji: content.emoji === '' ? null : (content.emoji ?? null) }
      : null,
  button: ({ content }) =>
    fits(content, {}, { payload: isText, text: isText }) && (isText(content.payload) || isText(content.text))
      ? { ...content, kind: 'button' }
      : null,
  interactive: toInteractive,
  order: toOrder,
  system: ({ content, metadata }) => {
    const identity = isJson(metadata.raw) ? metadata.raw.identity : undefined;
    return fits(content, {}, { type: isText, body: isText }) && Object.keys(content).length > 0
      ? { ...content, kind: 'system', ...(isJson(identity) && { identity }) }
      : null;
  },
  request_welcome: plain('request_welcome', {}),
  media_placeholder: plain('media_placeholder', {}),
  unsupported: ({ content, metadata }) =>
    fits(content, {}, { type: isText })
      ? { ...content, kind: 'unsupported', errors: isListOfJson(metadata.errors) ? metadata.errors : [] }
      : null,
  template: plain('template', { name: isText, language: isJson }, { components: isList }),
  pin: plain('pin', { type: isText, message_id: isText }),
};

/** Numbers; both Meta's older payloads and callers of ours write them as text, too. */
function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function toLocation({ content }: ContentSource): ShownContent | null {
  const latitude = numberOf(content.latitude);
  const longitude = numberOf(content.longitude);
  if (latitude === null || longitude === null) return null;
  return fits(content, {}, { name: isText, address: isText, url: isText })
    ? { ...content, kind: 'location', latitude, longitude }
    : null;
}

function toOrder({ content }: ContentSource): ShownContent | null {
  const { product_items: items } = content;
  if (!fits(content, {}, { catalog_id: isText, text: isText }) || !Array.isArray(items)) return null;
  if (!items.every(isJson)) return null;
  return {
    ...content,
    kind: 'order',
    product_items: items.map((item) => ({
      ...item,
      quantity: numberOf(item.quantity),
      item_price: numberOf(item.item_price),
    })),
  };
}

const TITLED: Fields = { title: isText, description: isText };

/** What a person chose or filled in, by Meta's word for it. */
const REPLIES: Readonly<Record<string, (reply: unknown) => Json | null>> = {
  button_reply: (reply) => (fits(reply, { id: isText }, TITLED) ? reply : null),
  list_reply: (reply) => (fits(reply, { id: isText }, TITLED) ? reply : null),
  nfm_reply: (reply) =>
    fits(reply, {}, { name: isText, body: isText, response_json: isText })
      ? { ...reply, response: parsedOrNull(reply.response_json) }
      : null,
  call_permission_reply: (reply) =>
    fits(reply, { response: isText }, { is_permanent: isFlag }) ? reply : null,
};

function toInteractive({ content, direction }: ContentSource): ShownContent | null {
  const { type } = content;
  if (typeof type !== 'string') return null;
  if (Object.hasOwn(REPLIES, type)) {
    const reply = REPLIES[type]?.(content[type]) ?? null;
    return reply === null ? null : { ...content, kind: type as ContentKind, [type]: reply };
  }
  // Only what a business sends has an action; an answer of a kind that we do not know has not.
  return direction === 'outbound' || isJson(content.action) ? { ...content, kind: 'interactive' } : null;
}

/** The person's app made it, so that it may be anything: an object, or nothing. */
function parsedOrNull(text: unknown): Json | null {
  if (typeof text !== 'string') return null;
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}
