import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiHeader, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { DirectAttachments } from '../../direct-messaging/direct-attachments.service';
import { DirectDesk } from '../../direct-messaging/direct-desk.service';
import { DirectMessages } from '../../direct-messaging/direct-messages.service';
import { recipientOf } from '../../direct-messaging/direct-recipients.service';
import { UploadedDirectAttachmentDto } from '../../direct-messaging/dto/direct-attachment.dto';
import { SIMPLE_BUTTON_CLASSES } from '../../direct-messaging/dto/direct-button.dto';
import {
  CancelledDirectMessageDto,
  DirectMessageDto,
  ListedDirectMessageDto,
  QueuedDirectMessageDto,
} from '../../direct-messaging/dto/direct-message.dto';
import { DirectMessagePageDto } from '../../direct-messaging/dto/direct-message-list.dto';
import { QUICK_REPLY_CLASSES } from '../../direct-messaging/dto/quick-reply.dto';
import {
  DirectMessageReadDto,
  ReactToDirectMessageDto,
  ReactedDto,
  ReadDirectMessageDto,
} from '../../direct-messaging/dto/sender-action.dto';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey } from '../../http/idempotency-key';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { InstagramMessagesQuery, UploadInstagramAttachmentDto } from '../dto/instagram-message-requests.dto';
import {
  INSTAGRAM_TEMPLATE_CLASSES,
  SEND_INSTAGRAM_CLASSES,
  type SendInstagramDto,
} from '../dto/send-instagram.dto';
import { InstagramBodyPipe } from './instagram-body.pipe';
import { InstagramMessagingHouse } from './instagram-messaging.house';
import { InstagramNaming } from './instagram-naming';
import { SEND_INSTAGRAM_EXAMPLES } from './send-instagram.examples';

const MESSAGE_PARAM = { name: 'id', description: 'Our id of the message.', format: 'uuid' };

@ApiTags('Instagram messages')
@Controller('meta/instagram/messages')
export class InstagramMessagesController {
  constructor(
    private readonly house: InstagramMessagingHouse,
    private readonly naming: InstagramNaming,
    private readonly desk: DirectDesk,
    private readonly messages: DirectMessages,
    private readonly attachments: DirectAttachments,
  ) {}

  /**
   * Sends a direct message on Instagram, or shows typing, seen or a reaction.
   *
   * @remarks The body is that of Meta's Send API in Meta's own names; what `message` holds says which of the bodies below it
   * is. In place of `recipient` a `conversationId` or `contactId` of ours will do. It answers `queued` once the order is
   * stored; each message goes to Meta at most once, and its way shows in `GET /messages/{id}`. A `sender_action` is no message:
   * it is carried out at once, and `id` is null.
   *
   * People can be written to within 24 hours of their last message or press of a button. A human may answer for 7 days with
   * `"tag": "HUMAN_AGENT"`. Later it is refused with `WINDOW_CLOSED`. With `sendAt` a message waits, and may be taken back.
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
    ...Object.values(SEND_INSTAGRAM_CLASSES),
    ...Object.values(INSTAGRAM_TEMPLATE_CLASSES),
    ...Object.values(SIMPLE_BUTTON_CLASSES),
    ...Object.values(QUICK_REPLY_CLASSES),
  )
  @ApiBody({
    schema: { oneOf: Object.values(SEND_INSTAGRAM_CLASSES).map((dto) => ({ $ref: getSchemaPath(dto) })) },
    examples: SEND_INSTAGRAM_EXAMPLES,
  })
  @ApiEnvelope(QueuedDirectMessageDto, 202, { description: 'The order to send is stored.' })
  @ApiErrors(
    'ACCOUNT_NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'NOT_FOUND',
    'IDEMPOTENCY_CONFLICT',
    'WINDOW_CLOSED',
    'RECIPIENT_OPTED_OUT',
    'META_REJECTED',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
    'RATE_LIMITED',
  )
  async send(
    @CurrentUser() user: AuthenticatedUser,
    @Body(InstagramBodyPipe) dto: SendInstagramDto,
    @IdempotencyKey() key: string | undefined,
  ): Promise<QueuedDirectMessageDto> {
    const named = { ...recipientOf(dto), ...(await this.naming.of(user, dto)) };
    if (!('sender_action' in dto)) return this.desk.queue(this.house, user, named, dto, key);
    await this.desk.act(this.house, await this.desk.endsOf(this.house, user, named), dto);
    return { id: null, status: 'done', warnings: [] };
  }

  /**
   * Lists direct messages on Instagram over all conversations, newest first.
   *
   * @remarks Filters are combined. Of an account that seldom sends what is looked for, a page may hold few messages or none and
   * still have a `before` to go on with: only a page whose `before` is null is the last.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(DirectMessagePageDto)
  @ApiErrors('ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS', 'NOT_FOUND', 'RATE_LIMITED')
  @ApiErrors('META_REAUTH_REQUIRED')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: InstagramMessagesQuery,
  ): Promise<DirectMessagePageDto> {
    const named = await this.naming.of(user, query);
    const { messages, before, after } = await this.messages.list(this.house, user, named, query);
    return DirectMessagePageDto.of(
      messages.map(({ message, ends }) => ListedDirectMessageDto.of(message, ends)),
      { limit: query.limit, before, after },
    );
  }

  /**
   * Brings a file to Meta ahead of the messages that carry it.
   *
   * @remarks From a public address, or from a file that was uploaded here. The answer's `attachment_id` can be sent by this
   * account any number of times. Accounts of Instagram Login have no such thing: 409.
   */
  @Post('attachments')
  @Access('agent')
  @ApiEnvelope(UploadedDirectAttachmentDto, 201)
  @ApiErrors(
    'ACCOUNT_NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'NOT_FOUND',
    'CONFLICT',
    'META_REJECTED',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
    'RATE_LIMITED',
  )
  async upload(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: UploadInstagramAttachmentDto,
  ): Promise<UploadedDirectAttachmentDto> {
    const named = await this.naming.of(user, dto);
    return { attachment_id: await this.attachments.upload(this.house, user, named, dto) };
  }

