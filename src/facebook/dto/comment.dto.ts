import { ApiProperty } from '@nestjs/swagger';
import { IsString, IsUUID, IsUrl, Length, Matches, MaxLength } from 'class-validator';
import { CommentFeedQuery } from '../../conversations/dto/comment-query.dto';
import { IfPresent } from '../../http/body-fields';

/** Facebook's own limit of a comment. */
const LONGEST_COMMENT = 8_000;
/** Messenger's of a message. */
const LONGEST_MESSAGE = 2_000;

export class FacebookCommentFeedQuery extends CommentFeedQuery {
  /** Only this Page, by Meta's id or ours; all connected ones otherwise. */
  @ApiProperty({ type: String, required: false, example: '113470551234567' })
  @IfPresent()
  @IsString()
  @Length(1, 64)
  pageId?: string;

  /** Only under this post, by Meta's id. */
  @ApiProperty({ type: String, required: false, example: '113470551234567_122100441234567890' })
  @IfPresent()
  @Matches(/^\d{1,64}(_\d{1,64})?$/, { message: 'postId must be an id of a post of Meta’s' })
  postId?: string;

  /** Only Pages of this connected Meta account. */
  @IfPresent() @IsUUID() accountId?: string;
}

export class WriteFacebookCommentDto {
  /** Needed unless there is a picture. */
  @ApiProperty({ type: String, required: false, maxLength: LONGEST_COMMENT, example: 'Yes, from Monday on.' })
  @IfPresent()
  @IsString()
  @Matches(/\S/, { message: 'message must not be empty' })
  @MaxLength(LONGEST_COMMENT)
  message?: string;

  /** Of a picture that Meta can fetch. */
  @ApiProperty({ type: String, required: false, example: 'https://shop.example.com/blue.jpg' })
  @IfPresent()
  @IsUrl({ protocols: ['https'], require_protocol: true })
  @MaxLength(2_000)
  attachmentUrl?: string;
}

export class EditFacebookCommentDto {
  @ApiProperty({ type: String, maxLength: LONGEST_COMMENT, example: 'Yes, from Tuesday on.' })
  @IsString()
  @Matches(/\S/, { message: 'message must not be empty' })
  @MaxLength(LONGEST_COMMENT)
  message!: string;
}

export class FacebookPrivateReplyDto {
  @ApiProperty({ type: String, maxLength: LONGEST_MESSAGE, example: 'Hello! How can we help?' })
  @IsString()
  @Matches(/\S/, { message: 'message must not be empty' })
  @MaxLength(LONGEST_MESSAGE)
  message!: string;
}
