const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After the first attempt, the second, …: together about 24 hours. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  6 * HOUR,
  10 * HOUR,
];
/** A receiver may ask for more time, up to this. */
export const LONGEST_RETRY_AFTER_MS = HOUR;
/** So many failures in a row, over all deliveries, and the endpoint is only tried by one delivery at a time. */
export const BREAKER_FAILURES = 10;
const SHORTEST_PROBE_MS = 30 * SECOND;
const LONGEST_PROBE_MS = HOUR;
const JITTER = 0.2;

/**
 * @param tries failed attempts so far, this one included
 * @param random from 0 to 1: spread by a fifth either way, so that what failed together is not tried together
 * @returns null when it is given up
 */
export function retryDelayMs(tries: number, retryAfterMs: number | null, random: number): number | null {
  const delay = RETRY_DELAYS_MS[tries - 1];
  if (delay === undefined) return null;
  return Math.max(spread(delay, random), retryAfterMs ?? 0);
}

/**
 * Until the next single delivery is tried: half as long as it has been failing, so that it grows whoever fails meanwhile.
 * @returns null while there have been too few failures in a row
 */
export function probeDelayMs(failures: number, failingMs: number, random: number): number | null {
  if (failures < BREAKER_FAILURES) return null;
  return spread(Math.min(Math.max(failingMs / 2, SHORTEST_PROBE_MS), LONGEST_PROBE_MS), random);
}

/**
 * The header in milliseconds from now, at most an hour; null for none, or for what is no time.
 * @param header seconds, or a date
 */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (text === '') return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now.getTime();
  if (!Number.isFinite(ms) || ms < 0) return null;
  return Math.min(ms, LONGEST_RETRY_AFTER_MS);
}

function spread(ms: number, random: number): number {
  return Math.round(ms * (1 + JITTER * (2 * random - 1)));
}
