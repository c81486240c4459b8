import type { AnalyticsScope } from '../scope/analytics-scope';
import type { AnalyticsMetric, MetricValues } from './analytics-metrics';
import type { SeriesGrouping } from './series-groupings';
import type { SeriesGroup } from './series-groups';

export interface SeriesRequest {
  metrics?: readonly AnalyticsMetric[] | undefined;
  groupBy?: SeriesGrouping | undefined;
}

export interface MetricSeries {
  /** null: of everything together. */
  group: SeriesGroup | null;
  totals: MetricValues;
  /** A figure for each point. */
  values: Partial<Record<AnalyticsMetric, (number | null)[]>>;
}

export interface Timeseries {
  scope: AnalyticsScope;
  groupBy: SeriesGrouping | null;
  metrics: AnalyticsMetric[];
  /** Where points begin. */
  timestamps: Date[];
  series: MetricSeries[];
  /** Groups that something happened in, and that are left out. */
  furtherGroups: number;
}
