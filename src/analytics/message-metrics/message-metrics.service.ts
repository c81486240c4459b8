import { Injectable } from '@nestjs/common';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../../whatsapp/account-scope';
import type { MetricsQuery } from '../dto/metrics-query.dto';
import {
  type Counts,
  type Figures,
  METRICS,
  type Metric,
  NO_COUNTS,
  addCounts,
  figuresOf,
} from './message-figures';
import { MetricChannels } from './metric-channels.repository';
import { type MetricRange, edgesOf, metricRange } from '../../calendar/metric-range';
import type { MessageMetrics, MetricChannel } from './metric-results';
import { MetricsRepository, type MetricScope } from './metrics.repository';

@Injectable()
export class MessageMetricsService {
  constructor(
    private readonly accounts: AccountScope,
    private readonly channels: MetricChannels,
    private readonly repository: MetricsRepository,
  ) {}

  /**
   * @throws ValidationFailedError for a range that cannot be answered
   * @throws AccountNotFoundError, AccountAmbiguousError, NotFoundError as every route that may name an account
   */
  async read(user: AuthenticatedUser, query: MetricsQuery): Promise<MessageMetrics> {
    const range = metricRange(query);
    const accountId = await this.accounts.resolve(user, query);
    const { channels, isAll } = await this.channels.choose(accountId, query);
    const assetIds = channels.map(({ id }) => id);
    const template =
      query.templateName === undefined
        ? null
        : { name: query.templateName, language: query.templateLanguage ?? null };
    const scope: MetricScope & { assetIds: typeof assetIds } = {
      accountId,
      assetIds,
      template,
      ...edgesOf(range),
    };
    const isOverall = isAll && template === null;
    const found = await this.repository.series(
      { ...scope, assetIds: isOverall ? null : assetIds },
      range.bounds,
    );
    const result: MessageMetrics = {
      range,
      metrics: seriesOf(query.chosenMetrics(), range, found),
      totals: figuresOf([...found.values()].reduce(addCounts, NO_COUNTS)),
    };
    if (query.groupBy?.includes('number') === true)
      result.byNumber = numbersOf(channels, await this.repository.byChannel(scope));
    if (query.groupBy?.includes('template') === true)
      result.byTemplate = (await this.repository.byTemplate(scope)).map(({ counts, ...named }) => ({
        ...named,
        totals: figuresOf(counts),
      }));
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
