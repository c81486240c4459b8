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

/**
 * Reads bytes of a file into the beginning of `into`.
 * @param from the place in the file
 * @returns how many; 0 at the end of the file
 */
export type ByteSource = (from: number, into: Uint8Array) => Promise<number>;

/** A record that is longer is no text that anybody wrote, or has a quote that is never closed. */
export const LONGEST_RECORD = 1_048_576;
/** Read from the file in one go. */
const LONGEST_PIECE = 524_288;

/**
 * Reads records out of UTF-8 as it comes, and holds no more than one of them and a piece of the file. It knows at each of
 * them at which byte it stands, so that another process can go on there, and after a line with an error it goes on with the
 * next line of the file: the parsers that there are do neither. Lines end with LF, CR LF or CR.
 */
export class RecordReader {
  /** The same all the time: pieces of the file would become garbage faster than the collector looks for it. */
  private readonly buffer: Buffer;
  /** How much of it there is of the file. */
  private length = 0;
  private at = 0;
  private isAtEnd = false;

  /** @param position where it begins */
  constructor(
    private readonly source: ByteSource,
    private readonly rules: RecordRules,
    private readonly position: RecordPosition = { offset: 0, line: 1 },
    longestPiece: number = LONGEST_PIECE,
  ) {
    this.buffer = Buffer.allocUnsafe(LONGEST_RECORD + longestPiece);
  }

  /**
   * What it gives is overwritten by the next call. It may give less than there is, but nothing only at the end.
   * @param most how many records, and about how many bytes of them, at most; lines without anything are left out
   */
  async next(most: { records: number; bytes: number }): Promise<RecordChunk> {
    const items: RecordChunk['items'] = [];
    const { offset: start } = this.position;
    while (items.length < most.records && this.position.offset - start < most.bytes) {
      const { at } = this;
      const held = this.buffer.subarray(0, this.length);
      const parsed = parseRecord(held, at, this.isAtEnd, this.rules);
      if (parsed.is === 'record' && parsed.next - at <= LONGEST_RECORD) {
        const { line } = this.position;
        this.advance(parsed.next, parsed.lines);
        if (parsed.end > at) items.push({ line, cells: parsed.cells, raw: held.subarray(at, parsed.end) });
      } else if (parsed.is === 'open' && !this.isAtEnd && held.length - at <= LONGEST_RECORD) {
        if (items.length > 0) break;
        await this.fill();
      } else if (this.isAtEnd && at === held.length) {
        return { items, position: { ...this.position }, isOver: true };
      } else {
        // Skipping overwrites what was read before.
        if (items.length > 0) break;
        const problem = { line: this.position.line, ...problemOf(parsed) };
        await this.skipLine();
        items.push(problem);
        break;
      }
    }
    return { items, position: { ...this.position }, isOver: false };
  }

  private advance(next: number, lines: number): void {
    this.position.offset += next - this.at;
    this.position.line += lines;
    this.at = next;
  }

  private async fill(): Promise<void> {
    this.buffer.copyWithin(0, this.at, this.length);
    this.length -= this.at;
    this.at = 0;
    const count = await this.source(this.position.offset + this.length, this.buffer.subarray(this.length));
    if (count === 0) this.isAtEnd = true;
    this.length += count;
  }

  /** To the next line of the file, wherever it is. What is skipped is not held. */
  private async skipLine(): Promise<void> {
    for (;;) {
      const held = this.buffer.subarray(0, this.length);
      const end = endOfLine(held, this.at, this.isAtEnd);
      if (end !== null) {
        this.advance(end, 1);
        return;
      }
      // CR LF may come in two pieces.
      this.advance(endsInReturn(held) ? held.length - 1 : held.length, 0);
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
