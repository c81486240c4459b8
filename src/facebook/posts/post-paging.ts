import { decodeCursor, encodeCursor } from '../../http/cursor';
import type { GraphQuery } from '../../graph-client/graph-request';
import { type JsonRecord, isRecord, readRecord, readText } from '../../webhooks/parsers/json-reader';

export interface PostPosition {
  before?: string | undefined;
  after?: string | undefined;
}

/** Where a page of Meta's list ends on either side. */
export interface PostPaging {
  /** For what is newer; null where Meta names no place. */
  before: string | null;
  /** For what is older; null on the last page. */
  after: string | null;
}

/** Some lists of posts go by time instead of cursors; the place then is several parameters of Meta's own address. */
const TIME_FIELDS = ['since', 'until', '__paging_token', '__previous'];
const TIME_PREFIX = 't.';

/** Meta's cursors as they are. Its addresses of neighbouring pages hold the token: nothing but the place is taken from them. */
export function pagingOf(answer: JsonRecord): PostPaging {
  const paging = readRecord(answer, 'paging') ?? {};
  const cursors = readRecord(paging, 'cursors') ?? {};
  const next = readText(paging, 'next');
  return {
    before: readText(cursors, 'before') ?? timePlaceOf(readText(paging, 'previous')),
    after: next === undefined ? null : (readText(cursors, 'after') ?? placeIn(next)),
  };
}

/** The query that asks Meta for the page. @throws ValidationFailedError for a cursor that was never one */
export function queryFor({ before, after }: PostPosition): GraphQuery {
  if (after !== undefined) return unpacked('after', after);
  return before === undefined ? {} : unpacked('before', before);
}

function unpacked(field: 'before' | 'after', cursor: string): GraphQuery {
  if (!cursor.startsWith(TIME_PREFIX)) return { [field]: cursor };
  return decodeCursor(field, cursor.slice(TIME_PREFIX.length), (position) => {
    if (!isRecord(position)) return undefined;
    const entries = TIME_FIELDS.flatMap((name): [string, string][] => {
      const value = readText(position, name);
      return value === undefined ? [] : [[name, value]];
    });
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  });
}

function placeIn(address: string): string | null {
  const cursor = URL.canParse(address) ? new URL(address).searchParams.get('after') : null;
  return cursor ?? timePlaceOf(address);
}

function timePlaceOf(address: string | undefined): string | null {
  if (address === undefined || !URL.canParse(address)) return null;
  const { searchParams } = new URL(address);
  const place = TIME_FIELDS.flatMap((name): [string, string][] => {
    const value = searchParams.get(name);
    return value === null ? [] : [[name, value]];
  });
  return place.length === 0 ? null : TIME_PREFIX + encodeCursor(Object.fromEntries(place));
}
