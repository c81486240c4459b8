import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ApiAnalyticsAnswer, analyticsAnswer, downloadName } from '../answers/analytics-answer';
import { TimeseriesDto, TimeseriesQuery } from '../dto/timeseries.dto';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { TIMESERIES_TABLES, timeseriesTables } from './timeseries-tables';
import { TimeseriesService } from './timeseries.service';

@ApiTags('Analytics')
@Controller('meta/analytics/timeseries')
export class TimeseriesController {
  constructor(
    private readonly scopes: AnalyticsScopes,
    private readonly timeseries: TimeseriesService,
  ) {}

  /**
   * Figures by hour, day, week or month, of everything together or a series for each platform, channel, agent, …
   *
   * @remarks There is a point for each hour, day, week or month of the range by the calendar of `timeZone`, also where nothing
   * happened: counts are 0 there, rates and means null. A day on which clocks are changed has 23 or 25 hours, and an hour that
   * comes twice is two points.
   *
   * A message counts in the point in which it happened by the platform's own time. Rates are about the messages that were
   * sent in the point, whatever became of them since, so those of the last points may still rise.
   */
  @Get()
  @Access('viewer')
  @ApiAnalyticsAnswer(TimeseriesDto, TIMESERIES_TABLES)
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: TimeseriesQuery,
  ): Promise<TimeseriesDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    const read = await this.timeseries.read(scope, query);
    return analyticsAnswer(query, {
      json: () => TimeseriesDto.from(read),
      tables: () => timeseriesTables(read),
      fileName: downloadName('timeseries', scope.range),
    });
  }
}
