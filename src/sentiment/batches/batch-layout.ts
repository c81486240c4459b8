import { ValidationFailedError } from '../../errors/app.error';
import { fileRefused } from './batch-error';
import { type ByteSource, type RecordPosition, RecordReader } from './record-reader';

export const BATCH_FORMATS = ['csv', 'txt'] as const;
export type BatchFormat = (typeof BATCH_FORMATS)[number];

/** As callers name what separates columns. */
export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;
export type DelimiterName = keyof typeof DELIMITERS;
export const DELIMITER_NAMES = Object.keys(DELIMITERS) as DelimiterName[];

/** What whoever hands a file in says of it. */
export interface LayoutWish {
  format: BatchFormat;
  /** The name of the column with the texts, or its number from 1. */
  column?: string | undefined;
  delimiter?: DelimiterName | undefined;
  /** The first line names the columns. */
  hasHeader: boolean;
}

/** How a file is to be read. */
export interface BatchLayout {
  format: BatchFormat;
  delimiter: string | null;
  columns: string[];
  /** From 0. */
  textColumn: number;
  /** Where the first text begins. */
  start: RecordPosition;
}

/** What people and other systems call the column with the text. */
const TEXT_COLUMNS = [
  'text',
  'message',
  'comment',
  'review',
  'body',
  'content',
  'feedback',
  'answer',
  'tweet',
  'النص',
  'الرسالة',
];
const MOST_COLUMNS = 500;

/**
 * @param head how the file begins, as UTF-8: all of it, or at least its first lines
 * @param isWhole there is nothing behind it
 * @throws ValidationFailedError for a file that cannot be read like this
 */
export async function layoutOf(head: Buffer, isWhole: boolean, wish: LayoutWish): Promise<BatchLayout> {
  if (head.length === 0) throw fileRefused('file.empty', 'The file is empty.');
  const layout = wish.format === 'txt' ? lines() : await table(head, wish);
  if (isWhole) await refuseWithoutText(head, layout);
  return layout;
}

function lines(): BatchLayout {
  return { format: 'txt', delimiter: null, columns: ['text'], textColumn: 0, start: { offset: 0, line: 1 } };
}

async function table(head: Buffer, wish: LayoutWish): Promise<BatchLayout> {
  // `sep=;`, which Excel writes for itself, is taken at its word.
  const told = /^sep=(.)(\r\n|\n|\r)/i.exec(head.toString('latin1', 0, 8));
  const begin = told === null ? { offset: 0, line: 1 } : { offset: told[0].length, line: 2 };
  const delimiter =
    wish.delimiter !== undefined
      ? DELIMITERS[wish.delimiter]
      : (told?.[1] ?? commonest(head.subarray(begin.offset)));
  const reader = new RecordReader(bytesOf(head), { delimiter, isWanted: () => true }, { ...begin });
  const { items, position } = await reader.next({ records: 1, bytes: head.length });
  const [first] = items;
  if (first === undefined) throw fileRefused('file.empty', 'The file has no lines.');
  if (!('cells' in first)) throw fileRefused(first.code, `Line ${first.line}: ${first.message}`);
  if (first.cells.length > MOST_COLUMNS)
    throw fileRefused('csv.columns', `A file may have ${MOST_COLUMNS} columns at most.`);
  const columns = wish.hasHeader
    ? first.cells.map((cell) => cell.trim())
    : first.cells.map((_, index) => `column ${index + 1}`);
  return {
    format: 'csv',
    delimiter,
    columns,
    textColumn: textColumnOf(columns, wish),
    start: wish.hasHeader ? position : begin,
  };
}

function textColumnOf(columns: readonly string[], { column, hasHeader }: LayoutWish): number {
  if (column === undefined) {
    if (columns.length === 1) return 0;
    for (const name of hasHeader ? TEXT_COLUMNS : []) {
      const at = columns.findIndex((other) => other.toLowerCase() === name);
      if (at !== -1) return at;
    }
    throw noColumn(columns, 'No column is known to hold the texts.');
  }
  if (hasHeader) {
    const exact = columns.indexOf(column.trim());
    if (exact !== -1) return exact;
    const alike = columns.findIndex((name) => name.toLowerCase() === column.trim().toLowerCase());
    if (alike !== -1) return alike;
  }
  const number = /^\d{1,4}$/.test(column.trim()) ? Number(column) : 0;
  if (number >= 1 && number <= columns.length) return number - 1;
  throw noColumn(columns, 'There is no such column.');
}

function noColumn(columns: readonly string[], what: string): ValidationFailedError {
  const shown = columns.slice(0, 30).map((name) => (name === '' ? '(no name)' : name.slice(0, 60)));
  return ValidationFailedError.of(
    'column',
    'csv.column',
    `${what} The first line has: ${shown.join(', ')}. Name one of them, or its number from 1.`,
  );
}

/** The one of comma, semicolon, tab and bar that the first line has most of outside quotes. */
function commonest(head: Buffer): string {
  const [line = ''] = head
    .toString('utf8', 0, 65_536)
    .trimStart()
    .split(/[\r\n]/, 1);
  const bare = line.replace(/"(?:[^"]|"")*"/g, '');
  const count = (delimiter: string): number => bare.split(delimiter).length - 1;
  return Object.values(DELIMITERS).reduce<string>(
    (best, delimiter) => (count(delimiter) > count(best) ? delimiter : best),
    ',',
  );
}

async function refuseWithoutText(head: Buffer, { start, delimiter }: BatchLayout): Promise<void> {
  const reader = new RecordReader(bytesOf(head), { delimiter, isWanted: () => false }, { ...start });
  const { items } = await reader.next({ records: 1, bytes: head.length });
  if (items.length === 0) throw fileRefused('file.empty', 'The file has no line with a text.');
}

function bytesOf(head: Buffer): ByteSource {
  return (from, into) => Promise.resolve(from >= head.length ? 0 : head.copy(into, 0, from));
}
