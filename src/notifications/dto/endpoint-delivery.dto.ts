import { ApiProperty } from '@nestjs/swagger';
import { createdAtOf } from '../../database/ids';
import { CursorPaginationDto } from '../../http/page.dto';
import { PUBLIC_EVENT_TYPE_NAMES } from '../../public-events/public-event';
import { messageIdOf } from '../endpoints/delivery-body';
import type { AttemptRow, DeliveryBodyRow, DeliveryRow } from '../endpoints/endpoint-rows';
import { ATTEMPT_FAILURES, DELIVERY_STATES } from '../endpoints/endpoint-states';

/** One event on its way to one endpoint. */
export class EndpointDeliveryDto {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  @ApiProperty({ type: String, format: 'uuid' }) endpointId!: string;
  /** The `webhook-id` that the receiver sees, the same at every attempt and replay. */
  @ApiProperty({ type: String, example: 'msg_0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10' }) messageId!: string;
  /** The event; other endpoints are told of the same one. */
  @ApiProperty({ type: String, format: 'uuid' }) eventId!: string;
  @ApiProperty({ type: String, enum: PUBLIC_EVENT_TYPE_NAMES, example: 'message.created' }) type!: string;
  /**
   * `pending`: in line. `delivered`: the receiver answered with 2xx. `dead`: given up after about a day. `held`: the
   * endpoint was disabled; replay it if it is still of use.
   */
  @ApiProperty({ type: String, enum: DELIVERY_STATES, example: 'delivered' }) state!: string;
  /** It is being sent at this moment. */
  @ApiProperty({ type: Boolean, example: false }) sending!: boolean;
  @ApiProperty({ type: 'integer', example: 1 }) attempts!: number;
  /** Of a pending one: when it is tried at the earliest; null while it waits for an earlier one of its conversation. */
  @ApiProperty({ type: Date, nullable: true, example: null }) nextAttemptAt!: Date | null;
  /** What the last attempt was answered; null where no answer came. */
  @ApiProperty({ type: 'integer', nullable: true, example: 200 }) lastStatus!: number | null;
  @ApiProperty({ type: String, nullable: true, example: null }) lastError!: string | null;
  /** When it was written. */
  @ApiProperty({ type: Date }) createdAt!: Date;
  /** When it was delivered or given up. */
  @ApiProperty({ type: Date, nullable: true }) finishedAt!: Date | null;

  static from(row: DeliveryRow): EndpointDeliveryDto {
    return Object.assign(new EndpointDeliveryDto(), shown(row));
  }
}

/** One try. */
export class EndpointAttemptDto {
  /** The first one is 1. */
  @ApiProperty({ type: 'integer', example: 1 }) number!: number;
  @ApiProperty({ type: Date }) at!: Date;
  @ApiProperty({ type: 'integer', example: 84 }) durationMs!: number;
  /** What was answered; null where no answer came. */
  @ApiProperty({ type: 'integer', nullable: true, example: 200 }) status!: number | null;
  /** What was wrong, for programs; null when it was delivered. */
  @ApiProperty({ type: String, enum: ATTEMPT_FAILURES, nullable: true, example: null }) failure!:
    string | null;
  /** The same for people. */
  @ApiProperty({ type: String, nullable: true, example: null }) error!: string | null;
  /** How the answer began, at most 1 kB. */
  @ApiProperty({ type: String, nullable: true, example: 'ok' }) response!: string | null;

  static from(row: AttemptRow): EndpointAttemptDto {
    const { number, at, duration_ms: durationMs, status, failure, error, response } = row;
    return Object.assign(new EndpointAttemptDto(), {
      number,
      at,
      durationMs,
      status,
      failure,
      error,
      response,
    });
  }
}

export class EndpointDeliveryDetailDto extends EndpointDeliveryDto {
  /** The bytes that are sent, as text; null where they were erased at a person's wish. */
  @ApiProperty({ type: String, nullable: true, example: '{"type":"message.created","timestamp":"…"}' })
  body!: string | null;
  /** The latest first, at most 100. */
  @ApiProperty({ type: [EndpointAttemptDto] }) attemptLog!: EndpointAttemptDto[];

  static withAttempts(row: DeliveryBodyRow, attempts: readonly AttemptRow[]): EndpointDeliveryDetailDto {
    return Object.assign(new EndpointDeliveryDetailDto(), shown(row), {
      body: row.body,
      attemptLog: attempts.map((attempt) => EndpointAttemptDto.from(attempt)),
    });
  }
}

export class EndpointDeliveryPageDto {
  @ApiProperty({ type: [EndpointDeliveryDto] }) deliveries!: EndpointDeliveryDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

export class EndpointReplayedDto {
  /** How many are in line again. */
  @ApiProperty({ type: 'integer', example: 3 }) replayed!: number;
  /** There are more: call it again. */
  @ApiProperty({ type: Boolean, example: false }) more!: boolean;
}

function shown(row: DeliveryRow): EndpointDeliveryDto {
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    messageId: messageIdOf(row.id),
    eventId: row.event_id,
    type: row.type,
    state: row.state,
    sending: row.is_sending,
    attempts: row.attempts,
    nextAttemptAt: row.is_sending ? null : row.due_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
    createdAt: createdAtOf(row.id),
    finishedAt: row.finished_at,
  };
}
