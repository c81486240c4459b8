import type { TableColumn } from '../tables/analytics-table';
import type { AnalyticsChannel } from '../scope/analytics-scope';
import { type AnalyticsMetric, METRIC_DEFINITIONS } from './analytics-metrics';

export function metricColumn(metric: AnalyticsMetric): TableColumn {
  const { title, unit } = METRIC_DEFINITIONS[metric];
  return { key: metric, title, unit };
}

/** What a channel is called where there is no room for more than one name. */
export function channelName({ name, externalId }: AnalyticsChannel): string {
  return name ?? externalId;
}