  /** Reads a direct message, sent or received, with every status it has had. */
  @Get(':id')
  @ApiParam(MESSAGE_PARAM)
  @Access('viewer')
  @ApiEnvelope(DirectMessageDto)
  @ApiErrors('NOT_FOUND', 'RATE_LIMITED')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<DirectMessageDto> {
    const { found, ends } = await this.messages.get(user, 'instagram', id);
    return DirectMessageDto.from(found, ends);
  }

  /**
   * Takes back a direct message that has not been sent yet.
   *
   * @remarks Works for messages that wait for their `sendAt` or their turn; they become `failed` with the error `CANCELLED`.
   * One that has left answers 409: an account can take nothing back here that was sent.
   */
  @Delete(':id')
  @ApiParam(MESSAGE_PARAM)
  @Access('agent')
  @ApiEnvelope(CancelledDirectMessageDto)
  @ApiErrors('NOT_FOUND', 'CONFLICT', 'RATE_LIMITED')
  async cancel(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<CancelledDirectMessageDto> {
    await this.messages.cancel(user, 'instagram', id);
    return { id, status: 'failed' };
  }

  /** Marks everything in the conversation of a person's message as seen; with `typing` also shows that an answer is written. */
  @Post(':id/read')
  @ApiParam(MESSAGE_PARAM)
  @Access('agent')
  @ApiEnvelope(DirectMessageReadDto)
  @ApiErrors(
    'NOT_FOUND',
    'META_REJECTED',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
    'RATE_LIMITED',
  )
  async markRead(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() { typing = false }: ReadDirectMessageDto,
  ): Promise<DirectMessageReadDto> {
    await this.messages.act(this.house, user, id, 'mark_seen');
    if (typing) await this.messages.act(this.house, user, id, 'typing_on');
    return { id, readAt: new Date(), typing };
  }

  /** Reacts to a person's message; a reaction that stands there is replaced. */
  @Post(':id/reaction')
  @ApiParam(MESSAGE_PARAM)
  @Access('agent')
  @ApiEnvelope(ReactedDto)
  @ApiErrors(
    'NOT_FOUND',
    'META_REJECTED',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
    'RATE_LIMITED',
  )
  async react(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() { reaction }: ReactToDirectMessageDto,
  ): Promise<ReactedDto> {
    await this.messages.act(this.house, user, id, 'react', reaction);
    return { id, reaction };
  }

  /** Takes our reaction to a person's message away. */
  @Delete(':id/reaction')
  @ApiParam(MESSAGE_PARAM)
  @Access('agent')
  @ApiEnvelope(ReactedDto)
  @ApiErrors(
    'NOT_FOUND',
    'META_REJECTED',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
    'RATE_LIMITED',
  )
  async unreact(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ReactedDto> {
    await this.messages.act(this.house, user, id, 'unreact');
    return { id, reaction: null };
  }
}
