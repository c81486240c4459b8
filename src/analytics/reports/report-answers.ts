import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import type { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';

/** Documents the header that makes a repeated order harmless. */
export function ApiIdempotencyKey(): MethodDecorator {
  return ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Makes a repeated request harmless: it gets the first one’s answer.',
  });
}

/** Documents the files of reports, which come without the envelope. */
export function ApiReportFile(): MethodDecorator {
  return applyDecorators(
    ApiProduces('text/csv', 'application/json', 'text/html'),
    ApiOkResponse({
      description: 'The file, whole or the part that `Range` asks for (206).',
      content: {
        'text/csv': {
          schema: { type: 'string' },
          example: 'at,received,sent\r\n2026-03-01T00:00:00.000Z,12,9\r\n',
        },
        'application/json': {
          schema: { type: 'object', additionalProperties: true },
          example: {
            report: { title: 'March, for the board', timeZone: 'Europe/Berlin', granularity: 'day' },
            tables: [
              {
                dataset: 'timeseries',
                name: 'series',
                title: 'Messages by day',
                columns: [{ key: 'received', title: 'Messages received', unit: 'count' }],
                rows: [{ received: 12 }],
              },
            ],
          },
        },
        'text/html': { schema: { type: 'string' }, example: '<!doctype html>' },
      },
    }),
  );
}

export function sliceOf({ limit, before, after }: CursorPageQuery): {
  limit: number;
  before: string | undefined;
  after: string | undefined;
} {
  if (before !== undefined && after !== undefined)
    throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
  return { limit, before: placeOf('before', before), after: placeOf('after', after) };
}

export function paginationOf(limit: number, ids: readonly string[]): CursorPaginationDto {
  const last = ids.length < limit ? undefined : ids.at(-1);
  const first = ids[0];
  return {
    limit,
    before: last === undefined ? null : encodeCursor(last),
    after: first === undefined ? null : encodeCursor(first),
  };
}

function placeOf(field: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  return decodeCursor(field, cursor, (place) =>
    typeof place === 'string' && isUuid(place) ? place : undefined,
  );
}
