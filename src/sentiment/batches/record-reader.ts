import { type ParsedRecord, type RecordRules, endOfLine, endsInReturn, parseRecord } from './record-parser';

/** One line of a table, or several where a cell in quotes has line breaks. */
export interface TableRecord {
  /** Of the file, from 1: where it begins. */
  line: number;
  /** Those that nobody wants are empty. */
  cells: string[];
  /** All of it as it stands in the file, without the line break. */
  raw: Buffer;
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

  /** @param position what `source` begins with */
  constructor(
    source: AsyncIterable<Uint8Array>,
    private readonly rules: RecordRules,
    private readonly position: RecordPosition = { offset: 0, line: 1 },
  ) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** @param most how many records, and about how many bytes of them, at most; lines without anything are left out */
  async next(most: { records: number; bytes: number }): Promise<RecordChunk> {
    const items: RecordChunk['items'] = [];
    const { offset: start } = this.position;
    while (items.length < most.records && this.position.offset - start < most.bytes) {
      const { buffer, at } = this;
      const parsed = parseRecord(buffer, at, this.isAtEnd, this.rules);
      if (parsed.is === 'record' && parsed.next - at <= LONGEST_RECORD) {
        const { line } = this.position;
        this.advance(parsed.next, parsed.lines);
        if (parsed.end > at) items.push({ line, cells: parsed.cells, raw: buffer.subarray(at, parsed.end) });
      } else if (parsed.is === 'open' && !this.isAtEnd && buffer.length - at <= LONGEST_RECORD) {
        await this.fill();
      } else if (this.isAtEnd && at === buffer.length) {
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

  private advance(next: number, lines: number): void {
    this.position.offset += next - this.at;
    this.position.line += lines;
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
      const { buffer } = this;
      const end = endOfLine(buffer, this.at, this.isAtEnd);
      if (end !== null) {
        this.advance(end, 1);
        return;
      }
      // CR LF may come in two pieces.
      this.advance(endsInReturn(buffer) ? buffer.length - 1 : buffer.length, 0);
      if (this.isAtEnd) return;
      await this.fill();
    }
  }
}

function problemOf(parsed: ParsedRecord): { code: string; message: string } {
  if (parsed.is === 'wrong')
    return {
      code: 'csv.quote',
      message: 'Something follows a closing quote. Put the whole cell into quotes and write its own twice.',
    };
  if (parsed.is === 'open' && parsed.inQuotes)
    return { code: 'csv.quote_open', message: 'A quote is opened here and not closed.' };
  return { code: 'line.too_long', message: 'The line is longer than 1 MB.' };
}
