import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import {
  CompareTemplatesQuery,
  EnableInsightsDto,
  InsightsEnabledDto,
  SeveralTemplatesAnalyticsQuery,
  TemplateAnalyticsListDto,
  TemplateAnalyticsQuery,
  TemplateComparisonDto,
} from '../dto/template-insights.dto';
import { ApiTemplateId, TemplateIdParam } from './template-id.pipe';
import { TemplateInsights } from './template-insights.service';

@ApiTags('WhatsApp templates')
@ApiErrors(
  'VALIDATION_FAILED',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'META_REAUTH_REQUIRED',
  'META_RATE_LIMITED',
  'META_REJECTED',
  'META_UNAVAILABLE',
  'SERVER_ERROR',
)
@Controller('meta/whatsapp/templates')
export class TemplateInsightsController {
  constructor(
    private readonly insights: TemplateInsights,
    private readonly scope: AccountScope,
  ) {}

  @Get('analytics')
  @Access('viewer')
  @ApiOperation({
    summary: "Meta's figures about several templates, by day",
    description:
      'Sent, delivered, read, clicked by button, and cost. `CONFLICT` with `reason: insights_disabled` while insights are not switched on.',
  })
  @ApiEnvelope(TemplateAnalyticsListDto)
  async several(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: SeveralTemplatesAnalyticsQuery,
  ): Promise<TemplateAnalyticsListDto> {
    const accountIds = await this.scope.accountIdsOf(user);
    return TemplateAnalyticsListDto.from(await this.insights.figures(accountIds, query.ids, periodOf(query)));
  }

  @Post('analytics/enable')
  @Access('agent')
  @ApiOperation({
    summary: "Switch on Meta's figures about templates",
    description: 'Once for a WhatsApp Business Account, and for ever: Meta does not take it back.',
  })
  @ApiEnvelope(InsightsEnabledDto)
  @ApiErrors('ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async enable(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: EnableInsightsDto,
  ): Promise<InsightsEnabledDto> {
    const accountId = await this.scope.resolve(user, body);
    return { wabaId: await this.insights.switchOn(accountId, body.wabaId), enabled: true };
  }

  @Get(':id/analytics')
  @Access('viewer')
  @ApiTemplateId()
  @ApiOperation({ summary: "Meta's figures about a template, by day" })
  @ApiEnvelope(TemplateAnalyticsListDto)
  async one(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', TemplateIdParam) id: string,
    @Query() query: TemplateAnalyticsQuery,
  ): Promise<TemplateAnalyticsListDto> {
    const accountIds = await this.scope.accountIdsOf(user);
    return TemplateAnalyticsListDto.from(await this.insights.figures(accountIds, [id], periodOf(query)));
  }

  @Get(':id/compare')
  @Access('viewer')
  @ApiTemplateId()
  @ApiOperation({
    summary: 'Compare a template with another one',
    description:
      'How often each was sent, after which of them fewer people blocked the business, and what they gave as reason. Meta tells of templates that were sent 1,000 times at least.',
  })
  @ApiEnvelope(TemplateComparisonDto)
  async compare(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', TemplateIdParam) id: string,
    @Query() { with: other, days }: CompareTemplatesQuery,
  ): Promise<TemplateComparisonDto> {
    const accountIds = await this.scope.accountIdsOf(user);
    return TemplateComparisonDto.from(await this.insights.compare(accountIds, id, other.toLowerCase(), days));
  }
}

function periodOf({ start, end }: TemplateAnalyticsQuery): { start?: Date; end?: Date } {
  return {
    ...(start === undefined ? {} : { start: new Date(start) }),
    ...(end === undefined ? {} : { end: new Date(end) }),
  };
}
