import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter } from '../graph/graph-error';
import { checkInteractive } from './interactive-rules';
import {
  flagOf,
  isObject,
  listOf,
  numberOf,
  objectOf,
  textOf,
  type JsonObject,
  type JsonValue,
} from '../json';

const MEDIA_TYPES = new Set(['image', 'video', 'audio', 'document', 'sticker']);
const OTHER_TYPES = new Set(['text', 'location', 'contacts', 'reaction', 'interactive', 'template', 'pin']);
const CAPTION_LIMIT = 1024;

/** What stands under the key of each type; Graph refuses anything else there by name. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  text: ['body', 'preview_url'],
  image: ['id', 'link', 'caption', 'provider'],
  video: ['id', 'link', 'caption', 'provider'],
  audio: ['id', 'link', 'voice', 'provider'],
  document: ['id', 'link', 'caption', 'filename', 'provider'],
  sticker: ['id', 'link', 'provider'],
  location: ['latitude', 'longitude', 'name', 'address'],
  reaction: ['message_id', 'emoji'],
  pin: ['type', 'message_id', 'expiration_days'],
  interactive: ['type', 'header', 'body', 'footer', 'action'],
  template: ['name', 'language', 'components', 'namespace', 'category'],
};

/** A missing part of a message: Meta's 131008, naming it. */
export function missingPart(name: string): Error {
  return catalogueError(131008, `The parameter ${name} is required.`);
}

export function invalidPart(details: string): Error {
  return catalogueError(131009, details);
}

/** The message's type, after its own part has been checked. Templates are checked against their definition elsewhere. */
export function checkMessage(params: JsonObject, mediaExists: (id: string) => boolean): string {
  const type = textOf(params.type) ?? 'text';
  if (!MEDIA_TYPES.has(type) && !OTHER_TYPES.has(type)) {
    throw invalidParameter(
      `Param type must be one of {${[...MEDIA_TYPES, ...OTHER_TYPES].join(', ').toUpperCase()}}`,
    );
  }
  checkEnvelope(params);
  const content = params[type];
  if (content === undefined) throw missingPart(type);
  if (type === 'contacts') checkContacts(content);
  else if (!isObject(content)) throw invalidParameter(`Param ${type} must be a JSON object.`);
  else {
    if (MEDIA_TYPES.has(type)) checkMedia(type, content, mediaExists);
    else checkOther(type, content, mediaExists);
    checkKeys(type, content);
  }
  return type;
}

function checkEnvelope(params: JsonObject): void {
  const callbackData = textOf(params.biz_opaque_callback_data);
  if (callbackData !== undefined && callbackData.length > 512) {
    throw invalidParameter('Param biz_opaque_callback_data must be at most 512 characters long.');
  }
  const recipientType = textOf(params.recipient_type) ?? 'individual';
  if (recipientType !== 'individual' && recipientType !== 'group') {
    throw invalidParameter('Param recipient_type must be one of {INDIVIDUAL, GROUP}');
  }
  // A quoted message that does not exist is no mistake: the answer goes out without the quote.
  if (params.context !== undefined && textOf(objectOf(params.context).message_id) === undefined) {
    throw invalidParameter("Param context['message_id'] must be a string.");
  }
}

function checkKeys(type: string, content: JsonObject): void {
  const allowed = KEYS[type];
  const unknown = allowed && Object.keys(content).find((key) => !allowed.includes(key));
  if (unknown !== undefined) throw invalidParameter(`Unexpected key "${unknown}" on param "${type}".`);
}

function checkOther(type: string, content: JsonObject, mediaExists: (id: string) => boolean): void {
  if (type === 'text') checkText(content);
  if (type === 'location') checkLocation(content);
  if (type === 'reaction') checkReaction(content);
  if (type === 'pin') checkPin(content);
  if (type === 'interactive') checkInteractive(content, mediaExists);
}

