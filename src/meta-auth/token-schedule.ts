const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A token is renewed from this long before its end, so that ten days of failures cost nobody a login. */
const RENEW_AHEAD_MS = 10 * DAY_MS;
/** After three days of trying. */
const WARN_AHEAD_MS = 7 * DAY_MS;
/** Below this a user token is one of Meta's short-lived ones, and is exchanged for one of about sixty days. */
const SHORT_LIVED_MS = 30 * DAY_MS;
const LONGEST_BACKOFF_MS = 6 * HOUR_MS;
/** Instagram renews no token that is younger than a day; its tokens live sixty. */
const INSTAGRAM_TOO_YOUNG_MS = 59 * DAY_MS;

export interface ScheduleQuestion {
  now: Date;
  /** null = does not expire. */
  expiresAt: Date | null;
  /** 0 to 1, so that accounts connected together are not looked at together for ever. */
  random: number;
}

export function isShortLived(now: Date, expiresAt: Date | null): boolean {
  return expiresAt !== null && expiresAt.getTime() - now.getTime() < SHORT_LIVED_MS;
}

export function isRenewalDue(now: Date, expiresAt: Date | null): boolean {
  return expiresAt !== null && expiresAt.getTime() - now.getTime() <= RENEW_AHEAD_MS;
}

/** Renewing has been tried for days by then: somebody has to connect again before the end. */
export function isEnding(now: Date, expiresAt: Date | null): boolean {
  const restMs = expiresAt === null ? Infinity : expiresAt.getTime() - now.getTime();
  return restMs > 0 && restMs <= WARN_AHEAD_MS;
}

export function isTooYoungForInstagram(now: Date, expiresAt: Date | null): boolean {
  return expiresAt !== null && expiresAt.getTime() - now.getTime() > INSTAGRAM_TOO_YOUNG_MS;
}

/**
 * When to look at a healthy token next: about daily, since a lost permission is told by nobody else; not later than half
 * of what a short rest leaves.
 */
export function nextCheckAt({ now, expiresAt, random }: ScheduleQuestion): Date {
  const daily = DAY_MS - 2 * HOUR_MS + random * 4 * HOUR_MS;
  const rest = expiresAt === null ? Infinity : expiresAt.getTime() - now.getTime();
  return new Date(now.getTime() + Math.max(5 * MINUTE_MS, Math.min(daily, rest / 2)));
}

/**
 * When to try again after a failure that says nothing about the token: 1 minute, doubling, at most 6 hours, with jitter.
 * @param failures in a row, this one included
 */
export function retryAt(now: Date, failures: number, random: number): Date {
  const backoff = Math.min(LONGEST_BACKOFF_MS, MINUTE_MS * 2 ** Math.min(failures - 1, 20));
  return new Date(now.getTime() + backoff * (0.5 + random / 2));
}
