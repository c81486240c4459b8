import { Type, type ClassConstructor } from 'class-transformer';
import { IsArray, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { GraphUnreadableAnswerError } from './graph.error';
import { readAs } from './graph-answer';
import type { GraphListRequest, UnknownGraphRequest } from './graph-request';

class Cursors {
  @IsOptional() @IsString() after?: string;
}

class Paging {
  @IsOptional() @ValidateNested() @Type(() => Cursors) cursors?: Cursors;
  /** Holds the access token: looked at for being there and for its position, never called, logged or handed on. */
  @IsOptional() @IsString() next?: string;
}

class Page {
  @IsArray() @IsObject({ each: true }) data!: object[];
  @IsOptional() @ValidateNested() @Type(() => Paging) paging?: Paging;
}

/** A list that has not ended by then is read in circles. */
const MOST_PAGES = 10_000;

/**
 * Reads a list page by page by `cursors.after`. A page may be shorter than asked for, even empty, and still have a next
 * one; only a page without `next` is the last.
 * @throws GraphUnreadableAnswerError when a page is no page, or the list does not move on
 */
export async function* readPages<T extends object>(
  { item: _item, pageSize, maxPages, ...request }: GraphListRequest<T>,
  fetchPage: (request: UnknownGraphRequest) => Promise<unknown>,
): AsyncGenerator<object[], void, undefined> {
  let after: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const query = {
      ...request.query,
      limit: pageSize ?? request.query?.limit,
      after: after ?? request.query?.after,
    };
    const page = readAs(Page, await fetchPage({ ...request, method: 'GET', query }), 200);
    yield page.data;
    const next = page.paging?.next === undefined ? undefined : positionOf(page.paging);
    if (next === undefined || pages === maxPages) return;
    if (next === null) throw unreadable('a next page but no cursor to ask for it with');
    if (next === after) throw unreadable('the same position twice');
    if (pages >= MOST_PAGES) throw unreadable(`more than ${MOST_PAGES} pages`);
    after = next;
  }
}

/** Each entry of a page, checked. */
export function itemsOf<T extends object>(item: ClassConstructor<T>, data: readonly object[]): T[] {
  return data.map((entry) => readAs(item, entry, 200));
}

function positionOf({ cursors, next }: Paging): string | null {
  if (cursors?.after !== undefined) return cursors.after;
  return URL.canParse(next ?? '') ? new URL(next ?? '').searchParams.get('after') : null;
}

function unreadable(what: string): GraphUnreadableAnswerError {
  return new GraphUnreadableAnswerError(`Meta's list has ${what}.`, 200);
}
