import { gzipSync } from 'node:zlib';
import { NAMED, NAMED_LISTS } from '../served-routes';
import type { PlantedTenant } from '../tenant-world';
import { type FuzzDocument, type FuzzedRoute, type Parameter } from './fuzz-document';
import {
  HOSTILE_HEADERS,
  HOSTILE_JSON,
  HOSTILE_QUERIES,
  HOSTILE_SEGMENTS,
  HOSTILE_TEXTS,
  type Hostile,
  RawJson,
  WRONG_SHAPES,
  forgedCursor,
} from './hostile-values';
import { jsonText, withValueAt } from './json-text';
import { bordersOf, nodesOf } from './schema-nodes';
import type { Seeded } from './seeded';
import type { WireRequest } from './wire';

/** A request that is as the document says, to be varied. */
export interface SoundRequest {
  route: FuzzedRoute;
  /** With ids in the place of parameters, encoded; without a query. */
  path: string;
  query: Readonly<Record<string, string>>;
  body: Record<string, unknown> | undefined;
  headers: Readonly<Record<string, string>>;
}

export interface Variation {
  /** What was done, so that it can be found and done again. */
  label: string;
  /** Made only when it is sent: some are large. */
  request: () => WireRequest;
  /** The field that the answer has to name where it refuses the request. */
  field?: string;
}

export interface VariationNeeds {
  document: FuzzDocument;
  seeded: Seeded;
  /** How many hostile values each field gets beside those that all get. */
  perField: number;
  other: PlantedTenant;
}

const JSON_TYPE = { 'content-type': 'application/json' };

export function soundWire(sound: SoundRequest): WireRequest {
  return wireOf(sound, {});
}

export function* variationsOf(sound: SoundRequest, needs: VariationNeeds): Generator<Variation> {
  yield* pathVariations(sound, needs);
  yield* queryVariations(sound, needs);
  yield* headerVariations(sound, needs);
  if (sound.body !== undefined) yield* bodyVariations(sound, needs);
  yield* wholeBodyVariations(sound);
}

function wireOf(
  { route, path, query, body, headers }: SoundRequest,
  changed: {
    path?: string;
    query?: string;
    headers?: Readonly<Record<string, string>>;
    body?: string | Buffer;
  },
): WireRequest {
  const search = changed.query ?? queryText(query);
  const content = changed.body ?? (body === undefined ? undefined : jsonText(body));
  return {
    method: route.method,
    address: `${changed.path ?? path}${search === '' ? '' : `?${search}`}`,
    headers: { ...headers, ...(content === undefined ? {} : JSON_TYPE), ...changed.headers },
    ...(content === undefined ? {} : { body: content }),
  };
}

function queryText(query: Readonly<Record<string, string>>, but?: string): string {
  return Object.entries(query)
    .filter(([name]) => name !== but)
    .map(([name, value]) => `${name}=${encoded(value)}`)
    .join('&');
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half of a surrogate pair has no UTF-8: its bytes as some clients send them.
    return [...Buffer.from(text, 'utf16le')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  }
}

function* pathVariations(
  sound: SoundRequest,
  { seeded, perField, other }: VariationNeeds,
): Generator<Variation> {
  const names = sound.route.parameters.filter((each) => each.in === 'path').map(({ name }) => name);
  for (const name of names) {
    const values = seeded.sample(HOSTILE_SEGMENTS, perField * 2);
    for (const { label, value } of [...values, { label: 'an id of another kind', value: other.accountId }])
      yield {
        label: `path ${name}: ${label}`,
        request: () => wireOf(sound, { path: replaceSegment(sound, name, String(value)) }),
      };
  }
  yield { label: 'a path with a slash at the end', request: () => wireOf(sound, { path: `${sound.path}/` }) };
}

/** The segment that stands where the parameter does. */
function replaceSegment({ route, path }: SoundRequest, name: string, value: string): string {
  const own = route.path.split('/');
  return path
    .split('/')
    .map((segment, index) =>
      own[index]?.includes(`{${name}}`) ? (own[index] ?? '').replace(`{${name}}`, value) : segment,
    )
    .join('/');
}

function* queryVariations(
  sound: SoundRequest,
  { seeded, perField, other }: VariationNeeds,
): Generator<Variation> {
  const parameters = sound.route.parameters.filter((each) => each.in === 'query');
  for (const parameter of parameters) {
    const { name } = parameter;
    const rest = queryText(sound.query, name);
    const join = (own: string): string => [own, rest].filter((part) => part !== '').join('&');
    const make = (label: string, own: string): Variation => ({
      label: `query ${name}: ${label}`,
      request: () => wireOf(sound, { query: join(own) }),
      field: name,
    });
    if (parameter.required === true) yield make('missing', '');
    for (const { label, value } of [...textsOf(parameter, other), ...seeded.sample(HOSTILE_TEXTS, perField)])
      yield make(label, `${name}=${encoded(value instanceof RawJson ? value.text : String(value))}`);
    for (const { label, value } of seeded.sample(HOSTILE_QUERIES, Math.ceil(perField / 2)))
      yield make(label, String(value).replaceAll('@', name));
  }
  for (const name of ['nobodyKnowsThis', '__proto__', 'constructor', '__proto__[polluted]', 'toString', ''])
    yield {
      label: `query: the unknown name ${name}`,
      request: () => wireOf(sound, { query: `${queryText(sound.query)}&${encoded(name)}=1` }),
    };
}

