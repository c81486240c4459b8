import { ZonedTime } from './zoned-time';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Zones change their clocks by up to this within a day, and some have left a whole day out. */
const SPARE = 3;

export interface BoundsToPrecede {
  timeZone: string;
  granularity: 'hour' | 'day' | 'week' | 'month';
  /** At least two, rising. */
  bounds: readonly Date[];
}

/**
 * As many whole hours, days, weeks or months as there are, immediately before them. The last of the answer is the first that
 * was given. Days may be of another length, and months have another number of them: what is the same is their number.
 */
export function previousBounds({ timeZone, granularity, bounds }: BoundsToPrecede): Date[] {
  const [first] = bounds;
  const count = bounds.length - 1;
  if (first === undefined || count < 1) throw new Error('A range without bounds.');
  const starts = startsBefore(new ZonedTime(timeZone), granularity, first.getTime(), count);
  return starts.slice(-count - 1).map((start) => new Date(start));
}

/** At least so many, the last one being `from`. */
function startsBefore(
  zone: ZonedTime,
  granularity: BoundsToPrecede['granularity'],
  from: number,
  count: number,
): number[] {
  if (granularity === 'hour') return zone.hourBounds(from - (count + SPARE) * HOUR_MS, from);
  const day = zone.localDay(from);
  if (granularity === 'day') return zone.dayBounds(day - (count + SPARE) * DAY_MS, day - DAY_MS);
  const date = new Date(day);
  return Array.from({ length: count + 1 }, (_, index) => {
    const back = count - index;
    return zone.startOfDay(
      granularity === 'week'
        ? day - back * 7 * DAY_MS
        : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1),
    );
  });
}
