import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CommentActions } from '../../conversations/comments/comment-actions.service';
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
import { CommentQuery } from '../../conversations/dto/comment-query.dto';
import { ValidationFailedError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey, requestDigest } from '../../http/idempotency-key';
import { CursorPageQuery } from '../../http/page.dto';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import {
  CommentedInstagramAccount,
  InstagramCommentFeedQuery,
  InstagramCommentThreadsQuery,
  InstagramPrivateReplyDto,
  MOST_MESSAGE_BYTES,
  WriteInstagramCommentDto,
} from '../dto/comment.dto';
import { InstagramCommentScope } from './comment-scope';

const ROUTE = '/api/meta/instagram';
const MEDIA = ['The media: Meta’s id.', '17895695668004550'] as const;

/** Comments under media of connected Instagram accounts: as they come in, and what can be done about them. */
@ApiTags('Instagram comments')
@ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
@Controller('meta/instagram')
export class InstagramCommentsController {
  constructor(
    private readonly scope: InstagramCommentScope,
    private readonly list: CommentList,
    private readonly refresh: CommentRefresh,
    private readonly moderation: CommentModeration,
    private readonly actions: CommentActions,
  ) {}

  /**
   * The comments under all media of your Instagram accounts, answers among them, newest first: what there is to moderate.
   *
   * @remarks It answers from what webhooks told and what was read, and never asks Meta. A page that is filtered may hold
   * fewer than `limit`, even none, and still have a next one.
   */
  @Get('comments')
  @Access('viewer')
  @ApiEnvelope(CommentPageDto)
  @ApiErrors('ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async feed(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: InstagramCommentFeedQuery,
  ): Promise<CommentPageDto> {
    const { mediaId, status, unanswered, limit } = query;
    const slice = sliceOf(query);
    const homes = await this.scope.homes(user, accountRef(query.accountId));
    const page = await this.list.feed(homes, { postExternalId: mediaId, status, unanswered }, slice);
    return CommentPageDto.of(page.comments, paginationOf(page, limit));
  }

  /**
   * The comments under a media with their latest answers, newest first.
   *
   * @remarks They are read from Meta when that was last done ten minutes ago, or never: webhooks tell of new ones, but not of
   * edits, removals and hiding elsewhere.
   */
  @Get('media/:id/comments')
  @Access('viewer')
  @ApiCommented(...MEDIA)
  @ApiEnvelope(CommentThreadPageDto)
  @ApiErrors('ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  @ApiMetaErrors()
  async threads(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() query: InstagramCommentThreadsQuery,
  ): Promise<CommentThreadPageDto> {
    const slice = sliceOf(query);
    const mediaId = mediaRef(id);
    const home = await this.scope.media(user, mediaId, accountRef(query.accountId));
    const age = await this.refresh.ensure('instagram', home, mediaId, { force: query.refresh });
    const [page, summary] = await Promise.all([
      this.list.threads(home, mediaId, slice),
      this.list.summaryOf(home, mediaId),
    ]);
    return CommentThreadPageDto.of(page.comments, summary, age, paginationOf(page, query.limit));
  }

  /** Writes a comment under a media, in the account's name. */
  @Post('media/:id/comments')
  @Access('agent')
  @ApiCommented(...MEDIA)
  @ApiAnswering('ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  @ApiEnvelope(CommentAnswerDto, 201)
  async comment(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() query: CommentedInstagramAccount,
    @Body() { message }: WriteInstagramCommentDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<CommentAnswerDto> {
    const content = { message, attachmentUrl: null };
    const mediaId = mediaRef(id);
    const home = await this.scope.media(user, mediaId, accountRef(query.accountId));
    await this.refresh.requirePost('instagram', home, mediaId);
    const digest = requestDigest('POST', `${ROUTE}/media/:id/comments`, { mediaId, message });
    const request = { user, idempotencyKey, digest };
    return CommentAnswerDto.from(await this.actions.comment('instagram', home, mediaId, content, request));
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
      await this.refresh.readOne('instagram', homeOf(comment), comment);
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
   * Answers a comment in public, in the account's name.
   *
   * @remarks An answer to an answer stands under the same comment: Instagram has no third level. It is here at once. Where Meta's answer is lost, `state` is `unknown`: it is looked for at Meta and never
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
    @Body() { message }: WriteInstagramCommentDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<CommentAnswerDto> {
    const content = { message, attachmentUrl: null };
    const comment = await this.find(user, id);
    const digest = requestDigest('POST', `${ROUTE}/comments/:id/replies`, { id: comment.id, message });
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
    @Body() { message }: InstagramPrivateReplyDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<CommentAnswerDto> {
    if (Buffer.byteLength(message) > MOST_MESSAGE_BYTES)
      throw ValidationFailedError.of(
        'message',
        'maxBytes',
        `message must be at most ${MOST_MESSAGE_BYTES} bytes long`,
      );
    const comment = await this.find(user, id);
    const digest = requestDigest('POST', `${ROUTE}/comments/:id/private-reply`, { id: comment.id, message });
    return CommentAnswerDto.from(
      await this.actions.answerPrivately(comment, message, { user, idempotencyKey, digest }),
    );
  }

  /** Hides a comment: only its author sees it from now on. */
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

  /** Deletes a comment at Instagram, whoever wrote it. Its answers go with it. */
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
    return CommentAnswerDto.from(await this.actions.get(mine, 'instagram', id));
  }

  private async find(user: AuthenticatedUser, id: string): Promise<StoredComment> {
    return this.scope.comment(user, objectRef('id', id));
  }

  private async now(user: AuthenticatedUser, { id }: StoredComment): Promise<CommentDto> {
    return CommentDto.from(await this.scope.comment(user, id));
  }
}

function accountRef(ref: string | undefined): string | undefined {
  return ref === undefined ? undefined : objectRef('accountId', ref);
}

function mediaRef(ref: string): string {
  if (/^\d{1,64}$/.test(ref)) return ref;
  throw ValidationFailedError.of('id', 'isMetaId', 'id must be an id of a media of Meta’s.');
}
