import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type DeliveryId, isUuid } from '../database/ids';
import { ValidationFailedError } from '../errors/app.error';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access, CurrentUser } from '../identity/access.decorators';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { DeliveriesQuery, DeliveryDto, DeliveryPageDto } from './dto/delivery.dto';
import { ReplayDeliveriesDto, ReplayedDto } from './dto/replay-deliveries.dto';
import { WebhookDeliveriesService } from './webhook-deliveries.service';

/** The inbox of everybody, as one delivery may hold events of several accounts: for admins of the service only. */
@ApiTags('Webhooks')
@Controller('meta/webhook/deliveries')
export class WebhookDeliveriesController {
  constructor(private readonly deliveries: WebhookDeliveriesService) {}

  /** Lists what Meta delivered and what became of it, newest first. Bodies are not shown. */
  @Get()
  @Access('admin')
  @ApiEnvelope(DeliveryPageDto)
  @ApiErrors('VALIDATION_FAILED')
  async list(@Query() query: DeliveriesQuery): Promise<DeliveryPageDto> {
    const { before, after, limit, state } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const rows = await this.deliveries.page({
      limit,
      state,
      before: before === undefined ? undefined : decodeCursor('before', before, parseDeliveryId),
      after: after === undefined ? undefined : decodeCursor('after', after, parseDeliveryId),
    });
    const last = rows.length < limit ? undefined : rows.at(-1);
    const first = rows[0];
    return {
      deliveries: rows.map((row) => DeliveryDto.from(row)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  /** Reads what became of one delivery. */
  @Get(':id')
  @Access('admin')
  @ApiParam({ name: 'id', description: 'The delivery.', format: 'uuid' })
  @ApiEnvelope(DeliveryDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(@Param('id', UuidParam) id: string): Promise<DeliveryDto> {
    return DeliveryDto.from(await this.deliveries.get(id));
  }

  /** Processes one delivery again. Safe at any time: effects that it had are not had twice. */
  @Post(':id/replay')
  @Access('admin')
  @ApiParam({ name: 'id', description: 'The delivery.', format: 'uuid' })
  @ApiEnvelope(DeliveryDto, 202)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async replay(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<DeliveryDto> {
    return DeliveryDto.from(await this.deliveries.replay(user.id, id));
  }

  /** Processes all deliveries of one state again, for instance the dead ones after a mend. Safe at any time. */
  @RateLimit('heavy')
  @Post('replay')
  @Access('admin')
  @ApiEnvelope(ReplayedDto, 202)
  @ApiErrors('VALIDATION_FAILED')
  async replayAll(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: ReplayDeliveriesDto,
  ): Promise<ReplayedDto> {
    return {
      replayed: await this.deliveries.replayAll(user.id, {
        state: dto.state,
        receivedFrom: dto.receivedFrom === undefined ? undefined : new Date(dto.receivedFrom),
        receivedUntil: dto.receivedUntil === undefined ? undefined : new Date(dto.receivedUntil),
      }),
    };
  }
}

function parseDeliveryId(id: unknown): DeliveryId | undefined {
  return typeof id === 'string' && isUuid(id) ? (id as DeliveryId) : undefined;
}
