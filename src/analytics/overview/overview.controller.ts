import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ApiAnalyticsAnswer, analyticsAnswer, downloadName } from '../answers/analytics-answer';
import { AnalyticsQuery } from '../dto/analytics-query.dto';
import { OverviewDto } from '../dto/overview.dto';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { OVERVIEW_TABLES } from './overview-tables';
import { OverviewService } from './overview.service';

@ApiTags('Analytics')
@Controller('meta/analytics/overview')
export class OverviewController {
  constructor(
    private readonly scopes: AnalyticsScopes,
    private readonly overviews: OverviewService,
  ) {}

  /**
   * Messages, comments, answers and cases in figures, each beside that of the time before, by platform and by channel.
   *
   * @remarks The time before is as many whole hours, days, weeks or months (`granularity`) immediately before the range, by the
   * calendar of `timeZone`: a day on which clocks are changed is one day. A range that is not over yet is compared with a whole one.
   *
   * Every message counts once in each figure, by the platform's own time of it, and what is told late counts where it
   * happened: figures of the past may still grow. A rate or a mean is null where there is nothing that it could be of.
   */
  @Get()
  @Access('viewer')
  @ApiAnalyticsAnswer(OverviewDto, OVERVIEW_TABLES)
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: AnalyticsQuery,
  ): Promise<OverviewDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    return analyticsAnswer(query, {
      json: async () => OverviewDto.from(await this.overviews.read(scope)),
      tables: () => this.overviews.tables(scope),
      fileName: downloadName('overview', scope.range),
    });
  }
}
