import { SENTIMENT_LABELS, type SentimentLabel } from '../../conversations/conversation-types';

/** What a part of the result says of one line of the file. */
export interface LineReading {
  /** Of the file, from 1. */
  line: number;
  label: SentimentLabel;
  confidence: number;
  language: string | null;
  score: number;
}

const NEWLINE = 0x0a;

/** What stands before a line of the file in a part: how it was read, and how many bytes it has. */
export function partHeader({ line, label, confidence, language, score }: LineReading, bytes: number): string {
  const place = SENTIMENT_LABELS.indexOf(label);
  return `${JSON.stringify([line, place, rounded(confidence), language, rounded(score), bytes])}\n`;
}

/** Reads a part as it comes: each line of the file as it stood there, with what was read. */
export async function* readPart(
  part: AsyncIterable<Buffer>,
): AsyncGenerator<{ reading: LineReading; raw: Buffer }> {
  let buffer: Buffer = Buffer.alloc(0);
  let at = 0;
  for await (const chunk of part) {
    buffer = at === buffer.length ? chunk : Buffer.concat([buffer.subarray(at), chunk]);
    at = 0;
    for (;;) {
      const end = buffer.indexOf(NEWLINE, at);
      if (end === -1) break;
      const { reading, bytes } = headerOf(buffer.toString('utf8', at, end));
      // The line break behind it, too.
      if (buffer.length < end + 1 + bytes + 1) break;
      yield { reading, raw: buffer.subarray(end + 1, end + 1 + bytes) };
      at = end + 1 + bytes + 1;
    }
  }
  if (at < buffer.length) throw new Error('A part of a result breaks off.');
}

function headerOf(text: string): { reading: LineReading; bytes: number } {
  const [line, place, confidence, language, score, bytes] = JSON.parse(text) as [
    number,
    number,
    number,
    string | null,
    number,
    number,
  ];
  const label = SENTIMENT_LABELS[place];
  if (label === undefined) throw new Error('A part of a result is not as it was written.');
  return { reading: { line, label, confidence, language, score }, bytes };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
