import * as fc from 'fast-check';
import { type StepRun, runsOf, runsOfTotals, stretchesOf } from './sum-steps';

const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 4 * QUARTER_MS;
const DAY_MS = 24 * HOUR_MS;
const FIRST = Date.UTC(2025, 10, 20);

const dates = (...texts: string[]): Date[] => texts.map((text) => new Date(text));
const told = ({ first, bounds }: StepRun): string =>
  `${first}: ${bounds.map((bound) => bound.toISOString().slice(0, 16)).join(' ')}`;
const lengthOf = ({ bounds }: StepRun): number => bounds.length - 1;
const widthOf = ({ bounds: [from, until] }: StepRun): number =>
  (until?.getTime() ?? 0) - (from?.getTime() ?? 0);
const times = (bounds: readonly Date[]): number[] => bounds.map((bound) => bound.getTime());

/** The bounds that runs have together, where each begins at the end of the one before. */
function joined(runs: readonly StepRun[]): Date[] {
  return runs.flatMap(({ bounds }, place) => (place === 0 ? bounds : bounds.slice(1)));
}
function expectSeamless(runs: readonly StepRun[]): void {
  runs.slice(1).forEach(({ bounds }, before) => {
    expect(bounds[0]).toEqual(runs[before]?.bounds.at(-1));
  });
}

const instants = fc.nat(96 * 500).map((quarters) => new Date(FIRST + quarters * QUARTER_MS));
const rising = (minLength: number, maxLength: number): fc.Arbitrary<Date[]> =>
  fc
    .uniqueArray(instants, { minLength, maxLength, selector: (at) => at.getTime() })
    .map((bounds) => bounds.sort((one, other) => one.getTime() - other.getTime()));
/** Hours, days or anything between. */
const series = fc.oneof(
  rising(0, 30),
  fc
    .tuple(instants, fc.integer({ min: 1, max: 120 }), fc.constantFrom(HOUR_MS, 23 * HOUR_MS, DAY_MS))
    .map(([from, count, width]) =>
      Array.from({ length: count }, (_, step) => new Date(from.getTime() + step * width)),
    ),
);

describe('runs of a series', () => {
  it('are the bounds when they are put together, with the number of the first step of each', () => {
    fc.assert(
      fc.property(series, (bounds) => {
        const runs = runsOf(bounds);
        expectSeamless(runs);
        expect(joined(runs)).toEqual(bounds.length < 2 ? [] : bounds);
        for (const { first, bounds: own } of runs) expect(own[0]).toEqual(bounds[first]);
      }),
    );
  });

  it('hold the steps that begin on one day of UTC, and all of them', () => {
    fc.assert(
      fc.property(series, (bounds) => {
        const days = runsOf(bounds).map((run) => [
          ...new Set(times(run.bounds.slice(0, -1)).map((at) => Math.floor(at / DAY_MS))),
        ]);
        expect(days.every((own) => own.length === 1)).toBe(true);
        expect(new Set(days.flat()).size).toBe(days.length);
      }),
    );
  });

  it('are one for hours of a day and one for each longer step', () => {
    expect(
      runsOf(dates('2026-03-01T22:30Z', '2026-03-01T23:30Z', '2026-03-02T00:30Z', '2026-03-02T01:30Z')).map(
        told,
      ),
    ).toEqual([
      '0: 2026-03-01T22:30 2026-03-01T23:30 2026-03-02T00:30',
      '2: 2026-03-02T00:30 2026-03-02T01:30',
    ]);
    expect(runsOf(dates('2026-03-01T05:00Z', '2026-03-08T05:00Z', '2026-03-15T04:00Z')).map(told)).toEqual([
      '0: 2026-03-01T05:00 2026-03-08T05:00',
      '1: 2026-03-08T05:00 2026-03-15T04:00',
    ]);
  });
});

