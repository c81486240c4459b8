import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID, Length } from 'class-validator';
import type { StoredMention } from '../../conversations/direct/mention-store';
import { MAX_PAGE_SIZE } from '../../http/page.dto';
import { QueryInt } from '../../http/query-fields';

export class InstagramMentionsQuery {
  /** The connected Meta account. Needed only when you have several. */
  @IsOptional() @IsUUID() accountId?: string;

  /** How many at most. */
  @QueryInt({ min: 1, max: MAX_PAGE_SIZE }) limit: number = 25;

  /** A cursor from an earlier answer: go on with what is older than it. */
  @IsOptional() @IsString() @Length(1, 1_000) before?: string;
}

/** Somebody named the account with its `@`. */
export class InstagramMentionDto {
  id!: string;
  /** Meta's id of the media in whose caption, or under which, the name stands. @example 17887498072083520 */
  mediaId!: string;
  /** Meta's id of the comment in which it stands; null: in the caption. */
  @ApiProperty({ type: String, nullable: true, example: null }) commentId!: string | null;
  /** What was said. Null until it is read from Meta, or where Meta does not tell it. */
  @ApiProperty({ type: String, nullable: true, example: 'Found at @demo.shop' }) text!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'mary.tea' }) username!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'https://www.instagram.com/p/CxYz/' })
  permalink!: string | null;
  /** Why it could not be read (so far). */
  @ApiProperty({ type: String, nullable: true, example: null }) refusal!: string | null;
  mentionedAt!: Date;

  static from(mention: StoredMention): InstagramMentionDto {
    const { id, postId, commentId, text, author, permalink, refusal, mentionedAt } = mention;
    return Object.assign(new InstagramMentionDto(), {
      id,
      mediaId: postId ?? '',
      commentId,
      text,
      username: author?.name ?? null,
      permalink,
      refusal,
      mentionedAt,
    });
  }
}

export class InstagramMentionPaginationDto {
  limit!: number;
  /** Send it as `before` for the next page of older ones; `null` when there are none. */
  before!: string | null;
}

export class InstagramMentionPageDto {
  @ApiProperty({ type: [InstagramMentionDto] }) mentions!: InstagramMentionDto[];
  @ApiProperty({ type: InstagramMentionPaginationDto }) pagination!: InstagramMentionPaginationDto;
}
