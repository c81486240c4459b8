import { ValidationFailedError } from '../errors/app.error';
import { periodRange } from './period-range';

const iso = (request: Parameters<typeof periodRange>[0], now?: Date): string[] =>
  periodRange(request, now).bounds.map((bound) => bound.toISOString());
const SATURDAY = new Date('2026-11-21T12:00:00Z');

describe('a range by period', () => {
  it('is of whole weeks from Monday to Sunday, with the day on which clocks are changed', () => {
    const range = { startDate: '2026-10-21', endDate: '2026-10-27', timeZone: 'Europe/Berlin' };
    expect(iso({ ...range, granularity: 'week' })).toEqual([
      '2026-10-18T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
      '2026-11-01T23:00:00.000Z',
    ]);
  });

  it('is of whole months', () => {
    expect(iso({ startDate: '2025-12-31', endDate: '2026-02-01', granularity: 'month' })).toEqual([
      '2025-12-01T00:00:00.000Z',
      '2026-01-01T00:00:00.000Z',
      '2026-02-01T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
    ]);
  });

  it('is one bucket in all', () => {
    expect(iso({ startDate: '2026-11-01', endDate: '2026-11-10', granularity: 'total' })).toEqual([
      '2026-11-01T00:00:00.000Z',
      '2026-11-11T00:00:00.000Z',
    ]);
  });

  it.each([
    ['day', 30],
    ['week', 12],
    ['total', 1],
  ] as const)('goes back as far as is usual by %s', (granularity, buckets) => {
    const bounds = iso({ granularity }, SATURDAY);
    expect(bounds).toHaveLength(buckets + 1);
    if (granularity !== 'week') expect(bounds.at(-1)).toBe('2026-11-22T00:00:00.000Z');
  });

  it('has 28 days in all where it has no beginning, as Meta counts people in', () => {
    expect(iso({ granularity: 'total', endDate: '2026-11-20' })).toEqual([
      '2026-10-24T00:00:00.000Z',
      '2026-11-21T00:00:00.000Z',
    ]);
  });

  it('is refused when it is longer than two years', () => {
    expect(() =>
      periodRange({ startDate: '2023-01-01', endDate: '2026-01-01', granularity: 'month' }),
    ).toThrow(ValidationFailedError);
  });
});
