/** Wrong passwords for one e-mail address, from one address or from everywhere. */
export interface FailureCount {
  failures: number;
  /** When the latest was; of everywhere, when the first was. */
  countedAt: Date;
  lockedUntil: Date | null;
  /** When somebody last came in from there. Of everywhere: null. */
  lastLoginAt: Date | null;
}

/** Instead of an address: all of them together. */
export const EVERYWHERE = '*';

export interface AddressCount extends FailureCount {
  address: string;
}

export interface LockRules {
  /** How many from one address until a login from there has to wait. */
  lockAfter: number;
  /** How long, for the first time. */
  lockSeconds: number;
  /** How many from everywhere in a day until strange addresses have to wait. */
  accountAfter: number;
}

const LONGEST_LOCK_MS = 3_600_000;
const FORGET_AFTER_MS = 86_400_000;
/** Between two tries of strange addresses once everywhere is locked. */
export const ACCOUNT_PAUSE_MS = 15 * 60_000;
/** How long an address counts as one that the user comes from. */
export const KNOWN_DAYS = 30;

/**
 * Whether a password is looked at at all. What somebody at an address does locks out that address. What many do together
 * locks out all but those that the user came from of late: or anybody could keep anybody out for ever.
 * @param own of the address that the request comes from
 * @param all of everywhere
 * @returns how many milliseconds to wait; 0 for none
 */
export function waitBefore(now: Date, own: FailureCount | null, all: FailureCount | null): number {
  const isKnown =
    own?.lastLoginAt != null && now.getTime() - own.lastLoginAt.getTime() < KNOWN_DAYS * 86_400_000;
  return Math.max(0, ...(isKnown ? [own] : [own, all]).map((count) => remaining(now, count)));
}

/** The counts after one more wrong password. */
export function afterFailure(
  now: Date,
  own: FailureCount | null,
  all: FailureCount | null,
  { lockAfter, lockSeconds, accountAfter }: LockRules,
): { own: FailureCount; all: FailureCount } {
  const ownFailures = isOld(now, own) ? 1 : (own?.failures ?? 0) + 1;
  const beyond = ownFailures - lockAfter;
  const lockMs = Math.min(
    lockSeconds * 1_000 * 2 ** Math.min(beyond, 20),
    Math.max(LONGEST_LOCK_MS, lockSeconds * 1_000),
  );
  const isNewDay = isOld(now, all);
  const allFailures = isNewDay ? 1 : (all?.failures ?? 0) + 1;
  return {
    own: {
      failures: ownFailures,
      countedAt: now,
      lockedUntil: beyond < 0 ? null : new Date(now.getTime() + lockMs),
      lastLoginAt: own?.lastLoginAt ?? null,
    },
    all: {
      failures: allFailures,
      countedAt: isNewDay ? now : (all?.countedAt ?? now),
      lockedUntil: allFailures < accountAfter ? null : new Date(now.getTime() + ACCOUNT_PAUSE_MS),
      lastLoginAt: null,
    },
  };
}

function remaining(now: Date, count: FailureCount | null): number {
  return (count?.lockedUntil?.getTime() ?? 0) - now.getTime();
}

function isOld(now: Date, count: FailureCount | null): boolean {
  return count === null || now.getTime() - count.countedAt.getTime() >= FORGET_AFTER_MS;
}
