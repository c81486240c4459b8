import { TextDecoder } from 'node:util';
import { AppError } from '../../errors/app.error';

/** The file as a whole cannot be read on; what came before stays. */
export class CsvBrokenError extends AppError {
  readonly code = 'VALIDATION_FAILED';
  readonly status = 400;

  /**
   * @param rule stable: `csv.encoding`, `csv.quote_open`, …
   * @param line of the file, from 1; 0 for the file as a whole
   */
  constructor(
    readonly rule: string,
    readonly line: number,
    message: string,
  ) {
    super(message, { fields: [{ path: line === 0 ? 'file' : `line ${line}`, rule, message }] });
  }
}

/**
 * Turns a file's bytes into text: UTF-8, or the UTF-16 that spreadsheets call "Unicode text". The mark at the beginning
 * is left out. In anything else letters would come out as other letters, so it is refused.
 * @throws CsvBrokenError
 */
export async function* decodeText(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let held: Uint8Array = new Uint8Array(0);
  for await (const chunk of source) {
    let bytes = chunk;
    if (decoder === undefined) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      if (held.length < BYTES_TO_KNOW) continue;
      decoder = new TextDecoder(encodingOf(held), { fatal: true });
      bytes = held;
    }
    yield decode(decoder, bytes, true);
  }
  const rest = decoder === undefined ? held : new Uint8Array(0);
  decoder ??= new TextDecoder(encodingOf(held), { fatal: true });
  yield decode(decoder, rest, false);
}

/** Enough for a mark, or for the zero bytes of UTF-16 without one. */
const BYTES_TO_KNOW = 4;

function encodingOf(bytes: Uint8Array): string {
  const [first = 1, second = 1] = bytes;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}

function decode(decoder: TextDecoder, bytes: Uint8Array, stream: boolean): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    throw new CsvBrokenError(
      'csv.encoding',
      0,
      'The file is neither UTF-8 nor UTF-16. Save it again as "CSV UTF-8".',
    );
  }
}

/** Longer than any line that is meant as one. */
const LONGEST_FIRST_LINE = 65_536;
const DELIMITERS = [',', ';', '\t'];

export interface DetectedText {
  delimiter: string;
  /** Lines at the beginning that are not in `text` any more. */
  skippedLines: number;
  text: AsyncGenerator<string>;
}

/**
 * Finds out by the first line what separates the columns: the one of comma, semicolon and tab that it has most of outside
 * quotes. `sep=;`, which Excel writes for itself, is taken at its word and left out.
 */
export async function detectDelimiter(text: AsyncIterable<string>): Promise<DetectedText> {
  const iterator = text[Symbol.asyncIterator]();
  let head = '';
  let isOver = false;
  while (!isOver && !/[\r\n]/.test(head.trimStart()) && head.length < LONGEST_FIRST_LINE) {
    const next = await iterator.next();
    if (next.done === true) isOver = true;
    else head += next.value;
  }
  const told = /^sep=(.)(?:\r\n|\n|\r)/i.exec(head);
  const begin = told === null ? head : head.slice(told[0].length);
  const [firstLine = ''] = begin.trimStart().split(/[\r\n]/, 1);
  return {
    delimiter: told?.[1] ?? commonest(firstLine),
    skippedLines: told === null ? 0 : 1,
    text: continued(begin, iterator),
  };
}

async function* continued(head: string, iterator: AsyncIterator<string>): AsyncGenerator<string> {
  if (head !== '') yield head;
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
}

function commonest(line: string): string {
  const bare = line.replace(/"(?:[^"]|"")*"/g, '');
  const count = (delimiter: string): number => bare.split(delimiter).length - 1;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best), ',');
}
