import type { AssetId } from '../../database/ids';
import type { MetaCoverage, MetaFigureAccount } from '../../whatsapp/meta-figures/meta-coverage';
import { compared, differenceReasons, gapReasons } from './difference-reasons';
import { type MetaPart, reachOf } from './meta-reach';

const now = new Date('2026-11-21T20:00:00Z');
const span = { from: new Date('2026-11-10T00:00:00Z'), until: new Date('2026-11-11T00:00:00Z') };
const aPart = (changes: Partial<MetaCoverage> | null = {}, releasedAt: Date | null = null): MetaPart => {
  const account: MetaFigureAccount = {
    id: 'waba' as AssetId,
    wabaId: '1',
    name: null,
    currency: null,
    releasedAt,
    pulledAt: null,
    problem: null,
    series: [],
  };
  const coverage: MetaCoverage = {
    kind: 'analytics',
    part: '1555',
    state: 'read',
    message: null,
    readAt: now,
    coveredFrom: new Date('2026-11-01T00:00:00Z'),
    coveredUntil: now,
    isPastRead: true,
    ...changes,
  };
  return { account, coverage: changes === null ? null : coverage };
};

describe('how much of a time Meta was asked for', () => {
  it.each<[string, MetaPart[], string]>([
    ['all', [aPart()], 'full'],
    ['nothing, never asked', [aPart(null)], 'none'],
    ['nothing, read later only', [aPart({ coveredFrom: span.until })], 'none'],
    ['a part of it', [aPart({ coveredFrom: new Date('2026-11-10T12:00:00Z') })], 'part'],
    ['one of two accounts', [aPart(), aPart(null)], 'part'],
    ['all, but of an account that was gone by then', [aPart(), aPart(null, span.from)], 'full'],
    ['nobody', [], 'none'],
  ])('%s', (_name, parts, expected) => {
    expect(reachOf(parts, span, now)).toBe(expected);
  });

  it('does not miss what lies ahead', () => {
    const month = { from: new Date('2026-11-01T00:00:00Z'), until: new Date('2026-12-01T00:00:00Z') };
    expect(reachOf([aPart()], month, now)).toBe('full');
  });
});

describe('why figures differ', () => {
  const reasons = (counts: [number, number | null][], about: { gaps?: []; hasOtherDays?: boolean } = {}) =>
    differenceReasons(
      counts.map(([ours, meta]) => compared(ours, meta)),
      { gaps: [], span, now, ...about },
    );

  it('is nothing to tell where they agree', () => {
    expect(reasons([[3, 3]], { hasOtherDays: true })).toEqual([]);
  });

  it('is others who sent where Meta counts more', () => {
    expect(reasons([[3, 5]])).toEqual(['other_senders']);
    expect(reasons([[5, 3]])).toEqual([]);
  });

  it('may be that days are not the same, or that Meta still counts', () => {
    expect(reasons([[5, 3]], { hasOtherDays: true })).toEqual(['day_borders']);
    const today = { from: new Date('2026-11-21T00:00:00Z'), until: new Date('2026-11-22T00:00:00Z') };
    expect(differenceReasons([compared(5, 3)], { gaps: [], span: today, now })).toEqual(['still_counting']);
  });

  it.each<[Partial<MetaCoverage> | null, string[]]>([
    [null, ['not_pulled']],
    [{ state: 'disabled', coveredFrom: null, coveredUntil: null }, ['not_switched_on']],
    [{ state: 'refused', coveredFrom: null, coveredUntil: null }, ['refused']],
    [{ coveredFrom: span.until }, ['look_back']],
    [{ coveredFrom: span.until, isPastRead: false }, ['not_pulled']],
    [{ coveredUntil: new Date('2026-11-05T00:00:00Z') }, ['not_pulled']],
    [{}, []],
  ])('is a gap: %j', (coverage, expected) => {
    expect(gapReasons([aPart(coverage)], span, now)).toEqual(expected);
  });

  it('never makes a difference of what is not known', () => {
    expect(compared(3, null)).toEqual({ ours: 3, meta: null, difference: null });
  });
});
