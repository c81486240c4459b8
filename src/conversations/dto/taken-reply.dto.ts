import { ApiProperty } from '@nestjs/swagger';
import { REPLY_STATES, type ReplyState, type TakenReply } from '../replies/reply-channel';

const KINDS = ['message', 'comment', 'private_reply'] as const;

export class ReplyWarningDto {
  /** @example THREAD_NOT_OURS */
  code!: string;
  message!: string;
}

/** A reply that is on its way, or stands at Meta already. */
export class TakenReplyDto {
  /** Of a message, its id. Of an answer to a comment, that of the answer: `GET …/comment-answers/{id}` tells its way. */
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  @ApiProperty({ type: String, enum: KINDS, example: 'message' }) kind!: TakenReply['kind'];
  /**
   * Messages are `queued`: their way shows in the conversation and by its events. Answers to comments are `done` when they
   * stand at Meta, or `unknown` when Meta's answer was lost: they are looked for then, and never written a second time.
   */
  @ApiProperty({ type: String, enum: REPLY_STATES, example: 'queued' }) status!: ReplyState;
  /** Where it stands: of a private reply the conversation with its author. Null while that is not known. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) conversationId!: string | null;
  /** Which of that conversation's messages it is; null while that is not known. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) messageId!: string | null;
  /** What may keep it from arriving, and only Meta knows for certain. */
  @ApiProperty({ type: [ReplyWarningDto], example: [] }) warnings!: ReplyWarningDto[];

  static from(reply: TakenReply): TakenReplyDto {
    return Object.assign(new TakenReplyDto(), reply);
  }
}
