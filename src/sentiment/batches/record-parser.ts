const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

export type ParsedRecord =
  | {
      is: 'record';
      /** Those that nobody wants are empty. */
      cells: string[];
      /** Where it ends, without the line break. */
      end: number;
      /** Where the next one begins. */
      next: number;
      /** How many lines of the file it takes. */
      lines: number;
    }
  /** Its end has not come yet. `inQuotes`: it is in a cell whose quote is not closed. */
  | { is: 'open'; inQuotes: boolean }
  | { is: 'wrong' };

export interface RecordRules {
  /** A character of ASCII; null where each line is one cell and quotes mean nothing. */
  delimiter: string | null;
  /** Which cells are wanted, by their place from 0. */
  isWanted: (place: number) => boolean;
}

/**
 * Reads one record of CSV, in UTF-8. A quote means something only at the beginning of a cell.
 * @param at where it begins
 * @param isAtEnd nothing comes after what is in `buffer`
 */
export function parseRecord(
  buffer: Buffer,
  at: number,
  isAtEnd: boolean,
  { delimiter, isWanted }: RecordRules,
): ParsedRecord {
  const separator = delimiter === null ? -1 : delimiter.charCodeAt(0);
  const cells: string[] = [];
  let lines = 1;
  let index = at;
  if (index === buffer.length) return { is: 'open', inQuotes: false };
  for (;;) {
    const isKept = isWanted(cells.length);
    if (separator !== -1 && buffer[index] === QUOTE) {
      const close = closingQuote(buffer, index, isAtEnd);
      if (close === null) return { is: 'open', inQuotes: true };
      lines += breaksIn(buffer, index + 1, close);
      cells.push(isKept ? unquoted(buffer.toString('utf8', index + 1, close)) : '');
      index = close + 1;
    } else {
      const begin = index;
      for (; index < buffer.length; index++) {
        const byte = buffer[index];
        if (byte === separator || byte === NEWLINE || byte === RETURN) break;
      }
      cells.push(isKept ? buffer.toString('utf8', begin, index) : '');
    }
    const end = index;
    if (index === buffer.length)
      return isAtEnd ? { is: 'record', cells, end, next: end, lines } : { is: 'open', inQuotes: false };
    const byte = buffer[index];
    index += 1;
    if (byte === separator) continue;
    if (byte === NEWLINE) return { is: 'record', cells, end, next: index, lines };
    if (byte !== RETURN) return { is: 'wrong' };
    // CR LF may come in two pieces.
    if (index === buffer.length && !isAtEnd) return { is: 'open', inQuotes: false };
    return { is: 'record', cells, end, next: buffer[index] === NEWLINE ? index + 1 : index, lines };
  }
}

/** Behind the next line break, from `at` on; null where it has not come yet. */
export function endOfLine(buffer: Buffer, at: number, isAtEnd: boolean): number | null {
  for (let index = at; index < buffer.length; index++) {
    if (buffer[index] === NEWLINE) return index + 1;
    if (buffer[index] === RETURN) {
      if (index + 1 === buffer.length) return isAtEnd ? index + 1 : null;
      return buffer[index + 1] === NEWLINE ? index + 2 : index + 1;
    }
  }
  return null;
}

export function endsInReturn(buffer: Buffer): boolean {
  return buffer[buffer.length - 1] === RETURN;
}

/** @param open where the cell's first quote stands */
function closingQuote(buffer: Buffer, open: number, isAtEnd: boolean): number | null {
  for (let from = open + 1; ;) {
    const quote = buffer.indexOf(QUOTE, from);
    if (quote === -1) return null;
    if (quote + 1 === buffer.length) return isAtEnd ? quote : null;
    if (buffer[quote + 1] !== QUOTE) return quote;
    from = quote + 2;
  }
}

function breaksIn(buffer: Buffer, from: number, to: number): number {
  let breaks = 0;
  for (let index = from; index < to; index++) {
    const byte = buffer[index];
    if (byte === NEWLINE || (byte === RETURN && buffer[index + 1] !== NEWLINE)) breaks += 1;
  }
  return breaks;
}

function unquoted(text: string): string {
  return text.includes('""') ? text.replaceAll('""', '"') : text;
}
