import { metricRange, edgesOf, type RangeRequest } from './metric-range';
import { ZonedTime } from './zoned-time';

export const PERIOD_GRANULARITIES = ['day', 'week', 'month', 'total'] as const;
/** `total`: one bucket for the whole range. Weeks begin on Monday. */
export type PeriodGranularity = (typeof PERIOD_GRANULARITIES)[number];

/** Buckets without gaps between them. */
export interface PeriodRange {
  timeZone: string;
  granularity: PeriodGranularity;
  /** Instants at which buckets begin, and the end of the last. At least two, rising. */
  bounds: Date[];
}

export interface PeriodRequest extends Omit<RangeRequest, 'granularity'> {
  granularity?: PeriodGranularity | undefined;
}

const DAY_MS = 86_400_000;
/** How far a range reaches back that has no beginning. */
const USUAL_DAYS: Record<PeriodGranularity, number> = { day: 30, week: 11 * 7 + 1, month: 335, total: 28 };

/**
 * The days, weeks or months that a request means: whole ones, so that each figure is that of a whole bucket.
 * @throws ValidationFailedError as `metricRange`
 */
export function periodRange(request: PeriodRequest, now = new Date()): PeriodRange {
  const { granularity = 'day', timeZone = 'UTC', startDate, endDate } = request;
  const zone = new ZonedTime(timeZone);
  const { from, until } = edgesOf(
    metricRange({ startDate: startDate ?? usualStart(request, now), endDate, timeZone }, now),
  );
  const first = zone.localDay(from.getTime());
  const last = zone.localDay(until.getTime() - 1);
  return {
    timeZone,
    granularity,
    bounds: startsOf(granularity, first, last, zone).map((start) => new Date(start)),
  };
}

function usualStart({ granularity = 'day', timeZone, endDate }: PeriodRequest, now: Date): string {
  const { until } = edgesOf(metricRange({ endDate, timeZone }, now));
  return new Date(until.getTime() - (USUAL_DAYS[granularity] - 1) * DAY_MS - 1).toISOString();
}

/** Local days of one calendar are told as `ZonedTime` does: in the milliseconds that their midnight would be in UTC. */
function startsOf(granularity: PeriodGranularity, first: number, last: number, zone: ZonedTime): number[] {
  switch (granularity) {
    case 'day':
      return zone.dayBounds(first, last);
    case 'total':
      return [zone.startOfDay(first), zone.startOfDay(last + DAY_MS)];
    case 'week': {
      const starts: number[] = [];
      let day = first - weekdayOf(first) * DAY_MS;
      for (; day <= last; day += 7 * DAY_MS) starts.push(zone.startOfDay(day));
      return [...starts, zone.startOfDay(day)];
    }
    case 'month': {
      const starts: number[] = [];
      const date = new Date(first);
      const year = date.getUTCFullYear();
      let month = date.getUTCMonth();
      for (; Date.UTC(year, month) <= last; month += 1) starts.push(zone.startOfDay(Date.UTC(year, month)));
      return [...starts, zone.startOfDay(Date.UTC(year, month))];
    }
  }
}

/** Monday is 0. */
function weekdayOf(localDay: number): number {
  return (new Date(localDay).getUTCDay() + 6) % 7;
}
