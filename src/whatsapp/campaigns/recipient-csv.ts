import { Readable, pipeline } from 'node:stream';
import { type CsvError, type Info, parse } from 'csv-parse';
import { parsePhoneNumber } from '../sending/recipient';
import { CsvBrokenError, decodeText, detectDelimiter } from './csv-text';

/** One line of a list of recipients, as it was handed in. */
export interface RawRecipient {
  /** Of the file, from 1; of a JSON list the place, from 1. */
  line: number;
  /** A phone number or a business-scoped user id. */
  to: string;
  /** By column key. */
  parameters: Record<string, string>;
}

/** A line that cannot be read; those after it can. */
export interface UnreadableLine {
  line: number;
  code: string;
  message: string;
}

export interface CsvList {
  /** The columns' own names, in order. */
  columns: string[];
  rows: AsyncGenerator<RawRecipient | UnreadableLine>;
}

/** A record that is longer has a quote that is never closed, and would fill the memory. */
const LONGEST_RECORD = 65_536;
const MOST_COLUMNS = 200;

/** What people and other systems call the column with the number; letters and digits of the name only. */
const PHONE_COLUMNS = new Set(
  (
    'phone phonenumber phoneno to number mobile mobilenumber mobilephone cell cellphone telephone tel telefon telefono ' +
    'telefone whatsapp whatsappnumber waid msisdn recipient celular movil handy handynummer rufnummer nummer numero bsuid userid'
  ).split(' '),
);

/** Errors of one line, after which the parser finds the next one again. */
const LINE_ERRORS: readonly string[] = ['INVALID_OPENING_QUOTE'];

/** What a placeholder and a column are compared by: `First name`, `first_name` and `first-name` are one. */
export function columnKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');
}

/**
 * Reads a CSV file line by line, holding no more than one of them.
 * @param column the name of the column with the phone number; found by its name where left out
 * @throws CsvBrokenError for a file that cannot be read, now or while its rows are read
 */
export async function readCsv(
  source: AsyncIterable<Uint8Array>,
  column: string | undefined,
): Promise<CsvList> {
  const records = recordsOf(source);
  const first = await records.next();
  if (first.done === true)
    throw new CsvBrokenError('csv.empty', 0, 'The file has no lines. Send one person a line.');
  if (!('cells' in first.value)) throw new CsvBrokenError(first.value.code, 1, first.value.message);
  const header = headerOf(first.value.cells, column);
  return { columns: header.names, rows: rowsOf(header, header.isData ? first.value : null, records) };
}

interface CsvRecord {
  line: number;
  cells: string[];
}

interface Header {
  names: string[];
  keys: string[];
  phoneAt: number;
  /** The first line is no header but somebody already. */
  isData: boolean;
}

function headerOf(cells: readonly string[], column: string | undefined): Header {
  const names = cells.map((cell) => cell.trim());
  const keys = names.map(columnKey);
  if (names.length > MOST_COLUMNS)
    throw new CsvBrokenError('csv.columns', 1, `A file may have ${MOST_COLUMNS} columns at most.`);
  // Numbers under each other and nothing else need no header.
  if (column === undefined && names.length === 1 && parsePhoneNumber(names[0] ?? '') !== null)
    return { names: ['to'], keys: ['to'], phoneAt: 0, isData: true };
  const twice = keys.find((key, index) => key !== '' && keys.indexOf(key) !== index);
  if (twice !== undefined)
    throw new CsvBrokenError(
      'csv.columns',
      1,
      `Two columns are called ${twice}. Give each a name of its own.`,
    );
  const phoneAt =
    column === undefined
      ? keys.findIndex((key) => PHONE_COLUMNS.has(key.replace(/[^a-z0-9]/g, '')))
      : keys.indexOf(columnKey(column));
  if (phoneAt === -1) {
    const found = names.map((name) => name || '(no name)').join(', ');
    throw new CsvBrokenError(
      'csv.phone_column',
      1,
      `No column is known to hold phone numbers. The first line names: ${found}. Say which one with ?column=.`,
    );
  }
  return { names, keys, phoneAt, isData: false };
}

