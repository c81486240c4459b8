import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { SentimentLabel } from '../../conversations/conversation-types';
import { MediaMissingError, MediaStorage } from '../../media/media-storage';
import { SentimentAnalyzer } from '../analysis/sentiment-analyzer';
import { type TextReading, readTexts } from '../lane/text-reading';
import { BatchesRepository } from './batches.repository';
import { beThrifty } from './heap-thrift';
import { PartBuffer } from './part-buffer';
import { partHeader } from './part-format';
import { type BadRecord, type RecordPosition, RecordReader, type TableRecord } from './record-reader';
import { type BatchError, type ClaimedBatch, partKey, uploadKey } from './stored-batch';

/** What is stored and written down together. After a crash no more than this is done again. */
const PART = { records: 2_000, bytes: 1_048_576 };
/**
 * What is read and analyzed in one go: so little that it is garbage before the collector would take it for something that
 * stays, and keep it. Others have their turn in between.
 */
const SLICE = { records: 100, bytes: 131_072 };
/** A text that breaks the analyzer so often at the same place is a line with an error. */
const MOST_TRIES = 5;
/** Longer than a part takes; who is alive renews it. */
export const BATCH_LEASE_MS = 20_000;
const RENEW_EVERY_MS = 5_000;
/** Then another batch has its turn. */
const LONGEST_TURN_MS = 30_000;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;

const LINE_END = Buffer.from('\n');
const FILE_LOST = { code: 'FILE_LOST', message: 'The file is not in storage any more. Hand it in again.' };

type TextLine = TableRecord & { text: string };

/** A part of the result while it is made. */
interface Part {
  lines: number;
  bytes: number;
  counts: Record<SentimentLabel, number>;
  errors: BatchError[];
  model: string | null;
}

/** Nobody can read the texts now; nothing of the part was stored. */
class LaterError extends Error {
  constructor(
    readonly afterMs: number,
    reason: string,
  ) {
    super(reason);
  }
}

/** Works on a batch, part by part: the part of the result first, then how far it is. Memory does not grow with the file. */
@Injectable()
export class BatchRunner {
  constructor(
    private readonly batches: BatchesRepository,
    private readonly storage: MediaStorage,
    private readonly analyzer: SentimentAnalyzer,
  ) {}

  /** Until it is over, its turn is, or `signal` ends it; what is not done is handed back. */
  async run(batch: ClaimedBatch, signal: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const spend = beThrifty(batch.size - batch.position);
    const renewing = setInterval(() => {
      this.batches.renew(batch, BATCH_LEASE_MS).then(
        (isOurs) => {
          if (!isOurs) lost.abort();
        },
        // The next one may come through; else the lease is over, and storing is refused.
        () => undefined,
      );
    }, RENEW_EVERY_MS);
    try {
      await this.parts(batch, AbortSignal.any([signal, lost.signal]));
    } catch (error) {
      if (lost.signal.aborted) return;
      if (error instanceof MediaMissingError) {
        await this.batches.finish(batch, FILE_LOST);
        return;
      }
      await this.postpone(batch, error, signal);
    } finally {
      clearInterval(renewing);
      spend();
    }
  }

  private async parts(batch: ClaimedBatch, signal: AbortSignal): Promise<void> {
    const turnEnds = Date.now() + LONGEST_TURN_MS;
    const output = new PartBuffer(2 * PART.bytes);
    const reader = this.open(batch);
    let { parts, stuck } = batch;
    for (;;) {
      const { part, end, isOver } = await this.read(batch, reader, output, {
        isLastTry: stuck >= MOST_TRIES,
        signal,
      });
      const hasPart = part.lines > 0;
      // Under its number: who does the same part again after a crash replaces it by the same.
      if (hasPart) await this.storage.store(partKey(batch.id, parts), output.take());
      const progress = { ...part, hasPart, position: end.offset, line: end.line };
      if (!(await this.batches.advance(batch, progress, BATCH_LEASE_MS))) return;
      if (hasPart) parts += 1;
      stuck = 0;
      if (isOver) {
        if (await this.batches.finish(batch, null)) await this.storage.remove(uploadKey(batch.id));
        return;
      }
      if (Date.now() >= turnEnds) {
        await this.batches.release(batch, { state: 'queued', delayMs: 0, error: null });
        return;
      }
    }
  }

