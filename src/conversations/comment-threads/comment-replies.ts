import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { CommentId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import { NotFoundError, ValidationFailedError } from '../../errors/app.error';
import type { DescribedAction } from '../comments/comment-action';
import { CommentActions } from '../comments/comment-actions.service';
import type { AnswerContent } from '../comments/comment-channel';
import { CommentList } from '../comments/comment-list.service';
import type { CommentPlatform } from '../comments/comment-types';
import type { StoredComment } from '../comments/comment-view';
import type { ReplyRequest, TakenReply } from '../replies/reply-channel';
import { refuse } from '../replies/reply-refusals';
import type { StoredConversation } from '../stored-conversation';

/** Replies from the inbox in threads of comments, which are comments or direct messages. */
@Injectable()
export class CommentReplies {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly actions: CommentActions,
    private readonly list: CommentList,
  ) {}

  /** @param content what is written, checked by the rules of the platform */
  async reply(
    platform: CommentPlatform,
    { user, conversation, body, key, digest, goOn }: ReplyRequest,
    content: AnswerContent,
  ): Promise<TakenReply> {
    const isPrivate = body.visibility === 'private';
    const target = await this.targetOf(platform, conversation, body.replyTo, isPrivate);
    const request = { user, idempotencyKey: key, digest };
    const action = isPrivate
      ? await this.actions.answerPrivately(target, content.message ?? '', request)
      : await this.actions.answer(target, content, request);
    await repeatLostRaces(() => this.database.transaction((tx) => goOn(tx, action.createdAt)));
    return takenOf(conversation, action);
  }

  /**
   * Left out, a reply in public goes to the comment that the thread begins with, and one in private to the person who wrote
   * last. Where the first comment is not here, the latest is answered, which stands in the same thread.
   */
  private async targetOf(
    platform: CommentPlatform,
    { accountId, channel, commentThread }: StoredConversation,
    replyTo: string | undefined,
    isPrivate: boolean,
  ): Promise<StoredComment> {
    const rows: { id: CommentId }[] = await this.database.query(
      `SELECT c.id FROM comments c
        WHERE c.account_id = $1 AND c.asset_id = $2 AND c.thread_external_id = $3 AND c.thread_seq IS NOT NULL
          AND ($4::uuid IS NULL OR c.id = $4) AND ($4::uuid IS NOT NULL OR NOT $5 OR NOT c.by_business)
        ORDER BY NOT $5 AND c.external_id = c.thread_external_id DESC, c.removed_at IS NULL DESC, c.commented_at DESC,
                 c.id DESC
        LIMIT 1`,
      [accountId, channel.id, commentThread?.externalId, replyTo ?? null, isPrivate],
    );
    const [row] = rows;
    const found = row === undefined ? null : await this.list.find([accountId], platform, row.id);
    if (found !== null) return found;
    if (replyTo !== undefined)
      throw ValidationFailedError.of(
        'replyTo',
        'ofConversation',
        'replyTo must be a comment of this conversation.',
      );
    throw new NotFoundError(
      isPrivate
        ? 'Nobody but yourself has written here: there is nobody to answer in private.'
        : 'There is no comment to answer here any more.',
    );
  }
}

/** @throws ValidationFailedError for what no comment can be, whatever the platform */
export function refuseForComments({ tag, sendAt }: ReplyRequest['body']): void {
  if (tag !== undefined) refuse('tag', 'Comments know no tags. Leave it out.');
  if (sendAt !== undefined)
    refuse('sendAt', 'Comments are written at once: they cannot be ordered for later. Leave it out.');
}

function takenOf(conversation: StoredConversation, action: DescribedAction): TakenReply {
  const { id, kind, state, comment, target } = action;
  if (kind !== 'private_reply')
    return {
      kind: 'comment',
      id,
      status: state,
      conversationId: conversation.id,
      messageId: comment?.id ?? null,
      warnings: [],
    };
  const sent = state === 'done' ? target?.privateReply : null;
  return {
    kind,
    id,
    status: state,
    conversationId: sent?.conversationId ?? null,
    messageId: sent?.messageId ?? null,
    warnings: [],
  };
}
