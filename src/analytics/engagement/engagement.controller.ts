import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ApiAnalyticsAnswer, analyticsAnswer, downloadName } from '../answers/analytics-answer';
import { EngagementDto, EngagementQuery } from '../dto/engagement.dto';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { ENGAGEMENT_TABLES, engagementTables } from './engagement-tables';
import { EngagementService } from './engagement.service';

@ApiTags('Analytics')
@Controller('meta/analytics/engagement')
export class EngagementController {
  constructor(
    private readonly scopes: AnalyticsScopes,
    private readonly engagement: EngagementService,
  ) {}

  /**
   * Posts and media of Pages and Instagram accounts: comments as this service counts them beside what Meta tells.
   *
   * @remarks Everything comes from what is stored; Meta is not asked. Its figures are read several times a day, as
   * `GET /api/meta/facebook/metrics` and `/instagram/metrics` show them by day and with the reason where one is missing. The two sides need
   * not agree: Meta counts what it hides from this service, and days that begin in California.
   */
  @Get()
  @Access('viewer')
  @ApiAnalyticsAnswer(EngagementDto, ENGAGEMENT_TABLES)
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: EngagementQuery,
  ): Promise<EngagementDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    const read = await this.engagement.read(scope, query);
    return analyticsAnswer(query, {
      json: () => EngagementDto.from(read),
      tables: () => engagementTables(read),
      fileName: downloadName('engagement', scope.range),
    });
  }
}
