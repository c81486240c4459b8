/** One line of a table, or several where a cell in quotes has line breaks. */
export interface TableRecord {
  /** Of the file, from 1: where it begins. */
  line: number;
  cells: string[];
}

/** A line that cannot be read; those after it can. */
export interface BadRecord {
  line: number;
  code: string;
  message: string;
}

/** Where to go on: in bytes from the beginning, and the line that begins there. */
export interface RecordPosition {
  offset: number;
  line: number;
}

export interface RecordChunk {
  items: (TableRecord | BadRecord)[];
  position: RecordPosition;
  /** Nothing comes after it. */
  isOver: boolean;
}

/** A record that is longer is no text that anybody wrote, or has a quote that is never closed. */
export const LONGEST_RECORD = 1_048_576;

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

type Parsed =
  | { is: 'record'; cells: string[]; next: number; breaks: number }
  /** Its end has not come yet. `inQuotes`: it is in a cell whose quote is not closed. */
  | { is: 'open'; inQuotes: boolean }
  | { is: 'wrong' };

/**
 * Reads records out of UTF-8 as it comes, and holds no more than one of them and a piece of the file. It knows at each of
 * them at which byte it stands, so that another process can go on there, and after a line with an error it goes on with the
 * next line of the file: the parsers that there are do neither. Lines end with LF, CR LF or CR.
 */
export class RecordReader {
  private buffer: Buffer = Buffer.alloc(0);
  private at = 0;
  private isAtEnd = false;
  private readonly source: AsyncIterator<Uint8Array>;

  /**
   * @param delimiter a character of ASCII; null where each line is one cell and quotes mean nothing
   * @param position what `source` begins with
   */
  constructor(
    source: AsyncIterable<Uint8Array>,
    private readonly delimiter: string | null,
    private readonly position: RecordPosition = { offset: 0, line: 1 },
  ) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** @param most how many records, and about how many bytes of them, at most; lines without anything are left out */
  async next(most: { records: number; bytes: number }): Promise<RecordChunk> {
    const items: RecordChunk['items'] = [];
    const { offset: start } = this.position;
    while (items.length < most.records && this.position.offset - start < most.bytes) {
      const parsed = this.parse();
      if (parsed.is === 'record' && parsed.next - this.at <= LONGEST_RECORD) {
        const { line } = this.position;
        this.advance(parsed.next, parsed.breaks);
        if (parsed.cells.length > 1 || parsed.cells[0] !== '') items.push({ line, cells: parsed.cells });
      } else if (parsed.is === 'open' && !this.isAtEnd && this.buffer.length - this.at <= LONGEST_RECORD) {
        await this.fill();
      } else if (this.isAtEnd && this.at === this.buffer.length) {
        return { items, position: { ...this.position }, isOver: true };
      } else {
        items.push({ line: this.position.line, ...problemOf(parsed) });
        await this.skipLine();
      }
    }
    return { items, position: { ...this.position }, isOver: false };
  }

  /** Lets go of the source, where it is not read to its end. */
  async close(): Promise<void> {
    await this.source.return?.();
  }

  private advance(next: number, breaks: number): void {
    this.position.offset += next - this.at;
    this.position.line += breaks;
    this.at = next;
  }

  private async fill(): Promise<void> {
    const next = await this.source.next();
    if (next.done === true) {
      this.isAtEnd = true;
      return;
    }
    const rest = this.buffer.subarray(this.at);
    this.buffer = rest.length === 0 ? Buffer.from(next.value) : Buffer.concat([rest, next.value]);
    this.at = 0;
  }

  /** To the next line of the file, wherever it is. What is skipped is not held. */
  private async skipLine(): Promise<void> {
    for (;;) {
      const end = this.endOfLine();
      if (end !== null) {
        this.advance(end, 1);
        return;
      }
      // CR LF may come in two pieces.
      const { buffer } = this;
      this.advance(buffer.at(-1) === RETURN ? buffer.length - 1 : buffer.length, 0);
      await this.fill();
      if (this.isAtEnd && this.endOfLine() === null) return;
    }
  }

  /** Behind the line break; null where it has not come yet. */
  private endOfLine(): number | null {
    for (let index = this.at; index < this.buffer.length; index++) {
      if (this.buffer[index] === NEWLINE) return index + 1;
      if (this.buffer[index] === RETURN) {
        if (index + 1 === this.buffer.length) return this.isAtEnd ? index + 1 : null;
        return this.buffer[index + 1] === NEWLINE ? index + 2 : index + 1;
      }
    }
    return null;
  }

  private parse(): Parsed {
    const { buffer, isAtEnd } = this;
    const delimiter = this.delimiter === null ? -1 : this.delimiter.charCodeAt(0);
    const cells: string[] = [];
    let breaks = 1;
    let index = this.at;
    if (index === buffer.length) return { is: 'open', inQuotes: false };
    for (;;) {
      if (delimiter !== -1 && buffer[index] === QUOTE) {
        const close = this.closingQuote(index);
        if (close === null) return { is: 'open', inQuotes: true };
        const text = buffer.toString('utf8', index + 1, close);
        breaks += breaksIn(text);
        cells.push(text.includes('""') ? text.replaceAll('""', '"') : text);
        index = close + 1;
      } else {
        const begin = index;
        for (; index < buffer.length; index++) {
          const byte = buffer[index];
          if (byte === delimiter || byte === NEWLINE || byte === RETURN) break;
        }
        cells.push(buffer.toString('utf8', begin, index));
      }
      if (index === buffer.length)
        return isAtEnd ? { is: 'record', cells, next: index, breaks } : { is: 'open', inQuotes: false };
      const byte = buffer[index];
      index += 1;
      if (byte === delimiter) continue;
      if (byte === NEWLINE) return { is: 'record', cells, next: index, breaks };
      if (byte !== RETURN) return { is: 'wrong' };
      // CR LF may come in two pieces.
      if (index === buffer.length && !isAtEnd) return { is: 'open', inQuotes: false };
      return { is: 'record', cells, next: buffer[index] === NEWLINE ? index + 1 : index, breaks };
    }
  }

  /** @param open where the cell's first quote stands */
  private closingQuote(open: number): number | null {
    for (let from = open + 1; ;) {
      const quote = this.buffer.indexOf(QUOTE, from);
      if (quote === -1) return null;
      if (quote + 1 === this.buffer.length) return this.isAtEnd ? quote : null;
      if (this.buffer[quote + 1] !== QUOTE) return quote;
      from = quote + 2;
    }
  }
}

function breaksIn(text: string): number {
  if (!/[\r\n]/.test(text)) return 0;
  return text.split(/\r\n|\n|\r/).length - 1;
}

function problemOf(parsed: Parsed): { code: string; message: string } {
  if (parsed.is === 'wrong')
    return {
      code: 'csv.quote',
      message: 'Something follows a closing quote. Put the whole cell into quotes and write its own twice.',
    };
  if (parsed.is === 'open' && parsed.inQuotes)
    return { code: 'csv.quote_open', message: 'A quote is opened here and not closed.' };
  return { code: 'line.too_long', message: 'The line is longer than 1 MB.' };
}
