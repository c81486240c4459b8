import { ApiProperty } from '@nestjs/swagger';
import { CONVERSATION_PLATFORMS } from '../../conversations/conversation-types';
import { CursorPaginationDto } from '../../http/page.dto';
import { PUBLIC_EVENT_TYPE_NAMES } from '../../public-events/public-event';
import { ATTEMPT_FAILURES, DISABLE_REASONS } from '../endpoints/endpoint-states';
import type { CallOutcome } from '../endpoints/endpoint-call';
import type { EndpointRow } from '../endpoints/endpoint-rows';

/** How it does at present. */
export class EndpointHealthDto {
  /** Failed attempts in a row, over all deliveries. */
  @ApiProperty({ type: 'integer', example: 0 }) failures!: number;
  /** When the first of these was. */
  @ApiProperty({ type: Date, nullable: true, example: null }) failingSince!: Date | null;
  /**
   * After ten failures in a row only one delivery at a time is tried; then this is when the next one is. `null`: all are
   * sent as they come.
   */
  @ApiProperty({ type: Date, nullable: true, example: null }) nextProbeAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true }) lastSuccessAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true, example: null }) lastFailureAt!: Date | null;
  /** What was wrong at the last attempt; null when it arrived. */
  @ApiProperty({ type: String, nullable: true, example: null }) lastError!: string | null;
}

/** An address of yours that is told of events. */
export class EndpointDto {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** The connected account. */
  @ApiProperty({ type: String, format: 'uuid' }) accountId!: string;
  @ApiProperty({ type: String, example: 'https://crm.example.com/hooks/meta' }) url!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Our CRM' }) description!: string | null;
  @ApiProperty({ type: [String], example: ['message.*', 'template.updated'] }) eventTypes!: string[];
  /** Empty: all. */
  @ApiProperty({ type: [String], enum: CONVERSATION_PLATFORMS, example: ['whatsapp'] }) platforms!: string[];
  /** Empty: all. */
  @ApiProperty({ type: [String], format: 'uuid', example: [] }) channelIds!: string[];
  /** The names of the headers that are sent along; their values are not shown. */
  @ApiProperty({ type: [String], example: ['authorization'] }) headerNames!: string[];
  /** The form of what is sent. */
  @ApiProperty({ type: 'integer', example: 1 }) payloadVersion!: number;
  @ApiProperty({ type: 'integer', nullable: true, example: 20 }) ratePerSecond!: number | null;
  /**
   * `paused`: by a person; what happens waits and is sent when it is resumed. `disabled`: by itself; what happens is held,
   * and is sent only when a person replays it.
   */
  @ApiProperty({ type: String, enum: ['active', 'paused', 'disabled'], example: 'active' }) state!: string;
  /** Why it was disabled: `failing`, for too long; `gone`, it answered 410. */
  @ApiProperty({ type: String, enum: DISABLE_REASONS, nullable: true, example: null })
  stateReason!: string | null;
  @ApiProperty({ type: Date }) stateChangedAt!: Date;
  /** Until then everything is signed with the secret before, too; null where there is none. */
  @ApiProperty({ type: Date, nullable: true, example: null }) previousSecretUntil!: Date | null;
  @ApiProperty({ type: EndpointHealthDto }) health!: EndpointHealthDto;
  @ApiProperty({ type: Date }) createdAt!: Date;
  @ApiProperty({ type: Date }) updatedAt!: Date;

  static from(row: EndpointRow): EndpointDto {
    return Object.assign(new EndpointDto(), shown(row));
  }
}

export class CreatedEndpointDto extends EndpointDto {
  /** What you verify signatures with. It is not shown again. */
  @ApiProperty({ type: String, example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
  secret!: string;

  static withSecret(row: EndpointRow, secret: string): CreatedEndpointDto {
    return Object.assign(new CreatedEndpointDto(), shown(row), { secret });
  }
}

export class EndpointPageDto {
  @ApiProperty({ type: [EndpointDto] }) endpoints!: EndpointDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

export class RotatedSecretDto {
  /** What everything is signed with from now on. It is not shown again. */
  @ApiProperty({ type: String, example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }) secret!: string;
  /** Until then the one before signs too; null: it ended at once. */
  @ApiProperty({ type: Date, nullable: true }) previousSecretUntil!: Date | null;
}

/** A type of event, for a page of settings. */
export class EventTypeDto {
  @ApiProperty({ type: String, enum: PUBLIC_EVENT_TYPE_NAMES, example: 'message.created' }) type!: string;
  @ApiProperty({ type: String, example: 'A message was received or written' }) description!: string;
}

export class EventTypesDto {
  @ApiProperty({ type: [EventTypeDto] }) eventTypes!: EventTypeDto[];
}

/** What became of a test. */
export class EndpointTestDto {
  /** It answered with a status from 200 to 299. */
  @ApiProperty({ type: Boolean, example: true }) delivered!: boolean;
  /** What it answered; null where no answer came. */
  @ApiProperty({ type: 'integer', nullable: true, example: 200 }) status!: number | null;
  @ApiProperty({ type: 'integer', example: 84 }) durationMs!: number;
  /** What was wrong, for programs. */
  @ApiProperty({ type: String, enum: ATTEMPT_FAILURES, nullable: true, example: null }) failure!:
    string | null;
  /** The same for people. */
  @ApiProperty({ type: String, nullable: true, example: null }) error!: string | null;
  /** How the answer began, at most 1 kB. */
  @ApiProperty({ type: String, nullable: true, example: 'ok' }) response!: string | null;
  /** The `webhook-id` that it was sent with. */
  @ApiProperty({ type: String, example: 'msg_0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10' }) messageId!: string;

  static from(outcome: CallOutcome, messageId: string): EndpointTestDto {
    const { status, durationMs, failure, error, response } = outcome;
    return Object.assign(new EndpointTestDto(), {
      delivered: failure === null,
      status,
      durationMs,
      failure,
      error,
      response,
      messageId,
    });
  }
}

function shown(row: EndpointRow): EndpointDto {
  return {
    id: row.id,
    accountId: row.account_id,
    url: row.url,
    description: row.description,
    eventTypes: row.event_types,
    platforms: row.platforms,
    channelIds: row.asset_ids,
    headerNames: row.header_names,
    payloadVersion: row.payload_version,
    ratePerSecond: row.rate_per_second,
    state: row.state,
    stateReason: row.state_reason,
    stateChangedAt: row.state_changed_at,
    previousSecretUntil:
      row.previous_secret_until !== null && row.previous_secret_until > new Date()
        ? row.previous_secret_until
        : null,
    health: {
      failures: row.failures,
      failingSince: row.failing_since,
      nextProbeAt: row.probe_at,
      lastSuccessAt: row.last_success_at,
      lastFailureAt: row.last_failure_at,
      lastError: row.last_error,
    },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
