import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey } from '../../http/idempotency-key';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { CallDto, CallPageDto, CallSdpDto, CallsQuery, StartCallDto } from '../dto/call.dto';
import { ApiCall, ApiCallSignal } from './call-path';
import type { OwnedCall } from './calls.repository';
import { CallsService } from './calls.service';

/**
 * Voice calls between people and a number. Signals pass through here, sound does not: your end, a browser as a rule,
 * makes the offers and answers (SDP of WebRTC). `whatsapp.call.*` events tell what becomes of a call.
 */
@ApiTags('WhatsApp calls')
@Controller('meta/whatsapp/calls')
export class CallsController {
  constructor(private readonly calls: CallsService) {}

  /** The calls of a number, newest first, without what was offered in them. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(CallPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: CallsQuery): Promise<CallPageDto> {
    const { limit, before, after, live } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const { calls, phoneNumberId } = await this.calls.list(user, query, {
      limit,
      isLive: live,
      before: before === undefined ? undefined : decodeCursor('before', before, parseId),
      after: after === undefined ? undefined : decodeCursor('after', after, parseId),
    });
    const [first, last] = [calls[0], calls.length < limit ? undefined : calls.at(-1)];
    return {
      calls: calls.map((call) => CallDto.listed(call, phoneNumberId)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  /**
   * Calls somebody who permits it.
   *
   * @remarks Their answer comes with the event `whatsapp.call.updated`, in the call’s `session`. A call is made at most
   * once. If Meta’s answer is lost this answers META_UNAVAILABLE and the call is `unknown` until a webhook tells; a
   * refused call stands in the list as `failed`. The same `Idempotency-Key` gives the same call.
   */
  @Post()
  @Access('agent')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Makes a repeated request harmless.' })
  @ApiEnvelope(CallDto, 201)
  @ApiErrors(
    'VALIDATION_FAILED',
    'ACCOUNT_NOT_FOUND',
    'NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'IDEMPOTENCY_CONFLICT',
  )
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async start(
    @CurrentUser() user: AuthenticatedUser,
    @IdempotencyKey() key: string | undefined,
    @Body() body: StartCallDto,
  ): Promise<CallDto> {
    return dtoOf(await this.calls.start(user, body, key));
  }

  /** One call, with what the person’s end offers or answers while the call lives. */
  @Get(':id')
  @Access('viewer')
  @ApiCall()
  @ApiEnvelope(CallDto)
  async get(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<CallDto> {
    return dtoOf(await this.calls.get(user, id));
  }

  /** Answers a person’s offer before the call is taken, so that sound flows at once when it is. */
  @Post(':id/pre-accept')
  @Access('agent')
  @ApiCallSignal()
  @ApiEnvelope(CallDto, 200)
  async preAccept(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { sdp }: CallSdpDto,
  ): Promise<CallDto> {
    return dtoOf(await this.calls.preAccept(await this.calls.get(user, id), sdp));
  }

  /** Takes a person’s call. After `pre-accept` the answer must be the same. */
  @Post(':id/accept')
  @Access('agent')
  @ApiCallSignal()
  @ApiEnvelope(CallDto, 200)
  async accept(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { sdp }: CallSdpDto,
  ): Promise<CallDto> {
    return dtoOf(await this.calls.accept(await this.calls.get(user, id), sdp));
  }

  /** Refuses a person’s call. */
  @Post(':id/reject')
  @Access('agent')
  @ApiCallSignal()
  @ApiEnvelope(CallDto, 200)
  async reject(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<CallDto> {
    return dtoOf(await this.calls.reject(await this.calls.get(user, id)));
  }

  /** Hangs up. The call is `ended` once Meta tells so. */
  @Post(':id/terminate')
  @Access('agent')
  @ApiCallSignal()
  @ApiEnvelope(CallDto, 200)
  async terminate(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<CallDto> {
    return dtoOf(await this.calls.terminate(await this.calls.get(user, id)));
  }
}

function dtoOf({ call, number }: OwnedCall): CallDto {
  return CallDto.from(call, number.phoneNumberId);
}

function parseId(position: unknown): string | undefined {
  return typeof position === 'string' && isUuid(position) ? position : undefined;
}
