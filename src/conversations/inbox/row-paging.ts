import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import type { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';

/** Where in a list by UUIDv7, newest first, a page begins. */
export function rowBoundsOf<Id extends string>({
  before,
  after,
}: CursorPageQuery): {
  before?: Id;
  after?: Id;
} {
  if (before !== undefined && after !== undefined)
    throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
  if (before !== undefined) return { before: decodeCursor('before', before, parseId<Id>) };
  return after === undefined ? {} : { after: decodeCursor('after', after, parseId<Id>) };
}

/** @param rows a page, newest first */
export function rowPagination(limit: number, rows: readonly { id: string }[]): CursorPaginationDto {
  const last = rows.length < limit ? undefined : rows.at(-1);
  const [first] = rows;
  return {
    limit,
    before: last === undefined ? null : encodeCursor({ id: last.id }),
    after: first === undefined ? null : encodeCursor({ id: first.id }),
  };
}

function parseId<Id extends string>(position: unknown): Id | undefined {
  if (typeof position !== 'object' || position === null || !('id' in position)) return undefined;
  const { id } = position;
  return typeof id === 'string' && isUuid(id) ? (id as Id) : undefined;
}
