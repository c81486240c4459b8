import type { MessageError } from '../conversations/conversation-types';
import { AppError } from '../errors/app.error';
import {
  GraphError,
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphUnavailableError,
  provesNotAccepted,
} from '../graph-client/graph.error';
import { findGraphErrorRule } from '../graph-client/graph-error-codes';

/** What becomes of a message whose sending ended in an error. */
export type SendOutcome =
  /** `isLimit`: it came too fast, which says nothing of the message. */
  | { state: 'retry'; delayMs: number; isLimit: boolean; error: MessageError }
  | { state: 'failed'; error: MessageError }
  | { state: 'unknown'; error: MessageError };

export interface FailedTry {
  error: unknown;
  /** 1 for the first. Those that Meta answered with "too fast" are not counted. */
  attempt: number;
  /** How often Meta has answered "too fast" before. */
  limited: number;
  /** Since the message was ordered. */
  ageMs: number;
  /** False when it is certain that Meta was not called at all. */
  wasCalled: boolean;
  /** 0 to 1, replaced in tests. */
  random?: () => number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Attempts in all where Meta says that it failed and that the message did not go out. */
export const MAX_TRIES = 5;
/** A limit passes; a message that has waited for a day is no longer what its sender meant. */
const LONGEST_LIMIT_MS = 24 * HOUR;
/** A proxy may say "retry after 0"; for a day of that, nobody would have anything but refusals. */
const SHORTEST_LIMIT_MS = SECOND;
/** As long as Meta, or our own database, cannot be reached. */
const LONGEST_OUTAGE_MS = HOUR;
const LONGEST_BACKOFF_MS = MINUTE;

/**
 * Decides what to do; the one rule above all: what Meta may have accepted is never sent again. Meta's error envelope and
 * HTTP 429 say that it was not accepted; only where no answer of Meta's came is the outcome unknown.
 */
export function outcomeOf({
  error,
  attempt,
  limited,
  ageMs,
  wasCalled,
  random = Math.random,
}: FailedTry): SendOutcome {
  const told = toMessageError(error);
  if (wasCalled && !provesNotAccepted(error)) return { state: 'unknown', error: told };

  if (error instanceof GraphRateLimitedError) {
    const isBackingOff = error.scope === 'pair';
    const waitMs = isBackingOff ? error.retryAfterMs * 4 ** Math.min(limited, 5) : error.retryAfterMs;
    const delayMs = withJitter(Math.max(waitMs, SHORTEST_LIMIT_MS), random);
    return retryUntil(LONGEST_LIMIT_MS, { ageMs, delayMs, isLimit: true }, told);
  }
  if (error instanceof GraphUnavailableError && error.meta !== null) {
    const { code, subcode } = error.meta;
    const rule = code === null ? null : findGraphErrorRule(code, subcode);
    if (attempt >= (rule?.maxTries ?? MAX_TRIES)) return { state: 'failed', error: told };
    const waitMs = error.waitMs ?? SECOND * 2 ** (attempt - 1);
    return { state: 'retry', delayMs: withJitter(waitMs, random), isLimit: false, error: told };
  }
  // Meta, or something of ours, cannot be reached: that passes, and nothing has gone out.
  if (error instanceof GraphUnavailableError || !(error instanceof AppError)) {
    const backoffMs = Math.min(SECOND * 2 ** Math.min(attempt - 1, 10), LONGEST_BACKOFF_MS);
    const delayMs = withJitter(backoffMs, random);
    return retryUntil(LONGEST_OUTAGE_MS, { ageMs, delayMs, isLimit: false }, told);
  }
  return { state: 'failed', error: told };
}

function retryUntil(
  longestMs: number,
  { ageMs, delayMs, isLimit }: { ageMs: number; delayMs: number; isLimit: boolean },
  error: MessageError,
): SendOutcome {
  return ageMs + delayMs > longestMs
    ? { state: 'failed', error }
    : { state: 'retry', delayMs, isLimit, error };
}

/** Never less than asked for, and up to a quarter more, so that those who waited do not all come back at once. */
function withJitter(waitMs: number, random: () => number): number {
  return Math.round(waitMs * (1 + random() / 4));
}

/** For people who see the message: Meta's words where Meta said anything, never the inside of this service. */
export function toMessageError(error: unknown): MessageError {
  if (error instanceof GraphReauthRequiredError) {
    const { meta } = error;
    return {
      code: error.code,
      title: meta?.title ?? 'The Meta account has to be connected again',
      message: error.message,
      details: meta === null ? null : `${meta.code ?? 'unknown'}: ${meta.message}`,
    };
  }
  if (error instanceof GraphError) {
    const { meta, details } = error;
    return {
      code: meta?.code ?? error.code,
      title: meta?.title ?? null,
      message: meta?.message ?? error.message,
      details: typeof details.reason === 'string' ? details.reason : null,
    };
  }
  if (error instanceof AppError)
    return { code: error.code, title: null, message: error.message, details: null };
  return {
    code: 'SERVER_ERROR',
    title: null,
    message: 'Something went wrong on our side while the message was being sent.',
    details: null,
  };
}
