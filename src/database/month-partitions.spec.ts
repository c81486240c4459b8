import { createdAtOf, firstIdAt } from './ids';
import { partitionName, startOfMonth } from './month-partitions';
import { retentionEnd } from './partition-retention';

describe('month partitions', () => {
  it('begin on the first of a month in UTC and follow each other without a gap, over the end of a year too', () => {
    const november = startOfMonth(new Date('2026-11-30T23:59:59.999Z'));
    expect(november).toEqual(new Date('2026-11-01T00:00:00Z'));
    expect(startOfMonth(november, 2)).toEqual(new Date('2027-01-01T00:00:00Z'));
    expect(firstIdAt(startOfMonth(november, 1)) > firstIdAt(new Date('2026-11-30T23:59:59.999Z'))).toBe(true);
  });

  it('are named by year and month', () => {
    expect(partitionName('messages', new Date('2027-01-01T00:00:00Z'))).toBe('messages_2027_01');
  });
});

describe('the end of retention', () => {
  const endOf = (now: string, days: number): string | null => {
    const end = retentionEnd(new Date(now), days);
    return end === null ? null : createdAtOf(end).toISOString();
  };

  it('is so many days ago', () => {
    expect(endOf('2026-07-15T12:00:00Z', 90)).toBe('2026-04-16T12:00:00.000Z');
  });

  it('is never later than last month, which is made again every day', () => {
    expect(endOf('2026-07-01T00:00:00Z', 1)).toBe('2026-06-01T00:00:00.000Z');
    expect(endOf('2026-01-31T12:00:00Z', 5)).toBe('2025-12-01T00:00:00.000Z');
  });

  it('is nowhere for what is kept for ever', () => {
    expect(endOf('2026-07-15T12:00:00Z', 0)).toBeNull();
  });
});
