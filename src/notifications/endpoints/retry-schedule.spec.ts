import {
  BREAKER_FAILURES,
  LONGEST_RETRY_AFTER_MS,
  RETRY_DELAYS_MS,
  probeDelayMs,
  retryAfterMs,
  retryDelayMs,
} from './retry-schedule';

const HOUR_MS = 3_600_000;
const NOW = new Date('2026-03-14T12:00:00Z');

describe('the schedule of retries', () => {
  it('spreads attempts over about a day, then gives up', () => {
    const inAll = RETRY_DELAYS_MS.reduce((sum, delay) => sum + delay, 0);
    expect(inAll / HOUR_MS).toBeGreaterThan(23);
    expect(inAll / HOUR_MS).toBeLessThan(25);
    expect(retryDelayMs(RETRY_DELAYS_MS.length + 1, null, 0.5)).toBeNull();
  });

  it('differs by a fifth either way, so that what failed together is not tried together', () => {
    expect([0, 0.5, 1].map((random) => retryDelayMs(4, null, random))).toEqual([480_000, 600_000, 720_000]);
  });

  it('gives the receiver the time that it asks for, and not less than it would have had', () => {
    expect(retryDelayMs(1, 120_000, 0.5)).toBe(120_000);
    expect(retryDelayMs(4, 1_000, 0.5)).toBe(600_000);
  });

  it.each([
    ['120', 120_000],
    ['Sat, 14 Mar 2026 12:02:00 GMT', 120_000],
    ['999999999', LONGEST_RETRY_AFTER_MS],
    ['Sat, 14 Mar 2026 11:00:00 GMT', null],
    ['-5', null],
    ['soon', null],
    ['', null],
    [undefined, null],
  ])('reads Retry-After: %s', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });

  it('tries a broken endpoint by single deliveries, at first after half a minute, at last once an hour', () => {
    expect(probeDelayMs(BREAKER_FAILURES - 1, HOUR_MS, 0.5)).toBeNull();
    expect(probeDelayMs(BREAKER_FAILURES, 100, 0.5)).toBe(30_000);
    // Those that were under way at that moment fail, too, and say nothing new.
    expect(probeDelayMs(BREAKER_FAILURES + 9, 100, 0.5)).toBe(30_000);
    expect(probeDelayMs(BREAKER_FAILURES + 9, 10 * 60_000, 0.5)).toBe(300_000);
    expect(probeDelayMs(BREAKER_FAILURES + 9, 24 * HOUR_MS, 0.5)).toBe(HOUR_MS);
  });
});
