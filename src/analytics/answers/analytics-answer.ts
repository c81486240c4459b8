import { type StreamableFile, type Type, applyDecorators } from '@nestjs/common';
import { ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import type { AnalyticsQuery } from '../dto/analytics-query.dto';
import type { AnalyticsRange } from '../scope/analytics-range';
import type { AnalyticsTable } from '../tables/analytics-table';
import { csvAnswer } from './analytics-csv';

/** Figures in both forms. Only the one that is asked for is made. */
export interface AnalyticsAnswers<Dto> {
  json: () => Dto | Promise<Dto>;
  tables: () => readonly AnalyticsTable[] | Promise<readonly AnalyticsTable[]>;
  /** Of a download, without its ending: see `downloadName`. */
  fileName: string;
}

/**
 * What a controller gives back: a DTO, which is put into the envelope, or with `format=csv` a file.
 * @throws ValidationFailedError for a table that is not there
 */
export async function analyticsAnswer<Dto extends object>(
  { format, table }: Pick<AnalyticsQuery, 'format' | 'table'>,
  answers: AnalyticsAnswers<Dto>,
): Promise<Dto | StreamableFile> {
  return format === 'csv' ? csvAnswer(await answers.tables(), table, answers.fileName) : answers.json();
}

/** As `overview-2026-03-01-2026-03-31`: the first and the last instant of a range, as days of UTC. */
export function downloadName(
  dataset: string,
  { from, until }: Pick<AnalyticsRange, 'from' | 'until'>,
): string {
  const last = new Date(until.getTime() - 1);
  return [dataset, dayOf(from), dayOf(last)].join('-');
}

function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

/**
 * Documents the answer in the envelope and as CSV, and the errors that every question about figures may meet.
 * @param tables names of the tables, the first one being the one that comes when none is named
 */
export function ApiAnalyticsAnswer(dto: Type, tables: readonly string[]): MethodDecorator {
  return applyDecorators(
    ApiEnvelope(dto),
    // In the place of the one before, which knows only JSON.
    ApiResponse({
      status: 200,
      description: `Done. Tables of \`format=csv\`: ${tables.map((name) => `\`${name}\``).join(', ')}.`,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['success', 'data'],
            properties: {
              success: { type: 'boolean', enum: [true] },
              data: { $ref: getSchemaPath(dto) },
            },
          },
        },
        'text/csv': { schema: { type: 'string' } },
      },
    }),
    ApiErrors(
      'VALIDATION_FAILED',
      'UNAUTHORIZED',
      'FORBIDDEN',
      'ACCOUNT_NOT_FOUND',
      'NOT_FOUND',
      'ACCOUNT_AMBIGUOUS',
      'RATE_LIMITED',
    ),
  );
}
