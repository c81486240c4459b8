import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import {
  DELIVERY_STATES,
  type DeliveryState,
  type WebhookDeliveryEntity,
} from '../entities/webhook-delivery.entity';

export class DeliveriesQuery extends CursorPageQuery {
  /** Only those that ended so, or are yet to be processed. */
  @ApiProperty({ enum: DELIVERY_STATES, required: false })
  @IsOptional()
  @IsIn(DELIVERY_STATES)
  state?: DeliveryState;
}

export class DeliveryDto {
  id!: string;
  receivedAt!: Date;
  /** Meta's object; null until it was looked at. @example whatsapp_business_account */
  object!: string | null;
  @ApiProperty({ enum: DELIVERY_STATES, example: 'processed' }) state!: DeliveryState;
  /** How often its processing was begun and came to an end, good or bad. @example 1 */
  attempts!: number;
  /** How its events ended. */
  @ApiProperty({
    type: 'object',
    properties: {
      processed: { type: 'integer' },
      ignored: { type: 'integer' },
      quarantined: { type: 'integer' },
    },
    example: { processed: 2, ignored: 0, quarantined: 0 },
  })
  events!: { processed: number; ignored: number; quarantined: number };
  /** Why something of it was ignored or quarantined. */
  reason!: string | null;
  /** The last failure. */
  error!: string | null;
  processedAt!: Date | null;

  static from(delivery: WebhookDeliveryEntity): DeliveryDto {
    return Object.assign(new DeliveryDto(), {
      id: delivery.id,
      receivedAt: delivery.receivedAt,
      object: delivery.object,
      state: delivery.state,
      attempts: delivery.attempts,
      events: {
        processed: delivery.eventsProcessed,
        ignored: delivery.eventsIgnored,
        quarantined: delivery.eventsQuarantined,
      },
      reason: delivery.reason,
      error: delivery.error,
      processedAt: delivery.processedAt,
    });
  }
}

export class DeliveryPageDto {
  /** Newest first. */
  @ApiProperty({ type: [DeliveryDto] }) deliveries!: DeliveryDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}
