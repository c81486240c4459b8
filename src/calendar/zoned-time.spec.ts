import { ZonedTime, isTimeZone } from './zoned-time';

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const at = (text: string): number => Date.parse(text);
const iso = (instants: readonly number[]): string[] =>
  instants.map((instant) => new Date(instant).toISOString().replace(':00.000Z', 'Z'));

/** Lengths in hours of the days around a change of clocks. */
const lengths = (zone: string, first: string, last: string): number[] => {
  const bounds = new ZonedTime(zone).dayBounds(day(first), day(last));
  return bounds.slice(1).map((bound, index) => (bound - (bounds[index] ?? 0)) / 3_600_000);
};

describe('days of a time zone', () => {
  it.each([
    ['Europe/Berlin', '2026-03-28', '2026-03-30', [24, 23, 24]],
    ['Europe/Berlin', '2026-10-24', '2026-10-26', [24, 25, 24]],
    ['America/New_York', '2026-03-07', '2026-03-09', [24, 23, 24]],
    ['America/New_York', '2026-10-31', '2026-11-02', [24, 25, 24]],
    ['Asia/Kolkata', '2026-03-28', '2026-03-30', [24, 24, 24]],
    // Clocks are changed at midnight: the day begins at one, or the day before ends an hour later.
    ['Africa/Cairo', '2026-04-23', '2026-04-25', [24, 23, 24]],
    ['Africa/Cairo', '2026-10-28', '2026-10-30', [24, 25, 24]],
    // By half an hour.
    ['Australia/Lord_Howe', '2026-04-04', '2026-04-06', [24, 24.5, 24]],
    ['Australia/Lord_Howe', '2026-10-03', '2026-10-05', [24, 23.5, 24]],
    // Midnight comes twice.
    ['America/Havana', '2026-10-31', '2026-11-02', [24, 25, 24]],
  ])('have their own lengths in %s from %s to %s', (zone, first, last, expected) => {
    expect(lengths(zone, first, last)).toEqual(expected);
  });

  it('begin where clocks skip midnight at the moment they do', () => {
    expect(iso([new ZonedTime('Africa/Cairo').startOfDay(day('2026-04-24'))])).toEqual(['2026-04-23T22:00Z']);
  });

  it('are left out where the zone left one out', () => {
    const bounds = new ZonedTime('Pacific/Apia').dayBounds(day('2011-12-29'), day('2011-12-31'));
    expect(iso(bounds)).toEqual(['2011-12-29T10:00Z', '2011-12-30T10:00Z', '2011-12-31T10:00Z']);
  });

  it('follow one another without gap, each beginning with its date, in zones of all kinds', () => {
    for (const name of [
      'UTC',
      'Asia/Kathmandu',
      'Pacific/Chatham',
      'America/St_Johns',
      'Africa/Casablanca',
    ]) {
      const zone = new ZonedTime(name);
      const bounds = zone.dayBounds(day('2025-01-01'), day('2026-12-31'));
      expect(bounds).toHaveLength(731);
      for (const [index, bound] of bounds.entries()) {
        expect([name, index, zone.localDay(bound)]).toEqual([
          name,
          index,
          day('2025-01-01') + index * 86_400_000,
        ]);
        expect(zone.localDay(bound - 1)).toBeLessThan(zone.localDay(bound));
        // What the figures are kept by.
        expect(bound % 900_000).toBe(0);
      }
    }
  });
});

describe('hours of a time zone', () => {
  const hours = (zone: string, from: string, until: string): string[] =>
    iso(new ZonedTime(zone).hourBounds(at(from), at(until)));

  it('begin at half past in UTC where the offset has a half', () => {
    expect(hours('Asia/Kolkata', '2026-03-14T09:10:00Z', '2026-03-14T10:00:00Z')).toEqual([
      '2026-03-14T08:30Z',
      '2026-03-14T09:30Z',
      '2026-03-14T10:30Z',
    ]);
  });

  it('are all there when one comes twice, or not at all', () => {
    expect(hours('Europe/Berlin', '2026-10-24T23:00:00Z', '2026-10-25T03:00:00Z')).toHaveLength(5);
    expect(hours('Europe/Berlin', '2026-03-29T00:00:00Z', '2026-03-29T03:00:00Z')).toHaveLength(4);
  });

  it('are cut where clocks are changed by half an hour', () => {
    expect(hours('Australia/Lord_Howe', '2026-04-04T14:00:00Z', '2026-04-04T16:30:00Z')).toEqual([
      '2026-04-04T14:00Z',
      '2026-04-04T15:00Z', // 01:30 for the second time
      '2026-04-04T15:30Z',
      '2026-04-04T16:30Z',
    ]);
    expect(hours('Australia/Lord_Howe', '2026-10-03T14:40:00Z', '2026-10-03T16:00:00Z')).toEqual([
      '2026-10-03T14:30Z',
      '2026-10-03T15:30Z', // 02:30, as there is no 02:00
      '2026-10-03T16:00Z',
    ]);
    expect(hours('Australia/Lord_Howe', '2026-10-03T15:45:00Z', '2026-10-03T16:00:00Z')).toEqual([
      '2026-10-03T15:30Z',
      '2026-10-03T16:00Z',
    ]);
  });
});

it('knows the names of time zones', () => {
  expect(
    ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3'].filter(isTimeZone),
  ).toHaveLength(4);
  expect(['', 'Mars/Olympus', '+05:30', 'Europe/Berlin; DROP', 'x'.repeat(80)].filter(isTimeZone)).toEqual(
    [],
  );
});
