import {
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
} from '../graph-client/graph.error';

/** When something that is to be read from Meta is tried again; `delayMs` null: it is given up. */
export interface NextReading {
  delayMs: number | null;
  /** Whether it uses up an attempt. */
  isCounted: boolean;
  /** What Meta said, for people. */
  reason: string;
}

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const FIRST_PAUSE_MS = 5 * SECOND_MS;
const LONGEST_PAUSE_MS = 6 * HOUR_MS;
/** A permission or task that is missing stays missing until a person does something about it. */
const REAUTH_PAUSE_MS = HOUR_MS;
/** Meta's machines do not all know of a new thing at once. */
const MOST_REFUSALS = 4;
const MOST_ATTEMPTS = 20;

/** @param attempt 1 for the first */
export function nextReading(error: unknown, attempt: number): NextReading {
  const reason = error instanceof Error ? error.message : 'It could not be read.';
  if (error instanceof GraphRateLimitedError) {
    const delayMs = Math.min(Math.max(error.retryAfterMs, SECOND_MS), LONGEST_PAUSE_MS);
    return { delayMs, isCounted: false, reason };
  }
  if (error instanceof GraphReauthRequiredError)
    return { delayMs: REAUTH_PAUSE_MS, isCounted: false, reason };
  const isRefused = error instanceof GraphRejectedError && attempt >= MOST_REFUSALS;
  if (isRefused || attempt >= MOST_ATTEMPTS) return { delayMs: null, isCounted: true, reason };
  const delayMs = Math.min(FIRST_PAUSE_MS * 4 ** Math.min(attempt - 1, 10), LONGEST_PAUSE_MS);
  return { delayMs, isCounted: true, reason };
}
