import { catalogueError } from './error-catalogue';
import { invalidParameter } from './graph-error';
import { checkInteractive } from './interactive-rules';
import { isObject, listOf, numberOf, objectOf, textOf, type JsonObject, type JsonValue } from './json';

const MEDIA_TYPES = new Set(['image', 'video', 'audio', 'document', 'sticker']);
const OTHER_TYPES = new Set(['text', 'location', 'contacts', 'reaction', 'interactive', 'template', 'pin']);
const CAPTION_LIMIT = 1024;

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
  const content = params[type];
  if (content === undefined) throw missingPart(type);
  if (MEDIA_TYPES.has(type)) checkMedia(type, objectOf(content), mediaExists);
  else checkOther(type, content, mediaExists);
  const callbackData = textOf(params.biz_opaque_callback_data);
  if (callbackData !== undefined && callbackData.length > 512) {
    throw invalidParameter('Param biz_opaque_callback_data must be at most 512 characters long.');
  }
  return type;
}

function checkOther(type: string, content: JsonValue, mediaExists: (id: string) => boolean): void {
  if (type === 'contacts') {
    checkContacts(content);
    return;
  }
  if (!isObject(content)) throw invalidParameter(`Param ${type} must be an object.`);
  if (type === 'text') checkText(content);
  if (type === 'location') checkLocation(content);
  if (type === 'reaction') {
    if (textOf(content.message_id) === undefined) throw missingPart("reaction['message_id']");
    if (typeof content.emoji !== 'string') throw missingPart("reaction['emoji']");
  }
  if (type === 'interactive') checkInteractive(content, mediaExists);
}

function checkText(text: JsonObject): void {
  const body = textOf(text.body);
  if (body === undefined || body === '') throw invalidParameter("The parameter text['body'] is required.");
  if (body.length > 4096) throw invalidParameter("Param text['body'] must be at most 4096 characters long.");
}

/** Media by uploaded id or public https link, one of them. */
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
  for (const contact of contacts) {
    const name = objectOf(objectOf(contact).name);
    if (textOf(name.formatted_name) === undefined) throw missingPart("contacts[0]['name']['formatted_name']");
    const more = ['first_name', 'last_name', 'middle_name', 'suffix', 'prefix'];
    if (!more.some((part) => textOf(name[part]) !== undefined)) {
      throw invalidPart('A contact name needs formatted_name and at least one more part.');
    }
  }
}
