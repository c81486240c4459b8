import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../errors/app.error';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { CursorPageQuery } from '../http/page.dto';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access, CurrentUser } from '../identity/access.decorators';
import { AccountAccess } from '../identity/account-access.service';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { ConversationsService } from './conversations.service';
import { ConversationDto, ConversationPageDto, ConversationsQuery } from './dto/conversation.dto';
import { ThreadMessageDto, ThreadPageDto } from './dto/thread-message.dto';
import { MessagesService } from './messages/messages.service';
import { type PagePosition, parsePosition } from './page-position';

@ApiTags('Inbox')
@Controller('meta/conversations')
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly messages: MessagesService,
    private readonly access: AccountAccess,
  ) {}

  /** Lists the conversations of every account you may see, the latest first. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(ConversationPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: ConversationsQuery,
  ): Promise<ConversationPageDto> {
    const accountIds =
      query.accountId === undefined
        ? await this.access.accountIdsOf(user.id)
        : [await this.access.require(user, query.accountId)];
    const rows = await this.conversations.page(accountIds, {
      limit: query.limit,
      platform: query.platform,
      status: query.status,
      ...boundsOf(query),
    });
    const last = rows.length < query.limit ? undefined : rows.at(-1);
    const first = rows[0];
    return {
      conversations: rows.map((row) => ConversationDto.from(row)),
      pagination: {
        limit: query.limit,
        before: last === undefined ? null : encodeCursor({ at: last.lastMessageAt, id: last.id }),
        after: first === undefined ? null : encodeCursor({ at: first.lastMessageAt, id: first.id }),
      },
    };
  }

  /** Reads one conversation. */
  @Get(':id')
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(ConversationDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ConversationDto> {
    return ConversationDto.from(await this.conversations.get(await this.access.accountIdsOf(user.id), id));
  }

  /** Reads a conversation's messages, newest first. `before` goes on with older ones, `after` with newer ones. */
  @Get(':id/messages')
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(ThreadPageDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async thread(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() query: CursorPageQuery,
  ): Promise<ThreadPageDto> {
    const conversation = await this.conversations.get(await this.access.accountIdsOf(user.id), id);
    const rows = await this.messages.pageOfThread(conversation.accountId, conversation.id, {
      limit: query.limit,
      ...boundsOf(query),
    });
    const oldest = rows.length < query.limit ? undefined : rows.at(-1);
    const newest = rows[0];
    return {
      messages: rows.map((row) => ThreadMessageDto.from(row)),
      pagination: {
        limit: query.limit,
        before: oldest === undefined ? null : encodeCursor({ at: oldest.at, id: oldest.id }),
        after: newest === undefined ? null : encodeCursor({ at: newest.at, id: newest.id }),
      },
    };
  }
}

function boundsOf({ before, after }: CursorPageQuery): { before?: PagePosition; after?: PagePosition } {
  if (before !== undefined && after !== undefined)
    throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
  if (before !== undefined) return { before: decodeCursor('before', before, parsePosition) };
  return after === undefined ? {} : { after: decodeCursor('after', after, parsePosition) };
}
