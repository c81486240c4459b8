import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import type { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import type { CommentPage, CommentSlice } from './comment-list.service';
import { parsePosition } from '../page-position';

/** @throws ValidationFailedError for a cursor of another list, and for both at once */
export function sliceOf({ limit, before, after }: CursorPageQuery): CommentSlice {
  if (before !== undefined && after !== undefined)
    throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
  if (before !== undefined) return { limit, before: decodeCursor('before', before, parsePosition) };
  return after === undefined ? { limit } : { limit, after: decodeCursor('after', after, parsePosition) };
}

export function paginationOf({ before, after }: CommentPage<unknown>, limit: number): CursorPaginationDto {
  return {
    limit,
    before: before === null ? null : encodeCursor(before),
    after: after === null ? null : encodeCursor(after),
  };
}

const UUID_OR_META = /^(\d{1,64}(_\d{1,64}){0,2}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** An id of ours or of Meta's in a path or query. @throws ValidationFailedError for what can be neither */
export function objectRef(path: string, ref: string): string {
  if (UUID_OR_META.test(ref)) return ref.toLowerCase();
  throw ValidationFailedError.of(path, 'isMetaId', `${path} must be an id: Meta's, or a UUID of ours.`);
}
