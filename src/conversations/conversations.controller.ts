import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { AssetId, ContactId, ConversationId, LabelId, UserId } from '../database/ids';
import { ValidationFailedError } from '../errors/app.error';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { CursorPageQuery } from '../http/page.dto';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access, CurrentUser } from '../identity/access.decorators';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { CommentThreadMessages } from './comment-threads/comment-thread-messages';
import { ConversationDto, ConversationPageDto } from './dto/conversation.dto';
import { ConversationCountsDto, ConversationCountsQuery, ConversationsQuery } from './dto/inbox-query.dto';
import { ThreadMessageDto, ThreadPageDto } from './dto/thread-message.dto';
import { ConversationAccess } from './inbox/conversation-access.service';
import { InboxCountsService } from './inbox/inbox-counts.service';
import type { InboxFilter } from './inbox/inbox-filter';
import { InboxList } from './inbox/inbox-list.service';
import { MessagesService } from './messages/messages.service';
import { type PagePosition, parsePosition } from './page-position';
import { InboxSearch } from './search/inbox-search.service';
import { ConversationVisibility } from './visibility/conversation-visibility';

@ApiTags('Inbox')
@Controller('meta/conversations')
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationAccess,
    private readonly inbox: InboxList,
    private readonly counts: InboxCountsService,
    private readonly messages: MessagesService,
    private readonly comments: CommentThreadMessages,
    private readonly search: InboxSearch,
    private readonly visibility: ConversationVisibility,
  ) {}

  /**
   * Lists the conversations of every account you may see, the latest first.
   *
   * @remarks Filters can be combined. A page may hold fewer conversations than `limit`, even none, where what you look for
   * is rare: there are more as long as `pagination.before` is set.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(ConversationPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: ConversationsQuery,
  ): Promise<ConversationPageDto> {
    const slice = { limit: query.limit, ...boundsOf(query) };
    const view = await this.visibility.within(user, query.accountId);
    const found = query.q === undefined ? undefined : await this.search.conversationIds(view, query.q);
    const page = await this.inbox.page(view, filterOf(user, query, found), slice);
    return {
      conversations: page.conversations.map((row) => ConversationDto.from(row)),
      pagination: {
        limit: query.limit,
        before: page.before === null ? null : encodeCursor(page.before),
        after: page.after === null ? null : encodeCursor(page.after),
      },
    };
  }

  /** Counts what the folders of an inbox hold. */
  @Get('counts')
  @Access('viewer')
  @ApiEnvelope(ConversationCountsDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async count(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: ConversationCountsQuery,
  ): Promise<ConversationCountsDto> {
    return this.counts.of(await this.visibility.within(user, query.accountId));
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
    return ConversationDto.from(await this.conversations.get(user, id));
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
    const conversation = await this.conversations.get(user, id);
    const slice = { limit: query.limit, ...boundsOf(query) };
    const messages =
      conversation.commentThread === null
        ? (await this.messages.pageOfThread(conversation.accountId, conversation.id, slice)).map((row) =>
            ThreadMessageDto.from(row),
          )
        : (await this.comments.page(conversation, slice)).map((row) =>
            ThreadMessageDto.fromComment(conversation.id, row),
          );
    const oldest = messages.length < query.limit ? undefined : messages.at(-1);
    const newest = messages[0];
    return {
      messages,
      pagination: {
        limit: query.limit,
        before: oldest === undefined ? null : encodeCursor({ at: oldest.timestamp, id: oldest.id }),
        after: newest === undefined ? null : encodeCursor({ at: newest.timestamp, id: newest.id }),
      },
    };
  }
}

function filterOf(
  user: AuthenticatedUser,
  query: ConversationsQuery,
  conversationIds: ConversationId[] | undefined,
): InboxFilter {
  return {
    platform: query.platform,
    channelId: query.channelId as AssetId | undefined,
    kind: query.kind,
    status: query.status,
    assigneeId: assigneeOf(user, query.assigneeId),
    labelId: query.label as LabelId | undefined,
    sentiment: query.sentiment,
    priority: query.priority,
    isUnread: query.unread,
    contactId: query.contactId as ContactId | undefined,
    conversationIds,
  };
}

function assigneeOf(user: AuthenticatedUser, asked: string | undefined): UserId | null | undefined {
  if (asked === undefined) return undefined;
  if (asked.toLowerCase() === 'none') return null;
  return asked.toLowerCase() === 'me' ? user.id : (asked as UserId);
}

function boundsOf({ before, after }: CursorPageQuery): { before?: PagePosition; after?: PagePosition } {
  if (before !== undefined && after !== undefined)
    throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
  if (before !== undefined) return { before: decodeCursor('before', before, parsePosition) };
  return after === undefined ? {} : { after: decodeCursor('after', after, parsePosition) };
}
