import { Injectable } from '@nestjs/common';
import { edgesOf, metricRange } from '../../calendar/metric-range';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../../whatsapp/account-scope';
import type { MetricRangeQuery } from '../dto/metrics-query.dto';
import { FailureGroups } from './failure-groups';
import { templateOf } from './message-metrics.service';
import { MetricChannels } from './metric-channels.repository';
import type { Failures } from './metric-results';

@Injectable()
export class FailuresService {
  constructor(
    private readonly accounts: AccountScope,
    private readonly channels: MetricChannels,
    private readonly groups: FailureGroups,
  ) {}

  /** @throws as `MessageMetricsService.read` */
  async read(user: AuthenticatedUser, query: MetricRangeQuery): Promise<Failures> {
    const range = metricRange(query);
    const accountId = await this.accounts.resolve(user, query);
    const { channels } = await this.channels.choose(accountId, query);
    const found = await this.groups.read(
      { accountId, platforms: ['whatsapp'], ...templateOf(query), ...edgesOf(range) },
      channels,
    );
    return { range, ...found };
  }
}
