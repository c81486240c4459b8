import { Controller, Get, Query } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ApiTags } from '@nestjs/swagger';
import type { Repository } from 'typeorm';
import { LessThan, MoreThan } from 'typeorm';
import { type DeliveryId, isUuid } from '../database/ids';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { Access } from '../identity/access.decorators';
import { DeliveriesQuery, DeliveryDto, DeliveryPageDto } from './dto/delivery.dto';
import { WebhookDeliveryEntity } from './entities/webhook-delivery.entity';

@ApiTags('Webhooks')
@Controller('meta/webhook/deliveries')
export class WebhookDeliveriesController {
  constructor(
    @InjectRepository(WebhookDeliveryEntity) private readonly deliveries: Repository<WebhookDeliveryEntity>,
  ) {}

  /** Lists what Meta delivered and what became of it, newest first. Bodies are not shown. */
  @Get()
  @Access('admin')
  @ApiEnvelope(DeliveryPageDto)
  @ApiErrors('VALIDATION_FAILED')
  async list(@Query() query: DeliveriesQuery): Promise<DeliveryPageDto> {
    const isForward = query.before === undefined && query.after !== undefined;
    const bound = query.before ?? query.after;
    const id =
      bound === undefined ? undefined : decodeCursor(isForward ? 'after' : 'before', bound, parseDeliveryId);
    const rows = await this.deliveries.find({
      where: {
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(id === undefined ? {} : { id: isForward ? MoreThan(id) : LessThan(id) }),
      },
      order: { id: isForward ? 'ASC' : 'DESC' },
      take: query.limit,
    });
    if (isForward) rows.reverse();
    const last = rows.length < query.limit ? undefined : rows.at(-1);
    const first = rows[0];
    return {
      deliveries: rows.map((row) => DeliveryDto.from(row)),
      pagination: {
        limit: query.limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }
}

function parseDeliveryId(id: unknown): DeliveryId | undefined {
  return typeof id === 'string' && isUuid(id) ? (id as DeliveryId) : undefined;
}
