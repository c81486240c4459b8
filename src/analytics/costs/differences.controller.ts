import { Controller, Get, type OnModuleInit, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ApiAnalyticsAnswer, analyticsAnswer, downloadName } from '../answers/analytics-answer';
import { AnalyticsQuery } from '../dto/analytics-query.dto';
import { DifferenceReportDto } from '../dto/differences.dto';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import { DIFFERENCE_TABLES, differenceTables } from './differences-tables';
import { DifferencesService } from './differences.service';

@ApiTags('Analytics')
@Controller('meta/analytics')
export class DifferencesController implements OnModuleInit {
  constructor(
    private readonly scopes: AnalyticsScopes,
    private readonly differences: DifferencesService,
    private readonly datasets: AnalyticsDatasets,
  ) {}

  onModuleInit(): void {
    this.datasets.register({
      name: 'differences',
      title: 'Ours and Meta’s figures',
      tables: async (scope) => differenceTables(await this.differences.read(scope)),
    });
  }

  /**
   * Our figures of WhatsApp messages beside those that Meta counts itself, by number and by template, and why they differ.
   *
   * @remarks Meta's are read every three hours: `analytics` of each number by half hour, so that days of any time zone can be
   * compared, and `template_analytics` by day, for which template insights have to be switched on. A day of a template
   * belongs to the day of `timeZone` that it begins in. Nothing is adjusted: where the two differ, both are told.
   */
  @Get('differences')
  @Access('viewer')
  @ApiAnalyticsAnswer(DifferenceReportDto, DIFFERENCE_TABLES)
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: AnalyticsQuery,
  ): Promise<DifferenceReportDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    const report = await this.differences.read(scope);
    return analyticsAnswer(query, {
      json: () => DifferenceReportDto.from(report),
      tables: () => differenceTables(report),
      fileName: downloadName('differences', scope.range),
    });
  }
}
