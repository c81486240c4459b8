import { type PeriodRange, periodRange } from '../../calendar/period-range';
import type { InsightMetric, InsightPeriod } from '../metrics/insight-metric';
import { metricsFor } from '../metrics/metric-registry';
import { addMetaDays, metaDayOf } from '../reading/meta-days';
import { figuresOf, partsOf } from './metric-figures';

const metric = (name: string): InsightMetric =>
  metricsFor({ kind: 'page', product: null, graphVersion: 'v26.0' }).find((each) => each.name === name)!;
const day = (date: string): Date => metaDayOf(new Date(`${date}T20:00:00Z`));
const week: PeriodRange = periodRange({ startDate: '2026-11-09', endDate: '2026-11-15' });
const figure = (bucket: number, value: number, period: InsightPeriod = 'day') => ({
  metric: '',
  period,
  bucket,
  sum: value,
  last: value,
  lastAt: addMetaDays(day('2026-11-09'), bucket),
});

describe('figures of a range', () => {
  it('are added up where that is right, with gaps left open', () => {
    const { total, points } = figuresOf(
      metric('page_media_view'),
      [figure(0, 5), figure(2, 7)],
      week,
      undefined,
    );
    expect(total).toBe(12);
    expect(points.map(({ value }) => value)).toEqual([5, null, 7, null, null, null, null]);
  });

  it('are unknown, not nothing, where nothing was read', () => {
    expect(figuresOf(metric('page_media_view'), [], week, undefined).total).toBeNull();
  });

  it('are the last one of levels, with what they rose by since the last that is known', () => {
    const found = [figure(1, 110), figure(3, 108)];
    const { total, change, points } = figuresOf(metric('page_follows'), found, week, 100);
    expect([total, change]).toEqual([108, 8]);
    expect(points.map((point) => point.change)).toEqual([null, 10, null, -2, null, null, null]);
    expect(figuresOf(metric('page_follows'), found, week, undefined).change).toBe(-2);
  });

  it('are never added up of people: a week is what Meta says of the week', () => {
    const reach = metric('page_total_media_view_unique');
    const found = [figure(5, 40), figure(6, 50), figure(6, 70, 'week'), figure(5, 66, 'week')];
    const { total, points } = figuresOf(reach, found, week, undefined);
    expect(total).toBe(70);
    expect(points.map(({ value }) => value)).toEqual([null, null, null, null, null, 40, 50]);
    const sixDays = periodRange({ startDate: '2026-11-10', endDate: '2026-11-15' });
    expect(figuresOf(reach, found, sixDays, undefined).total).toBeNull();
    expect(figuresOf(reach, [figure(5, 66, 'week')], week, undefined).total).toBeNull();
  });

  it('are split over the whole range where they are added up, else as they stood at the end', () => {
    const part = (label: string, value: number, date: string) => ({
      metric: '',
      breakdown: 'city',
      label,
      sum: value,
      last: value,
      lastAt: day(date),
    });
    const found = [part('berlin', 9, '2026-11-15'), part('gone', 3, '2026-11-09')];
    expect(partsOf(metric('page_media_view'), found).map(({ label }) => label)).toEqual(['berlin', 'gone']);
    expect(partsOf(metric('page_follows'), found).map(({ label }) => label)).toEqual(['berlin']);
  });
});
