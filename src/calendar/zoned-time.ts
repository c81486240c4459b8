const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Clocks are never changed and changed back within so few days; in Ramadan some are for four weeks. */
const CALM_DAYS = 7;

/** What was found out about a zone, which takes long each time: twenty microseconds for an offset, and some hundred to begin. */
interface Clocks {
  format: Intl.DateTimeFormat;
  /** By instant, in milliseconds. */
  offsets: Map<number, number>;
}

const MOST_ZONES = 64;
const MOST_OFFSETS = 5_000;
const clocksByZone = new Map<string, Clocks>();

/** @throws RangeError for a name that is no time zone */
function clocksOf(timeZone: string): Clocks {
  const known = clocksByZone.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (clocksByZone.size >= MOST_ZONES) clocksByZone.clear();
  const clocks = { format, offsets: new Map<number, number>() };
  clocksByZone.set(timeZone, clocks);
  return clocks;
}

/** Whether it is a name of the IANA time zone database, as `Europe/Berlin` or `UTC`. Offsets are none: they know no summer. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{1,63}$/.test(name)) return false;
  try {
    clocksOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Clocks and calendars of one time zone, whose days may have 23, 24.5 or 25 hours. A local time is told in the milliseconds that
 * it would be in UTC; an instant, like everywhere, in milliseconds since 1970.
 */
export class ZonedTime {
  private readonly clocks: Clocks;

  /** @throws RangeError for a name that is no time zone */
  constructor(readonly timeZone: string) {
    this.clocks = clocksOf(timeZone);
  }

  /** What the clocks show at an instant, to the second. */
  localTime(instant: number): number {
    return instant - remainder(instant, 1_000) + this.offsetAt(instant);
  }

  /** The calendar day at an instant, as its midnight. */
  localDay(instant: number): number {
    return floor(this.localTime(instant), DAY_MS);
  }

  /** The first instant of a calendar day: midnight, or where clocks skip it, the moment they do. */
  startOfDay(localDay: number): number {
    const candidates = [-DAY_MS, DAY_MS].map((shift) => localDay - this.offsetAt(localDay + shift));
    const valid = candidates.filter((instant) => this.localTime(instant) === localDay);
    if (valid.length > 0) return Math.min(...valid);
    return firstMinute(
      Math.min(...candidates) - HOUR_MS,
      Math.max(...candidates) + HOUR_MS,
      (instant) => this.localTime(instant) >= localDay,
    );
  }

  /** The instants at which the days from one to another begin, and the end of the last. Days that a zone left out are left out. */
  dayBounds(firstDay: number, lastDay: number): number[] {
    const bounds: number[] = [];
    for (let day = firstDay; day <= lastDay + DAY_MS; day += CALM_DAYS * DAY_MS) {
      const steady = this.steadyOffset(day - DAY_MS, day + CALM_DAYS * DAY_MS);
      for (let next = day; next < day + CALM_DAYS * DAY_MS && next <= lastDay + DAY_MS; next += DAY_MS) {
        const bound = steady === null ? this.startOfDay(next) : next - steady;
        if (bound !== bounds.at(-1)) bounds.push(bound);
      }
    }
    return bounds;
  }

  /**
   * The instants at which the hours begin that hold anything from one instant to before another, and the end of the last. An
   * hour begins with each full hour of the clock and wherever clocks are changed: none is longer than 60 minutes, and where
   * they are changed by half an hour, one is shorter.
   */
  hourBounds(from: number, until: number): number[] {
    let bound = this.startOfHour(from);
    const bounds = [bound];
    while (bound < until) {
      bound = this.endOfHour(bound);
      bounds.push(bound);
      if (this.steadyOffset(bound, bound + DAY_MS) === null) continue;
      for (const end = bound + DAY_MS; bound < until && bound < end; bounds.push(bound)) bound += HOUR_MS;
    }
    return bounds;
  }

  /** The offset when it is the same all the time: asking for each day and hour would take longer than the figures do. */
  private steadyOffset(from: number, until: number): number | null {
    // Of local times and of instants: a day more on either side covers both.
    const offset = this.offsetAt(from - DAY_MS);
    return offset === this.offsetAt(until + DAY_MS) ? offset : null;
  }

  private startOfHour(instant: number): number {
    const start = instant - (instant % 1_000) - remainder(this.localTime(instant), HOUR_MS);
    if (this.offsetAt(start) === this.offsetAt(instant)) return start;
    return this.changeBetween(start, instant);
  }

  private endOfHour(start: number): number {
    const end = start + HOUR_MS - remainder(this.localTime(start), HOUR_MS);
    return this.offsetAt(end) === this.offsetAt(start) ? end : this.changeBetween(start, end);
  }

  /** The moment after one instant, and up to another, at which clocks are changed. */
  private changeBetween(before: number, after: number): number {
    const offset = this.offsetAt(after);
    return firstMinute(before, after, (instant) => this.offsetAt(instant) === offset);
  }

  private offsetAt(instant: number): number {
    const { format, offsets } = this.clocks;
    const second = instant - remainder(instant, 1_000);
    const known = offsets.get(second);
    if (known !== undefined) return known;
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(second)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = parts;
    const offset = Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
    if (offsets.size >= MOST_OFFSETS) offsets.clear();
    offsets.set(second, offset);
    return offset;
  }
}

/** The first full minute, after one instant and up to another, from which on it holds. */
function firstMinute(before: number, after: number, holds: (instant: number) => boolean): number {
  let [low, high] = [Math.floor(before / MINUTE_MS), Math.ceil(after / MINUTE_MS)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle * MINUTE_MS)) high = middle;
    else low = middle;
  }
  return high * MINUTE_MS;
}

function floor(value: number, step: number): number {
  return value - remainder(value, step);
}

function remainder(value: number, step: number): number {
  return ((value % step) + step) % step;
}
