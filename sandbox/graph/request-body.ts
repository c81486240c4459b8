import { invalidParameter } from './graph-error';
import { isObject, parseJson, type JsonObject, type JsonValue } from '../json';

export interface UploadedFile {
  field: string;
  filename: string;
  contentType: string;
  bytes: Buffer;
}

export interface ParsedBody {
  params: JsonObject;
  files: UploadedFile[];
}

/** Query and form carry nested values as JSON text, or with bracketed names (`attached_media[0]={…}`). */
export function parametersOf(pairs: Iterable<readonly [string, string]>): JsonObject {
  const params: JsonObject = {};
  for (const [name, text] of pairs) {
    const value = decodeValue(text);
    const bracketed = /^([^[\]]+)\[([^[\]]*)\]$/.exec(name);
    const outer = bracketed?.[1];
    const inner = bracketed?.[2];
    if (outer === undefined || inner === undefined) params[name] = value;
    else putInside(params, outer, inner, value);
  }
  return params;
}

function putInside(params: JsonObject, outer: string, inner: string, value: JsonValue): void {
  const present = params[outer];
  if (inner === '' || /^\d+$/.test(inner)) {
    if (Array.isArray(present)) present.push(value);
    else params[outer] = [value];
  } else if (isObject(present)) present[inner] = value;
  else params[outer] = { [inner]: value };
}

function decodeValue(text: string): JsonValue {
  const looksNested = /^\s*[[{]/.test(text);
  return looksNested ? (parseJson(text) ?? text) : text;
}

/** All three body encodings that Graph takes; the fourth, everything in the query, has no body. */
export async function parseBody(
  bytes: Buffer | undefined,
  contentType: string | undefined,
): Promise<ParsedBody> {
  if (!bytes || bytes.length === 0) return { params: {}, files: [] };
  const kind = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (kind === 'application/json') return { params: parseJsonBody(bytes), files: [] };
  if (kind === 'multipart/form-data') return parseMultipart(bytes, contentType ?? '');
  if (kind === 'application/x-www-form-urlencoded') {
    return { params: parametersOf(new URLSearchParams(bytes.toString('utf8'))), files: [] };
  }
  return { params: {}, files: [] };
}

function parseJsonBody(bytes: Buffer): JsonObject {
  const value = parseJson(bytes.toString('utf8'));
  if (!isObject(value)) throw invalidParameter('Invalid JSON in the request body.');
  return value;
}

async function parseMultipart(bytes: Buffer, contentType: string): Promise<ParsedBody> {
  // Declared by what is used of it: Node's own typing advises against this reader for servers under attack.
  let form: Iterable<[string, string | File]>;
  try {
    const reader: { formData(): Promise<Iterable<[string, string | File]>> } = new Response(
      new Uint8Array(bytes),
      { headers: { 'content-type': contentType } },
    );
    form = await reader.formData();
  } catch {
    throw invalidParameter('The multipart body could not be read.');
  }
  const pairs: [string, string][] = [];
  const files: UploadedFile[] = [];
  for (const [field, value] of form) {
    if (typeof value === 'string') pairs.push([field, value]);
    else {
      files.push({
        field,
        filename: value.name,
        contentType: value.type,
        bytes: Buffer.from(await value.arrayBuffer()),
      });
    }
  }
  return { params: parametersOf(pairs), files };
}
