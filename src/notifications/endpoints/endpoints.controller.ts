import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { PUBLIC_EVENT_TYPES } from '../../public-events/public-event';
import {
  CreateEndpointDto,
  EndpointsQuery,
  RotateSecretDto,
  UpdateEndpointDto,
} from '../dto/endpoint-requests.dto';
import {
  CreatedEndpointDto,
  EndpointDto,
  EndpointPageDto,
  EndpointTestDto,
  EventTypesDto,
  RotatedSecretDto,
} from '../dto/endpoint.dto';
import { EndpointsService } from './endpoints.service';

@ApiTags('Outbound webhooks')
@Controller('meta/notifications/endpoints')
export class EndpointsController {
  constructor(private readonly endpoints: EndpointsService) {}

  /** Lists the addresses that are told of events, of all accounts that you may see, the newest first. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(EndpointPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async page(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: EndpointsQuery,
  ): Promise<EndpointPageDto> {
    const { accountId, limit, before, after } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const rows = await this.endpoints.page(user, accountId, {
      limit,
      before: placeIn('before', before),
      after: placeIn('after', after),
    });
    const last = rows.length < limit ? undefined : rows.at(-1);
    const first = rows[0];
    return {
      endpoints: rows.map((row) => EndpointDto.from(row)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  /** Lists the types of events that an endpoint can be told of. */
  @Get('event-types')
  @Access('viewer')
  @ApiEnvelope(EventTypesDto)
  eventTypes(): EventTypesDto {
    return {
      eventTypes: Object.entries(PUBLIC_EVENT_TYPES).map(([type, description]) => ({ type, description })),
    };
  }

  /**
   * Adds an address that is told of events from now on.
   *
   * @remarks The answer holds the secret that messages are signed with: it is not shown again. Owners of the account may do
   * this. Messages follow the Standard Webhooks specification: verify them with one
   * of its libraries. They come at least once, so keep the `webhook-id` of what you have dealt with.
   */
  @Post()
  @Access('agent')
  @ApiEnvelope(CreatedEndpointDto, 201)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS', 'FORBIDDEN', 'CONFLICT')
  async create(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: CreateEndpointDto,
  ): Promise<CreatedEndpointDto> {
    const { endpoint, secret } = await this.endpoints.create(
      user,
      dto.accountId,
      {
        url: dto.url,
        description: dto.description ?? null,
        eventTypes: dto.eventTypes,
        platforms: dto.platforms ?? [],
        channelIds: dto.channelIds ?? [],
        headers: dto.headers ?? {},
        ratePerSecond: dto.ratePerSecond ?? null,
      },
      dto.secret,
    );
    return CreatedEndpointDto.withSecret(endpoint, secret);
  }

  /** Reads one endpoint and how it does. */
  @Get(':id')
  @Access('viewer')
  @ApiEnvelope(EndpointDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<EndpointDto> {
    return EndpointDto.from(await this.endpoints.get(user, id));
  }

  /** Changes what is named, pauses it, resumes it, or switches one on again that was disabled. */
  @Patch(':id')
  @Access('agent')
  @ApiEnvelope(EndpointDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'FORBIDDEN')
  async update(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() dto: UpdateEndpointDto,
  ): Promise<EndpointDto> {
    return EndpointDto.from(await this.endpoints.update(user, id, dto));
  }

  /** Removes it with everything that was to be sent to it. */
  @Delete(':id')
  @Access('agent')
  @ApiEnvelope(null)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'FORBIDDEN')
  async remove(@CurrentUser() user: AuthenticatedUser, @Param('id', UuidParam) id: string): Promise<null> {
    await this.endpoints.remove(user, id);
    return null;
  }

  /**
   * Makes a new secret, or takes yours.
   *
   * @remarks For a while messages carry two signatures, of the present secret and of the new one: change it on your side
   * within that time. The secret is not shown again.
   */
  @Post(':id/secret/rotate')
  @Access('agent')
  @ApiEnvelope(RotatedSecretDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'FORBIDDEN')
  async rotate(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() dto: RotateSecretDto,
  ): Promise<RotatedSecretDto> {
    return this.endpoints.rotate(user, id, dto);
  }

  /**
   * Sends a signed message of the type `endpoint.test` at once and answers with what became of it.
   *
   * @remarks Also where nothing could be reached. It is neither tried again nor listed among the deliveries.
   */
  @Post(':id/test')
  @Access('agent')
  @ApiEnvelope(EndpointTestDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async test(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<EndpointTestDto> {
    const { outcome, messageId } = await this.endpoints.test(user, id);
    return EndpointTestDto.from(outcome, messageId);
  }
}

function placeIn(field: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return decodeCursor(field, text, (place) =>
    typeof place === 'string' && isUuid(place) ? place : undefined,
  );
}
