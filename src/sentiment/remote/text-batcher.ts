import type { SentimentResult } from '../analysis/sentiment-analyzer';
import { SentimentRefusedError, SentimentUnavailableError } from '../analysis/sentiment.errors';
import type { RemoteAnswer } from './remote-answer';

export interface RemoteResult {
  model: string;
  result: SentimentResult;
}

interface Waiting {
  text: string;
  bytes: number;
  callers: number;
  promise: Promise<RemoteResult>;
  resolve: (result: RemoteResult) => void;
  reject: (error: Error) => void;
}

export interface BatchLimits {
  batchTexts: number;
  batchBytes: number;
  concurrency: number;
}

type Ask = (texts: readonly string[], signal: AbortSignal) => Promise<RemoteAnswer>;

/** What JSON adds around a text. */
const TEXT_OVERHEAD = 3;

/**
 * Puts what callers ask at about the same time into one request, and the same text only once. Where a service refuses a
 * batch, it is halved until the texts that it does not take stand alone: nobody's text fails for another's.
 */
export class TextBatcher {
  /** By text, in the order in which they came. */
  private readonly waiting = new Map<string, Waiting>();
  private running = 0;
  private isScheduled = false;
  private readonly end = new AbortController();

  constructor(
    private readonly limits: BatchLimits,
    private readonly ask: Ask,
  ) {}

  /**
   * @param signal takes the text back, unless it is on its way or somebody else waits for it, too
   * @throws SentimentUnavailableError
   * @throws SentimentRefusedError
   */
  async analyze(text: string, signal?: AbortSignal): Promise<RemoteResult> {
    signal?.throwIfAborted();
    const entry = this.waiting.get(text) ?? this.enter(text);
    entry.callers += 1;
    if (signal === undefined) return entry.promise;
    return new Promise((resolve, reject) => {
      const leave = () => {
        entry.callers -= 1;
        if (entry.callers === 0 && this.waiting.get(text) === entry) this.waiting.delete(text);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      void entry.promise.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', leave);
      });
    });
  }

  /** Breaks off what is under way. */
  close(): void {
    this.end.abort(new SentimentUnavailableError('The service shuts down.', 1_000));
  }

  private enter(text: string): Waiting {
    let settle: Pick<Waiting, 'resolve' | 'reject'> | undefined;
    const promise = new Promise<RemoteResult>((resolve, reject) => (settle = { resolve, reject }));
    promise.catch(() => undefined); // whoever still waits for it hears of it
    if (settle === undefined) throw new Error('A promise begins at once.');
    const entry: Waiting = { text, bytes: jsonBytes(text), callers: 0, promise, ...settle };
    this.waiting.set(text, entry);
    this.schedule();
    return entry;
  }

  /** After what else happens in this turn, so that those who ask together are sent together. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.start();
    });
  }

  private start(): void {
    while (this.running < this.limits.concurrency && this.waiting.size > 0) {
      this.running += 1;
      void this.send(this.take()).finally(() => {
        this.running -= 1;
        this.start();
      });
    }
  }

  private take(): Waiting[] {
    const batch: Waiting[] = [];
    let bytes = 0;
    for (const entry of this.waiting.values()) {
      bytes += entry.bytes;
      if (batch.length >= this.limits.batchTexts || (batch.length > 0 && bytes > this.limits.batchBytes))
        break;
      batch.push(entry);
    }
    for (const { text } of batch) this.waiting.delete(text);
    return batch;
  }

  private async send(batch: readonly Waiting[]): Promise<void> {
    try {
      const { model, results } = await this.ask(
        batch.map(({ text }) => text),
        this.end.signal,
      );
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new Error('A result is missing.'));
        else resolve({ model, result });
      });
    } catch (error) {
      if (error instanceof SentimentRefusedError && batch.length > 1) {
        const half = Math.ceil(batch.length / 2);
        await this.send(batch.slice(0, half));
        await this.send(batch.slice(half));
        return;
      }
      for (const { reject } of batch) reject(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) + TEXT_OVERHEAD;
}
