import { IsOptional, IsString, Length } from 'class-validator';
import { QueryInt } from './query-fields';

export const MAX_PAGE_SIZE = 100;

/** For lists with a known total. A list whose specification gives no default overrides `limit` with 25. */
export class OffsetPageQuery {
  /** How many at most. */
  @QueryInt({ min: 1, max: MAX_PAGE_SIZE }) limit: number = 10;

  /** How many to leave out at the beginning. */
  @QueryInt({ min: 0, max: 1_000_000_000 }) offset: number = 0;
}

/** For lists that grow without bound. */
export class CursorPageQuery {
  /** How many at most. */
  @QueryInt({ min: 1, max: MAX_PAGE_SIZE }) limit: number = 25;

  /** A cursor from an earlier answer: go on with what is older than it. */
  @IsOptional() @IsString() @Length(1, 1_000) before?: string;

  /** A cursor from an earlier answer: what is newer than it. */
  @IsOptional() @IsString() @Length(1, 1_000) after?: string;
}

export class OffsetPaginationDto {
  /** How many there are in all. */
  total!: number;
  limit!: number;
  offset!: number;
  /** The `offset` of the next page; `null` on the last. */
  nextOffset!: number | null;

  static of(query: OffsetPageQuery, total: number): OffsetPaginationDto {
    const next = query.offset + query.limit;
    return Object.assign(new OffsetPaginationDto(), {
      total,
      limit: query.limit,
      offset: query.offset,
      nextOffset: next < total ? next : null,
    });
  }
}

export class CursorPaginationDto {
  limit!: number;
  /** Send it as `before` for the next page of older ones; `null` when there are none. */
  before!: string | null;
  /** Send it as `after` for what has come since; `null` when the page is empty. */
  after!: string | null;
}
