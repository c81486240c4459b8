import { judge } from './subscription-memory';

const at = (minute: number): Date => new Date(Date.UTC(2026, 2, 14, 9, minute));
const SEEN = { lastSeenAt: at(0), missingSince: null };
const MISSED = { lastSeenAt: at(0), missingSince: at(10) };

describe('what a look at a subscription says', () => {
  it('is that it was in place then', () => {
    expect(judge(SEEN, { isInPlace: true, at: at(5) })).toEqual({
      memory: { lastSeenAt: at(5), missingSince: null },
      gapFrom: null,
    });
  });

  it('is no gap as long as it is missing: the first look that misses it counts, later ones change nothing', () => {
    expect(judge(SEEN, { isInPlace: false, at: at(10) })).toEqual({ memory: MISSED, gapFrom: null });
    expect(judge(MISSED, { isInPlace: false, at: at(20) })).toEqual({ memory: MISSED, gapFrom: null });
  });

  it('is a gap since it was last seen once it is in place again, whoever put it there, and only once', () => {
    const { memory, gapFrom } = judge(MISSED, { isInPlace: true, at: at(20) });
    expect(gapFrom).toEqual(at(0));
    expect(memory).toEqual({ lastSeenAt: at(20), missingSince: null });
    expect(judge(memory, { isInPlace: true, at: at(20) }).gapFrom).toBeNull();
  });

  it('is no gap for what had never been in place', () => {
    const never = { lastSeenAt: null, missingSince: null };
    const missing = judge(never, { isInPlace: false, at: at(1) });
    expect(missing.memory).toEqual({ lastSeenAt: null, missingSince: at(1) });
    expect(judge(missing.memory, { isInPlace: true, at: at(2) })).toEqual({
      memory: { lastSeenAt: at(2), missingSince: null },
      gapFrom: null,
    });
  });

  it('is nothing when Meta did not say', () => {
    expect(judge(SEEN, { isInPlace: 'unknown', at: at(30) })).toEqual({ memory: SEEN, gapFrom: null });
    expect(judge(MISSED, { isInPlace: 'unknown', at: at(30) })).toEqual({ memory: MISSED, gapFrom: null });
  });

  it('is nothing when another look has come since', () => {
    expect(
      judge({ ...SEEN, lastSeenAt: at(5) }, { isInPlace: false, at: at(4) }).memory.missingSince,
    ).toBeNull();
    expect(judge(MISSED, { isInPlace: true, at: at(9) })).toEqual({ memory: MISSED, gapFrom: null });
    expect(judge({ ...SEEN, lastSeenAt: at(5) }, { isInPlace: true, at: at(4) }).memory.lastSeenAt).toEqual(
      at(5),
    );
  });
});
