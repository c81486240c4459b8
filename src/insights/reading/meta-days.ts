import { ZonedTime } from '../../calendar/zoned-time';

/** Meta cuts the days of all figures where the clocks of California show midnight. */
export const META_TIME_ZONE = 'America/Los_Angeles';
const ZONE = new ZonedTime(META_TIME_ZONE);
const DAY_MS = 86_400_000;

/** Where the day of Meta's begins that an instant lies in. */
export function metaDayOf(instant: Date): Date {
  return new Date(ZONE.startOfDay(ZONE.localDay(instant.getTime())));
}

/** Where the day begins that ends at `end_time`; Meta's ends are at seven or eight o'clock UTC. */
export function metaDayEndingAt(endTime: Date): Date {
  return metaDayOf(new Date(endTime.getTime() - DAY_MS / 2));
}

/** Some days earlier or later: not always 24 hours each. @param day where one begins */
export function addMetaDays(day: Date, days: number): Date {
  return new Date(ZONE.startOfDay(ZONE.localDay(day.getTime()) + days * DAY_MS));
}

/** From one day to before another one. */
export function metaDaysBetween(from: Date, until: Date): Date[] {
  const days: Date[] = [];
  for (let day = metaDayOf(from); day < until; day = addMetaDays(day, 1)) days.push(day);
  return days;
}
