import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ApiAnalyticsAnswer, analyticsAnswer, downloadName } from '../answers/analytics-answer';
import { AnalyticsQuery } from '../dto/analytics-query.dto';
import { MoodsDto } from '../dto/moods.dto';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { MOOD_TABLES } from './mood-tables';
import { MoodsService } from './moods.service';

@ApiTags('Analytics')
@Controller('meta/analytics/sentiment')
export class MoodsController {
  constructor(
    private readonly scopes: AnalyticsScopes,
    private readonly moods: MoodsService,
  ) {}

  /**
   * The moods of what customers wrote, in messages and in comments: over time, in all, and by platform.
   *
   * @remarks A text counts by when it was written, not by when it was read. Only texts have a mood: `total` counts everything that
   * came, `read` what was read, and all shares are shares of the latter. While texts are still being read, figures of the last
   * minutes grow.
   */
  @Get()
  @Access('viewer')
  @ApiAnalyticsAnswer(MoodsDto, MOOD_TABLES)
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: AnalyticsQuery,
  ): Promise<MoodsDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    return analyticsAnswer(query, {
      json: async () => MoodsDto.from(await this.moods.read(scope)),
      tables: () => this.moods.tables(scope),
      fileName: downloadName('sentiment', scope.range),
    });
  }
}
