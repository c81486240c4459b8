import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { OffsetPaginationDto } from '../../http/page.dto';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import {
  CreateFlowDto,
  FlowAlertDto,
  FlowAssetListDto,
  FlowDto,
  FlowEndpointDto,
  FlowJsonResultDto,
  FlowPageDto,
  FlowPreviewDto,
  FlowPreviewQuery,
  FlowQuery,
  FlowsQuery,
  SetFlowEndpointDto,
  UpdateFlowDto,
  UploadFlowJsonDto,
  flowTextOf,
} from '../dto/flow.dto';
import { ApiFlow } from './flow-path';
import type { OwnedFlow } from './flows.repository';
import { FlowsService } from './flows.service';

/** Flows: forms and dialogs of several screens inside a chat. */
@ApiTags('WhatsApp flows')
@ApiExtraModels(FlowAlertDto)
@Controller('meta/whatsapp/flows')
export class FlowsController {
  constructor(
    private readonly flows: FlowsService,
    private readonly scope: AccountScope,
  ) {}

  /** The flows of a WhatsApp Business Account, newest first. Read from Meta when that was last done over an hour ago. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(FlowPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  @ApiErrors('META_REJECTED', 'META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_UNAVAILABLE')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: FlowsQuery): Promise<FlowPageDto> {
    const { wabaId, status, limit, offset, refresh } = query;
    const accountId = await this.scope.resolve(user, query);
    const page = await this.flows.list(accountId, wabaId, { status, limit, offset, refresh });
    return {
      flows: page.flows.map((flow) => FlowDto.from(flow)),
      pagination: OffsetPaginationDto.of(query, page.total),
      stale: page.isStale,
    };
  }

  /**
   * Makes a flow, as a draft unless `publish` is said.
   *
   * @remarks JSON with mistakes is taken, too: `validationErrors` of the answer says where they are, and the flow stays a
   * draft. One that asks an endpoint for data can be published only once it has one and the key is uploaded.
   */
  @Post()
  @Access('agent')
  @ApiEnvelope(FlowDto, 201)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS', 'META_REJECTED')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_UNAVAILABLE')
  async create(@CurrentUser() user: AuthenticatedUser, @Body() body: CreateFlowDto): Promise<FlowDto> {
    const { name, categories, json, cloneFlowId = null, publish = false, wabaId } = body;
    if (json !== undefined && cloneFlowId !== null)
      throw ValidationFailedError.of('cloneFlowId', 'exclusive', 'Send json or cloneFlowId, not both.');
    const accountId = await this.scope.resolve(user, body);
    const text = json === undefined ? null : flowTextOf(json);
    const wish = { name, categories, json: text, cloneFlowId, publish };
    return FlowDto.from((await this.flows.create(accountId, wabaId, wish)).flow);
  }

  /** One flow. */
  @Get(':id')
  @Access('viewer')
  @ApiFlow()
  @ApiEnvelope(FlowDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() { refresh }: FlowQuery,
  ): Promise<FlowDto> {
    const owned = await this.owned(user, id);
    return FlowDto.from((refresh ? await this.flows.refresh(owned) : owned).flow);
  }

  /** Renames a flow, or changes its categories. */
  @Patch(':id')
  @Access('agent')
  @ApiFlow()
  @ApiEnvelope(FlowDto)
  async update(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { name, categories }: UpdateFlowDto,
  ): Promise<FlowDto> {
    if (name === undefined && categories === undefined)
      throw ValidationFailedError.of('name', 'isDefined', 'Send name, categories, or both.');
    return FlowDto.from((await this.flows.update(await this.owned(user, id), { name, categories })).flow);
  }

  /** Uploads the flow’s JSON, and says where it is wrong, by line and column. Drafts only. */
  @Put(':id/json')
  @Access('agent')
  @ApiFlow()
  @ApiEnvelope(FlowJsonResultDto)
  async uploadJson(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { json }: UploadFlowJsonDto,
  ): Promise<FlowJsonResultDto> {
    const validationErrors = await this.flows.uploadJson(await this.owned(user, id), flowTextOf(json));
    return { valid: validationErrors.length === 0, validationErrors };
  }

  /** The files of a flow, with addresses to download them from. */
  @Get(':id/assets')
  @Access('viewer')
  @ApiFlow()
  @ApiEnvelope(FlowAssetListDto)
  async assets(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<FlowAssetListDto> {
    return { assets: await this.flows.assets(await this.owned(user, id)) };
  }

  /** An address where people without a login can try the flow out. */
  @Get(':id/preview')
  @Access('viewer')
  @ApiFlow()
  @ApiEnvelope(FlowPreviewDto)
  async preview(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() { renew }: FlowPreviewQuery,
  ): Promise<FlowPreviewDto> {
    return this.flows.preview(await this.owned(user, id), renew);
  }

  /** Publishes a draft. Its JSON cannot be changed afterwards. */
  @Post(':id/publish')
  @Access('agent')
  @ApiFlow()
  @ApiEnvelope(FlowDto)
  async publish(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<FlowDto> {
    return FlowDto.from((await this.flows.publish(await this.owned(user, id))).flow);
  }

  /** Ends a published flow for good: it can neither be sent nor opened any more. */
  @Post(':id/deprecate')
  @Access('agent')
  @ApiFlow()
  @ApiEnvelope(FlowDto)
  async deprecate(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<FlowDto> {
    return FlowDto.from((await this.flows.deprecate(await this.owned(user, id))).flow);
  }

  /** Deletes a draft. Published flows can only be deprecated. */
  @Delete(':id')
  @Access('agent')
  @ApiFlow()
  @ApiEnvelope(null)
  async remove(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<null> {
    await this.flows.remove(await this.owned(user, id));
    return null;
  }

  /**
   * Sets your endpoint for the flow’s data.
   *
   * @remarks WhatsApp asks this service, encrypted; it verifies and decrypts the request, hands it to your endpoint and
   * encrypts the answer. Health checks and error notifications are answered here. The secret of the answer is told once;
   * setting the endpoint again makes another one.
   */
  @Put(':id/endpoint')
  @Access('admin')
  @ApiFlow()
  @ApiEnvelope(FlowEndpointDto)
  @ApiErrors('CONFLICT')
  async setEndpoint(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { url }: SetFlowEndpointDto,
  ): Promise<FlowEndpointDto> {
    const { owned, secret } = await this.flows.setEndpoint(await this.owned(user, id), url);
    return { endpointUri: this.flows.endpointUriOf(owned.flow), url, secret };
  }

  /** Takes your endpoint away. Meta keeps our address, where only health checks are answered then. */
  @Delete(':id/endpoint')
  @Access('admin')
  @ApiFlow()
  @ApiEnvelope(null)
  async removeEndpoint(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<null> {
    await this.flows.removeEndpoint(await this.owned(user, id));
    return null;
  }

  private async owned(user: AuthenticatedUser, id: string): Promise<OwnedFlow> {
    if (!/^\d{1,32}$/.test(id) && !isUuid(id))
      throw ValidationFailedError.of('id', 'flowId', 'id must be Meta’s id of a flow, or ours.');
    return this.flows.get(await this.scope.accountIdsOf(user), id);
  }
}
