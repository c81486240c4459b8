import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { fileRefused } from './batch-error';

/** Enough for a mark, or for the zero bytes of UTF-16 without one. */
const BYTES_TO_KNOW = 4;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Makes UTF-8 without a mark of what comes in: of UTF-8, and of the UTF-16 that spreadsheets call "Unicode text". From then on
 * a place in the file is a place in its text.
 * @throws ValidationFailedError for anything else: letters would come out as other letters, or it is no text at all
 */
export async function* asUtf8(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let convert: Converter | null = null;
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (convert === null) {
      held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      if (held.length < BYTES_TO_KNOW) continue;
      convert = converterFor(held);
      bytes = withoutMark(held);
    }
    const converted = convert.take(bytes);
    if (converted.length > 0) yield converted;
  }
  if (convert === null) {
    if (held.length === 0) return;
    convert = converterFor(held);
    const converted = convert.take(withoutMark(held));
    if (converted.length > 0) yield converted;
  }
  const last = convert.end();
  if (last.length > 0) yield last;
}

interface Converter {
  take(bytes: Buffer): Buffer;
  end(): Buffer;
}

function converterFor(begin: Buffer): Converter {
  const [first = 1, second = 1] = begin;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return new FromUtf16('utf-16le');
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return new FromUtf16('utf-16be');
  return new CheckedUtf8();
}

/** The decoder of UTF-16 takes its own mark away. */
function withoutMark(begin: Buffer): Buffer {
  return begin.subarray(0, MARK.length).equals(MARK) ? begin.subarray(MARK.length) : begin;
}

class CheckedUtf8 implements Converter {
  private rest: Buffer = Buffer.alloc(0);

  take(bytes: Buffer): Buffer {
    const all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const end = all.length - unfinishedBytes(all);
    const whole = all.subarray(0, end);
    // A copy: the buffer that it is a part of is used again.
    this.rest = Buffer.from(all.subarray(end));
    this.check(whole);
    return whole;
  }

  end(): Buffer {
    this.check(this.rest);
    return this.rest;
  }

  private check(bytes: Buffer): void {
    if (bytes.includes(0)) throw notText();
    if (!isUtf8(bytes)) throw wrongEncoding();
  }
}

class FromUtf16 implements Converter {
  private readonly decoder: TextDecoder;

  constructor(encoding: 'utf-16le' | 'utf-16be') {
    this.decoder = new TextDecoder(encoding, { fatal: true });
  }

  take(bytes: Buffer): Buffer {
    return this.decode(bytes, true);
  }

  end(): Buffer {
    return this.decode(Buffer.alloc(0), false);
  }

  private decode(bytes: Buffer, stream: boolean): Buffer {
    let text: string;
    try {
      text = this.decoder.decode(bytes, { stream });
    } catch {
      throw wrongEncoding();
    }
    if (text.includes('\0')) throw notText();
    return Buffer.from(text, 'utf8');
  }
}

/** How many bytes at the end are the beginning of a character. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function wrongEncoding(): Error {
  return fileRefused(
    'file.encoding',
    'The file is neither UTF-8 nor UTF-16. Save it again as "CSV UTF-8", or as text in UTF-8.',
  );
}

function notText(): Error {
  return fileRefused(
    'file.binary',
    'The file is no text. Hand in a CSV file, or one with a text on each line.',
  );
}
