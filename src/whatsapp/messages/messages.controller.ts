import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiHeader, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey } from '../../http/idempotency-key';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import {
  ListedMessageDto,
  MessageReadDto,
  QueuedMessageDto,
  ReadMessageDto,
  WhatsAppMessageDto,
} from '../dto/message.dto';
import { CancelledMessageDto, MessagePageDto, MessagesQuery } from '../dto/message-list.dto';
import { SEND_MESSAGE_CLASSES, type SendMessageDto } from '../dto/send-message.dto';
import { INTERACTIVE_CLASSES } from '../dto/send-interactive.dto';
import { SEND_MESSAGE_EXAMPLES } from '../sending/send-message.examples';
import { SendMessagePipe } from '../sending/send-message.pipe';
import { SendingService } from '../sending/sending.service';
import { WhatsAppMessagesService } from './whatsapp-messages.service';

const SEND_MESSAGE_SCHEMA = {
  oneOf: Object.values(SEND_MESSAGE_CLASSES).map((dto) => ({ $ref: getSchemaPath(dto) })),
  discriminator: {
    propertyName: 'type',
    mapping: Object.fromEntries(
      Object.entries(SEND_MESSAGE_CLASSES).map(([type, dto]) => [type, getSchemaPath(dto)]),
    ),
  },
};

@ApiTags('WhatsApp messages')
@Controller('meta/whatsapp/messages')
export class MessagesController {
  constructor(
    private readonly sending: SendingService,
    private readonly messages: WhatsAppMessagesService,
  ) {}

  /**
   * Sends a message.
   *
   * @remarks The body is Meta's own message object in Meta's own names, for every type. It answers `queued` once the order
   * is stored; each message goes to Meta at most once, and its way shows in `GET /messages/{id}`.
   *
   * Free-form messages (everything but `template`) need an open customer service window: 24 hours from the person's last
   * message. Templates may be sent at any time; their parameters are checked against the template first.
   *
   * `type` says which of the bodies below it is, and for `interactive` messages so does `interactive.type`. Fields that
   * are not listed are refused. With `sendAt` it waits, and may be taken back with `DELETE /messages/{id}`.
   */
  @Post()
  @Access('agent')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Any text of yours, up to 200 characters: the same key with the same body is answered, not sent, again.',
  })
  @ApiExtraModels(
    ...Object.values(SEND_MESSAGE_CLASSES),
    ...new Set(INTERACTIVE_CLASSES.map(({ value }) => value)),
  )
  @ApiBody({ schema: SEND_MESSAGE_SCHEMA, examples: SEND_MESSAGE_EXAMPLES })
  @ApiEnvelope(QueuedMessageDto, 202, { description: 'The order to send is stored.' })
  @ApiErrors(
    'VALIDATION_FAILED',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'ACCOUNT_NOT_FOUND',
    'NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'IDEMPOTENCY_CONFLICT',
    'CONFLICT',
    'WINDOW_CLOSED',
    'TEMPLATE_INVALID',
    'RECIPIENT_OPTED_OUT',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
    'SERVICE_UNAVAILABLE',
    'RATE_LIMITED',
  )
  async send(
    @CurrentUser() user: AuthenticatedUser,
    @Body(SendMessagePipe) dto: SendMessageDto,
    @IdempotencyKey() key: string | undefined,
  ): Promise<QueuedMessageDto> {
    return this.sending.queue(user, dto, key);
  }

  /**
   * Lists messages over all conversations, newest first.
   *
   * @remarks Filters are combined. Of a number that seldom sends what is looked for, a page may hold few messages or none
   * and still have a `before` to go on with: only a page whose `before` is null is the last.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(MessagePageDto)
  @ApiErrors(
    'VALIDATION_FAILED',
    'UNAUTHORIZED',
    'ACCOUNT_NOT_FOUND',
    'NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'SERVICE_UNAVAILABLE',
    'RATE_LIMITED',
  )
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: MessagesQuery): Promise<MessagePageDto> {
    const { messages, before, after } = await this.messages.list(user, query);
    return {
      messages: messages.map(({ message, ends }) => ListedMessageDto.of(message, ends)),
      pagination: {
        limit: query.limit,
        before: before === null ? null : encodeCursor(before),
        after: after === null ? null : encodeCursor(after),
      },
    };
  }

  /** Reads a message, sent or received, with every status it has had. */
  @Get(':id')
  @ApiParam({ name: 'id', description: 'Our id of the message.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(WhatsAppMessageDto)
  @ApiErrors('VALIDATION_FAILED', 'UNAUTHORIZED', 'NOT_FOUND', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<WhatsAppMessageDto> {
    const { found, ends } = await this.messages.get(user, id);
    return WhatsAppMessageDto.from(found, ends);
  }

  /**
   * Takes back a message that has not been sent yet.
   *
   * @remarks Works for messages that wait for their `sendAt` or their turn; they become `failed` with the error
   * `CANCELLED`. One that has left answers 409: WhatsApp lets a business take nothing back that was sent.
   */
  @Delete(':id')
  @ApiParam({ name: 'id', description: 'Our id of the message.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(CancelledMessageDto)
  @ApiErrors(
    'VALIDATION_FAILED',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'NOT_FOUND',
    'CONFLICT',
    'SERVICE_UNAVAILABLE',
    'RATE_LIMITED',
  )
  async cancel(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<CancelledMessageDto> {
    await this.messages.cancel(user, id);
    return { id, status: 'failed' };
  }

  /**
   * Marks a customer's message, and with it all earlier ones of the chat, as read.
   *
   * @remarks The customer sees blue ticks, and with `typing` also that an answer is being written: for up to 25 seconds,
   * or until it is there. Meta shows it only together with reading, so that there is no route for typing alone.
   */
  @Post(':id/read')
  @ApiParam({ name: 'id', description: 'Our id of the message.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(MessageReadDto)
  @ApiErrors(
    'VALIDATION_FAILED',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'NOT_FOUND',
    'META_REJECTED',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
    'SERVICE_UNAVAILABLE',
    'RATE_LIMITED',
  )
  async markRead(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() { typing = false }: ReadMessageDto,
  ): Promise<MessageReadDto> {
    const { readAt } = await this.messages.markRead(user, id, typing);
    return { id, readAt, typing };
  }
}
