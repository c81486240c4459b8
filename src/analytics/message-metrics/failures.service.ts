import { Injectable } from '@nestjs/common';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../../whatsapp/account-scope';
import type { MetricRangeQuery } from '../dto/metrics-query.dto';
import { explainError } from '../error-explanations/error-explanation';
import { type FailurePart, type FailureScope, FailuresRepository } from './failures.repository';
import { share } from '../rollups/rollup-counts';
import { MetricChannels } from './metric-channels.repository';
import { edgesOf, metricRange } from '../../calendar/metric-range';
import { templateOf } from './message-metrics.service';
import type { FailureGroup, Failures, MetricChannel } from './metric-results';

@Injectable()
export class FailuresService {
  constructor(
    private readonly accounts: AccountScope,
    private readonly channels: MetricChannels,
    private readonly repository: FailuresRepository,
  ) {}

  /** @throws as `MessageMetricsService.read` */
  async read(user: AuthenticatedUser, query: MetricRangeQuery): Promise<Failures> {
    const range = metricRange(query);
    const accountId = await this.accounts.resolve(user, query);
    const { channels } = await this.channels.choose(accountId, query);
    const scope: FailureScope = {
      accountId,
      platforms: ['whatsapp'],
      assetIds: channels.map(({ id }) => id),
      ...templateOf(query),
      ...edgesOf(range),
    };
    const codes = await this.repository.byCode(scope);
    const [parts, last] = await Promise.all([
      this.repository.parts(scope),
      this.repository.lastOf(
        scope,
        codes.map(({ code }) => code),
      ),
    ]);
    const total = codes.reduce((sum, { count }) => sum + count, 0);
    const channelOf = new Map(channels.map((channel) => [channel.id, channel]));
    const groups = codes.map(({ code, count, lastBucketAt }): FailureGroup => {
      const seen = last.get(code);
      const explanation = explainError(code);
      return {
        // Of a code that we do not know Meta's own words are the best there is.
        explanation: { ...explanation, title: explanation.title ?? seen?.title ?? null },
        count,
        share: share(count, total) ?? 0,
        lastSeenAt: seen?.at ?? lastBucketAt,
        lastMessageId: seen?.messageId ?? null,
        ...partsOf(code, parts, channelOf),
      };
    });
    return { range, total, groups };
  }
}

function partsOf(
  code: string,
  parts: readonly FailurePart[],
  channelOf: ReadonlyMap<string, MetricChannel>,
): Pick<FailureGroup, 'byNumber' | 'byTemplate'> {
  const own = parts.filter((part) => part.code === code);
  return {
    byNumber: own.flatMap(({ assetId, count }) => {
      const channel = assetId === null ? undefined : channelOf.get(assetId);
      return channel === undefined ? [] : [{ channel, count }];
    }),
    byTemplate: own.flatMap(({ template, count }) => (template === null ? [] : [{ ...template, count }])),
  };
}
