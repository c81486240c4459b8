import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SENTIMENT_LABELS } from '../../conversations/conversation-types';
import type { Counter, CountsOf } from '../rollups/rollup-counts';
import { RollupReader, type RollupScope, dimensionOfAll } from '../rollups/rollup-reader';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import type { AnalyticsDataset, AnalyticsTable } from '../tables/analytics-table';
import {
  type AnalyticsMetric,
  type CaseCounts,
  METRIC_DEFINITIONS,
  type MetricCounts,
  NO_METRIC_COUNTS,
  addMetricCounts,
  countersOf,
  metricValues,
} from './analytics-metrics';
import { CaseCountsService } from './case-counts.service';
import { OVERVIEW_METRICS } from './overview-figures';
import { type SeriesGrouping, chosenMetrics, groupingOf } from './series-groupings';
import { type SeriesGroup, SeriesGroups } from './series-groups';
import type { MetricSeries, SeriesRequest, Timeseries } from './timeseries-results';
import { timeseriesTables } from './timeseries-tables';

/** More lines than anybody tells apart in a picture. */
export const MOST_SERIES = 20;

/** What one series is made of, by the number of the point. */
type Points<Kind> = ReadonlyMap<number, Kind>;

@Injectable()
export class TimeseriesService implements AnalyticsDataset, OnModuleInit {
  readonly name = 'timeseries';
  readonly title = 'Over time';

  constructor(
    private readonly datasets: AnalyticsDatasets,
    private readonly rollups: RollupReader,
    private readonly cases: CaseCountsService,
    private readonly groups: SeriesGroups,
  ) {}

  onModuleInit(): void {
    this.datasets.register(this);
  }

  async tables(scope: AnalyticsScope): Promise<AnalyticsTable[]> {
    return timeseriesTables(await this.read(scope, { metrics: OVERVIEW_METRICS }));
  }

  /** @throws ValidationFailedError for metrics that make no sense so grouped */
  async read(scope: AnalyticsScope, { metrics: wanted, groupBy }: SeriesRequest): Promise<Timeseries> {
    const metrics = chosenMetrics(wanted, groupBy);
    const { accountId, platforms, channels, range } = scope;
    const assetIds = channels?.map(({ id }) => id) ?? null;
    const within: RollupScope = { accountId, platforms, assetIds, from: range.from, until: range.until };
    const names = groupBy === undefined ? [''] : await this.busiest(within, groupBy);
    const shown = names.slice(0, MOST_SERIES);
    const [counts, cases, groups] = await Promise.all([
      this.counts(within, range.bounds, groupBy, shown, countersOf(metrics)),
      this.caseCounts(within, range.bounds, groupBy, metrics),
      groupBy === undefined ? [] : this.groups.named(accountId, groupBy, shown),
    ]);
    return {
      scope,
      groupBy: groupBy ?? null,
      metrics,
      timestamps: range.bounds.slice(0, -1),
      series: shown.map((name, index) =>
        seriesOf(groups[index] ?? null, metrics, range.bounds.length - 1, counts.get(name), cases.get(name)),
      ),
      furtherGroups: names.length - shown.length,
    };
  }

  /** Which groups there are, the busiest first; where their number is fixed, all of them. */
  private async busiest(scope: RollupScope, groupBy: SeriesGrouping): Promise<string[]> {
    if (groupBy === 'platform') return [...scope.platforms];
    if (groupBy === 'sentiment') return [...SENTIMENT_LABELS];
    const { dimension, group } = groupingOf(groupBy);
    const totals = await this.rollups.totalsBy(scope, dimension ?? 'account', group ?? 'label');
    const found = [...totals];
    // A message that failed after it had been sent raises nothing else there.
    if (groupBy === 'error') found.sort(([, one], [, other]) => other.failed - one.failed);
    return found.map(([name]) => name);
  }

  private async counts(
    scope: RollupScope,
    bounds: readonly Date[],
    groupBy: SeriesGrouping | undefined,
    names: readonly string[],
    counters: readonly Counter[],
  ): Promise<Map<string, Map<number, CountsOf<Counter>>>> {
    if (names.length === 0 || counters.length === 0) return new Map();
    const { dimension, group } = groupingOf(groupBy);
    const isFew = group !== undefined && dimension !== null;
    return this.rollups.series(
      isFew ? { ...scope, only: { group, names } } : scope,
      dimension ?? dimensionOfAll(scope.assetIds),
      bounds,
      group,
      counters,
    );
  }

  private async caseCounts(
    scope: RollupScope,
    bounds: readonly Date[],
    groupBy: SeriesGrouping | undefined,
    metrics: readonly AnalyticsMetric[],
  ): Promise<Map<string, Map<number, CaseCounts>>> {
    if (!metrics.includes('casesOpened') && !metrics.includes('casesClosed')) return new Map();
    const group = groupBy === 'channel' ? 'asset' : groupBy === 'platform' ? 'platform' : undefined;
    return this.cases.series(scope, bounds, group);
  }
}

function seriesOf(
  group: SeriesGroup | null,
  metrics: readonly AnalyticsMetric[],
  length: number,
  counts: Points<Partial<CountsOf<Counter>>> = new Map(),
  cases: Points<CaseCounts> = new Map(),
): MetricSeries {
  const values = metrics.map((metric) => ({
    metric,
    of: METRIC_DEFINITIONS[metric].of,
    told: [] as (number | null)[],
  }));
  const totals: MetricCounts = { ...NO_METRIC_COUNTS };
  for (let index = 0; index < length; index++) {
    const point: MetricCounts = { ...NO_METRIC_COUNTS, ...counts.get(index), ...cases.get(index) };
    for (const { of, told } of values) told.push(of(point));
    addMetricCounts(totals, point);
  }
  return {
    group,
    totals: metricValues(metrics, totals),
    values: Object.fromEntries(values.map(({ metric, told }) => [metric, told])),
  };
}
