import type { PeriodRange } from '../../calendar/period-range';
import { DAYS_OF_PERIOD, type InsightMetric, type InsightPeriod } from '../metrics/insight-metric';
import type { BucketFigure, PartFigure } from './insight-figures.repository';
import type { InsightPart, InsightPoint } from './insight-report';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
interface Figures {
  total: number | null;
  change: number | null;
  points: InsightPoint[];
}

/**
 * What the figures of a metric come to in each bucket and in the whole range, by how they may be added up.
 * @param found of this metric
 * @param before the last figure before the range; undefined: there is none
 */
export function figuresOf(
  { adding, periods }: InsightMetric,
  found: readonly BucketFigure[],
  range: PeriodRange,
  before: number | undefined,
): Figures {
  switch (adding) {
    case 'sum':
      return summed(found, range);
    case 'level':
    case 'average':
      return levels(found, range, adding === 'level' ? (before ?? null) : null, adding === 'level');
    case 'people':
      return people(found, range, periods);
  }
}

function summed(found: readonly BucketFigure[], range: PeriodRange): Figures {
  const sums = bucketsOf(found, range, ({ period }) => period === 'day' || period === 'lifetime');
  const values = sums.map((figure) => figure?.sum ?? null);
  return {
    total: values.some((value) => value !== null)
      ? values.reduce((sum: number, value) => sum + (value ?? 0), 0)
      : null,
    change: null,
    points: pointsOf(range, values),
  };
}

function levels(
  found: readonly BucketFigure[],
  range: PeriodRange,
  before: number | null,
  hasChange: boolean,
): Figures {
  const values = bucketsOf(found, range, ({ period }) => period === 'day' || period === 'lifetime').map(
    (figure) => figure?.last ?? null,
  );
  let known = before;
  const points = pointsOf(range, values).map((point) => {
    const change = point.value === null || known === null ? null : point.value - known;
    known = point.value ?? known;
    return { ...point, change: hasChange ? change : null };
  });
  const total = values.findLast((value) => value !== null) ?? null;
  const first = before ?? values.find((value) => value !== null) ?? null;
  return { total, change: hasChange && total !== null && first !== null ? total - first : null, points };
}

/** Only Meta can say how many people of several days are the same, and does for 7 and for 28 days. */
function people(
  found: readonly BucketFigure[],
  range: PeriodRange,
  periods: readonly InsightPeriod[],
): Figures {
  const { bounds, granularity } = range;
  const peopleOf = (from: Date, until: Date): number | null => {
    const period = DAYS_OF_PERIOD.get(Math.round((until.getTime() - from.getTime()) / DAY_MS));
    if (period === undefined || !periods.includes(period)) return null;
    // Of the last day of the stretch: the one whose noon lies in its last 24 hours, or 25 where clocks are changed.
    const fitting = found.findLast(({ period: of, lastAt }) => {
      const left = until.getTime() - lastAt.getTime() - DAY_MS / 2;
      return of === period && left > 0 && left <= DAY_MS + HOUR_MS;
    });
    return fitting?.last ?? null;
  };
  const values = bounds
    .slice(0, -1)
    .map((from, index) => (granularity === 'month' ? null : peopleOf(from, bounds[index + 1] ?? from)));
  const [from, until] = [bounds[0], bounds.at(-1)];
  return {
    total: from === undefined || until === undefined ? null : peopleOf(from, until),
    change: null,
    points: pointsOf(range, values),
  };
}

/** Of what stands at its end only what it was made of on the last day counts: a group that is gone is gone. */
export function partsOf({ adding }: InsightMetric, found: readonly PartFigure[]): InsightPart[] {
  const isSum = adding === 'sum';
  const lastOf = new Map<string, number>();
  for (const { breakdown, lastAt } of found)
    lastOf.set(breakdown, Math.max(lastOf.get(breakdown) ?? 0, lastAt.getTime()));
  return found
    .filter(({ breakdown, lastAt }) => isSum || lastAt.getTime() === lastOf.get(breakdown))
    .map(({ breakdown, label, sum, last }) => ({ breakdown, label, value: isSum ? sum : last }));
}

function bucketsOf(
  found: readonly BucketFigure[],
  { bounds }: PeriodRange,
  fits: (figure: BucketFigure) => boolean,
): (BucketFigure | undefined)[] {
  const byBucket = new Map(found.filter(fits).map((figure) => [figure.bucket, figure]));
  return bounds.slice(0, -1).map((_, bucket) => byBucket.get(bucket));
}

function pointsOf({ bounds }: PeriodRange, values: readonly (number | null)[]): InsightPoint[] {
  return bounds
    .slice(0, -1)
    .map((timestamp, bucket) => ({ timestamp, value: values[bucket] ?? null, change: null }));
}
