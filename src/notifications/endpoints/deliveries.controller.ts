import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import {
  EndpointDeliveryDetailDto,
  EndpointDeliveryDto,
  EndpointDeliveryPageDto,
  EndpointReplayedDto,
} from '../dto/endpoint-delivery.dto';
import { EndpointDeliveriesQuery, ReplayEndpointDto } from '../dto/endpoint-requests.dto';
import { EndpointDeliveriesService } from './deliveries.service';

@ApiTags('Outbound webhooks')
@Controller('meta/notifications/endpoints/:endpointId')
export class EndpointDeliveriesController {
  constructor(private readonly deliveries: EndpointDeliveriesService) {}

  /** Lists what was sent to an endpoint, or is going to be, the newest first. */
  @Get('deliveries')
  @Access('viewer')
  @ApiEnvelope(EndpointDeliveryPageDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async page(
    @CurrentUser() user: AuthenticatedUser,
    @Param('endpointId', UuidParam) endpointId: string,
    @Query() query: EndpointDeliveriesQuery,
  ): Promise<EndpointDeliveryPageDto> {
    const { limit, before, after } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const rows = await this.deliveries.page(user, endpointId, {
      states: query.state,
      types: query.type,
      from: instantIn('from', query.from),
      until: instantIn('until', query.until),
      limit,
      before: placeIn('before', before),
      after: placeIn('after', after),
    });
    const last = rows.length < limit ? undefined : rows.at(-1);
    const first = rows[0];
    return {
      deliveries: rows.map((row) => EndpointDeliveryDto.from(row)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  /** Reads one delivery with what was sent and every attempt. */
  @Get('deliveries/:deliveryId')
  @Access('viewer')
  @ApiEnvelope(EndpointDeliveryDetailDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('endpointId', UuidParam) endpointId: string,
    @Param('deliveryId', UuidParam) id: string,
  ): Promise<EndpointDeliveryDetailDto> {
    const { delivery, attempts } = await this.deliveries.get(user, endpointId, id);
    return EndpointDeliveryDetailDto.withAttempts(delivery, attempts);
  }

  /**
   * Sends it again under the same `webhook-id` and with the same bytes, also when it was delivered.
   *
   * @remarks One that waits is tried now.
   */
  @Post('deliveries/:deliveryId/replay')
  @Access('agent')
  @ApiEnvelope(EndpointDeliveryDto, 202, { description: 'It is in line again.' })
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async replay(
    @CurrentUser() user: AuthenticatedUser,
    @Param('endpointId', UuidParam) endpointId: string,
    @Param('deliveryId', UuidParam) id: string,
  ): Promise<EndpointDeliveryDto> {
    return EndpointDeliveryDto.from(await this.deliveries.replay(user, endpointId, id));
  }

  /**
   * Sends what was given up or held since some time again, the oldest first: at most 5,000 with one call.
   *
   * @remarks Those that are in line again are no longer `dead` or `held`, so a further call goes on with the rest. Of those
   * that were delivered it begins with the same ones again.
   */
  @RateLimit('heavy')
  @Post('replay')
  @Access('agent')
  @ApiEnvelope(EndpointReplayedDto, 202, { description: 'They are in line again.' })
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async replayMany(
    @CurrentUser() user: AuthenticatedUser,
    @Param('endpointId', UuidParam) endpointId: string,
    @Body() dto: ReplayEndpointDto,
  ): Promise<EndpointReplayedDto> {
    return this.deliveries.replayMany(user, endpointId, {
      states: dto.states ?? ['dead', 'held'],
      types: dto.types,
      from: instantIn('from', dto.from) ?? new Date(0),
      until: instantIn('until', dto.until) ?? new Date(),
    });
  }
}

function placeIn(field: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return decodeCursor(field, text, (place) =>
    typeof place === 'string' && isUuid(place) ? place : undefined,
  );
}

/** Ids hold the times since 1970. */
function instantIn(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw ValidationFailedError.of(field, 'isIso8601', `${field} must be an instant.`);
  return new Date(Math.max(ms, 0));
}
