import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CommentActions } from '../../conversations/comments/comment-actions.service';
import type { AnswerContent } from '../../conversations/comments/comment-channel';
import {
  ApiAnswer,
  ApiAnswering,
  ApiComment,
  ApiCommented,
  ApiMetaErrors,
} from '../../conversations/comments/comment-docs';
import { CommentList } from '../../conversations/comments/comment-list.service';
import { CommentModeration, homeOf } from '../../conversations/comments/comment-moderation.service';
import { objectRef, paginationOf, sliceOf } from '../../conversations/comments/comment-paging';
import { CommentRefresh } from '../../conversations/comments/comment-refresh.service';
import type { StoredComment } from '../../conversations/comments/comment-view';
import { CommentAnswerDto, RemovedCommentDto } from '../../conversations/dto/comment-answer.dto';
import { CommentDto, CommentPageDto, CommentThreadPageDto } from '../../conversations/dto/comment.dto';
import { CommentQuery, CommentThreadsQuery } from '../../conversations/dto/comment-query.dto';
import { ValidationFailedError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey, requestDigest } from '../../http/idempotency-key';
import { CursorPageQuery } from '../../http/page.dto';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import {
  EditFacebookCommentDto,
  FacebookCommentFeedQuery,
  FacebookPrivateReplyDto,
  WriteFacebookCommentDto,
} from '../dto/comment.dto';
import { FacebookCommentChannel } from './comment-channel';
import { FacebookCommentScope } from './comment-scope';

const ROUTE = '/api/meta/facebook';
const POST = [
  'The post: Meta’s id, or ours of one that was published from here.',
  '113470551234567_122100441234567890',
] as const;

/** Comments under posts of connected Pages: as they come in, and what can be done about them. */
@ApiTags('Facebook comments')
@ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
@Controller('meta/facebook')
export class FacebookCommentsController {
  constructor(
    private readonly scope: FacebookCommentScope,
    private readonly list: CommentList,
    private readonly refresh: CommentRefresh,
    private readonly moderation: CommentModeration,
    private readonly actions: CommentActions,
    private readonly channel: FacebookCommentChannel,
  ) {}

  /**
   * The comments under all posts of your Pages, answers among them, newest first: what there is to moderate.
   *
   * @remarks It answers from what webhooks told and what was read, and never asks Meta. A page that is filtered may hold
   * fewer than `limit`, even none, and still have a next one.
   */
  @Get('comments')
  @Access('viewer')
  @ApiEnvelope(CommentPageDto)
  @ApiErrors('ACCOUNT_NOT_FOUND', 'NOT_FOUND')
  async feed(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: FacebookCommentFeedQuery,
  ): Promise<CommentPageDto> {
    const { pageId, postId, status, unanswered, limit } = query;
    const slice = sliceOf(query);
    const ref = pageId === undefined ? undefined : objectRef('pageId', pageId);
    const homes = await this.scope.homes(user, { pageId: ref, accountId: query.accountId });
    const page = await this.list.feed(homes, { postExternalId: postId, status, unanswered }, slice);
    return CommentPageDto.of(page.comments, paginationOf(page, limit));
  }

  /**
   * The comments under a post with their latest answers, newest first.
   *
   * @remarks They are read from Meta when that was last done an hour ago, or never; otherwise webhooks keep them true.
   */
  @Get('posts/:id/comments')
  @Access('viewer')
  @ApiCommented(...POST)
  @ApiEnvelope(CommentThreadPageDto)
  @ApiMetaErrors()
  async threads(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() query: CommentThreadsQuery,
  ): Promise<CommentThreadPageDto> {
    const slice = sliceOf(query);
    const { home, postId } = await this.scope.post(user, objectRef('id', id));
    const age = await this.refresh.ensure('facebook', home, postId, { force: query.refresh });
    const [page, summary] = await Promise.all([
      this.list.threads(home, postId, slice),
      this.list.summaryOf(home, postId),
    ]);
    return CommentThreadPageDto.of(page.comments, summary, age, paginationOf(page, query.limit));
  }

  /** Writes a comment under a post, in the Page's name. */
  @Post('posts/:id/comments')
  @Access('agent')
  @ApiCommented(...POST)
  @ApiAnswering()
  @ApiEnvelope(CommentAnswerDto, 201)
  async comment(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() body: WriteFacebookCommentDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<CommentAnswerDto> {
    const content = contentOf(body);
    const { home, postId } = await this.scope.post(user, objectRef('id', id));
    const digest = requestDigest('POST', `${ROUTE}/posts/:id/comments`, { postId, ...content });
    const request = { user, idempotencyKey, digest };
    return CommentAnswerDto.from(await this.actions.comment('facebook', home, postId, content, request));
  }

  /** One comment. */
  @Get('comments/:id')
  @Access('viewer')
  @ApiComment()
  @ApiEnvelope(CommentDto)
  @ApiMetaErrors()
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() { refresh }: CommentQuery,
  ): Promise<CommentDto> {
    const comment = await this.find(user, id);
    if (refresh && comment.removedAt === null)
      await this.refresh.readOne('facebook', homeOf(comment), comment);
    return this.now(user, comment);
  }

  /** The answers to a comment, those to its answers among them, newest first. */
  @Get('comments/:id/replies')
  @Access('viewer')
  @ApiComment()
  @ApiEnvelope(CommentPageDto)
  async replies(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() query: CursorPageQuery,
  ): Promise<CommentPageDto> {
    const slice = sliceOf(query);
    const page = await this.list.answers(await this.find(user, id), slice);
    return CommentPageDto.of(page.comments, paginationOf(page, query.limit));
  }

