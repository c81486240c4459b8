import { countsAsFailure, isLimited, stopsEverything, verdictOn } from './campaign-verdict';

const THRESHOLDS = { failures: 50, limitedPercent: 30 };
const QUIET = { recent: 0, recent_failed: 0, recent_limited: 0, stop_error: null };

describe('the verdict on a campaign', () => {
  it('is nothing while most messages arrive, however many there are', () => {
    expect(verdictOn({ ...QUIET, recent: 400, recent_failed: 120 }, THRESHOLDS)).toBeNull();
    expect(verdictOn({ ...QUIET, recent: 49, recent_failed: 49 }, THRESHOLDS)).toBeNull();
  });

  it('is a pause when enough fail and they are at least half', () => {
    expect(verdictOn({ ...QUIET, recent: 100, recent_failed: 50 }, THRESHOLDS)?.code).toBe('many_failures');
  });

  it('is a pause when Meta holds a share of them back, and not for the first few', () => {
    expect(verdictOn({ ...QUIET, recent: 60, recent_limited: 20 }, THRESHOLDS)?.code).toBe(
      'marketing_limited',
    );
    expect(verdictOn({ ...QUIET, recent: 10, recent_limited: 10 }, THRESHOLDS)).toBeNull();
    expect(verdictOn({ ...QUIET, recent: 100, recent_limited: 20 }, THRESHOLDS)).toBeNull();
  });

  it('is a pause at the first error that all would meet, and says what to do', () => {
    const stopped = (code: string) => verdictOn({ ...QUIET, stop_error: { code, title: null } }, THRESHOLDS);
    expect(stopped('131048')?.code).toBe('spam_limited');
    expect(stopped('131042')).toEqual({
      code: 'sending_refused',
      message: expect.stringMatching(/billing.*131042/) as unknown,
    });
  });
});

describe('an error of a message', () => {
  it.each(['131042', '131045', '133010', '132015', '132016', '132001', '131048', 'META_REAUTH_REQUIRED'])(
    '%s stops everything',
    (code) => {
      expect(stopsEverything(code)).toBe(true);
    },
  );

  it.each(['131026', '131049', '131030', '131050', 'META_UNAVAILABLE', null])(
    '%s is about one person',
    (code) => {
      expect(stopsEverything(code)).toBe(false);
    },
  );

  it('is no failure when the person, or Meta for the person’s sake, does not want it', () => {
    expect(['131050', 'RECIPIENT_OPTED_OUT', '131049'].map(countsAsFailure)).toEqual([false, false, false]);
    expect(['131026', null].map(countsAsFailure)).toEqual([true, true]);
    expect(['131049', '130472', '131026'].map(isLimited)).toEqual([true, true, false]);
  });
});