  /** The next part, as far as it goes. */
  private async read(
    batch: ClaimedBatch,
    reader: RecordReader,
    output: PartBuffer,
    { isLastTry, signal }: { isLastTry: boolean; signal: AbortSignal },
  ): Promise<{ part: Part; end: RecordPosition; isOver: boolean }> {
    const part: Part = {
      lines: 0,
      bytes: 0,
      counts: { positive: 0, neutral: 0, negative: 0 },
      errors: [],
      model: null,
    };
    for (;;) {
      signal.throwIfAborted();
      const slice = await reader.next(SLICE);
      const lines = textLinesOf(batch, slice.items, part.errors);
      const readings = await readTexts(
        this.analyzer,
        lines.map(({ text }) => text),
        signal,
      );
      lines.forEach((line, index) => {
        addTo(part, output, line, { reading: readings[index], isLastTry });
      });
      if (slice.isOver || part.lines + part.errors.length >= PART.records || part.bytes >= PART.bytes)
        return { part, end: slice.position, isOver: slice.isOver };
      await setImmediate();
    }
  }

  private open(batch: ClaimedBatch): RecordReader {
    const { id, size, delimiter, position, line, columns, textColumn } = batch;
    const start = { offset: position, line };
    // Cells that are too many are looked at, too.
    const rules = {
      delimiter,
      isWanted: (place: number): boolean => place === textColumn || place >= columns.length,
    };
    return new RecordReader((from, into) => this.bytes(id, size, from, into), rules, start);
  }

  /** All of it at once: pieces that waited to be asked for would outlive the collector's first look. */
  private async bytes(id: string, size: number, from: number, into: Uint8Array): Promise<number> {
    const end = Math.min(from + into.length, size) - 1;
    if (end < from) return 0;
    const { stream } = await this.storage.open(uploadKey(id), { start: from, end });
    let length = 0;
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      into.set(piece, length);
      length += piece.length;
    }
    return length;
  }

  private async postpone(batch: ClaimedBatch, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      await this.batches.release(batch, { state: 'queued', delayMs: 0, error: null });
      return;
    }
    const message = error instanceof Error ? error.message : 'unknown error';
    const delayMs = Math.max(
      error instanceof LaterError ? error.afterMs : 0,
      Math.min(FIRST_WAIT_MS * 2 ** Math.min(batch.stuck, 20), LONGEST_WAIT_MS),
    );
    await this.batches.release(batch, {
      state: 'waiting',
      delayMs,
      error:
        error instanceof LaterError
          ? { code: 'ANALYZER_UNAVAILABLE', message }
          : { code: 'SERVER_ERROR', message: 'Something went wrong on our side. It goes on by itself.' },
    });
    if (!(error instanceof LaterError)) throw error;
  }
}

/** @param errors what is wrong with the others is added */
function textLinesOf(
  { columns, textColumn }: ClaimedBatch,
  items: readonly (TableRecord | BadRecord)[],
  errors: BatchError[],
): TextLine[] {
  const lines: TextLine[] = [];
  for (const item of items) {
    if (!('cells' in item)) {
      errors.push(item);
      continue;
    }
    const { line, cells } = item;
    const text = cells[textColumn] ?? '';
    if (cells.length > columns.length && cells.slice(columns.length).some(Boolean))
      errors.push({
        line,
        code: 'csv.columns',
        message: `The line has ${cells.length} columns, the first one ${columns.length}. A cell that holds the separator needs quotes.`,
      });
    else if (text.trim() === '') errors.push({ line, code: 'text.empty', message: 'The line has no text.' });
    else lines.push({ ...item, text });
  }
  return lines;
}

/** @throws LaterError where the text has to be tried again */
function addTo(
  part: Part,
  output: PartBuffer,
  { line, raw }: TextLine,
  { reading, isLastTry }: { reading: TextReading | undefined; isLastTry: boolean },
): void {
  if (reading === undefined || reading.state === 'later') {
    if (reading === undefined || !reading.isOwn || !isLastTry)
      throw new LaterError(reading?.afterMs ?? 0, reading?.reason ?? 'A text was not read.');
    part.errors.push({ line, code: 'text.unreadable', message: 'The analyzer fails with this text.' });
  } else if (reading.state === 'refused') {
    part.errors.push({ line, code: 'text.refused', message: reading.reason });
  } else {
    const { result } = reading;
    // The line itself goes over as it stands, and never becomes text: of a wide table most is nobody's business here.
    part.bytes += output.addText(partHeader({ ...result, line }, raw.length)) + raw.length + LINE_END.length;
    output.addBytes(raw);
    output.addBytes(LINE_END);
    part.lines += 1;
    part.counts[result.label] += 1;
    part.model = result.model;
  }
}
