import { GraphError, GraphRateLimitedError, GraphUnavailableError, provesNotAccepted } from './graph.error';
import { findGraphErrorRule } from './graph-error-codes';
import type { GraphRetryPolicy } from './graph-request';

export const MAX_TRIES = 5;
const BASE_MS = 1_000;
/** A wait longer than this is told to the caller, who knows what can wait and what cannot. */
const LONGEST_WAIT_SLEPT_MS = 3_000;

export interface RetryQuestion {
  policy: GraphRetryPolicy;
  error: unknown;
  /** Attempts made so far, 1 after the first. */
  tries: number;
  /** Since the first attempt began. */
  elapsedMs: number;
  /** No attempt starts later than this after the first. */
  budgetMs: number;
  /** 0 to 1, replaced in tests. */
  random?: () => number;
}

/**
 * How long to sleep before the next attempt, in milliseconds, or null to give up: exponential backoff with full jitter,
 * where Meta's own word on when to come back goes first.
 */
export function nextAttemptInMs(question: RetryQuestion): number | null {
  const { policy, error, tries, random = Math.random } = question;
  if (policy === 'never' || !(error instanceof GraphError) || !error.retryable) return null;
  if (policy === 'until-proven-accepted' && !provesNotAccepted(error)) return null;
  if (tries >= maxTries(error)) return null;
  const delay = delayFor(error, tries, random());
  return delay !== null && question.elapsedMs + delay <= question.budgetMs ? delay : null;
}

/** Whether the code is one that Meta also uses for requests that will never succeed, so that giving up means refused. */
export function isRefusedAfterRetries(error: unknown, tries: number): error is GraphUnavailableError {
  return (
    error instanceof GraphUnavailableError &&
    error.meta !== null &&
    tries >= maxTries(error) &&
    tries < MAX_TRIES
  );
}

function maxTries({ meta }: GraphError): number {
  if (typeof meta?.code !== 'number') return MAX_TRIES;
  return findGraphErrorRule(meta.code, meta.subcode)?.maxTries ?? MAX_TRIES;
}

function delayFor(error: GraphError, tries: number, random: number): number | null {
  const asked =
    error instanceof GraphRateLimitedError
      ? error.retryAfterMs
      : error instanceof GraphUnavailableError
        ? error.waitMs
        : null;
  if (asked !== null) return asked <= LONGEST_WAIT_SLEPT_MS ? asked : null;
  return Math.round(random * BASE_MS * 2 ** (tries - 1));
}