function textsOf({ name, schema = {} }: Parameter, other: PlantedTenant): Hostile[] {
  const foreign = (NAMED[name] ?? NAMED_LISTS[name])?.(other);
  return [
    ...bordersOf(schema),
    ...(foreign === undefined ? [] : [{ label: 'another tenant’s', value: foreign }]),
    ...(/^(?:before|after|cursor)$/.test(name)
      ? [
          { label: 'an empty cursor', value: forgedCursor({}) },
          { label: 'a cursor of null', value: forgedCursor(null) },
          { label: 'a cursor that is no JSON', value: Buffer.from('{"at":').toString('base64url') },
        ]
      : []),
  ];
}

function* headerVariations(sound: SoundRequest, { seeded, perField }: VariationNeeds): Generator<Variation> {
  for (const { label, headers } of seeded.sample(HOSTILE_HEADERS, Math.ceil(perField / 2) + 1))
    yield { label: `header: ${label}`, request: () => wireOf(sound, { headers }) };
}

function* bodyVariations(
  sound: SoundRequest,
  { document, seeded, perField, other }: VariationNeeds,
): Generator<Variation> {
  const schema = sound.route.bodies['application/json']?.schema;
  for (const { path, schema: own, isPresent } of nodesOf(document, schema, sound.body)) {
    const last = path.at(-1);
    const name = typeof last === 'string' ? last : String(path.at(-2));
    const foreign = (NAMED[name] ?? NAMED_LISTS[name])?.(other);
    const hostile: Hostile[] = [
      ...(isPresent ? WRONG_SHAPES : WRONG_SHAPES.slice(1)),
      ...bordersOf(own),
      ...(foreign === undefined
        ? []
        : [{ label: 'another tenant’s', value: own.type === 'array' ? [foreign] : foreign }]),
      ...seeded.sample(HOSTILE_TEXTS, perField),
      ...seeded.sample(HOSTILE_JSON, perField),
    ];
    for (const { label, value } of hostile)
      yield {
        label: `body ${path.join('.')}: ${label}`,
        request: () => wireOf(sound, { body: jsonText(withValueAt(sound.body, path, value)) }),
        field: String(path[0]),
      };
  }
  for (const name of [
    'nobodyKnowsThis',
    'constructor',
    'toString',
    'id',
    'accountId2',
    'role2',
    'isAdmin',
    '',
  ])
    yield {
      label: `body: the unknown field ${name}`,
      request: () => wireOf(sound, { body: jsonText({ ...sound.body, [name]: { polluted: true } }) }),
    };
  yield {
    label: 'body: __proto__',
    request: () =>
      wireOf(sound, { body: jsonText(sound.body).replace(/^\{/, '{"__proto__":{"polluted":true},') }),
  };
}

/** What does not depend on any field. Also for routes that take no body: they have to bear one. */
function* wholeBodyVariations(sound: SoundRequest): Generator<Variation> {
  if (sound.route.method === 'GET') return;
  const text = jsonText(sound.body ?? {});
  const bodies: [string, string | Buffer][] = [
    ['nothing', ''],
    ['an array', '[]'],
    ['a text', '"text"'],
    ['a number', '7'],
    ['null', 'null'],
    ['cut off', text.slice(0, -1)],
    ['twice', `${text}${text}`],
    ['with a byte order mark', `\ufeff${text}`],
    ['a depth of 10,000', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['10,000 fields', `{${Array.from({ length: 10_000 }, (_, index) => `"k${index}":1`).join(',')}}`],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from(text, 'utf16le')],
  ];
  for (const [label, body] of bodies)
    yield { label: `the body: ${label}`, request: () => wireOf(sound, { body }) };
  const types = [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'multipart/form-data; boundary=x',
    'text/csv',
    'application/json; charset=utf-16',
    'application/json, text/html',
    'nonsense',
    '*/*',
    '',
  ];
  for (const type of types)
    yield {
      label: `the content type: ${type}`,
      request: () => wireOf(sound, { body: text, headers: { 'content-type': type } }),
    };
  yield {
    label: 'the content encoding: gzip',
    request: () => wireOf(sound, { body: gzipSync(text), headers: { 'content-encoding': 'gzip' } }),
  };
}
