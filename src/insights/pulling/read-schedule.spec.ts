import type { AccountId, AssetId } from '../../database/ids';
import type { InsightObject } from '../insight-object';
import { nextReadAt, olderWindow, recentWindow } from './read-schedule';

const now = new Date('2026-11-21T20:00:00Z');
const day = (text: string): Date => new Date(`${text}T08:00:00Z`);
const hoursFrom = (at: Date | null): number | null => at && (at.getTime() - now.getTime()) / 3_600_000;
const anObject = (change: Partial<InsightObject>): InsightObject => ({
  accountId: 'a' as AccountId,
  id: 'o',
  assetId: 's' as AssetId,
  kind: 'page',
  externalId: '1',
  product: null,
  publishedAt: null,
  endsAt: null,
  state: 'active',
  stateReason: null,
  readAt: null,
  nextReadAt: null,
  coveredFrom: null,
  coveredUntil: null,
  ...change,
});

describe('what a pull asks for', () => {
  it('is the last 89 days of a Page at first, the days as California has them', () => {
    expect(recentWindow(anObject({}), now)).toEqual({
      from: new Date('2026-08-25T07:00:00Z'),
      until: day('2026-11-22'),
    });
  });

  it('is then what is new, with the days before that Meta may have corrected', () => {
    const known = anObject({ coveredFrom: day('2024-11-21'), coveredUntil: day('2026-11-22') });
    expect(recentWindow(known, now)).toEqual({ from: day('2026-11-16'), until: day('2026-11-22') });
  });

  it('is never more than Meta answers at once, however long nobody asked', () => {
    const { from, until } = recentWindow(anObject({ coveredUntil: day('2026-01-10') }), now)!;
    expect(from).toEqual(day('2026-01-05'));
    expect(until.getTime() - from.getTime()).toBeLessThanOrEqual(90 * 86_400_000);
  });

  it('goes back piece by piece until two years are there', () => {
    const older = olderWindow(anObject({ coveredFrom: day('2026-01-01') }), now)!;
    expect(older.until).toEqual(day('2026-01-01'));
    expect(olderWindow(anObject({ coveredFrom: new Date('2024-11-21T08:00:00Z') }), now)).toBeNull();
    expect(olderWindow(anObject({ kind: 'ig_account', coveredFrom: day('2026-01-01') }), now)).toBeNull();
  });

  it('is nothing by day of posts', () => {
    expect(recentWindow(anObject({ kind: 'post' }), now)).toBeNull();
    expect(olderWindow(anObject({ kind: 'post' }), now)).toBeNull();
  });
});

describe('when something is read again', () => {
  const ago = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
  it.each([
    [1, 3],
    [5, 8],
    [20, 24],
    [100, 168],
    [200, null],
  ])('a post of %d days after %p hours', (days, hours) => {
    expect(hoursFrom(nextReadAt(anObject({ kind: 'post', publishedAt: ago(days) }), now))).toBe(hours);
  });

  it('a story every hour, a last time shortly before its end, and never after', () => {
    const endingIn = (minutes: number) =>
      anObject({ kind: 'ig_media', product: 'STORY', endsAt: new Date(now.getTime() + minutes * 60_000) });
    expect(hoursFrom(nextReadAt(endingIn(600), now))).toBe(1);
    expect(hoursFrom(nextReadAt(endingIn(45), now))).toBe(0.5);
    expect(nextReadAt(endingIn(10), now)).toBeNull();
  });
});
