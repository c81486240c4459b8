import { metricRange } from './metric-range';
import { periodRange } from './period-range';
import { type BoundsToPrecede, previousBounds } from './previous-bounds';

const iso = (bounds: readonly Date[]): string[] =>
  bounds.map((bound) => bound.toISOString().replace(':00.000Z', 'Z'));

const before = (
  granularity: BoundsToPrecede['granularity'],
  timeZone: string,
  startDate: string,
  endDate: string,
): string[] => {
  const request = { startDate, endDate, timeZone };
  const { bounds } =
    granularity === 'hour'
      ? metricRange({ ...request, granularity })
      : periodRange({ ...request, granularity });
  const previous = previousBounds({ granularity, timeZone, bounds });
  expect(previous).toHaveLength(bounds.length);
  expect(previous.at(-1)).toEqual(bounds[0]);
  return iso(previous);
};

it('is as many days, of which one is longer where clocks were set back', () => {
  expect(before('day', 'Europe/Berlin', '2026-10-26', '2026-10-28')).toEqual([
    '2026-10-22T22:00Z',
    '2026-10-23T22:00Z',
    '2026-10-24T22:00Z',
    '2026-10-25T23:00Z',
  ]);
});

it('is as many days where clocks were put forward', () => {
  expect(before('day', 'Europe/Berlin', '2026-03-29', '2026-03-30')).toEqual([
    '2026-03-26T23:00Z',
    '2026-03-27T23:00Z',
    '2026-03-28T23:00Z',
  ]);
  expect(before('day', 'Europe/Berlin', '2026-03-30', '2026-03-30')).toEqual([
    '2026-03-28T23:00Z',
    '2026-03-29T22:00Z',
  ]);
});

it('is as many days as there are when a zone left one out', () => {
  expect(before('day', 'Pacific/Apia', '2011-12-31', '2012-01-02')).toEqual([
    '2011-12-27T10:00Z',
    '2011-12-28T10:00Z',
    '2011-12-29T10:00Z',
    '2011-12-30T10:00Z',
  ]);
});

it('is as many hours, counting the one that comes twice', () => {
  expect(before('hour', 'Europe/Berlin', '2026-10-25T01:00:00Z', '2026-10-25T04:00:00Z')).toEqual([
    '2026-10-24T22:00Z',
    '2026-10-24T23:00Z',
    '2026-10-25T00:00Z',
    '2026-10-25T01:00Z',
  ]);
});

it('is as many hours where one was only half an hour long', () => {
  expect(before('hour', 'Australia/Lord_Howe', '2026-04-04T15:30:00Z', '2026-04-04T17:30:00Z')).toEqual([
    '2026-04-04T14:00Z',
    '2026-04-04T15:00Z',
    '2026-04-04T15:30Z',
  ]);
});

it('is as many days of a zone with half an hour in its offset', () => {
  expect(before('day', 'Asia/Kolkata', '2026-03-01', '2026-03-01')).toEqual([
    '2026-02-27T18:30Z',
    '2026-02-28T18:30Z',
  ]);
});

it('is as many weeks, from Monday on', () => {
  expect(before('week', 'Europe/Berlin', '2026-03-30', '2026-04-12')).toEqual([
    '2026-03-15T23:00Z',
    '2026-03-22T23:00Z',
    '2026-03-29T22:00Z',
  ]);
});

it('is as many months, whatever their number of days, across the turn of the year', () => {
  expect(before('month', 'UTC', '2026-03-01', '2026-03-31')).toEqual([
    '2026-02-01T00:00Z',
    '2026-03-01T00:00Z',
  ]);
  expect(before('month', 'Europe/Berlin', '2026-01-01', '2026-02-28')).toEqual([
    '2025-10-31T23:00Z',
    '2025-11-30T23:00Z',
    '2025-12-31T23:00Z',
  ]);
});

it('goes back as far as the longest range is long', () => {
  const bounds = before('day', 'Europe/Berlin', '2024-11-01', '2026-10-31');
  expect(bounds[0]).toBe('2022-11-01T23:00Z');
});

it('follows its own hours in a whole month of hours', () => {
  const bounds = before('hour', 'Europe/Berlin', '2026-10-26', '2026-11-25');
  // 31 days, of which the 25th of October has 25 hours: they begin at one in the night of the 25th of September.
  expect(bounds[0]).toBe('2026-09-24T23:00Z');
});
