import { ApiProperty } from '@nestjs/swagger';
import { CursorPaginationDto } from '../../http/page.dto';
import { PRIVATE_REPLY_STATES, type PrivateReplyState, privateReplyOf } from '../comments/comment-rules';
import { COMMENT_PLATFORMS, type CommentPlatform } from '../comments/comment-types';
import type { CommentThread, StoredComment, ThreadAge, ThreadSummary } from '../comments/comment-view';
import { MessageSentimentDto } from './message-sentiment.dto';

export class CommentChannelDto {
  /** Ours. */
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** Meta's id of the Page or Instagram account. */
  @ApiProperty({ type: String, example: '113470551234567' }) metaId!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Jasper’s Market' }) name!: string | null;
}

export class CommentAuthorDto {
  /** Page- or Instagram-scoped; null where Meta does not tell it. */
  @ApiProperty({ type: String, nullable: true, example: '7412589630147852' }) id!: string | null;
  /** Facebook. */
  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' }) name!: string | null;
  /** Instagram. */
  @ApiProperty({ type: String, nullable: true, example: null }) username!: string | null;
}

export class CommentAttachmentDto {
  /** Meta's word for it. */
  @ApiProperty({ type: String, example: 'photo' }) type!: string;
  /** At Meta; it stops working after some time. */
  @ApiProperty({ type: String, nullable: true, example: 'https://scontent.example.net/cup.jpg' })
  url!: string | null;
}

export class CommentPrivateReplyDto {
  /**
   * `open`: a private reply may be sent, once. `sent`. `sending`, `unknown`: one is on its way, or what became of it is not known
   * yet. `too_late`: seven days are over. `own`: it is your own comment. `removed`. `refused`: Meta said that it takes none.
   */
  @ApiProperty({ type: String, enum: PRIVATE_REPLY_STATES, example: 'open' }) state!: PrivateReplyState;
  /** Until when Meta takes one. */
  @ApiProperty({ type: Date, example: '2026-03-21T09:26:53.000Z' }) until!: Date;
  /** The message in the inbox, once it was sent. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null }) messageId!: string | null;
  /** Its conversation. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null }) conversationId!:
    string | null;
}

/** A comment under a post of a Page or a media of an Instagram account, or an answer to one. */
export class CommentDto {
  /** Ours. */
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** Meta's. Every address takes either. */
  @ApiProperty({ type: String, example: '122100441234567890_1302555012345678' }) externalId!: string;
  /** The connected Meta account. */
  @ApiProperty({ type: String, format: 'uuid' }) accountId!: string;
  @ApiProperty({ type: String, enum: COMMENT_PLATFORMS }) platform!: CommentPlatform;
  /** The Page or Instagram account that it stands at. */
  @ApiProperty({ type: CommentChannelDto }) channel!: CommentChannelDto;
  /** Meta's id of the post or media; null where Meta did not tell it. */
  @ApiProperty({ type: String, nullable: true, example: '113470551234567_122100441234567890' })
  postId!: string | null;
  /** The comment that this one answers, by our id; null under the post itself, or where that one is not stored. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null }) parentId!: string | null;
  /** The same by Meta's id. */
  @ApiProperty({ type: String, nullable: true, example: null }) parentExternalId!: string | null;
  /** null where Meta does not tell who wrote it. */
  @ApiProperty({ type: CommentAuthorDto, nullable: true }) author!: CommentAuthorDto | null;
  /** The Page or account wrote it itself. */
  @ApiProperty({ type: Boolean, example: false }) isOwn!: boolean;
  /** The user of this service who wrote it, if it was written from here. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null }) sentBy!: string | null;
  /** null for a comment without words, and for one that is removed. */
  @ApiProperty({ type: String, nullable: true, example: 'Do you have these in blue?' }) text!: string | null;
  @ApiProperty({ type: CommentAttachmentDto, nullable: true, example: null })
  attachment!: CommentAttachmentDto | null;
  @ApiProperty({ type: Date }) commentedAt!: Date;
  /** Of the last edit. Instagram tells of none. */
  @ApiProperty({ type: Date, nullable: true, example: null }) editedAt!: Date | null;
  /** Only its author and their friends see it. */
  @ApiProperty({ type: Boolean, example: false }) isHidden!: boolean;
  /** It is gone at Meta; its content is gone here, too. */
  @ApiProperty({ type: Date, nullable: true, example: null }) removedAt!: Date | null;
  /** As of the last reading; null where it was never read. */
  @ApiProperty({ type: 'integer', nullable: true, example: 2 }) likeCount!: number | null;
  /** Whether the Page likes it; null where that is not known. Facebook only. */
  @ApiProperty({ type: Boolean, nullable: true, example: false }) isLiked!: boolean | null;
  /** Its address at Facebook; null where it was never read. */
  @ApiProperty({ type: String, nullable: true, example: 'https://www.facebook.com/113470551234567/posts/1' })
  permalink!: string | null;
  /** The mood of what somebody else wrote; it comes a moment later, and is null until then. */
  @ApiProperty({ type: MessageSentimentDto, nullable: true }) sentiment!: MessageSentimentDto | null;
  /** How many answers it has. */
  @ApiProperty({ type: 'integer', example: 0 }) answerCount!: number;
  /** You answered it, in public or in private. */
  @ApiProperty({ type: Boolean, example: false }) isAnswered!: boolean;
  @ApiProperty({ type: CommentPrivateReplyDto }) privateReply!: CommentPrivateReplyDto;