async function* rowsOf(
  header: Header,
  first: CsvRecord | null,
  records: AsyncGenerator<CsvRecord | UnreadableLine>,
): AsyncGenerator<RawRecipient | UnreadableLine> {
  if (first !== null) yield recipientOf(header, first);
  for await (const record of records) {
    if (!('cells' in record)) yield record;
    else if (record.cells.length > header.keys.length && record.cells.slice(header.keys.length).some(Boolean))
      yield {
        line: record.line,
        code: 'csv.columns',
        message: `The line has ${record.cells.length} columns, the header ${header.keys.length}. A cell that holds the separator needs quotes.`,
      };
    else yield recipientOf(header, record);
  }
}

function recipientOf({ keys, phoneAt }: Header, { line, cells }: CsvRecord): RawRecipient {
  const parameters: Record<string, string> = {};
  keys.forEach((key, index) => {
    const cell = cells[index]?.trim() ?? '';
    if (index !== phoneAt && key !== '' && cell !== '') parameters[key] = cell;
  });
  return { line, to: cells[phoneAt]?.trim() ?? '', parameters };
}

async function* recordsOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord | UnreadableLine> {
  const { delimiter, skippedLines, text } = await detectDelimiter(decodeText(source));
  const skipped: { code: string; line: number }[] = [];
  let lineAfter = 1 + skippedLines;
  let isLost = false;
  const parser = parse({
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: LONGEST_RECORD,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      if (error === undefined) return;
      const line = Number(error.lines) + skippedLines;
      if (skipped.at(-1)?.line !== line) skipped.push({ code: error.code, line });
      isLost ||= !LINE_ERRORS.includes(error.code);
    },
  });
  // The rest of the file would be read for nothing.
  async function* untilLost(): AsyncGenerator<string> {
    for await (const piece of text) {
      if (isLost) return;
      yield piece;
    }
  }
  // Its errors come out of the parser's iteration, too; both ends are closed whichever breaks.
  const stream = pipeline(Readable.from(untilLost()), parser, () => undefined);
  for await (const item of stream as AsyncIterable<{ info: Info; record: string[] }>) {
    const end = item.info.lines + skippedLines;
    yield* unreadable(skipped, end, lineAfter);
    const breaks = item.record.reduce((sum, cell) => sum + cell.split(/\r\n|\n|\r/).length - 1, 0);
    lineAfter = end + 1;
    if (item.record.some((cell) => cell.trim() !== '')) yield { line: end - breaks, cells: item.record };
  }
  yield* unreadable(skipped, Infinity, lineAfter);
}

/** @param lineAfter the line after the last that was read well, where a quote that swallowed the rest was opened */
function* unreadable(
  skipped: { code: string; line: number }[],
  before: number,
  lineAfter: number,
): Generator<UnreadableLine> {
  for (let next = skipped[0]; next !== undefined && next.line <= before; next = skipped[0]) {
    skipped.shift();
    if (!LINE_ERRORS.includes(next.code)) throw brokenBy(next.code, lineAfter);
    yield {
      line: next.line,
      code: 'csv.quote',
      message:
        'A quote stands in the middle of a cell. Put the whole cell into quotes and write its own twice.',
    };
  }
}

function brokenBy(code: string, line: number): CsvBrokenError {
  if (code === 'CSV_INVALID_CLOSING_QUOTE')
    return new CsvBrokenError(
      'csv.quote',
      line,
      `From line ${line} on quotes do not match: behind a closing one something follows. Nothing from there on was read.`,
    );
  return new CsvBrokenError(
    'csv.quote_open',
    line,
    `A quote that is opened in line ${line} is never closed. Nothing from there on was read. Close it, or write it twice, and send the file again.`,
  );
}
