import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiHeader, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey } from '../../http/idempotency-key';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { REPLY_CLASSES, type ReplyDto } from '../dto/reply.dto';
import { TakenReplyDto } from '../dto/taken-reply.dto';
import { REPLY_EXAMPLES } from './reply.examples';
import { ReplyPipe } from './reply.pipe';
import { Replies } from './replies.service';

const CLASSES = [...new Set(Object.values(REPLY_CLASSES))];

const REPLY_SCHEMA = {
  oneOf: CLASSES.map((dto) => ({ $ref: getSchemaPath(dto) })),
  discriminator: {
    propertyName: 'type',
    mapping: Object.fromEntries(
      Object.entries(REPLY_CLASSES).map(([type, dto]) => [type, getSchemaPath(dto)]),
    ),
  },
};

@ApiTags('Inbox')
@Controller('meta/conversations')
export class RepliesController {
  constructor(private readonly replies: Replies) {}

  /**
   * Replies in a conversation, on its own platform and under the platform's rules.
   *
   * @remarks Texts and files are the same for every platform; `whatsapp`, `messenger` and `instagram` take the platform's own
   * message object, so that whatever the platform's route can send can be sent from here. What the conversation's platform
   * cannot do is refused before anything is stored, and the refusal says what it can do.
   *
   * In a thread of comments a reply is a comment, or with `visibility` `private` a direct message to its author. A reply to a
   * closed conversation opens it again; where another one with the same person is open, it is refused with 409, and
   * `details.openConversationId` is the open one.
   */
  @Post(':id/messages')
  @Access('agent')
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Any text of yours, up to 200 characters: the same key with the same body is answered, not sent, again.',
  })
  @ApiExtraModels(...CLASSES)
  @ApiBody({ schema: REPLY_SCHEMA, examples: REPLY_EXAMPLES })
  @ApiEnvelope(TakenReplyDto, 202, { description: 'The reply is stored, and on its way.' })
  @ApiErrors(
    'VALIDATION_FAILED',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'NOT_FOUND',
    'CONFLICT',
    'IDEMPOTENCY_CONFLICT',
    'WINDOW_CLOSED',
    'TEMPLATE_INVALID',
    'RECIPIENT_OPTED_OUT',
    'META_REJECTED',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
    'SERVICE_UNAVAILABLE',
    'RATE_LIMITED',
  )
  async reply(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body(ReplyPipe) body: ReplyDto,
    @IdempotencyKey() key: string | undefined,
  ): Promise<TakenReplyDto> {
    return TakenReplyDto.from(await this.replies.reply(user, id, body, key));
  }
}
