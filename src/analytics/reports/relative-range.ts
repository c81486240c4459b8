import { ZonedTime } from '../../calendar/zoned-time';

export const RELATIVE_RANGES = [
  'today',
  'yesterday',
  'last_7_days',
  'last_30_days',
  'last_90_days',
  'this_week',
  'last_week',
  'month_to_date',
  'last_month',
  'last_quarter',
  'year_to_date',
] as const;
/**
 * Days of a calendar, counted from the day on which the report is made. `last_7_days` and its kind end with yesterday: a day that
 * is not over would look like a bad one. Weeks begin on Monday.
 */
export type RelativeRange = (typeof RELATIVE_RANGES)[number];

const DAY_MS = 86_400_000;

/** The first and the last day, both part of it, as `2026-03-14`. */
export function daysOf(
  range: RelativeRange,
  timeZone: string,
  now: Date,
): { startDate: string; endDate: string } {
  const today = new ZonedTime(timeZone).localDay(now.getTime());
  const [first, last] = edges(range, today);
  return { startDate: textOf(first), endDate: textOf(last) };
}

/** Local days as `ZonedTime` tells them: in the milliseconds that their midnight would be in UTC, which knows no changes of clocks. */
function edges(range: RelativeRange, today: number): [first: number, last: number] {
  const yesterday = today - DAY_MS;
  const date = new Date(today);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const monday = today - ((date.getUTCDay() + 6) % 7) * DAY_MS;
  switch (range) {
    case 'today':
      return [today, today];
    case 'yesterday':
      return [yesterday, yesterday];
    case 'last_7_days':
      return [today - 7 * DAY_MS, yesterday];
    case 'last_30_days':
      return [today - 30 * DAY_MS, yesterday];
    case 'last_90_days':
      return [today - 90 * DAY_MS, yesterday];
    case 'this_week':
      return [monday, today];
    case 'last_week':
      return [monday - 7 * DAY_MS, monday - DAY_MS];
    case 'month_to_date':
      return [Date.UTC(year, month), today];
    case 'last_month':
      return [Date.UTC(year, month - 1), Date.UTC(year, month) - DAY_MS];
    case 'last_quarter': {
      const quarter = month - (month % 3);
      return [Date.UTC(year, quarter - 3), Date.UTC(year, quarter) - DAY_MS];
    }
    case 'year_to_date':
      return [Date.UTC(year, 0), today];
  }
}

function textOf(localDay: number): string {
  return new Date(localDay).toISOString().slice(0, 10);
}
