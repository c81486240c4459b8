import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { ACCOUNT_REF, ACCOUNT_REF_MESSAGE } from './publish-media.dto';

/** Names the Instagram account. */
export class InstagramAccountQuery {
  /**
   * The Instagram account: Meta's id or ours. Needed only if you have connected several.
   * @example "17841405822304914"
   */
  @IfPresent() @Matches(ACCOUNT_REF, ACCOUNT_REF_MESSAGE) accountId?: string;
}

export class InstagramMediaQuery extends CursorPageQuery {
  /**
   * The Instagram account: Meta's id or ours. Needed only if you have connected several.
   * @example "17841405822304914"
   */
  @IfPresent() @Matches(ACCOUNT_REF, ACCOUNT_REF_MESSAGE) accountId?: string;
}

/** A part of a carousel. */
export class InstagramMediaPartDto {
  @ApiProperty({ type: String, example: '17918920912340655' }) id!: string;
  @ApiProperty({ type: String, nullable: true, example: 'IMAGE' }) mediaType!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'https://scontent.example/1.jpg' })
  mediaUrl!: string | null;
}

/** Something on an Instagram account, as Meta shows it. */
export class InstagramMediaDto {
  /** Meta's id. */
  @ApiProperty({ type: String, example: '17918920912340654' }) id!: string;
  /** A reel is a `VIDEO`; see `productType`. */
  @ApiProperty({ type: String, enum: ['IMAGE', 'VIDEO', 'CAROUSEL_ALBUM'], example: 'IMAGE' })
  mediaType!: string;
  /** Where it shows: `FEED`, `REELS`, `STORY` or `AD`; null where Meta does not say. */
  @ApiProperty({ type: String, nullable: true, example: 'FEED' }) productType!: string | null;
  /** At Meta, for some days; null for videos with somebody else's sound. */
  @ApiProperty({ type: String, nullable: true, example: 'https://scontent.example/1.jpg' })
  mediaUrl!: string | null;
  /** Of videos. */
  @ApiProperty({ type: String, nullable: true, example: null }) thumbnailUrl!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'https://www.instagram.com/p/C1x2y3z4/' })
  permalink!: string | null;
  @ApiProperty({ type: String, example: 'Spring is here #tulips' }) caption!: string;
  @ApiProperty({ type: Date, nullable: true }) timestamp!: Date | null;
  /** null when the account hides its likes. */
  @ApiProperty({ type: 'integer', nullable: true, example: 42 }) likes!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 7 }) comments!: number | null;
  /** Whether people may comment on it; null where Meta does not say. */
  @ApiProperty({ type: Boolean, nullable: true, example: true }) commentsEnabled!: boolean | null;
  @ApiProperty({ type: String, nullable: true, example: 'demo.shop' }) username!: string | null;
  /** The parts of a carousel; empty for everything else. */
  @ApiProperty({ type: [InstagramMediaPartDto] }) children!: InstagramMediaPartDto[];
}

export class InstagramMediaPageDto {
  /** Newest first. */
  @ApiProperty({ type: [InstagramMediaDto] }) media!: InstagramMediaDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

export class InstagramStoriesDto {
  /** The stories of the last 24 hours, newest first. */
  @ApiProperty({ type: [InstagramMediaDto] }) stories!: InstagramMediaDto[];
}

export class DeletedInstagramMediaDto {
  /** Meta's id. */
  @ApiProperty({ type: String, example: '17918920912340654' }) id!: string;
  @ApiProperty({ type: Boolean, enum: [true], example: true }) deleted!: true;
}

export class InstagramMediaSettingsDto {
  /** Meta's id. */
  @ApiProperty({ type: String, example: '17918920912340654' }) id!: string;
  @ApiProperty({ type: Boolean, example: false }) commentsEnabled!: boolean;
}
