import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { DELIVERY_LANES, type DeliveryLane } from '../delivery-lane';
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

export class DeliveryEventsDto {
  /** @example 3 */
  total!: number;
  /** Their effects are stored. @example 2 */
  processed!: number;
  /** Nothing was to be done for them; `ignored` of the delivery says why. @example 1 */
  ignored!: number;
  /** They wait for somebody to connect the number or Page they are for. @example 0 */
  quarantined!: number;
  /** They failed every time; a replay tries them again. @example 0 */
  dead!: number;
}

export class IgnoredReasonDto {
  /** @example whatsapp_business_account.security: nothing here acts on whatsapp.security */
  reason!: string;
  /** @example 1 */
  count!: number;
}

export class DeliveryDto {
  id!: string;
  receivedAt!: Date;
  /** Meta's object; null until it was looked at. @example whatsapp_business_account */
  object!: string | null;
  @ApiProperty({ enum: DELIVERY_STATES, example: 'processed' }) state!: DeliveryState;
  /** How often its processing was begun and came to an end, good or bad. @example 1 */
  attempts!: number;
  /** Which queue it went through: what is bulk never delays what is live. */
  @ApiProperty({ enum: DELIVERY_LANES, example: 'message' }) lane!: DeliveryLane;
  /** How its events ended. Each is counted once; all are 0 until they were looked at. */
  @ApiProperty({ type: DeliveryEventsDto }) events!: DeliveryEventsDto;
  /** Why events were ignored, the commonest reason first. */
  @ApiProperty({ type: [IgnoredReasonDto] }) ignored!: IgnoredReasonDto[];
  /** In one line, why something of it was quarantined or ignored. */
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
      lane: delivery.lane,
      events: {
        total:
          delivery.eventsProcessed +
          delivery.eventsIgnored +
          delivery.eventsQuarantined +
          delivery.eventsDead,
        processed: delivery.eventsProcessed,
        ignored: delivery.eventsIgnored,
        quarantined: delivery.eventsQuarantined,
        dead: delivery.eventsDead,
      },
      ignored: delivery.ignored,
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