  static from(comment: StoredComment, now: Date = new Date()): CommentDto {
    return Object.assign(new CommentDto(), {
      id: comment.id,
      externalId: comment.externalId,
      accountId: comment.accountId,
      platform: comment.platform,
      channel: comment.channel,
      postId: comment.postExternalId,
      parentId: comment.parentId,
      parentExternalId: comment.parentExternalId,
      author: comment.author,
      isOwn: comment.byBusiness,
      sentBy: comment.sentBy,
      text: comment.text,
      attachment: comment.attachment,
      commentedAt: comment.commentedAt,
      editedAt: comment.editedAt,
      isHidden: comment.isHidden,
      removedAt: comment.removedAt,
      likeCount: comment.likeCount,
      isLiked: comment.isLiked,
      permalink: typeof comment.metadata.permalink === 'string' ? comment.metadata.permalink : null,
      sentiment: comment.sentiment,
      answerCount: comment.answerCount,
      isAnswered: comment.isAnswered,
      privateReply: {
        ...privateReplyOf(comment, now),
        messageId: comment.privateReply?.messageId ?? null,
        conversationId: comment.privateReply?.conversationId ?? null,
      },
    });
  }
}

/** A comment under the post itself. */
export class CommentThreadDto extends CommentDto {
  /** The latest three answers, oldest first; all of them are at `/comments/{id}/replies`. */
  @ApiProperty({ type: [CommentDto] }) replies!: CommentDto[];

  static fromThread(thread: CommentThread, now: Date = new Date()): CommentThreadDto {
    const replies = thread.answers.map((answer) => CommentDto.from(answer, now));
    return Object.assign(new CommentThreadDto(), CommentDto.from(thread, now), { replies });
  }
}

/** Counted over what is stored, without what is removed. */
export class CommentSummaryDto {
  /** Answers among them. */
  @ApiProperty({ type: 'integer', example: 7 }) total!: number;
  /** Under the post itself. */
  @ApiProperty({ type: 'integer', example: 4 }) topLevel!: number;
  @ApiProperty({ type: 'integer', example: 0 }) hidden!: number;
  /** By people, and not answered by you since. */
  @ApiProperty({ type: 'integer', example: 2 }) unanswered!: number;
}

export class CommentThreadPageDto {
  /** Newest first. */
  @ApiProperty({ type: [CommentThreadDto] }) comments!: CommentThreadDto[];
  @ApiProperty({ type: CommentSummaryDto }) summary!: CommentSummaryDto;
  /** When the comments of this post were last read from Meta. */
  @ApiProperty({ type: Date, nullable: true }) readAt!: Date | null;
  /** `false`: it has more comments than are read while somebody waits, and the oldest may not be here. */
  @ApiProperty({ type: Boolean, example: true }) isComplete!: boolean;
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;

  static of(
    comments: readonly CommentThread[],
    summary: ThreadSummary,
    { readAt, isComplete }: ThreadAge,
    pagination: CursorPaginationDto,
  ): CommentThreadPageDto {
    const now = new Date();
    const threads = comments.map((thread) => CommentThreadDto.fromThread(thread, now));
    return { comments: threads, summary, readAt, isComplete, pagination };
  }
}

export class CommentPageDto {
  /** Newest first. */
  @ApiProperty({ type: [CommentDto] }) comments!: CommentDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;

  static of(comments: readonly StoredComment[], pagination: CursorPaginationDto): CommentPageDto {
    const now = new Date();
    return { comments: comments.map((comment) => CommentDto.from(comment, now)), pagination };
  }
}
