import fc from 'fast-check';
import { piecesOf, shiftedPointsOf, widestGrain } from './rollup-grains';

const QUARTER_MS = 15 * 60_000;
const told = (from: string, until: string): string[] =>
  piecesOf({ from: new Date(from), until: new Date(until) }).map(
    (piece) =>
      `${piece.grain} ${piece.from.toISOString().slice(0, 16)} ${piece.until.toISOString().slice(0, 16)}`,
  );

describe('the pieces of a range', () => {
  it('are one where one grain does', () => {
    expect(told('2026-01-01T00:00Z', '2027-01-01T00:00Z')).toEqual([
      'month 2026-01-01T00:00 2027-01-01T00:00',
    ]);
    expect(told('2026-01-05T00:00Z', '2026-01-20T00:00Z')).toEqual(['day 2026-01-05T00:00 2026-01-20T00:00']);
    expect(told('2026-01-05T03:00Z', '2026-01-05T09:00Z')).toEqual([
      'hour 2026-01-05T03:00 2026-01-05T09:00',
    ]);
    expect(told('2026-01-05T03:15Z', '2026-01-05T03:45Z')).toEqual([
      'quarter 2026-01-05T03:15 2026-01-05T03:45',
    ]);
  });

  it('become wider towards the middle', () => {
    expect(told('2026-01-30T18:30Z', '2026-03-02T18:30Z')).toEqual([
      'quarter 2026-01-30T18:30 2026-01-30T19:00',
      'hour 2026-01-30T19:00 2026-01-31T00:00',
      'day 2026-01-31T00:00 2026-02-01T00:00',
      'month 2026-02-01T00:00 2026-03-01T00:00',
      'day 2026-03-01T00:00 2026-03-02T00:00',
      'hour 2026-03-02T00:00 2026-03-02T18:00',
      'quarter 2026-03-02T18:00 2026-03-02T18:30',
    ]);
  });

  it('are none of an empty range', () => {
    expect(told('2026-01-01T00:00Z', '2026-01-01T00:00Z')).toEqual([]);
    expect(told('2026-01-01T00:15Z', '2026-01-01T00:15Z')).toEqual([]);
  });

  it('cover any range once, and each begins and ends where rows of its grain do', () => {
    const instant = fc
      .integer({ min: 50_000, max: 52_000 + 96 * 800 })
      .map((quarters) => quarters * QUARTER_MS);
    fc.assert(
      fc.property(instant, instant, (one, other) => {
        const [from, until] = [Math.min(one, other), Math.max(one, other)];
        const pieces = piecesOf({ from: new Date(from), until: new Date(until) });
        let place = from;
        for (const piece of pieces) {
          expect(piece.from.getTime()).toBe(place);
          expect(piece.until.getTime()).toBeGreaterThan(place);
          const { grain } = piece;
          const widths = { quarter: QUARTER_MS, hour: 3_600_000, day: 86_400_000, month: 86_400_000 };
          for (const bound of [piece.from, piece.until]) {
            expect(bound.getTime() % widths[grain]).toBe(0);
            if (grain === 'month') expect(bound.getUTCDate()).toBe(1);
          }
          place = piece.until.getTime();
        }
        expect(place).toBe(until);
      }),
    );
  });
});

it('knows the widest grain that bounds allow', () => {
  const of = (...bounds: string[]): string => widestGrain(bounds.map((bound) => new Date(bound)));
  expect(of('2026-01-01T00:00Z', '2026-02-01T00:00Z')).toBe('month');
  expect(of('2026-01-01T00:00Z', '2026-01-02T00:00Z')).toBe('day');
  expect(of('2026-01-01T00:00Z', '2026-01-01T05:00Z')).toBe('hour');
  expect(of('2026-01-01T18:30Z', '2026-01-02T18:30Z')).toBe('quarter');
});

describe('points of a zone', () => {
  const told = (...bounds: string[]) => {
    const points = shiftedPointsOf(bounds.map((bound) => new Date(bound)));
    const text = (at: Date): string => at.toISOString().slice(0, 16);
    return (
      points && {
        grain: points.grain,
        midnights: points.midnights.map(text),
        edges: points.edges.map(
          (edge) => `${text(edge.from)} ${text(edge.until)} of ${edge.of}, counted in ${edge.countedIn}`,
        ),
      }
    );
  };

  it('take the hours before midnight from the day before', () => {
    expect(told('2026-03-01T18:30Z', '2026-03-02T18:30Z', '2026-03-03T18:30Z')).toEqual({
      grain: 'day',
      midnights: ['2026-03-02T00:00', '2026-03-03T00:00', '2026-03-04T00:00'],
      edges: [
        '2026-03-01T18:30 2026-03-02T00:00 of 0, counted in -1',
        '2026-03-02T18:30 2026-03-03T00:00 of 1, counted in 0',
        '2026-03-03T18:30 2026-03-04T00:00 of 2, counted in 1',
      ],
    });
  });

  it('take the hours after midnight from the day after, and months where midnights are their first', () => {
    expect(told('2026-03-01T05:00Z', '2026-04-01T04:00Z')).toEqual({
      grain: 'month',
      midnights: ['2026-03-01T00:00', '2026-04-01T00:00'],
      edges: [
        '2026-03-01T00:00 2026-03-01T05:00 of -1, counted in 0',
        '2026-04-01T00:00 2026-04-01T04:00 of 0, counted in 1',
      ],
    });
  });

  it('are nothing else where days of UTC do, and where points are hours', () => {
    expect(told('2026-03-01T00:00Z', '2026-03-02T00:00Z')).toBeNull();
    expect(told('2026-03-01T05:00Z', '2026-03-01T06:00Z', '2026-03-01T07:00Z')).toBeNull();
  });
});