function checkText(text: JsonObject): void {
  const body = textOf(text.body);
  if (body === undefined || body === '') throw invalidParameter("The parameter text['body'] is required.");
  if (body.length > 4096) throw invalidParameter("Param text['body'] must be at most 4096 characters long.");
  if (text.preview_url !== undefined && flagOf(text.preview_url) === undefined)
    throw invalidParameter("Param text['preview_url'] must be a boolean.");
}

/** One emoji, with its skin tone, joiners and all; an empty text takes the reaction away. */
function checkReaction(reaction: JsonObject): void {
  if (textOf(reaction.message_id) === undefined) throw missingPart("reaction['message_id']");
  const { emoji } = reaction;
  if (typeof emoji !== 'string') throw missingPart("reaction['emoji']");
  if (emoji === '') return;
  const isOne = [...new Intl.Segmenter('en').segment(emoji)].length === 1;
  if (!isOne || !/\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(emoji))
    throw invalidPart("reaction['emoji'] must be one emoji.");
}

/** Groups only. */
function checkPin(pin: JsonObject): void {
  if (pin.type !== 'pin' && pin.type !== 'unpin') throw invalidPart("pin['type'] must be pin or unpin.");
  if (textOf(pin.message_id) === undefined) throw missingPart("pin['message_id']");
  const days = numberOf(pin.expiration_days);
  if (pin.expiration_days !== undefined && (days === undefined || ![1, 7, 30].includes(days)))
    throw invalidPart("pin['expiration_days'] must be 1, 7 or 30.");
}

/** Media by uploaded id or public link, one of them. */
export function checkMedia(type: string, media: JsonObject, mediaExists: (id: string) => boolean): void {
  const id = textOf(media.id);
  const link = textOf(media.link);
  if (id === undefined && link === undefined) throw missingPart(`${type}['id'] or ${type}['link']`);
  if (id !== undefined && link !== undefined) throw invalidPart(`${type} takes id or link, not both.`);
  if (id !== undefined && !mediaExists(id)) {
    throw catalogueError(131009, `There is no media with id ${id} for this phone number.`);
  }
  if (link !== undefined && !/^https?:\/\/\S+$/.test(link))
    throw invalidPart(`${type}['link'] is not a valid URL.`);
  const caption = textOf(media.caption);
  if (caption === undefined) return;
  if (type === 'audio' || type === 'sticker') throw invalidPart(`${type} takes no caption.`);
  if (caption.length > CAPTION_LIMIT)
    throw invalidPart(`${type}['caption'] has more than ${CAPTION_LIMIT} characters.`);
}

function checkLocation(location: JsonObject): void {
  for (const [name, limit] of [
    ['latitude', 90],
    ['longitude', 180],
  ] as const) {
    const value = numberOf(location[name]);
    if (value === undefined) throw missingPart(`location['${name}']`);
    if (Math.abs(value) > limit) throw invalidPart(`location['${name}'] is out of range.`);
  }
}

function checkContacts(content: JsonValue): void {
  const contacts = listOf(content);
  if (contacts.length === 0) throw missingPart('contacts');
  if (contacts.length > 257) throw invalidPart('contacts may have at most 257 elements.');
  contacts.forEach((item, index) => {
    const contact = objectOf(item);
    const name = objectOf(contact.name);
    if (textOf(name.formatted_name) === undefined)
      throw missingPart(`contacts[${index}]['name']['formatted_name']`);
    const more = ['first_name', 'last_name', 'middle_name', 'suffix', 'prefix'];
    if (!more.some((part) => textOf(name[part]) !== undefined)) {
      throw invalidPart('A contact name needs formatted_name and at least one more part.');
    }
    const birthday = textOf(contact.birthday);
    if (birthday !== undefined && !/^\d{4}-\d\d-\d\d$/.test(birthday))
      throw invalidPart(`contacts[${index}]['birthday'] must be written as YYYY-MM-DD.`);
    for (const list of ['phones', 'emails', 'addresses', 'urls']) {
      if (contact[list] !== undefined && !Array.isArray(contact[list]))
        throw invalidPart(`contacts[${index}]['${list}'] must be an array.`);
    }
  });
}
