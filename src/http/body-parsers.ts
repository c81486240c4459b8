import type { FastifyBodyParser, FastifyInstance, FastifyRequest } from 'fastify';
import {
  AppError,
  PayloadTooLargeError,
  UnsupportedMediaError,
  ValidationFailedError,
} from '../errors/app.error';
import { MAX_DEPTH, findUnfitContent } from './unfit-content';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body stays the exact bytes, as a Buffer, whatever its content type; for signatures. */
    rawBody?: boolean;
    /** `application/x-www-form-urlencoded` is taken, as Meta's callbacks send it. */
    formBody?: boolean;
  }
}

/** For JSON and form bodies. */
export const BODY_LIMIT_BYTES = 1024 * 1024;
/** For routes with `rawBody`. Meta promises webhook bodies of at most 3 MB. */
export const RAW_BODY_LIMIT_BYTES = 3 * 1024 * 1024;

/**
 * Replaces Fastify's parsers, which know neither exact bytes nor our errors. Belongs before the routes: a route's limit
 * is set as it is added.
 */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addHook('onRoute', (route) => {
    if (route.config?.rawBody === true) route.bodyLimit = RAW_BODY_LIMIT_BYTES;
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    // With no type, or one that Fastify cannot read, it would answer before the signature is looked at.
    if (request.routeOptions.config.rawBody === true)
      request.raw.headers['content-type'] = 'application/octet-stream';
    done();
  });
  const parse =
    (parser: (body: Buffer, request: FastifyRequest) => unknown): FastifyBodyParser<Buffer> =>
    (request, body, done) => {
      // What a DELETE carries means nothing, so it is not looked at.
      if (request.method === 'DELETE') {
        done(null, undefined);
        return;
      }
      try {
        done(null, parser(body, request));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    };
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, parse(parseJson));
  fastify.addContentTypeParser(/^application\/[\w.-]+\+json/, { parseAs: 'buffer' }, parse(parseJson));
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, parse(parseForm));
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, parse(takeBytes));
}

function takeBytes(body: Buffer, request: FastifyRequest): Buffer {
  if (request.routeOptions.config.rawBody === true) return body;
  throw new UnsupportedMediaError('Send the body as application/json.');
}

function parseForm(body: Buffer, request: FastifyRequest): Record<string, string | string[]> {
  if (request.routeOptions.config.formBody !== true)
    throw new UnsupportedMediaError('Send the body as application/json.');
  const form = new URLSearchParams(decodeUtf8(body));
  const fields = [...new Set(form.keys())].map((name): [string, string | string[]] => {
    const values = form.getAll(name);
    // A field given twice becomes a list, which a text field's validator refuses.
    return [name, values.length === 1 ? (values[0] ?? '') : values];
  });
  return Object.fromEntries(fields);
}

/** @throws ValidationFailedError for anything that is not UTF-8 JSON of a sane depth */
export function parseJson(body: Buffer): unknown {
  const text = decodeUtf8(body);
  // Clients that always send the content type send it with nothing, too; then the fields are simply missing.
  if (text.trim() === '') return {};
  refuseDepth(text);
  try {
    // A reviver costs several times the parsing, and next to no request has the name anywhere.
    const value: unknown = JSON.parse(text);
    if (/__proto__|\\u/i.test(text)) refusePrototype(text, value);
    return value;
  } catch (error) {
    if (error instanceof ValidationFailedError) throw error;
    throw ValidationFailedError.of('', 'json', 'The body is not valid JSON.');
  }
}

/** @param value of the text, in which `__proto__` is an own field of whichever object has it */
function refusePrototype(text: string, value: unknown): void {
  const refuse = (key: string, item: unknown): unknown => {
    if (key !== '__proto__') return item;
    const found = findUnfitContent(value).find(({ path }) => path.split('.').at(-1) === key);
    const path = found?.path ?? key;
    throw ValidationFailedError.of(path, 'unknownField', `${path} is not a field of this request.`);
  };
  JSON.parse(text, refuse);
}

function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw ValidationFailedError.of('', 'utf8', 'The body is not valid UTF-8.');
  }
}

/** Counts brackets outside strings before anything walks the value: later walks are recursive. */
function refuseDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) depth++;
    else if (code === 0x7d || code === 0x5d) depth--;
    if (depth > MAX_DEPTH)
      throw ValidationFailedError.of('', 'depth', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  }
}

/** What Fastify itself refuses before a parser or a route is reached, in our words. */
export function problemOfFastify(code: string): AppError | undefined {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new PayloadTooLargeError('The request body is too large.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return new UnsupportedMediaError('Send the body as application/json.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return ValidationFailedError.of('', 'contentLength', 'The body is not as long as Content-Length says.');
    case 'FST_ERR_BAD_URL':
      return ValidationFailedError.of('', 'url', 'The address is not a valid URL.');
    default:
      return undefined;
  }
}
