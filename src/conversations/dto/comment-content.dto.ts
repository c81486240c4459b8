import { ApiProperty } from '@nestjs/swagger';
import { CommentAttachmentDto, CommentAuthorDto, CommentPrivateReplyDto } from './comment.dto';

/** A comment, as a message of its thread. */
export class CommentContentDto {
  @ApiProperty({ type: String, enum: ['comment'] }) kind!: 'comment';
  /** Null for one without words. @example "Do you have these in blue?" */
  @ApiProperty({ type: String, nullable: true }) text!: string | null;
  @ApiProperty({ type: CommentAttachmentDto, nullable: true }) attachment!: CommentAttachmentDto | null;
  /** Null where Meta does not tell who wrote it. */
  @ApiProperty({ type: CommentAuthorDto, nullable: true }) author!: CommentAuthorDto | null;
  /** Only its author and their friends see it. */
  @ApiProperty({ type: Boolean, example: false }) isHidden!: boolean;
  /** Meta's id of the post or media. */
  @ApiProperty({ type: String, nullable: true, example: '113470551234567_122100441234567890' })
  postExternalId!: string | null;
  /** The comment that it answers, by our id; null for the first of the thread, or where that one is not here. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null }) replyTo!: string | null;
  /** Its address at Facebook; null where it was never read, and on Instagram. */
  @ApiProperty({ type: String, nullable: true, example: null }) permalink!: string | null;
  /** As of the last reading. */
  @ApiProperty({ type: 'integer', nullable: true, example: null }) likeCount!: number | null;
  /** Whether its author can be written a direct message, and which one was. */
  @ApiProperty({ type: CommentPrivateReplyDto }) privateReply!: CommentPrivateReplyDto;
}
