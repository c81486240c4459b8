import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey } from '../../http/idempotency-key';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { CampaignForecastDto } from '../dto/campaign-forecast.dto';
import { CreateCampaignDto, StartCampaignDto, UpdateCampaignDto } from '../dto/campaign-write.dto';
import { CampaignDto, CampaignPageDto, CampaignsQuery, RemovedCampaignDto } from '../dto/campaign.dto';
import { CampaignControl } from './campaign-control.service';
import { CampaignForecast } from './campaign-forecast.service';
import { CAMPAIGN_ID, parseId } from './campaign-parameters';
import { presentCampaign } from './campaign-presenter';
import { CampaignsService } from './campaigns.service';

@ApiTags('WhatsApp campaigns')
@Controller('meta/whatsapp/campaigns')
export class CampaignsController {
  constructor(
    private readonly campaigns: CampaignsService,
    private readonly control: CampaignControl,
    private readonly forecasts: CampaignForecast,
  ) {}

  /**
   * Makes a campaign: one template for many people.
   *
   * @remarks It is a draft until it is started, by `POST /campaigns/{id}/start` or at `scheduledAt`. Hand in its recipients
   * meanwhile. The template may still be in review; it has to be approved when the campaign starts.
   */
  @Post()
  @Access('agent')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Any text of yours, up to 200 characters: the same key with the same body makes no second campaign.',
  })
  @ApiEnvelope(CampaignDto, 201)
  @ApiErrors(
    'ACCOUNT_NOT_FOUND',
    'NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'IDEMPOTENCY_CONFLICT',
    'CONFLICT',
    'TEMPLATE_INVALID',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
  )
  async create(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: CreateCampaignDto,
    @IdempotencyKey() key: string | undefined,
  ): Promise<CampaignDto> {
    return presentCampaign(await this.campaigns.create(user, dto, key));
  }

  /** Lists campaigns of every account you may use, the newest first, each with how far it is. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(CampaignPageDto)
  @ApiErrors('ACCOUNT_NOT_FOUND')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: CampaignsQuery,
  ): Promise<CampaignPageDto> {
    const { before, after, ...rest } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const views = await this.campaigns.page(user, {
      ...rest,
      ...(before === undefined ? {} : { before: decodeCursor('before', before, parseId) }),
      ...(after === undefined ? {} : { after: decodeCursor('after', after, parseId) }),
    });
    const first = views[0]?.campaign;
    const last = views.length < query.limit ? undefined : views.at(-1)?.campaign;
    const now = new Date();
    return {
      campaigns: views.map((view) => presentCampaign(view, now)),
      pagination: {
        limit: query.limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  /** Reads a campaign with its live progress: counts, rate and estimated end. */
  @Get(':id')
  @ApiParam(CAMPAIGN_ID)
  @Access('viewer')
  @ApiEnvelope(CampaignDto)
  @ApiErrors('NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<CampaignDto> {
    return presentCampaign(await this.campaigns.get(user, id));
  }

  /**
   * Changes a campaign that has not been started.
   *
   * @remarks Template and number can be changed as long as it has no recipients, for these were checked against them.
   */
  @Patch(':id')
  @ApiParam(CAMPAIGN_ID)
  @Access('agent')
  @ApiEnvelope(CampaignDto)
  @ApiErrors(
    'NOT_FOUND',
    'CONFLICT',
    'TEMPLATE_INVALID',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
  )
  async update(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() dto: UpdateCampaignDto,
  ): Promise<CampaignDto> {
    return presentCampaign(await this.campaigns.update(user, id, dto));
  }

  /** Removes a campaign of which nothing can go out any more; its messages stay. */
  @Delete(':id')
  @ApiParam(CAMPAIGN_ID)
  @Access('agent')
  @ApiEnvelope(RemovedCampaignDto)
  @ApiErrors('NOT_FOUND', 'CONFLICT')
  async remove(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<RemovedCampaignDto> {
    await this.campaigns.remove(user, id);
    return { id };
  }

  /**
   * Starts a campaign, or plans its start.
   *
   * @remarks From then on its recipients are fixed. What would make every message fail is found before: 409 with
   * `details.reason`, or 422 for a template that Meta would not send. Starting one that is running changes nothing.
   */
  @Post(':id/start')
  @ApiParam(CAMPAIGN_ID)
  @Access('agent')
  @ApiEnvelope(CampaignDto)
  @ApiErrors(
    'NOT_FOUND',
    'CONFLICT',
    'TEMPLATE_INVALID',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
  )
  async start(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() { scheduledAt }: StartCampaignDto,
  ): Promise<CampaignDto> {
    if (scheduledAt !== undefined)
      return presentCampaign(await this.campaigns.update(user, id, { scheduledAt }));
    await this.control.start(await this.campaigns.get(user, id));
    return this.get(user, id);
  }

  /**
   * Pauses a running campaign.
   *
   * @remarks Once it answers, nothing goes out but what was under way to Meta at that moment.
   */
  @Post(':id/pause')
  @ApiParam(CAMPAIGN_ID)
  @Access('agent')
  @ApiEnvelope(CampaignDto)
  @ApiErrors('NOT_FOUND', 'CONFLICT')
  async pause(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<CampaignDto> {
    await this.control.pause(await this.campaigns.get(user, id));
    return this.get(user, id);
  }

  /**
   * Lets a paused campaign go on where it stopped.
   *
   * @remarks Refused with 409 and `details.reason` while what it was paused for persists. A template that Meta has moved to
   * another category since is accepted by resuming.
   */
  @Post(':id/resume')
  @ApiParam(CAMPAIGN_ID)
  @Access('agent')
  @ApiEnvelope(CampaignDto)
  @ApiErrors(
    'NOT_FOUND',
    'CONFLICT',
    'TEMPLATE_INVALID',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
  )
  async resume(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<CampaignDto> {
    await this.control.resume(await this.campaigns.get(user, id));
    return this.get(user, id);
  }

  /**
   * Ends a campaign for good.
   *
   * @remarks Messages that have not left are taken back; what has left keeps counting.
   */
  @Post(':id/cancel')
  @ApiParam(CAMPAIGN_ID)
  @Access('agent')
  @ApiEnvelope(CampaignDto)
  @ApiErrors('NOT_FOUND', 'CONFLICT')
  async cancel(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<CampaignDto> {
    await this.control.cancel(await this.campaigns.get(user, id));
    return this.get(user, id);
  }

  /** Says what would happen if the campaign were started now: who gets it, how long it takes, what it costs. */
  @Get(':id/forecast')
  @ApiParam(CAMPAIGN_ID)
  @Access('viewer')
  @ApiEnvelope(CampaignForecastDto)
  @ApiErrors('NOT_FOUND')
  async forecast(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<CampaignForecastDto> {
    return this.forecasts.forecast(await this.campaigns.get(user, id));
  }
}
