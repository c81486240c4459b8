import type { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { ValidationFailedError } from '../../errors/app.error';
import { csvStream, formulaSafe } from '../../http/csv-answer';
import type { AnalyticsTable, TableCell } from '../tables/analytics-table';

/**
 * One of the tables as a download.
 * @param wanted name of the table; undefined: the first
 * @param fileName without its ending; the name of the table is added to it
 * @throws ValidationFailedError for a table that is not there; it lists those that are
 */
export function csvAnswer(
  tables: readonly AnalyticsTable[],
  wanted: string | undefined,
  fileName: string,
): StreamableFile {
  const table = tableNamed(tables, wanted);
  const file = `${fileName}-${table.name}`.replace(/[^A-Za-z0-9._-]/g, '-');
  return new StreamableFile(tableAsCsv(table), {
    type: 'text/csv; charset=utf-8',
    disposition: `attachment; filename="${file}.csv"`,
  });
}

/** @throws ValidationFailedError for a table that is not there; it lists those that are */
export function tableNamed(tables: readonly AnalyticsTable[], wanted: string | undefined): AnalyticsTable {
  const table = wanted === undefined ? tables[0] : tables.find(({ name }) => name === wanted);
  if (table !== undefined) return table;
  const names = tables.map(({ name }) => name).join(', ');
  throw ValidationFailedError.of('table', 'isIn', `table must be one of ${names}.`);
}

/** With the keys of the columns in the first line. Rows are read as they are sent. */
export function tableAsCsv({ columns, rows }: AnalyticsTable): Readable {
  async function* lines(): AsyncGenerator<string[]> {
    yield columns.map(({ key }) => key);
    for await (const row of rows) yield row.map(csvCell);
  }
  return csvStream(lines());
}

/**
 * Numbers with a point and without separators, instants as ISO 8601 in UTC, nothing for null. Words that a spreadsheet would
 * take for a formula become plain text: names of templates, campaigns and people come from outside.
 */
export function csvCell(cell: TableCell): string {
  if (cell === null) return '';
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === 'string' ? formulaSafe(cell) : String(cell);
}
