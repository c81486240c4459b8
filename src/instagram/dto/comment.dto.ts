import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsString, Length, Matches, MaxLength } from 'class-validator';
import { CommentFeedQuery, CommentThreadsQuery } from '../../conversations/dto/comment-query.dto';
import { IfPresent } from '../../http/body-fields';

/** Instagram's own limit of a comment. */
const LONGEST_COMMENT = 2_200;
/** Instagram counts the bytes of a message. */
export const MOST_MESSAGE_BYTES = 1_000;

export class CommentedInstagramAccount {
  /** The Instagram account, by Meta's id or ours. Needed only when you have several. */
  @ApiProperty({ type: String, required: false, example: '17841405822304914' })
  @IfPresent()
  @IsString()
  @Length(1, 64)
  accountId?: string;
}

export class InstagramCommentThreadsQuery extends IntersectionType(
  CommentedInstagramAccount,
  CommentThreadsQuery,
) {}

export class InstagramCommentFeedQuery extends CommentFeedQuery {
  /** Only this Instagram account, by Meta's id or ours; all connected ones otherwise. */
  @ApiProperty({ type: String, required: false, example: '17841405822304914' })
  @IfPresent()
  @IsString()
  @Length(1, 64)
  accountId?: string;

  /** Only under this media, by Meta's id. */
  @ApiProperty({ type: String, required: false, example: '17895695668004550' })
  @IfPresent()
  @Matches(/^\d{1,64}$/, { message: 'mediaId must be an id of a media of Meta’s' })
  mediaId?: string;
}

export class WriteInstagramCommentDto {
  @ApiProperty({ type: String, maxLength: LONGEST_COMMENT, example: 'Yes, from Monday on.' })
  @IsString()
  @Matches(/\S/, { message: 'message must not be empty' })
  @MaxLength(LONGEST_COMMENT)
  message!: string;
}

export class InstagramPrivateReplyDto {
  /** At most 1,000 bytes of UTF-8, which is fewer characters where they are not Latin ones. */
  @ApiProperty({ type: String, maxLength: MOST_MESSAGE_BYTES, example: 'Hello! How can we help?' })
  @IsString()
  @Matches(/\S/, { message: 'message must not be empty' })
  @MaxLength(MOST_MESSAGE_BYTES)
  message!: string;
}
