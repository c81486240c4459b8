import { ACCOUNT_PAUSE_MS, type FailureCount, afterFailure, waitBefore } from './login-lock';

const NOW = new Date('2026-03-14T09:00:00Z');
const RULES = { lockAfter: 5, lockSeconds: 60, accountAfter: 100 };
const later = (ms: number): Date => new Date(NOW.getTime() + ms);
const count = (values: Partial<FailureCount>): FailureCount => ({
  failures: 0,
  countedAt: NOW,
  lockedUntil: null,
  lastLoginAt: null,
  ...values,
});

/** So many wrong passwords, each as soon as it is looked at. @returns how long the next has to wait */
function waitAfter(failures: number): number {
  let [own, all, now]: [FailureCount | null, FailureCount | null, Date] = [null, null, NOW];
  for (let index = 0; index < failures; index++) {
    now = new Date(now.getTime() + waitBefore(now, own, all));
    ({ own, all } = afterFailure(now, own, all, RULES));
  }
  return waitBefore(now, own, all);
}

describe('a login after wrong passwords', () => {
  it.each([
    [0, 0],
    [4, 0],
    [5, 60_000],
    [6, 120_000],
    [7, 240_000],
    [10, 1_920_000],
    [11, 3_600_000],
    [40, 3_600_000],
  ])('from one address waits: after %i of them %i ms', (failures, expected) => {
    expect(waitAfter(failures)).toBe(expected);
  });

  it('begins anew a day after the last', () => {
    const { own } = afterFailure(later(86_400_000), count({ failures: 9 }), null, RULES);
    expect(own).toMatchObject({ failures: 1, lockedUntil: null });
  });

  it('from a strange address waits once there were too many from everywhere', () => {
    const { all } = afterFailure(NOW, null, count({ failures: 99 }), RULES);
    expect(all).toMatchObject({ failures: 100, lockedUntil: later(ACCOUNT_PAUSE_MS) });
    expect(waitBefore(NOW, null, all)).toBe(ACCOUNT_PAUSE_MS);
  });

  it('from where the user came from of late does not wait for what others do', () => {
    const all = count({ failures: 5_000, lockedUntil: later(ACCOUNT_PAUSE_MS) });
    const dayMs = 86_400_000;
    expect(waitBefore(NOW, count({ lastLoginAt: later(-29 * dayMs) }), all)).toBe(0);
    expect(waitBefore(NOW, count({ lastLoginAt: later(-31 * dayMs) }), all)).toBe(ACCOUNT_PAUSE_MS);
    const own = count({ lastLoginAt: later(-dayMs), lockedUntil: later(7_000) });
    expect(waitBefore(NOW, own, all)).toBe(7_000);
  });

  it('counts everywhere by the day, however the failures are spread over it', () => {
    const all = count({ failures: 99, countedAt: later(-86_400_000) });
    expect(afterFailure(NOW, null, all, RULES).all).toMatchObject({ failures: 1, countedAt: NOW });
    const young = count({ failures: 50, countedAt: later(-86_399_000) });
    expect(afterFailure(NOW, null, young, RULES).all).toMatchObject({
      failures: 51,
      countedAt: young.countedAt,
    });
  });
});
