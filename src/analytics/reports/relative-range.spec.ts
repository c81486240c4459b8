import { analyticsRange } from '../scope/analytics-range';
import { RELATIVE_RANGES, type RelativeRange, daysOf } from './relative-range';

const days = (range: RelativeRange, now: string, timeZone = 'UTC'): string => {
  const { startDate, endDate } = daysOf(range, timeZone, new Date(now));
  return `${startDate} ${endDate}`;
};

describe('days counted from today', () => {
  // A Wednesday.
  const NOW = '2026-05-13T10:00:00Z';

  it.each<[RelativeRange, string]>([
    ['today', '2026-05-13 2026-05-13'],
    ['yesterday', '2026-05-12 2026-05-12'],
    ['last_7_days', '2026-05-06 2026-05-12'],
    ['last_30_days', '2026-04-13 2026-05-12'],
    ['last_90_days', '2026-02-12 2026-05-12'],
    ['this_week', '2026-05-11 2026-05-13'],
    ['last_week', '2026-05-04 2026-05-10'],
    ['month_to_date', '2026-05-01 2026-05-13'],
    ['last_month', '2026-04-01 2026-04-30'],
    ['last_quarter', '2026-01-01 2026-03-31'],
    ['year_to_date', '2026-01-01 2026-05-13'],
  ])('%s', (range, expected) => {
    expect(days(range, NOW)).toBe(expected);
  });

  it('are those of the calendar of the time zone', () => {
    expect(days('yesterday', '2026-05-13T22:30:00Z', 'Europe/Berlin')).toBe('2026-05-13 2026-05-13');
    expect(days('yesterday', '2026-05-13T03:30:00Z', 'America/New_York')).toBe('2026-05-11 2026-05-11');
  });

  it('go over the ends of months, years and weeks', () => {
    expect(days('last_month', '2026-01-31T00:00:00Z')).toBe('2025-12-01 2025-12-31');
    expect(days('last_month', '2028-03-31T00:00:00Z')).toBe('2028-02-01 2028-02-29');
    expect(days('last_quarter', '2026-02-01T00:00:00Z')).toBe('2025-10-01 2025-12-31');
    expect(days('last_week', '2026-05-10T23:59:00Z')).toBe('2026-04-27 2026-05-03'); // a Sunday
    expect(days('this_week', '2026-05-11T00:00:00Z')).toBe('2026-05-11 2026-05-11'); // a Monday
  });

  it.each([
    // The day of the change itself is yesterday: 23 hours in spring, 25 in autumn.
    ['2026-03-30T06:00:00Z', 23],
    ['2026-10-26T06:00:00Z', 25],
  ])('have their own lengths when clocks are changed: %s', (now, hours) => {
    const { from, until } = analyticsRange(
      { ...daysOf('yesterday', 'Europe/Berlin', new Date(now)), timeZone: 'Europe/Berlin' },
      new Date(now),
    );
    expect((until.getTime() - from.getTime()) / 3_600_000).toBe(hours);
    const week = daysOf('last_7_days', 'Europe/Berlin', new Date(now));
    expect(analyticsRange({ ...week, timeZone: 'Europe/Berlin' }, new Date(now)).bounds).toHaveLength(8);
  });

  it('can all be answered, also at midnight and at the moment of a change', () => {
    for (const zone of ['UTC', 'Europe/Berlin', 'Africa/Cairo', 'Australia/Lord_Howe'])
      for (const now of ['2026-03-29T01:00:00Z', '2026-04-23T22:00:00Z', '2026-10-25T00:30:00Z'])
        for (const range of RELATIVE_RANGES) {
          const request = { ...daysOf(range, zone, new Date(now)), timeZone: zone };
          const { from, until } = analyticsRange(request, new Date(now));
          expect([zone, range, until > from]).toEqual([zone, range, true]);
        }
  });
});
