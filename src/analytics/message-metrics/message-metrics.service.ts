import { Injectable } from '@nestjs/common';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../../whatsapp/account-scope';
import type { MetricsQuery } from '../dto/metrics-query.dto';
import { type Counts, NO_COUNTS, addCounts } from '../rollups/rollup-counts';
import { type Figures, METRICS, type Metric, figuresOf } from './message-figures';
import { MetricChannels } from './metric-channels.repository';
import { type MetricRange, edgesOf, metricRange } from '../../calendar/metric-range';
import type { MessageMetrics, MetricChannel } from './metric-results';
import { RollupReader, type RollupScope, dimensionOfAll } from '../rollups/rollup-reader';

const MOST_TEMPLATES = 1_000;

@Injectable()
export class MessageMetricsService {
  constructor(
    private readonly accounts: AccountScope,
    private readonly channels: MetricChannels,
    private readonly rollups: RollupReader,
  ) {}

  /**
   * @throws ValidationFailedError for a range that cannot be answered
   * @throws AccountNotFoundError, AccountAmbiguousError, NotFoundError as every route that may name an account
   */
  async read(user: AuthenticatedUser, query: MetricsQuery): Promise<MessageMetrics> {
    const range = metricRange(query);
    const accountId = await this.accounts.resolve(user, query);
    const { channels, isAll } = await this.channels.choose(accountId, query);
    const scope: RollupScope = {
      accountId,
      platforms: ['whatsapp'],
      assetIds: channels.map(({ id }) => id),
      ...templateOf(query),
      ...edgesOf(range),
    };
    const assetIds = isAll && scope.template === undefined ? null : scope.assetIds;
    const dimension = scope.template === undefined ? dimensionOfAll(assetIds) : 'template';
    const series = await this.rollups.series({ ...scope, assetIds }, dimension, range.bounds);
    const found = series.get('') ?? new Map<number, Counts>();
    const result: MessageMetrics = {
      range,
      metrics: seriesOf(query.chosenMetrics(), range, found),
      totals: figuresOf([...found.values()].reduce(addCounts, NO_COUNTS)),
    };
    if (query.groupBy?.includes('number') === true)
      result.byNumber = numbersOf(
        channels,
        await this.rollups.totalsBy(scope, scope.template === undefined ? 'channel' : 'template', 'asset'),
      );
    if (query.groupBy?.includes('template') === true) {
      const counts = [...(await this.rollups.totalsBy(scope, 'template', 'template'))];
      result.byTemplate = counts.slice(0, MOST_TEMPLATES).map(([key, of]) => {
        const [name = '', language = ''] = key.split('\t');
        return { name, language, totals: figuresOf(of) };
      });
    }
    return result;
  }
}

/** A point for each bucket: where nothing happened, the figures of nothing. */
function seriesOf(
  wanted: readonly Metric[],
  { bounds }: MetricRange,
  found: ReadonlyMap<number, Counts>,
): MessageMetrics['metrics'] {
  const figures = bounds
    .slice(0, -1)
    .map((timestamp, index) => ({ timestamp, ...figuresOf(found.get(index) ?? NO_COUNTS) }));
  return Object.fromEntries(
    METRICS.filter((metric) => wanted.includes(metric)).map((metric) => [
      metric,
      figures.map((point) => ({ timestamp: point.timestamp, value: point[metric] })),
    ]),
  );
}

/** The numbers of the account, and those that it had while something happened. */
function numbersOf(
  channels: readonly MetricChannel[],
  counts: ReadonlyMap<string, Counts>,
): { channel: MetricChannel; totals: Figures }[] {
  return channels
    .filter(({ id, isOwned }) => isOwned || counts.has(id))
    .map((channel) => ({ channel, totals: figuresOf(counts.get(channel.id) ?? NO_COUNTS) }));
}

/** The template that a request names. */
export function templateOf({
  templateName: name,
  templateLanguage: language,
}: Pick<MetricsQuery, 'templateName' | 'templateLanguage'>): Pick<RollupScope, 'template'> {
  return name === undefined ? {} : { template: { name, language: language ?? null } };
}
