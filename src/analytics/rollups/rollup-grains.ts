export const GRAINS = { quarter: 15, hour: 60, day: 24 * 60 } as const;
/**
 * How wide the time is that a row adds up. Quarters of an hour, as days of some zones begin at a half or a quarter past;
 * hours for long series, and days of UTC for long totals.
 */
export type Grain = keyof typeof GRAINS;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The widest rows that times between such bounds can be added up from. */
export function widestGrain(bounds: readonly Date[]): Grain {
  const areMultiplesOf = (ms: number): boolean => bounds.every((bound) => bound.getTime() % ms === 0);
  if (areMultiplesOf(DAY_MS)) return 'day';
  return areMultiplesOf(HOUR_MS) ? 'hour' : 'quarter';
}

/** The days of UTC that lie within a range altogether; both the same instant when there is none. */
export function fullDaysOf({ from, until }: { from: Date; until: Date }): { from: Date; until: Date } {
  const first = Math.ceil(from.getTime() / DAY_MS) * DAY_MS;
  const last = Math.floor(until.getTime() / DAY_MS) * DAY_MS;
  return last < first ? { from: until, until } : { from: new Date(first), until: new Date(last) };
}
