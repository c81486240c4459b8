import fc from 'fast-check';
import { isRenewalDue, isShortLived, isTooYoungForInstagram, nextCheckAt, retryAt } from './token-schedule';

const DAY_MS = 86_400_000;
const now = new Date('2026-11-21T09:30:00Z');
const inDays = (days: number): Date => new Date(now.getTime() + days * DAY_MS);
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

describe('the schedule of a token', () => {
  it.each([
    [null, false],
    [60, false],
    [10.1, false],
    [10, true],
    [0.01, true],
    [-1, true],
  ])('renews a token with %s days left: %s', (days, isDue) => {
    expect(isRenewalDue(now, days === null ? null : inDays(days))).toBe(isDue);
  });

  it('exchanges what lives for hours, and leaves what lives for weeks or for ever', () => {
    expect([inDays(1 / 24), inDays(60), null].map((at) => isShortLived(now, at))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('leaves an Instagram token alone on its first day', () => {
    expect([inDays(59.5), inDays(58.9), null].map((at) => isTooYoungForInstagram(now, at))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('looks again about a day later, and well before a token ends', () => {
    fc.assert(
      fc.property(fraction, fc.option(fc.double({ min: 0.01, max: 90, noNaN: true })), (random, days) => {
        const expiresAt = days === null ? null : inDays(days);
        const waitMs = nextCheckAt({ now, expiresAt, random }).getTime() - now.getTime();
        expect(waitMs).toBeGreaterThanOrEqual(5 * 60_000);
        expect(waitMs).toBeLessThanOrEqual(DAY_MS + 2 * 3_600_000);
        if (expiresAt !== null) expect(waitMs).toBeLessThan(expiresAt.getTime() - now.getTime());
      }),
    );
  });

  it('spreads tokens that were connected together', () => {
    const first = nextCheckAt({ now, expiresAt: null, random: 0 }).getTime();
    const last = nextCheckAt({ now, expiresAt: null, random: 1 }).getTime();
    expect(last - first).toBe(4 * 3_600_000);
  });

  it('waits longer after each failure, never more than six hours', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fraction, (failures, random) => {
        const waitMs = retryAt(now, failures, random).getTime() - now.getTime();
        expect(waitMs).toBeGreaterThanOrEqual(30_000);
        expect(waitMs).toBeLessThanOrEqual(6 * 3_600_000);
      }),
    );
    const waits = [1, 2, 3, 4].map((failures) => retryAt(now, failures, 1).getTime() - now.getTime());
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000]);
  });
});
