import { type Covered, isMetaWindowDue, olderMetaWindow, recentMetaWindow } from './meta-pull-schedule';

const now = new Date('2026-11-21T20:10:00Z');
const day = (text: string): Date => new Date(`${text}T00:00:00Z`);
const aSeries = (changes: Partial<Covered> = {}): Covered => ({
  kind: 'analytics',
  coveredFrom: null,
  coveredUntil: null,
  ...changes,
});

describe('what a pull asks for', () => {
  it('is a month of half hours at first, the one that is under way among them', () => {
    expect(recentMetaWindow(aSeries(), now)).toEqual({
      from: day('2026-10-22'),
      until: new Date('2026-11-21T20:30:00Z'),
    });
  });

  it('is then what is new, with the days before that Meta may have corrected', () => {
    const known = { coveredFrom: day('2026-10-22'), coveredUntil: new Date('2026-11-21T17:30:00Z') };
    expect(recentMetaWindow(aSeries(known), now).from).toEqual(day('2026-11-18'));
    expect(recentMetaWindow(aSeries({ ...known, kind: 'pricing' }), now).from).toEqual(day('2026-11-14'));
    expect(recentMetaWindow(aSeries({ ...known, kind: 'template' }), now)).toEqual({
      from: day('2026-11-14'),
      until: now,
    });
  });

  it.each(['analytics', 'pricing', 'conversation', 'template'] as const)(
    'is never more of %s than one call may ask for, nor older than Meta looks back',
    (kind) => {
      for (const coveredUntil of [null, day('2026-11-20'), day('2026-06-01'), day('2024-01-01')]) {
        const { from, until } = recentMetaWindow(aSeries({ kind, coveredUntil }), now);
        const days = (until.getTime() - from.getTime()) / 86_400_000;
        expect(days).toBeGreaterThan(0);
        expect(days).toBeLessThanOrEqual(
          { analytics: 31, pricing: 15, conversation: 15, template: 90 }[kind],
        );
        const age = (now.getTime() - from.getTime()) / 86_400_000;
        expect(age).toBeLessThan(kind === 'template' ? 90 : 365);
      }
    },
  );

  it('goes back piece by piece until a year is there, and not at all for templates', () => {
    let covered = aSeries({ coveredFrom: day('2026-10-22'), coveredUntil: now });
    for (let pieces = 0; pieces < 50; pieces++) {
      const window = olderMetaWindow(covered, now);
      if (window === null) break;
      expect(window.until).toEqual(covered.coveredFrom);
      covered = { ...covered, coveredFrom: window.from };
    }
    expect(covered.coveredFrom).toEqual(day('2025-11-22'));
    expect(olderMetaWindow(aSeries({ kind: 'template', coveredFrom: day('2026-11-01') }), now)).toBeNull();
  });
});

it('is due when it is old, or behind after a silence', () => {
  const at = (readAt: string, coveredUntil: string): boolean =>
    isMetaWindowDue({ ...aSeries({ coveredUntil: new Date(coveredUntil) }), readAt: new Date(readAt) }, now);
  expect(isMetaWindowDue({ ...aSeries(), readAt: null }, now)).toBe(true);
  expect(at('2026-11-21T20:00:00Z', '2026-11-21T20:00:00Z')).toBe(false);
  expect(at('2026-11-21T17:00:00Z', '2026-11-21T17:00:00Z')).toBe(true);
  expect(at('2026-11-21T20:00:00Z', '2026-11-01T00:00:00Z')).toBe(true);
});