describe('steps of totals', () => {
  const bounds = fc.oneof(
    rising(2, 4),
    // Empty times, too.
    fc.tuple(instants, instants).map(([one, other]) => (one < other ? [one, one, other] : [other, one, one])),
  );

  it('cover each time once, in order, and tell which they belong to', () => {
    fc.assert(
      fc.property(bounds, (of) => {
        const { runs, periodOf } = runsOfTotals(of);
        expectSeamless(runs);
        const covered = of.slice(1).map(() => 0);
        runs.forEach((run, place) => {
          expect([lengthOf(run), run.first]).toEqual([1, place]);
          expect(widthOf(run)).toBeGreaterThan(0);
          const period = periodOf(run.first);
          expect(run.bounds[0]?.getTime()).toBeGreaterThanOrEqual(of[period]?.getTime() ?? Infinity);
          expect(run.bounds[1]?.getTime()).toBeLessThanOrEqual(of[period + 1]?.getTime() ?? -Infinity);
          covered[period] = (covered[period] ?? 0) + widthOf(run);
        });
        expect(covered).toEqual(
          of.slice(1).map((until, period) => until.getTime() - (of[period]?.getTime() ?? 0)),
        );
      }),
    );
  });

  it('are all whole months, and few steps of days where nothing changes any more', () => {
    fc.assert(
      fc.property(rising(2, 2), instants, ([from = new Date(0), until = new Date(0)], now) => {
        const { runs } = runsOfTotals([from, until], now.getTime());
        const offset = from.getTime() - Math.round(from.getTime() / DAY_MS) * DAY_MS;
        const months = new Set<number>();
        runs.forEach((run, place) => {
          const [begin = from, end = until] = run.bounds;
          const day = (begin.getTime() - offset) / DAY_MS;
          expect(day).toBe(Math.round(day));
          if (widthOf(run) >= 28 * DAY_MS) {
            const [first, next] = [begin, end].map((at) => new Date(at.getTime() - offset));
            expect([first?.getUTCDate(), next?.getUTCDate()]).toEqual([1, 1]);
            expect(((next?.getUTCMonth() ?? 0) - (first?.getUTCMonth() ?? 0) + 12) % 12).toBe(1);
            months.add(begin.getTime());
          } else if (widthOf(run) > DAY_MS) {
            const days = widthOf(run) / DAY_MS;
            expect([2, 4, 8, 16]).toContain(days);
            expect(day % days).toBe(0);
            expect(end.getTime()).toBeLessThanOrEqual(now.getTime() - 3 * DAY_MS);
          } else if (place < runs.length - 1) expect(widthOf(run)).toBe(DAY_MS);
        });
        for (let at = new Date(from.getTime() - offset); at.getTime() + offset < until.getTime();) {
          const next = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
          if (at.getUTCDate() === 1 && next + offset <= until.getTime())
            expect(months).toContain(at.getTime() + offset);
          at = new Date(next);
        }
        // Two ends of a month each, and what changes.
        if (now.getTime() - 3 * DAY_MS >= until.getTime()) expect(runs.length - months.size).toBeLessThan(20);
      }),
    );
  });

  it('are months of the zone in which the time begins', () => {
    const of = (...bounds: string[]): string[] =>
      runsOfTotals(dates(...bounds), Date.UTC(2026, 11)).runs.map(told);
    expect(of('2026-01-01T00:00Z', '2026-03-01T00:00Z')).toEqual([
      '0: 2026-01-01T00:00 2026-02-01T00:00',
      '1: 2026-02-01T00:00 2026-03-01T00:00',
    ]);
    expect(of('2025-12-30T18:30Z', '2026-02-01T18:30Z')).toEqual([
      '0: 2025-12-30T18:30 2025-12-31T18:30',
      '1: 2025-12-31T18:30 2026-01-31T18:30',
      '2: 2026-01-31T18:30 2026-02-01T18:30',
    ]);
    expect(of('2026-01-31T05:00Z', '2026-03-02T04:00Z')).toEqual([
      '0: 2026-01-31T05:00 2026-02-01T05:00',
      '1: 2026-02-01T05:00 2026-03-01T05:00',
      '2: 2026-03-01T05:00 2026-03-02T04:00',
    ]);
  });
});

describe('stretches', () => {
  const MOST = 31;
  const lacking = fc
    .tuple(
      fc.oneof(
        series.map(runsOf),
        rising(2, 3).map((bounds) => runsOfTotals(bounds).runs),
      ),
      fc.infiniteStream(fc.nat(9)),
    )
    .map(([runs, draw]) => runs.filter(() => draw.next().value !== 0));

  it('are all runs in their order, without gaps, few steps each, and months apart from short steps', () => {
    fc.assert(
      fc.property(lacking, (runs) => {
        const stretches = stretchesOf(runs, MOST);
        expect(stretches.flat()).toEqual(runs);
        for (const stretch of stretches) {
          expect(stretch.length).toBeGreaterThan(0);
          expectSeamless(stretch);
          const steps = stretch.reduce((sum, run) => sum + lengthOf(run), 0);
          if (stretch.length > 1) expect(steps).toBeLessThanOrEqual(MOST);
          expect(new Set(stretch.map((run) => widthOf(run) >= 28 * DAY_MS)).size).toBe(1);
        }
      }),
    );
  });

  it('are as few as that allows', () => {
    fc.assert(
      fc.property(lacking, (runs) => {
        const stretches = stretchesOf(runs, MOST);
        stretches.slice(1).forEach(([next], before) => {
          const stretch = stretches[before] ?? [];
          const last = stretch.at(-1);
          if (next === undefined || last === undefined) return;
          const steps = stretch.reduce((sum, run) => sum + lengthOf(run), lengthOf(next));
          const follows = last.bounds.at(-1)?.getTime() === next.bounds[0]?.getTime();
          const isAlike = widthOf(last) >= 28 * DAY_MS === widthOf(next) >= 28 * DAY_MS;
          expect(follows && isAlike && steps <= MOST).toBe(false);
        });
      }),
    );
  });
});
