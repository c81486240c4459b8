/** What is remembered of a subscription between two looks at it. All times are the database's. */
export interface SubscriptionMemory {
  /** When it was last seen in place; null if never. */
  lastSeenAt: Date | null;
  /** When it was first seen missing, as long as it has not been in place again. */
  missingSince: Date | null;
}

/** One look at Meta. `unknown`: Meta did not say. */
export interface SubscriptionLook {
  isInPlace: boolean | 'unknown';
  /** Taken before Meta was asked. */
  at: Date;
}

export interface SubscriptionVerdict {
  memory: SubscriptionMemory;
  /** Since when Meta has sent nothing, told once, when that is over: reading again before it would have to be done twice. */
  gapFrom: Date | null;
}

/**
 * What a look adds to what is remembered. Looks of several processes may come in any order: one that is older than what is
 * remembered says nothing new, or somebody's mended subscription would count as missing again.
 */
export function judge(memory: SubscriptionMemory, { isInPlace, at }: SubscriptionLook): SubscriptionVerdict {
  const { lastSeenAt, missingSince } = memory;
  const unchanged: SubscriptionVerdict = { memory, gapFrom: null };
  if (isInPlace === 'unknown') return unchanged;
  if (!isInPlace) {
    if (missingSince !== null || (lastSeenAt !== null && at <= lastSeenAt)) return unchanged;
    return { memory: { lastSeenAt, missingSince: at }, gapFrom: null };
  }
  if (missingSince !== null && at <= missingSince) return unchanged;
  return {
    memory: { lastSeenAt: lastSeenAt !== null && lastSeenAt > at ? lastSeenAt : at, missingSince: null },
    // Never seen in place: it was being set up, and nothing was promised before.
    gapFrom: missingSince === null ? null : lastSeenAt,
  };
}
