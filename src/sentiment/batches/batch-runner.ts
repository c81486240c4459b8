import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { SentimentLabel } from '../../conversations/conversation-types';
import { MediaMissingError, MediaStorage } from '../../media/media-storage';
import { SentimentAnalyzer } from '../analysis/sentiment-analyzer';
import { type TextReading, readTexts } from '../lane/text-reading';
import { type BatchProgress, BatchesRepository } from './batches.repository';
import { type BadRecord, RecordReader, type TableRecord } from './record-reader';
import { type BatchError, type ClaimedBatch, type ResultLine, partKey, uploadKey } from './stored-batch';

/** What is read, stored and written down together. After a crash no more than this is done again. */
const CHUNK = { records: 2_000, bytes: 1_048_576 };
/** Texts that are analyzed in one go; others have their turn in between. */
const TEXTS_AT_ONCE = 100;
/** A text that breaks the analyzer so often at the same place is a line with an error. */
const MOST_TRIES = 5;
/** Longer than a chunk takes; who is alive renews it. */
export const BATCH_LEASE_MS = 20_000;
const RENEW_EVERY_MS = 5_000;
/** Then another batch has its turn. */
const LONGEST_TURN_MS = 30_000;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;

const FILE_LOST = { code: 'FILE_LOST', message: 'The file is not in storage any more. Hand it in again.' };

type TextLine = TableRecord & { text: string };

interface Chunk {
  position: number;
  line: number;
  lines: TextLine[];
  errors: BatchError[];
}

/** Nobody can read the chunk now; nothing of it was stored. */
class LaterError extends Error {
  constructor(
    readonly afterMs: number,
    reason: string,
  ) {
    super(reason);
  }
}

/** Works on a batch, chunk by chunk: the part of the result first, then how far it is. Memory does not grow with the file. */
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
      await this.chunks(batch, AbortSignal.any([signal, lost.signal]));
    } catch (error) {
      if (lost.signal.aborted) return;
      if (error instanceof MediaMissingError) {
        await this.batches.finish(batch, FILE_LOST);
        return;
      }
      await this.postpone(batch, error, signal);
    } finally {
      clearInterval(renewing);
    }
  }

  private async chunks(batch: ClaimedBatch, signal: AbortSignal): Promise<void> {
    const turnEnds = Date.now() + LONGEST_TURN_MS;
    const reader = await this.open(batch);
    try {
      let { parts, stuck } = batch;
      for (;;) {
        signal.throwIfAborted();
        const { items, position, isOver } = await reader.next(CHUNK);
        const chunk = chunkOf(batch, items, { position: position.offset, line: position.line });
        const progress = await this.process(batch, chunk, {
          part: parts,
          isLastTry: stuck >= MOST_TRIES,
          signal,
        });
        if (!(await this.batches.advance(batch, progress, BATCH_LEASE_MS))) return;
        if (progress.hasPart) parts += 1;
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
    } finally {
      await reader.close();
    }
  }

  private async open({ id, size, delimiter, position, line }: ClaimedBatch): Promise<RecordReader> {
    const start = { offset: position, line };
    if (position >= size) return new RecordReader(nothing(), delimiter, start);
    const { stream } = await this.storage.open(uploadKey(id), { start: position, end: size - 1 });
    return new RecordReader(stream, delimiter, start);
  }

  private async process(
    batch: ClaimedBatch,
    chunk: Chunk,
    { part, isLastTry, signal }: { part: number; isLastTry: boolean; signal: AbortSignal },
  ): Promise<BatchProgress> {
    const readings = await this.read(chunk.lines, signal);
    const errors = [...chunk.errors];
    const results: string[] = [];
    const counts: Record<SentimentLabel, number> = { positive: 0, neutral: 0, negative: 0 };
    let model: string | null = null;
    chunk.lines.forEach(({ line, cells }, index) => {
      const reading = readings[index];
      if (reading === undefined || reading.state === 'later') {
        if (reading === undefined || !reading.isOwn || !isLastTry)
          throw new LaterError(reading?.afterMs ?? 0, reading?.reason ?? 'A text was not read.');
        errors.push({ line, code: 'text.unreadable', message: 'The analyzer fails with this text.' });
      } else if (reading.state === 'refused') {
        errors.push({ line, code: 'text.refused', message: reading.reason });
      } else {
        const { label, confidence, language, score } = reading.result;
        const result: ResultLine = [line, cells, label, rounded(confidence), language, rounded(score)];
        results.push(`${JSON.stringify(result)}\n`);
        counts[label] += 1;
        model = reading.result.model;
      }
    });
    const hasPart = results.length > 0;
    // Under its number: who does the same chunk again after a crash replaces it by the same.
    if (hasPart) await this.storage.store(partKey(batch.id, part), inPieces(results));
    const { position, line } = chunk;
    return { position, line, hasPart, counts, errors, model };
  }

  private async read(lines: readonly TextLine[], signal: AbortSignal): Promise<TextReading[]> {
    const readings: TextReading[] = [];
    for (let at = 0; at < lines.length; at += TEXTS_AT_ONCE) {
      signal.throwIfAborted();
      const texts = lines.slice(at, at + TEXTS_AT_ONCE).map(({ text }) => text);
      const some = await readTexts(this.analyzer, texts, signal);
      readings.push(...some);
      // The rest would only find out anew that nobody answers.
      if (some.some((reading) => reading.state === 'later' && !reading.isOwn)) break;
      await setImmediate();
    }
    const away = readings.find((reading) => reading.state === 'later' && !reading.isOwn);
    if (away?.state === 'later') throw new LaterError(away.afterMs, away.reason);
    return readings;
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

function chunkOf(
  { columns, textColumn }: ClaimedBatch,
  items: readonly (TableRecord | BadRecord)[],
  end: { position: number; line: number },
): Chunk {
  const lines: TextLine[] = [];
  const errors: BatchError[] = [];
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
  return { ...end, lines, errors };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

async function* inPieces(lines: readonly string[]): AsyncGenerator<Buffer> {
  for (let at = 0; at < lines.length; at += 200) {
    await Promise.resolve();
    yield Buffer.from(lines.slice(at, at + 200).join(''));
  }
}

async function* nothing(): AsyncGenerator<Buffer> {
  await Promise.resolve();
  yield* [];
}
