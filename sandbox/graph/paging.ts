import { formatFields } from './field-selection';
import { invalidParameter } from './graph-error';
import type { ReadContext } from './graph-nodes';
import { numberOf, type JsonObject, type JsonValue } from '../json';

const DEFAULT_LIMIT = 25;
const LARGEST_LIMIT = 1000;
/** Parameters that `next` sets itself, or leaves out: the proof is the caller's to add again. */
const NOT_REPEATED = ['limit', 'after', 'before', 'access_token', 'appsecret_proof'];

export interface ListOptions<T> {
  /** Items per page where none is asked for; 25 where left out. */
  defaultLimit?: number;
  /** Where it is less than Graph's usual one. */
  largestLimit?: number;
  /** Path of the edge without version, for `next` and `previous`. */
  path: string;
  keyOf: (item: T) => string;
  render: (item: T) => JsonValue;
  badCursor?: () => Error;
  /** Always present beside `data`. */
  summary?: (total: number) => JsonObject;
}

/** One page of a list in Graph's form. The last page has cursors but no `next`. */
export function listPage<T>(items: readonly T[], context: ReadContext, options: ListOptions<T>): JsonObject {
  const { args } = context;
  const limit = Math.min(
    numberOf(args.limit) ?? options.defaultLimit ?? DEFAULT_LIMIT,
    options.largestLimit ?? LARGEST_LIMIT,
  );
  if (!Number.isInteger(limit) || limit < 0) throw invalidParameter('param limit must be non-negative');
  const [start, end] = pageBounds(items, args, limit, options);
  const page = items.slice(start, end);
  const result: JsonObject = { data: page.map(options.render) };
  const paging = pagingOf(page, start > 0, end < items.length, limit, context, options);
  if (paging) result.paging = paging;
  if (args.summary === 'true' || args.summary === '1' || args.summary === 'total_count') {
    result.summary = options.summary?.(items.length) ?? { total_count: items.length };
  }
  return result;
}

function pageBounds<T>(
  items: readonly T[],
  args: ReadContext['args'],
  limit: number,
  options: ListOptions<T>,
): [number, number] {
  const find = (cursor: string): number => {
    const key = decodeCursor(cursor);
    const index = items.findIndex((item) => options.keyOf(item) === key);
    if (index < 0) throw options.badCursor?.() ?? invalidParameter('Invalid cursors values');
    return index;
  };
  if (args.after) {
    const start = find(args.after) + 1;
    return [start, Math.min(items.length, start + limit)];
  }
  if (args.before) {
    const end = find(args.before);
    return [Math.max(0, end - limit), end];
  }
  return [0, Math.min(items.length, limit)];
}

function pagingOf<T>(
  page: readonly T[],
  hasPrevious: boolean,
  hasNext: boolean,
  limit: number,
  context: ReadContext,
  options: ListOptions<T>,
): JsonObject | undefined {
  const first = page[0];
  const last = page[page.length - 1];
  if (first === undefined || last === undefined) return undefined;
  const before = encodeCursor(options.keyOf(first));
  const after = encodeCursor(options.keyOf(last));
  return {
    cursors: { before, after },
    ...(hasNext && { next: pageUrl(context, options.path, limit, { after }) }),
    ...(hasPrevious && { previous: pageUrl(context, options.path, limit, { before }) }),
  };
}

/** Graph's page links are whole URLs, with the caller's access token in them. */
export function pageUrl(
  context: ReadContext,
  path: string,
  limit: number,
  cursor: Record<string, string>,
): string {
  const { request, args } = context;
  const url = new URL(`${request.baseUrl}/${request.versionText}${path}`);
  if (request.tokenText) url.searchParams.set('access_token', request.tokenText);
  for (const [name, value] of Object.entries(args)) {
    if (value !== undefined && !NOT_REPEATED.includes(name)) {
      url.searchParams.set(name, value);
    }
  }
  if (context.children && args.fields === undefined) {
    url.searchParams.set('fields', formatFields(context.children));
  }
  url.searchParams.set('limit', String(limit));
  for (const [name, value] of Object.entries(cursor)) url.searchParams.set(name, value);
  return url.toString();
}

function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeCursor(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString();
}
