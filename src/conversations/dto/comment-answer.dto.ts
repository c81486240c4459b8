import { ApiProperty } from '@nestjs/swagger';
import { ACTION_KINDS, type CommentActionKind, type DescribedAction } from '../comments/comment-action';
import { ACTION_STATES, type CommentActionState } from '../comments/comment-rules';
import { CommentDto } from './comment.dto';

export class CommentAnswerErrorDto {
  /** Meta's number, or a word of ours. */
  @ApiProperty({ oneOf: [{ type: 'integer' }, { type: 'string' }], example: 'NOT_AT_META' })
  code!: number | string;
  /** What to show. */
  @ApiProperty({ type: String, nullable: true }) message!: string | null;
}

/** An answer of yours, and what became of it. */
export class CommentAnswerDto {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** `reply`: to a comment. `comment`: under the post itself. `private_reply`: a direct message to the comment's author. */
  @ApiProperty({ type: String, enum: ACTION_KINDS, example: 'reply' }) kind!: CommentActionKind;
  /**
   * `done`: it stands at Meta. `unknown`: Meta's answer was lost; it is looked for at Meta until that is known, and never sent
   * again by itself. `failed`: it does not stand there, and may be sent again. `sending`: another request is at it.
   */
  @ApiProperty({ type: String, enum: ACTION_STATES, example: 'done' }) state!: CommentActionState;
  /** Your new comment; null for a private reply, and until it is `done`. */
  @ApiProperty({ type: CommentDto, nullable: true }) comment!: CommentDto | null;
  /** The comment that it answers; null under the post itself. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) commentId!: string | null;
  /** The message in the inbox, of a private reply that is `done`. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null }) messageId!: string | null;
  /** Its conversation. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null }) conversationId!:
    string | null;
  /** Why it failed, or what went wrong so far. */
  @ApiProperty({ type: CommentAnswerErrorDto, nullable: true, example: null })
  error!: CommentAnswerErrorDto | null;
  @ApiProperty({ type: Date }) createdAt!: Date;
  /** When it was known what became of it. */
  @ApiProperty({ type: Date, nullable: true }) finishedAt!: Date | null;

  static from(action: DescribedAction): CommentAnswerDto {
    const sent =
      action.kind === 'private_reply' && action.state === 'done' ? action.target?.privateReply : null;
    return Object.assign(new CommentAnswerDto(), {
      id: action.id,
      kind: action.kind,
      state: action.state,
      comment: action.comment && CommentDto.from(action.comment),
      commentId: action.commentId,
      messageId: sent?.messageId ?? null,
      conversationId: sent?.conversationId ?? null,
      error: action.error && { code: action.error.code, message: action.error.message },
      createdAt: action.createdAt,
      finishedAt: action.finishedAt,
    });
  }
}

export class RemovedCommentDto {
  /** Ours. */
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** Meta's. */
  @ApiProperty({ type: String, example: '122100441234567890_1302555012345678' }) externalId!: string;
  @ApiProperty({ type: Date }) removedAt!: Date;
}
