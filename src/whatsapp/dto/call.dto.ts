import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsString, Length, Matches } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { QueryBoolean } from '../../http/query-fields';
import type { CallPermission } from '../calls/calls-api';
import {
  CALL_DIRECTIONS,
  CALL_OUTCOMES,
  CALL_STATES,
  type CallEntity,
  type CallProblem,
  type CallSession,
} from '../entities/call.entity';
import { PhoneNumberQuery } from './account-query.dto';

const LONGEST_SDP = 65_536;
const LONGEST_CALLBACK_DATA = 512;
const SAMPLE_SDP = 'v=0\r\no=- 7669997803033704573 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 …';
/** A call whose start was not answered within this time was cut off on its way. */
const STARTING_MS = 60_000;

export class CallsQuery extends IntersectionType(PhoneNumberQuery, CursorPageQuery) {
  /** `true` leaves out calls that are over. */
  @QueryBoolean() live: boolean = false;
}

export class CallPermissionQuery extends PhoneNumberQuery {
  /** Phone number with its country code. @example +16505551234 */
  @IfPresent() @IsString() @Length(1, 32) to?: string;
  /** Business-scoped user id, instead of `to`. @example US.13491208655302741918 */
  @IfPresent() @IsString() @Length(1, 150) recipient?: string;
}

export class CallSdpDto {
  /** The session description (RFC 8866) that your end answers with, as WebRTC makes it. */
  @ApiProperty({ type: String, maxLength: LONGEST_SDP, example: SAMPLE_SDP })
  @IsString()
  @Length(1, LONGEST_SDP)
  @Matches(/^v=0\r?\n/, { message: 'sdp must be a session description: it begins with v=0' })
  sdp!: string;
}

export class StartCallDto extends CallPermissionQuery {
  /** The session description (RFC 8866) that your end offers, as WebRTC makes it. */
  @ApiProperty({ type: String, maxLength: LONGEST_SDP, example: SAMPLE_SDP })
  @IsString()
  @Length(1, LONGEST_SDP)
  @Matches(/^v=0\r?\n/, { message: 'sdp must be a session description: it begins with v=0' })
  sdp!: string;

  /** Anything of your own that the call is to be found by; kept here, not told to the person. @example ticket-4711 */
  @IfPresent() @IsString() @Length(1, LONGEST_CALLBACK_DATA) callbackData?: string;
}

export class CallSessionDto {
  @ApiProperty({ type: String, enum: ['offer', 'answer'] }) sdpType!: string;
  @ApiProperty({ type: String, example: SAMPLE_SDP }) sdp!: string;
}

export class CallProblemDto {
  @ApiProperty({ type: 'integer', nullable: true, example: 138006 }) code!: number | null;
  @ApiProperty({ type: String, nullable: true }) message!: string | null;
}

/** A call between a person and a number of the business. */
export class CallDto {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** Meta’s id; `null` while its answer to the start is not known. */
  @ApiProperty({ type: String, nullable: true, example: 'wacid.ABGGFjFVU2AfAgo6V' }) callId!: string | null;
  @ApiProperty({ type: String, example: '106540352242922' }) phoneNumberId!: string;
  @ApiProperty({ type: String, enum: CALL_DIRECTIONS, example: 'USER_INITIATED' }) direction!: string;
  @ApiProperty({ type: String, nullable: true, example: '16505551234' }) waId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'US.13491208655302741918' }) userId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Ana' }) name!: string | null;
  /** `unknown`: Meta’s answer to the start was lost. If the call was made, its webhooks tell. */
  @ApiProperty({ type: String, enum: CALL_STATES, example: 'ringing' }) state!: string;
  /** Set once the state is `ended`. */
  @ApiProperty({ type: String, enum: CALL_OUTCOMES, nullable: true, example: null }) outcome!: string | null;
  /** What the person’s end offers or answers; only of one call, and while it lives. */
  @ApiProperty({ type: CallSessionDto, nullable: true }) session!: CallSession | null;
  @ApiProperty({ type: String, nullable: true, example: 'ticket-4711' }) callbackData!: string | null;
  @ApiProperty({ type: CallProblemDto, nullable: true }) error!: CallProblem | null;
  /** When the offer or answer of the person’s end came. */
  @ApiProperty({ type: Date, nullable: true }) offeredAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true }) ringingAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true }) acceptedAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true }) rejectedAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true }) endedAt!: Date | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 42 }) durationSeconds!: number | null;
  @ApiProperty({ type: Date }) createdAt!: Date;

  /** @param phoneNumberId Meta's */
  static from(call: CallEntity, phoneNumberId: string): CallDto {
    const isCutOff = call.state === 'starting' && Date.now() - call.createdAt.getTime() > STARTING_MS;
    return Object.assign(new CallDto(), {
      id: call.id,
      callId: call.callId,
      phoneNumberId,
      direction: call.direction,
      waId: call.waId,
      userId: call.userId,
      name: call.name,
      state: isCutOff ? 'unknown' : call.state,
      outcome: call.outcome,
      session: call.session,
      callbackData: call.callbackData,
      error: call.error,
      offeredAt: call.offeredAt,
      ringingAt: call.ringingAt,
      acceptedAt: call.acceptedAt,
      rejectedAt: call.rejectedAt,
      endedAt: call.endedAt,
      durationSeconds: call.durationSeconds,
      createdAt: call.createdAt,
    });
  }

  /** For lists: a session description is long. */
  static listed(call: CallEntity, phoneNumberId: string): CallDto {
    return Object.assign(CallDto.from(call, phoneNumberId), { session: null });
  }
}

export class CallPageDto {
  @ApiProperty({ type: [CallDto] }) calls!: CallDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

export class CallLimitDto {
  /** ISO 8601 duration. */
  @ApiProperty({ type: String, nullable: true, example: 'PT24H' }) period!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 10 }) most!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 3 }) used!: number | null;
  /** When there is room again; told only where all are used. */
  @ApiProperty({ type: Date, nullable: true }) freeAt!: Date | null;
}

export class CallActionDto {
  /** As `start_call` or `send_call_permission_request`. */
  @ApiProperty({ type: String, example: 'start_call' }) name!: string;
  @ApiProperty({ type: Boolean }) allowed!: boolean;
  @ApiProperty({ type: [CallLimitDto] }) limits!: CallLimitDto[];
}

/** Whether a person may be called. */
export class CallPermissionStateDto {
  /** Meta’s word: `no_permission`, `temporary` or `permanent`. */
  @ApiProperty({ type: String, nullable: true, example: 'temporary' }) status!: string | null;
  @ApiProperty({ type: Date, nullable: true }) expiresAt!: Date | null;
  @ApiProperty({ type: [CallActionDto] }) actions!: CallActionDto[];

  static from({ status, expiresAt, actions }: CallPermission): CallPermissionStateDto {
    return Object.assign(new CallPermissionStateDto(), {
      status,
      expiresAt,
      actions: actions.map(({ name, isAllowed, limits }) => ({ name, allowed: isAllowed, limits })),
    });
  }
}
