import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ApiAnalyticsAnswer, analyticsAnswer, downloadName } from '../answers/analytics-answer';
import { ResponseTimesDto, ResponseTimesQuery } from '../dto/response-times.dto';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { RESPONSE_TIMES_TABLES } from './response-times-tables';
import { ResponseTimesService } from './response-times.service';

@ApiTags('Analytics')
@Controller('meta/analytics/response-times')
export class ResponseTimesController {
  constructor(
    private readonly scopes: AnalyticsScopes,
    private readonly times: ResponseTimesService,
  ) {}

  /**
   * How long customers waited for answers, and cases took: mean, median and 90th percentile, over time, by agent and by channel.
   *
   * @remarks Durations are in seconds of the clock. What is counted in a point is what was answered or closed in it, however long
   * before it began. Mean and percentiles are exact, from each answer and each case.
   *
   * - A customer begins to wait with the first message after the last answer, and stops with the next message of the business
   *   that was sent on: of an agent, of the API or of the business's phone. Messages of campaigns, and those that failed, end no waiting.
   *   Closing the conversation ends it without an answer.
   * - A case begins with the customer's first message or comment, or with a reopening, and ends when the conversation is closed.
   * - Messages stored more than 31 days apart are not taken for question and answer.
   * - Comments have no answers here; their threads have cases.
   */
  @Get()
  @Access('viewer')
  @ApiAnalyticsAnswer(ResponseTimesDto, RESPONSE_TIMES_TABLES)
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: ResponseTimesQuery,
  ): Promise<ResponseTimesDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    return analyticsAnswer(query, {
      json: () => this.answer(scope, query),
      tables: () => this.times.tables(scope),
      fileName: downloadName('response-times', scope.range),
    });
  }

  private async answer(
    scope: AnalyticsScope,
    { groupBy = [] }: ResponseTimesQuery,
  ): Promise<ResponseTimesDto> {
    const [times, byAgent, byChannel, byPlatform] = await Promise.all([
      this.times.read(scope),
      groupBy.includes('agent') ? this.times.byAgent(scope) : undefined,
      groupBy.includes('channel') ? this.times.byChannel(scope) : undefined,
      groupBy.includes('platform') ? this.times.byPlatform(scope) : undefined,
    ]);
    return ResponseTimesDto.from(scope.range, times, {
      ...(byAgent === undefined ? {} : { byAgent }),
      ...(byChannel === undefined ? {} : { byChannel }),
      ...(byPlatform === undefined ? {} : { byPlatform }),
    });
  }
}
