const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const hourThere = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hour: '2-digit',
  hourCycle: 'h23',
});

/** The midnight in California on a date of the UTC calendar: 08:00 UTC, in summer 07:00. Insights end their days then. */
function midnightOn(utcMidnight: number): number {
  const summer = utcMidnight + 7 * HOUR_MS;
  return hourThere.format(summer) === '00' ? summer : summer + HOUR_MS;
}

/** All of them after `since` and up to `until`, as Unix ms. */
export function dayEndsWithin(since: number, until: number): number[] {
  const ends: number[] = [];
  for (let day = Math.floor(since / DAY_MS) * DAY_MS; day <= until; day += DAY_MS) {
    const end = midnightOn(day);
    if (end > since && end <= until) ends.push(end);
  }
  return ends;
}

/** The instant a number of those days before one of them: two days of the year have not 24 hours. */
export function daysBefore(end: number, days: number): number {
  const utcMidnight = Math.floor(end / DAY_MS) * DAY_MS;
  return midnightOn(utcMidnight - days * DAY_MS);
}

/** `2026-11-20` */
export function dateOf(end: number): string {
  return new Date(end).toISOString().slice(0, 10);
}
