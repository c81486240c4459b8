import { Readable, pipeline } from 'node:stream';
import { stringify } from 'csv-stringify';

/**
 * Comma-separated, UTF-8 with its mark, by which spreadsheets know it, and lines ended as they do. Lines are asked for as they
 * are sent, so memory does not grow with the table. An error in the midst of them breaks the stream off.
 */
export function csvStream(lines: AsyncIterable<readonly string[]>): Readable {
  return pipeline(
    Readable.from(lines),
    stringify({ bom: true, record_delimiter: 'windows' }),
    // Who reads the stream is told of the error by the stream itself.
    () => undefined,
  );
}

/**
 * A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it, which shows it as
 * text. A phone number with its plus is left as it is, since nothing can hide in it.
 */
export function formulaSafe(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !/^\+\d{5,15}$/.test(cell) ? `'${cell}` : cell;
}
