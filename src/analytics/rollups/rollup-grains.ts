export const GRAINS = ['quarter', 'hour', 'day', 'month'] as const;
/**
 * How wide the time is that a row adds up. Quarters of an hour, as days of some zones begin at a half or a quarter past; hours
 * for long series, and days and months of UTC for long totals.
 */
export type Grain = (typeof GRAINS)[number];

/** Where the quarter, hour, day or month of UTC begins that an instant lies in, as SQL. */
export const startOfGrain = (grain: string, at: string): string =>
  `CASE ${grain} WHEN 'quarter' THEN date_bin('15 minutes', ${at}, '2000-01-01T00:00:00Z')
        ELSE date_trunc(${grain}, ${at}, 'UTC') END`;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The widest rows that times between such bounds can be added up from. */
export function widestGrain(bounds: readonly Date[]): Grain {
  const areMultiplesOf = (ms: number): boolean => bounds.every((bound) => bound.getTime() % ms === 0);
  if (areMultiplesOf(DAY_MS)) return bounds.every(isStartOfMonth) ? 'month' : 'day';
  return areMultiplesOf(HOUR_MS) ? 'hour' : 'quarter';
}

interface TimeRange {
  from: Date;
  until: Date;
}

/** A time that rows of one grain add up to exactly. */
export interface GrainPiece extends TimeRange {
  grain: Grain;
}

/**
 * The widest rows that a range is made of: whole months, days and hours of UTC, and quarters of an hour at both ends.
 * @returns in order of time, none of them empty
 */
export function piecesOf(range: TimeRange): GrainPiece[] {
  const hours = fullOf(range, HOUR_MS);
  const days = fullOf(hours, DAY_MS);
  const months = fullMonthsOf(days);
  const pieces: GrainPiece[] = [
    { grain: 'quarter', from: range.from, until: hours.from },
    { grain: 'hour', from: hours.from, until: days.from },
    { grain: 'day', from: days.from, until: months.from },
    { grain: 'month', ...months },
    { grain: 'day', from: months.until, until: days.until },
    { grain: 'hour', from: days.until, until: hours.until },
    { grain: 'quarter', from: hours.until, until: range.until },
  ];
  return pieces.filter(({ from, until }) => from < until);
}

/** A time between a bound of points and the midnight next to it. */
interface Edge extends TimeRange {
  /** The point that it belongs to and the one whose days of UTC have it, by number: -1 and one too many are no points. */
  of: number;
  countedIn: number;
}

/** Points put together from days or months of UTC and what lies between these and the points' own bounds. */
export interface ShiftedPoints {
  grain: 'day' | 'month';
  /** Rising midnights of UTC, as many as there are bounds. */
  midnights: Date[];
  edges: Edge[];
}

/**
 * Days, weeks and months of a zone, told by the days or months of UTC that are nearest to them: the hours between both are taken
 * from one neighbour and given to the other. That is a row of each day and those of at most twelve hours, in place of all hours.
 * @param bounds rising
 * @returns null for points of hours, and where bounds are midnights of UTC anyhow
 */
export function shiftedPointsOf(bounds: readonly Date[]): ShiftedPoints | null {
  const midnights = bounds.map((bound) => new Date(Math.round(bound.getTime() / DAY_MS) * DAY_MS));
  const isRising = midnights.every((at, n) => at.getTime() > (midnights[n - 1]?.getTime() ?? -Infinity));
  if (!isRising || bounds.every((bound) => bound.getTime() % DAY_MS === 0)) return null;
  const edges = bounds.flatMap((bound, n): Edge[] => {
    const midnight = midnights[n] ?? bound;
    if (bound < midnight) return [{ from: bound, until: midnight, of: n, countedIn: n - 1 }];
    if (bound > midnight) return [{ from: midnight, until: bound, of: n - 1, countedIn: n }];
    return [];
  });
  return { grain: midnights.every(isStartOfMonth) ? 'month' : 'day', midnights, edges };
}

/** The hours or days of UTC that lie within a range altogether; both the end of the range when there is none. */
function fullOf({ from, until }: TimeRange, ms: number): TimeRange {
  const first = Math.ceil(from.getTime() / ms) * ms;
  const last = Math.floor(until.getTime() / ms) * ms;
  return last < first ? { from: until, until } : { from: new Date(first), until: new Date(last) };
}

function isStartOfMonth(at: Date): boolean {
  return at.getTime() % DAY_MS === 0 && at.getUTCDate() === 1;
}

/** The months of UTC that lie within a range of days of UTC altogether; both the end of the range when there is none. */
function fullMonthsOf({ from, until }: TimeRange): TimeRange {
  const first = isStartOfMonth(from)
    ? from
    : new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1));
  const last = new Date(Date.UTC(until.getUTCFullYear(), until.getUTCMonth()));
  return last < first ? { from: until, until } : { from: first, until: last };
}
