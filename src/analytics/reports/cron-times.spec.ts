import { CronTimes } from './cron-times';

const next = (cron: string, timeZone: string, after: string, count = 3): string[] =>
  new CronTimes(cron, timeZone)
    .next(count, new Date(after))
    .map((time) => time.toISOString().replace(':00.000Z', 'Z'));

describe('times of a cron expression', () => {
  it('go by the clocks of the time zone', () => {
    expect(next('0 8 * * 1', 'Europe/Berlin', '2026-03-20T00:00:00Z')).toEqual([
      '2026-03-23T07:00Z',
      '2026-03-30T06:00Z',
      '2026-04-06T06:00Z',
    ]);
  });

  it('come once on the day on which clocks are changed', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00Z', // there is no 02:30
      '2026-03-30T00:30Z',
    ]);
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30Z', // the first of two
      '2026-10-26T01:30Z',
    ]);
  });

  it('come every hour where all hours are meant, also over a change', () => {
    expect(next('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z', 4)).toEqual([
      '2026-10-25T00:00Z',
      '2026-10-25T01:00Z',
      '2026-10-25T02:00Z',
      '2026-10-25T03:00Z',
    ]);
  });

  it.each([
    ['* * * * *', 'hourly'],
    ['*/20 * * * *', 'hourly'],
    ['0,30 8 * * *', 'hourly'],
    ['0-5 8 * * *', 'hourly'],
    ['@daily', 'five'],
    ['0 0 8 * * *', 'five'],
    ['', 'five'],
    ['0 24 * * *', 'cron'],
    ['0 8 * * NODAY', 'cron'],
  ])('are refused: %s', (cron, rule) => {
    expect(problemOf(() => new CronTimes(cron, 'UTC'))).toMatchObject({
      details: { fields: [{ path: 'cron', rule }] },
    });
  });

  it('are refused where they never come', () => {
    expect(() => new CronTimes('0 0 30 2 *', 'UTC').after(new Date())).toThrow('never comes');
  });

  it('that were missed come down to the last, also after a long while', () => {
    const daily = new CronTimes('0 8 * * *', 'UTC');
    const first = new Date('2026-05-01T08:00:00Z');
    expect(daily.lastOf(first, new Date('2026-05-01T08:00:00Z'))).toEqual(first);
    expect(daily.lastOf(first, new Date('2026-05-04T07:59:00Z'))).toEqual(new Date('2026-05-03T08:00:00Z'));
    expect(daily.lastOf(first, new Date('2028-01-01T09:00:00Z'))).toEqual(new Date('2028-01-01T08:00:00Z'));
    const yearly = new CronTimes('0 8 1 1 *', 'UTC');
    const january = new Date('2026-01-01T08:00:00Z');
    expect(yearly.lastOf(january, new Date('2026-12-01T00:00:00Z'))).toEqual(january);
  });
});

function problemOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
