import { catalogueError } from '../graph/error-catalogue';
import { objectOf, textOf, type JsonObject } from '../json';

export function missing(name: string): Error {
  return catalogueError(131008, `The parameter interactive${name} is required.`);
}

export function invalid(details: string): Error {
  return catalogueError(131009, details);
}

export function requireText(value: JsonObject[string], name: string, limit: number): string {
  const text = textOf(value);
  if (text === undefined || text === '') throw missing(name);
  if (text.length > limit) throw invalid(`interactive${name} has more than ${limit} characters.`);
  return text;
}

export function requireDistinct(values: string[], what: string): void {
  if (new Set(values).size !== values.length) throw invalid(`${what} must be unique.`);
}

export function requireUrl(value: JsonObject[string], name: string): void {
  const url = requireText(value, name, 2000);
  if (!/^https?:\/\/[^\s/]+/.test(url)) throw invalid(`interactive${name} is not a valid URL.`);
}

export type MediaExists = (id: string) => boolean;

/** `kinds` are the header types that the message takes. */
export function checkHeader(header: JsonObject, kinds: readonly string[], mediaExists: MediaExists): void {
  const type = textOf(header.type) ?? '';
  if (!kinds.includes(type)) {
    throw invalid(
      kinds.length === 0
        ? 'This message takes no header.'
        : `interactive['header']['type'] must be one of ${kinds.join(', ')}.`,
    );
  }
  if (type === 'text') {
    requireText(header.text, "['header']['text']", 60);
    return;
  }
  const media = objectOf(header[type]);
  const id = textOf(media.id);
  const link = textOf(media.link);
  if (id === undefined && link === undefined) throw missing(`['header']['${type}']`);
  if (id !== undefined && link !== undefined) throw invalid(`The ${type} header takes id or link, not both.`);
  if (id !== undefined && !mediaExists(id))
    throw invalid(`There is no media with id ${id} for this phone number.`);
}

export function checkReplyButtons(buttons: JsonObject[], most: number): void {
  if (buttons.length < 1 || buttons.length > most) throw invalid(`interactive needs 1 to ${most} buttons.`);
  const at = "['action']['buttons']";
  for (const button of buttons)
    if (textOf(button.type) !== 'reply') throw invalid(`interactive${at}['type'] must be reply.`);
  const replies = buttons.map((button) => objectOf(button.reply));
  requireDistinct(
    replies.map((reply) => requireText(reply.id, `${at}['reply']['id']`, 256)),
    'Button ids',
  );
  requireDistinct(
    replies.map((reply) => requireText(reply.title, `${at}['reply']['title']`, 20)),
    'Button titles',
  );
}

export function checkCtaUrl(action: JsonObject): void {
  if (textOf(action.name) !== 'cta_url') throw invalid("interactive['action']['name'] must be cta_url.");
  const parameters = objectOf(action.parameters);
  requireText(parameters.display_text, "['action']['parameters']['display_text']", 20);
  requireUrl(parameters.url, "['action']['parameters']['url']");
}
