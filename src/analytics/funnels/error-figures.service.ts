import { Injectable, type OnModuleInit } from '@nestjs/common';
import { FailureGroups } from '../message-metrics/failure-groups';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import type { AnalyticsDataset, AnalyticsTable } from '../tables/analytics-table';
import { errorTables } from './error-tables';
import type { ErrorFigures, TemplateChoice } from './funnel-results';

/** Failed messages of all platforms by code. */
@Injectable()
export class ErrorFiguresService implements AnalyticsDataset, OnModuleInit {
  readonly name = 'errors';
  readonly title = 'Failed messages';

  constructor(
    private readonly datasets: AnalyticsDatasets,
    private readonly scopes: AnalyticsScopes,
    private readonly groups: FailureGroups,
  ) {}

  onModuleInit(): void {
    this.datasets.register(this);
  }

  async tables(scope: AnalyticsScope, template?: TemplateChoice): Promise<AnalyticsTable[]> {
    return errorTables(await this.read(scope, template));
  }

  async read(
    { accountId, platforms, channels, range }: AnalyticsScope,
    template?: TemplateChoice,
  ): Promise<ErrorFigures> {
    return this.groups.read(
      {
        accountId,
        platforms,
        from: range.from,
        until: range.until,
        ...(template === undefined ? {} : { template }),
      },
      channels ?? (await this.scopes.channels(accountId, null)),
    );
  }
}
