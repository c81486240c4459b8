import { ValidationFailedError } from '../errors/app.error';
import { ZonedTime } from './zoned-time';

export const GRANULARITIES = ['day', 'hour'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** What a request says of its range. Dates are of the calendar, `2026-03-14`, or instants, `2026-03-14T09:00:00+01:00`. */
export interface RangeRequest {
  startDate?: string | undefined;
  endDate?: string | undefined;
  granularity?: Granularity | undefined;
  timeZone?: string | undefined;
}

/** Buckets without gaps between them. */
export interface MetricRange {
  timeZone: string;
  granularity: Granularity;
  /** Instants at which buckets begin, and the end of the last. At least two, rising. */
  bounds: Date[];
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Two years with a leap day, and the day at either end that a range of instants may only touch. */
export const MOST_DAYS = 733;
/** With the hour at either end, and the one that clocks are set back by. */
export const MOST_HOURS = 31 * 24 + 3;
/** Earlier offsets were not always multiples of a quarter of an hour, and there was nothing to count. */
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/i;

/**
 * The buckets that a request means: whole ones, so that each figure is that of a whole day or hour.
 * @throws ValidationFailedError for dates that are none, in the wrong order, or too far apart
 */
export function metricRange(request: RangeRequest, now = new Date()): MetricRange {
  const { granularity = 'day', timeZone = 'UTC' } = request;
  const zone = new ZonedTime(timeZone);
  const { start, end } = requested(request, zone, granularity, now);
  refuseTooLong(end - start, granularity);
  const bounds =
    granularity === 'day'
      ? zone.dayBounds(zone.localDay(start), zone.localDay(end - 1))
      : zone.hourBounds(start, end);
  return { timeZone, granularity, bounds: bounds.map((bound) => new Date(bound)) };
}

/** Where a range begins, and the first instant after it. */
export function edgesOf({ bounds }: Pick<MetricRange, 'bounds'>): { from: Date; until: Date } {
  const [from, until] = [bounds[0], bounds.at(-1)];
  if (from === undefined || until === undefined) throw new Error('A range without bounds.');
  return { from, until };
}

/** From the first instant to before the last one. */
function requested(
  { startDate, endDate }: RangeRequest,
  zone: ZonedTime,
  granularity: Granularity,
  now: Date,
): { start: number; end: number } {
  const end = endDate === undefined ? now.getTime() : endOf('endDate', endDate, zone);
  const usualMs = granularity === 'day' ? 29 * DAY_MS : 23 * HOUR_MS;
  const start = startDate === undefined ? end - usualMs : startOf('startDate', startDate, zone);
  if (end <= start)
    throw ValidationFailedError.of(
      'endDate',
      'isAfterStart',
      'endDate must not lie before startDate. A day as 2026-03-14 is meant to its end; an instant must come after startDate.',
    );
  return { start, end };
}

function startOf(path: string, text: string, zone: ZonedTime): number {
  return DAY.test(text) ? zone.startOfDay(dayOf(path, text)) : instantOf(path, text);
}

/** A day is meant to its end, an instant is not part of the range. */
function endOf(path: string, text: string, zone: ZonedTime): number {
  return DAY.test(text) ? zone.startOfDay(dayOf(path, text) + DAY_MS) : instantOf(path, text);
}

function dayOf(path: string, text: string): number {
  const day = new Date(`${text}T00:00:00Z`);
  // JavaScript takes the 30th of February for the 2nd of March.
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(text)) throw noDate(path);
  return within(path, day.getTime());
}

function instantOf(path: string, text: string): number {
  if (!INSTANT.test(text)) throw noDate(path);
  dayOf(path, text.slice(0, 10));
  const instant = Date.parse(text.toUpperCase());
  if (Number.isNaN(instant)) throw noDate(path);
  return within(path, instant);
}

function within(path: string, instant: number): number {
  if (instant >= EARLIEST && instant < LATEST) return instant;
  throw ValidationFailedError.of(path, 'isInReach', `${path} must lie between 2000 and 2099.`);
}

function noDate(path: string): ValidationFailedError {
  return ValidationFailedError.of(
    path,
    'isDate',
    `${path} must be a day as 2026-03-14, or an instant with its offset as 2026-03-14T09:00:00Z.`,
  );
}

function refuseTooLong(lengthMs: number, granularity: Granularity): void {
  if (granularity === 'day' && lengthMs > MOST_DAYS * DAY_MS)
    throw ValidationFailedError.of(
      'endDate',
      'rangeLength',
      'At most two years are answered at once. Ask for them one after the other.',
    );
  if (granularity === 'hour' && lengthMs > MOST_HOURS * HOUR_MS)
    throw ValidationFailedError.of(
      'endDate',
      'rangeLength',
      'At most 31 days are answered by hour. Ask for a shorter range, or with granularity=day.',
    );
}