  /**
   * Answers a comment in public, in the Page's name.
   *
   * @remarks The answer is here at once. Where Meta's answer is lost, `state` is `unknown`: it is looked for at Meta and never
   * written a second time.
   */
  @Post('comments/:id/replies')
  @Access('agent')
  @ApiComment()
  @ApiAnswering()
  @ApiEnvelope(CommentAnswerDto, 201)
  async reply(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() body: WriteFacebookCommentDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<CommentAnswerDto> {
    const content = contentOf(body);
    const comment = await this.find(user, id);
    const digest = requestDigest('POST', `${ROUTE}/comments/:id/replies`, { id: comment.id, ...content });
    return CommentAnswerDto.from(
      await this.actions.answer(comment, content, { user, idempotencyKey, digest }),
    );
  }

  /**
   * Answers a comment by a direct message to its author, which stands in the inbox from then on.
   *
   * @remarks Meta takes one for each comment, within seven days of it (`privateReply` of the comment says what is possible).
   * It does not open the 24 hours in which messages may be sent freely: that is up to the person's answer.
   */
  @Post('comments/:id/private-reply')
  @Access('agent')
  @ApiComment()
  @ApiAnswering('WINDOW_CLOSED')
  @ApiEnvelope(CommentAnswerDto, 201)
  async replyPrivately(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { message }: FacebookPrivateReplyDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<CommentAnswerDto> {
    const comment = await this.find(user, id);
    const digest = requestDigest('POST', `${ROUTE}/comments/:id/private-reply`, { id: comment.id, message });
    return CommentAnswerDto.from(
      await this.actions.answerPrivately(comment, message, { user, idempotencyKey, digest }),
    );
  }

  /** Hides a comment: only its author and their friends see it from now on. */
  @Post('comments/:id/hide')
  @Access('agent')
  @ApiComment()
  @ApiEnvelope(CommentDto)
  @ApiErrors('CONFLICT')
  @ApiMetaErrors()
  async hide(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<CommentDto> {
    const comment = await this.find(user, id);
    await this.moderation.setHidden(comment, true);
    return this.now(user, comment);
  }

  /** Shows a hidden comment to everybody again. */
  @Delete('comments/:id/hide')
  @Access('agent')
  @ApiComment()
  @ApiEnvelope(CommentDto)
  @ApiErrors('CONFLICT')
  @ApiMetaErrors()
  async unhide(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<CommentDto> {
    const comment = await this.find(user, id);
    await this.moderation.setHidden(comment, false);
    return this.now(user, comment);
  }

  /** Likes a comment, in the Page's name. */
  @Post('comments/:id/like')
  @Access('agent')
  @ApiComment()
  @ApiEnvelope(CommentDto)
  @ApiMetaErrors()
  async like(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<CommentDto> {
    return this.setLiked(user, await this.find(user, id), true);
  }

  /** Takes the Page's like back. */
  @Delete('comments/:id/like')
  @Access('agent')
  @ApiComment()
  @ApiEnvelope(CommentDto)
  @ApiMetaErrors()
  async unlike(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<CommentDto> {
    return this.setLiked(user, await this.find(user, id), false);
  }

  /** Writes another text into a comment of the Page itself. */
  @Patch('comments/:id')
  @Access('agent')
  @ApiComment()
  @ApiEnvelope(CommentDto)
  @ApiErrors('CONFLICT')
  @ApiMetaErrors()
  async edit(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { message }: EditFacebookCommentDto,
  ): Promise<CommentDto> {
    const comment = await this.find(user, id);
    await this.moderation.edit(comment, message, (home) =>
      this.channel.edit(home, comment.externalId, message),
    );
    return this.now(user, comment);
  }

  /** Deletes a comment at Facebook, whoever wrote it. Its answers go with it. */
  @Delete('comments/:id')
  @Access('agent')
  @ApiComment()
  @ApiEnvelope(RemovedCommentDto)
  @ApiMetaErrors()
  async remove(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<RemovedCommentDto> {
    const comment = await this.find(user, id);
    await this.moderation.remove(comment);
    const { externalId, removedAt } = await this.scope.comment(user, comment.id);
    return { id: comment.id, externalId, removedAt: removedAt ?? new Date() };
  }

  /** What became of an answer of yours; for those whose `state` was `unknown`. */
  @Get('comment-answers/:id')
  @Access('viewer')
  @ApiAnswer()
  @ApiEnvelope(CommentAnswerDto)
  async answer(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<CommentAnswerDto> {
    const mine = await this.scope.accountIdsOf(user);
    return CommentAnswerDto.from(await this.actions.get(mine, 'facebook', id));
  }

  private async setLiked(
    user: AuthenticatedUser,
    comment: StoredComment,
    isLiked: boolean,
  ): Promise<CommentDto> {
    await this.moderation.setLiked(comment, isLiked, (home) =>
      this.channel.setLiked(home, comment.externalId, isLiked),
    );
    return this.now(user, comment);
  }

  private async find(user: AuthenticatedUser, id: string): Promise<StoredComment> {
    return this.scope.comment(user, objectRef('id', id));
  }

  private async now(user: AuthenticatedUser, { id }: StoredComment): Promise<CommentDto> {
    return CommentDto.from(await this.scope.comment(user, id));
  }
}

function contentOf({ message, attachmentUrl }: WriteFacebookCommentDto): AnswerContent {
  if (message === undefined && attachmentUrl === undefined)
    throw ValidationFailedError.of('message', 'isDefined', 'Send message, attachmentUrl, or both.');
  return { message: message ?? null, attachmentUrl: attachmentUrl ?? null };
}
