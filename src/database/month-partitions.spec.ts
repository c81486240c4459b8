import { firstIdAt } from './ids';
import { partitionName, startOfMonth } from './month-partitions';

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
