import { Controller, Get, type OnModuleInit, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ApiAnalyticsAnswer, analyticsAnswer, downloadName } from '../answers/analytics-answer';
import { AnalyticsQuery } from '../dto/analytics-query.dto';
import { CostsDto } from '../dto/costs.dto';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import { COST_TABLES, costTables } from './costs-tables';
import { CostsService } from './costs.service';

@ApiTags('Analytics')
@Controller('meta/analytics')
export class CostsController implements OnModuleInit {
  constructor(
    private readonly scopes: AnalyticsScopes,
    private readonly costs: CostsService,
    private readonly datasets: AnalyticsDatasets,
  ) {}

  onModuleInit(): void {
    this.datasets.register({
      name: 'costs',
      title: 'Costs',
      tables: async (scope) => costTables(await this.costs.read(scope)),
    });
  }

  /**
   * What WhatsApp messages cost: those that were sent here, beside what Meta counts and charges.
   *
   * @remarks By Meta's pricing category and type, over time, by number and by country, each currency by itself. Only WhatsApp has
   * prices: with another `platform` the answer is empty.
   *
   * `sent` and `billable` come from the webhooks of messages that were sent in the time; `volume` and `cost` from Meta's
   * `pricing_analytics`, which counts by half hour when messages were delivered, so that the two may fall on different days.
   * Meta's figures are read every three hours, the last seven days again each time, as Meta corrects them. It keeps one year;
   * what was read stays. Where a day of `timeZone` begins at a quarter past, half hours belong to the day they begin in.
   */
  @Get('costs')
  @Access('viewer')
  @ApiAnalyticsAnswer(CostsDto, COST_TABLES)
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: AnalyticsQuery,
  ): Promise<CostsDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    const costs = await this.costs.read(scope);
    return analyticsAnswer(query, {
      json: () => CostsDto.from(costs),
      tables: () => costTables(costs),
      fileName: downloadName('costs', scope.range),
    });
  }
}
