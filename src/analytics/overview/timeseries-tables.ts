import type { AnalyticsTable, TableCell, TableColumn } from '../tables/analytics-table';
import { metricColumn } from './metric-columns';
import { isCount } from './metric-properties';
import type { MetricSeries, Timeseries } from './timeseries-results';

export const TIMESERIES_TABLES = ['points', 'totals'] as const;

/** With `groupBy` each line names the group, and there is one for each point of each group. */
export function timeseriesTables({ timestamps, series, metrics, groupBy }: Timeseries): AnalyticsTable[] {
  const values = metrics.map(metricColumn);
  const names: TableColumn[] =
    groupBy === null
      ? []
      : [
          { key: 'key', title: `Key of the ${groupBy}`, unit: 'text' },
          { key: 'name', title: groupBy.replace(/^./, (letter) => letter.toUpperCase()), unit: 'text' },
        ];
  const counts = metrics.filter(isCount);
  const drawn = counts.length === 0 ? metrics : counts;
  return [
    {
      name: 'points',
      title: 'Over time',
      columns: [{ key: 'timestamp', title: 'From', unit: 'time' }, ...names, ...values],
      rows: pointRows(timestamps, series, metrics),
      chart: {
        kind: 'line',
        x: 'timestamp',
        y: groupBy === null ? drawn : drawn.slice(0, 1),
        ...(groupBy === null ? {} : { series: 'name' }),
      },
    },
    {
      name: 'totals',
      title: 'In all',
      columns: [...names, ...values],
      rows: series.map(({ group, totals }) => [
        ...namesOf(group),
        ...metrics.map((metric) => totals[metric] ?? null),
      ]),
    },
  ];
}

/** One after the other: some thousand points of twenty groups need not be there at once. */
function* pointRows(
  timestamps: readonly Date[],
  series: readonly MetricSeries[],
  metrics: Timeseries['metrics'],
): Generator<TableCell[]> {
  for (const { group, values } of series)
    for (const [index, timestamp] of timestamps.entries())
      yield [timestamp, ...namesOf(group), ...metrics.map((metric) => values[metric]?.[index] ?? null)];
}

const namesOf = (group: MetricSeries['group']): TableCell[] =>
  group === null ? [] : [group.key, group.name ?? group.key];
