import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../../errors/app.error';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ApiAnalyticsAnswer, analyticsAnswer, downloadName } from '../answers/analytics-answer';
import { AgentListDto } from '../dto/agent-figures.dto';
import { AnalyticsQuery } from '../dto/analytics-query.dto';
import { CampaignFunnelsDto } from '../dto/campaign-funnels.dto';
import { ErrorFiguresDto } from '../dto/error-figures.dto';
import { CampaignFiguresQuery, TemplateFiguresQuery } from '../dto/funnel.dto';
import { TemplateFunnelsDto } from '../dto/template-funnels.dto';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { AgentFiguresService } from './agent-figures.service';
import { AGENT_TABLES } from './agent-tables';
import { CampaignFunnelsService } from './campaign-funnels.service';
import { CAMPAIGN_TABLES } from './campaign-tables';
import { ErrorFiguresService } from './error-figures.service';
import { ERROR_TABLES } from './error-tables';
import type { TemplateChoice } from './funnel-results';
import { TemplateFunnelsService } from './template-funnels.service';
import { TEMPLATE_TABLES } from './template-tables';

@ApiTags('Analytics')
@Controller('meta/analytics')
export class FunnelsController {
  constructor(
    private readonly scopes: AnalyticsScopes,
    private readonly templateFunnels: TemplateFunnelsService,
    private readonly campaignFunnels: CampaignFunnelsService,
    private readonly agentFigures: AgentFiguresService,
    private readonly errorFigures: ErrorFiguresService,
  ) {}

  /**
   * What became of each template's messages: sent, delivered, read, clicked, replied to; with errors, prices and what Meta counted.
   *
   * @remarks The funnel is about the messages that were sent in the range, whatever became of them since. `clicked` are taps on
   * quick reply buttons, which Meta tells us message by message; taps on links are in `meta.clicks` alone. Beside our figures stand
   * Meta's own, with the difference, where they were pulled.
   */
  @Get('templates')
  @Access('viewer')
  @ApiAnalyticsAnswer(TemplateFunnelsDto, TEMPLATE_TABLES)
  async templates(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: TemplateFiguresQuery,
  ): Promise<TemplateFunnelsDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    const template = templateOf(query);
    return analyticsAnswer(query, {
      json: async () =>
        TemplateFunnelsDto.from(scope.range, await this.templateFunnels.read(scope, template)),
      tables: () => this.templateFunnels.tables(scope, template),
      fileName: downloadName('templates', scope.range),
    });
  }

  /**
   * What became of each campaign's messages: sent, delivered, read, clicked, replied to; with its audience.
   *
   * @remarks Of messages that were sent in the range: a campaign that ran over its end is told in part. Every message counts,
   * also the earlier one of a recipient whose message was tried again. Campaigns that were deleted keep their figures.
   */
  @Get('campaigns')
  @Access('viewer')
  @ApiAnalyticsAnswer(CampaignFunnelsDto, CAMPAIGN_TABLES)
  async campaigns(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: CampaignFiguresQuery,
  ): Promise<CampaignFunnelsDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    const campaignId = query.campaignId?.toLowerCase();
    return analyticsAnswer(query, {
      json: async () =>
        CampaignFunnelsDto.from(scope.range, await this.campaignFunnels.read(scope, campaignId)),
      tables: () => this.campaignFunnels.tables(scope, campaignId),
      fileName: downloadName('campaigns', scope.range),
    });
  }

  /**
   * What each user did: messages sent, answers and how long customers waited for them, conversations closed.
   *
   * @remarks An answer is whose message it is; a case is closed by whoever closed the conversation. Messages written on the business's
   * phone are nobody's, as are cases that were closed by the service itself. Users who were removed stay, without a name.
   */
  @Get('agents')
  @Access('viewer')
  @ApiAnalyticsAnswer(AgentListDto, AGENT_TABLES)
  async agents(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: AnalyticsQuery,
  ): Promise<AgentListDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    return analyticsAnswer(query, {
      json: async () => AgentListDto.from(scope.range, await this.agentFigures.read(scope)),
      tables: () => this.agentFigures.tables(scope),
      fileName: downloadName('agents', scope.range),
    });
  }

  /**
   * Failed messages of all platforms by error code, each explained, with their share, by channel and by template.
   *
   * @remarks Those that failed in the range and were never delivered, at Meta or before they came so far. Each stands once,
   * with the code of its first failure.
   */
  @Get('errors')
  @Access('viewer')
  @ApiAnalyticsAnswer(ErrorFiguresDto, ERROR_TABLES)
  async errors(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: TemplateFiguresQuery,
  ): Promise<ErrorFiguresDto | StreamableFile> {
    const scope = await this.scopes.resolve(user, query);
    const template = templateOf(query);
    return analyticsAnswer(query, {
      json: async () => ErrorFiguresDto.from(scope.range, await this.errorFigures.read(scope, template)),
      tables: () => this.errorFigures.tables(scope, template),
      fileName: downloadName('errors', scope.range),
    });
  }
}

/** @throws ValidationFailedError for a language without a template */
function templateOf({ templateName, templateLanguage }: TemplateFiguresQuery): TemplateChoice | undefined {
  if (templateName !== undefined) return { name: templateName, language: templateLanguage ?? null };
  if (templateLanguage === undefined) return undefined;
  throw ValidationFailedError.of(
    'templateLanguage',
    'needsTemplateName',
    'templateLanguage is only for use with templateName.',
  );
}
