import { ValidationFailedError } from '../../errors/app.error';

export const MOST_HEADERS = 10;
const MOST_NAME_CHARACTERS = 64;
export const MOST_VALUE_CHARACTERS = 1_000;

/** What belongs to the connection or to the message itself, and nobody else's to set. */
const RESERVED = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'date',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'origin',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
]);
const RESERVED_PREFIXES = ['webhook-', 'sec-', 'proxy-', 'x-forwarded-'];
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\x20-\x7e]+$/;

/**
 * Headers that are sent with everything, as an API key of the receiver's. Names in lower case.
 * @throws ValidationFailedError naming the first one that cannot be sent, never its value
 */
export function endpointHeaders(input: unknown): Record<string, string> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw problem('headers', 'isObject', 'headers must be an object of names and values.');
  const entries = Object.entries(input);
  if (entries.length > MOST_HEADERS)
    throw problem('headers', 'maxHeaders', `At most ${MOST_HEADERS} headers can be sent along.`);
  const headers: Record<string, string> = {};
  for (const [given, value] of entries) {
    const name = given.toLowerCase();
    const path = `headers.${given.slice(0, MOST_NAME_CHARACTERS)}`;
    if (!NAME.test(name) || name.length > MOST_NAME_CHARACTERS)
      throw problem(path, 'headerName', 'This is not the name of a header.');
    if (RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)))
      throw problem(path, 'headerReserved', 'This header is not yours to set.');
    if (name in headers) throw problem(path, 'headerTwice', 'This header is there twice.');
    if (typeof value !== 'string' || !VALUE.test(value) || value.length > MOST_VALUE_CHARACTERS)
      throw problem(
        path,
        'headerValue',
        `Its value must be 1 to ${MOST_VALUE_CHARACTERS} printable ASCII characters.`,
      );
    headers[name] = value;
  }
  return headers;
}

function problem(path: string, rule: string, message: string): ValidationFailedError {
  return ValidationFailedError.of(path, rule, message);
}
