import { type AnalyticsMetric, type MetricCounts, metricValues } from './analytics-metrics';

/** A figure beside that of the time before. */
export interface ComparedFigure {
  value: number | null;
  previous: number | null;
  /** `value` less `previous`; null where one of them is. */
  change: number | null;
  /** `change` as a share of `previous`; null where that is 0 or null. */
  changeRate: number | null;
}

export function comparedFigure(value: number | null, previous: number | null): ComparedFigure {
  const change = value === null || previous === null ? null : value - previous;
  const changeRate = change === null || previous === null || previous === 0 ? null : change / previous;
  return { value, previous, change, changeRate };
}

export function comparedFigures<Metric extends AnalyticsMetric>(
  metrics: readonly Metric[],
  now: MetricCounts,
  before: MetricCounts,
): Record<Metric, ComparedFigure> {
  const [values, previous] = [metricValues(metrics, now), metricValues(metrics, before)];
  const compared = {} as Record<Metric, ComparedFigure>;
  for (const metric of metrics) compared[metric] = comparedFigure(values[metric], previous[metric]);
  return compared;
}
