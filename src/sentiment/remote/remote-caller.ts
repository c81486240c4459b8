import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import CircuitBreaker from 'opossum';
import { SentimentRefusedError, SentimentUnavailableError } from '../analysis/sentiment.errors';
import { type RemoteAnswer, RemoteShapeError, readAnswer } from './remote-answer';
import type { RemoteSettings } from './remote-settings';
import { RemoteCallError, postTexts } from './remote-transport';

export type BreakerState = 'closed' | 'half-open' | 'open';

/** The service wants none of what was sent; which text it is about is for the caller to find out. */
const REFUSALS = new Set([400, 413, 422]);
/** Nobody gets better by being asked at once what only a person can mend. */
const MISCONFIGURED_PAUSE_MS = 10_000;
const MISCONFIGURED_RETRY_MS = 60_000;
const USUAL_LIMIT_PAUSE_MS = 2_000;
/** Whatever a service says: it is asked again some time. */
const LONGEST_HOLD_MS = 10 * 60_000;

type Try = [texts: readonly string[], signal: AbortSignal];

/** Asks the service for one batch: again where that may help, not at all while it is down or wants to be left alone. */
export class RemoteCaller {
  private readonly logger = new Logger(RemoteCaller.name);
  private readonly breaker: CircuitBreaker<Try, RemoteAnswer>;
  private openedAt = 0;
  private heldUntil = 0;
  private heldFor = '';

  constructor(private readonly settings: RemoteSettings) {
    this.breaker = new CircuitBreaker<Try, RemoteAnswer>(
      async (texts, signal) => readAnswer(await postTexts(settings, texts, signal), texts.length),
      {
        ...settings.circuit,
        name: 'sentiment',
        timeout: false, // each try has its own
        rollingPercentilesEnabled: false,
        errorFilter: (error: unknown) => !isServiceDown(error),
      },
    );
    this.breaker.on('open', () => {
      this.openedAt = Date.now();
      this.logger.warn(
        `The sentiment service fails; it is left alone for ${settings.circuit.resetTimeout} ms`,
      );
    });
    this.breaker.on('close', () => {
      this.logger.log('The sentiment service answers again');
    });
  }

  get state(): BreakerState {
    if (this.breaker.closed) return 'closed';
    return this.breaker.halfOpen ? 'half-open' : 'open';
  }

  /**
   * @throws SentimentUnavailableError
   * @throws SentimentRefusedError when the service does not want this batch
   */
  async ask(texts: readonly string[], signal: AbortSignal): Promise<RemoteAnswer> {
    for (let tried = 1; ; tried += 1) {
      await this.whileHeld(signal);
      try {
        return await this.breaker.fire(texts, signal);
      } catch (error) {
        signal.throwIfAborted();
        const waitMs = this.waitAfter(error, tried);
        if (tried >= this.settings.tries || waitMs > this.settings.longestPauseMs)
          throw new SentimentUnavailableError(messageOf(error), Math.max(1_000, waitMs));
        await waited(waitMs, signal);
      }
    }
  }

  close(): void {
    this.breaker.shutdown();
  }

  /** @throws what the callers are told, where trying again at once makes no sense */
  private waitAfter(error: unknown, tried: number): number {
    if (CircuitBreaker.isOurError(error as Error)) {
      const left = this.settings.circuit.resetTimeout - (Date.now() - this.openedAt);
      const message = 'The sentiment service fails; it is not asked for some seconds.';
      throw new SentimentUnavailableError(message, Math.max(1_000, left));
    }
    if (error instanceof RemoteShapeError) {
      this.logger.error(error.message);
      throw new SentimentUnavailableError(error.message, MISCONFIGURED_RETRY_MS);
    }
    const fullPause = this.settings.pauseMs * 2 ** (tried - 1);
    const jittered = fullPause / 2 + (Math.random() * fullPause) / 2;
    if (!(error instanceof RemoteCallError)) throw error;
    const { failure } = error;
    if (failure.kind === 'unreachable') return jittered;
    const { status, retryAfterMs } = failure;
    if (REFUSALS.has(status))
      throw new SentimentRefusedError(`The sentiment service does not take this text (HTTP ${status}).`);
    if (status === 429) {
      const wait = Math.min(retryAfterMs ?? Math.max(jittered, USUAL_LIMIT_PAUSE_MS), LONGEST_HOLD_MS);
      this.hold(wait, 'The sentiment service asks for fewer requests.');
      return wait;
    }
    if (status >= 500) return Math.max(jittered, Math.min(retryAfterMs ?? 0, LONGEST_HOLD_MS));
    const message = misconfiguration(status);
    this.logger.error(message);
    this.hold(MISCONFIGURED_PAUSE_MS, message);
    throw new SentimentUnavailableError(message, MISCONFIGURED_RETRY_MS);
  }

  private hold(ms: number, message: string): void {
    this.heldUntil = Math.max(this.heldUntil, Date.now() + ms);
    this.heldFor = message;
  }

  /** Short pauses are waited for; of long ones the callers are told. */
  private async whileHeld(signal: AbortSignal): Promise<void> {
    for (let left = this.heldUntil - Date.now(); left > 0; left = this.heldUntil - Date.now()) {
      if (left > this.settings.longestPauseMs)
        throw new SentimentUnavailableError(this.heldFor, Math.max(1_000, left));
      await waited(left, signal);
    }
  }
}

/** @throws why the signal was given */
async function waited(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {
    signal.throwIfAborted();
  });
}

/** What counts against the service; its word on one request does not. */
function isServiceDown(error: unknown): boolean {
  if (error instanceof RemoteShapeError) return true;
  if (!(error instanceof RemoteCallError)) return false;
  return error.failure.kind === 'unreachable' || error.failure.status >= 500;
}

function misconfiguration(status: number): string {
  if (status === 401 || status === 403)
    return `The sentiment service does not accept our key (HTTP ${status}): check SENTIMENT_API_KEY.`;
  return `The sentiment service answers HTTP ${status}: check SENTIMENT_API_URL.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The sentiment service cannot be reached.';
}
