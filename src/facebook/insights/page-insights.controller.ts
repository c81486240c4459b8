import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors, RawResponse } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { InsightsDto } from '../../insights/dto/insights.dto';
import { insightTable } from '../../insights/reports/insight-table';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import { PageInsightsQuery, PageInsightsTableQuery } from '../dto/page-insights.dto';
import { PageInsights } from './page-insights.service';

@ApiTags('Facebook metrics')
@ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
@Controller('meta/facebook')
export class PageInsightsController {
  constructor(private readonly insights: PageInsights) {}

  /**
   * Meta's own figures of a Page by day, week or month, or of one of its posts since it was published.
   *
   * @remarks They are read from Meta several times a day and stored; this answers from what is stored. A Page's days reach
   * back up to two years, in steps after it was connected. Of a post there is one figure for each day on which it was read:
   * how it stood by then, and by how much it rose.
   *
   * Meta retires metrics now and then. One that is asked for by a retired name is refused, with what replaces it; one that Meta
   * refuses of late is listed under `unavailable`, and the others are answered all the same.
   */
  @Get('metrics')
  @Access('viewer')
  @ApiEnvelope(InsightsDto)
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: PageInsightsQuery,
  ): Promise<InsightsDto> {
    return InsightsDto.from(await this.insights.read(user, query, query.refresh === 'true'));
  }

  /** Downloads the same figures as a table. */
  @RateLimit('heavy')
  @Get('metrics.csv')
  @Access('viewer')
  @RawResponse()
  @ApiProduces('text/csv')
  @ApiOkResponse({
    description: 'A line for each point, and for each part that a figure is split into over the whole range.',
    content: { 'text/csv': { schema: { type: 'string' } } },
  })
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async table(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: PageInsightsTableQuery,
  ): Promise<StreamableFile> {
    const report = await this.insights.read(user, query, false);
    return new StreamableFile(Buffer.from(insightTable(report)), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="facebook-metrics-${report.object.externalId}.csv"`,
    });
  }
}
