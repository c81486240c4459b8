import { ApiProperty } from '@nestjs/swagger';
import type { CommentThreadFacts } from '../comment-threads/comment-thread-facts';

export class CommentThreadAuthorDto {
  /** Page- or Instagram-scoped; null where Meta does not tell it. */
  @ApiProperty({ type: String, nullable: true, example: '7412589630147852' }) id!: string | null;
  /** Facebook. */
  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' }) name!: string | null;
  /** Instagram. */
  @ApiProperty({ type: String, nullable: true, example: null }) username!: string | null;
  /** The Page or account began it itself. */
  @ApiProperty({ type: Boolean, example: false }) isOwn!: boolean;
  /** The contact, where it is somebody who has written messages, too. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null }) contactId!: string | null;
}

/** What a conversation of comments stands under. */
export class ConversationCommentThreadDto {
  /** The comment that it begins with, by our id; null while only answers to it are here. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) rootCommentId!: string | null;
  /** The same by Meta's id. */
  @ApiProperty({ type: String, example: '122100441234567890_1302555012345678' }) rootExternalId!: string;
  /** Meta's id of the post or media. */
  @ApiProperty({ type: String, nullable: true, example: '113470551234567_122100441234567890' })
  postId!: string | null;
  /** The address of the first comment at Facebook; null where it was never read, and on Instagram. */
  @ApiProperty({ type: String, nullable: true, example: null }) permalink!: string | null;
  /** Who began it; null where that is not known. */
  @ApiProperty({ type: CommentThreadAuthorDto, nullable: true }) author!: CommentThreadAuthorDto | null;

  static from(facts: CommentThreadFacts): ConversationCommentThreadDto {
    return Object.assign(new ConversationCommentThreadDto(), {
      rootCommentId: facts.commentId,
      rootExternalId: facts.externalId,
      postId: facts.postExternalId,
      permalink: facts.permalink,
      author: facts.author,
    });
  }
}
