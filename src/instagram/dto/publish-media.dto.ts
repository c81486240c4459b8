import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsInt,
  IsNumber,
  IsString,
  IsUUID,
  IsUrl,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IfPresent, NestedArray, LONGEST_INSTANT } from '../../http/body-fields';
import { PUBLICATION_KINDS, type PublicationKind } from '../entities/instagram-publication.entity';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const WEB_ADDRESS = { protocols: ['https'], require_protocol: true, disallow_auth: true };
const WEB_ADDRESS_MESSAGE = {
  message: '$property must be a public address that begins with https:// and holds no password.',
};
const LONGEST_ADDRESS = 2_000;
const USERNAME = /^[A-Za-z0-9._]{1,30}$/;
const FILE_TYPES = ['image', 'video'] as const;
const QUOTA_CHOICES = ['wait', 'fail'] as const;

/** The account that is meant, as lists and bodies name it. */
export const ACCOUNT_REF = /^(\d{1,32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/;
export const ACCOUNT_REF_MESSAGE = {
  message: 'accountId must be an id of an Instagram account: digits, or a UUID.',
};

/** A person who is tagged. */
export class InstagramUserTagDto {
  /**
   * Without the `@`; a public account.
   * @example ana.lee
   */
  @Matches(USERNAME, { message: 'username must be an Instagram name without the @.' })
  username!: string;
  /**
   * Where in the image: from the left edge, 0 to 1. Needed for images, refused for videos.
   * @example 0.5
   */
  @IfPresent() @IsNumber() @Min(0) @Max(1) x?: number;
  /**
   * From the top edge, 0 to 1.
   * @example 0.8
   */
  @IfPresent() @IsNumber() @Min(0) @Max(1) y?: number;
}

/** A part of a carousel. Give either `url` or `mediaId`. */
export class InstagramCarouselPartDto {
  @ApiProperty({ type: String, enum: FILE_TYPES, example: 'image' })
  @IsIn(FILE_TYPES)
  type!: 'image' | 'video';
  /**
   * Where Meta fetches the file: public, over https.
   * @example https://cdn.example.com/spring-1.jpg
   */
  @IfPresent() @IsUrl(WEB_ADDRESS, WEB_ADDRESS_MESSAGE) @MaxLength(LONGEST_ADDRESS) url?: string;
  /** A file that was uploaded with `POST /api/meta/whatsapp/media`. */
  @IfPresent() @IsUUID() mediaId?: string;
  /**
   * What the image shows, for people who cannot see it. Images only.
   * @example A tulip in a glass
   */
  @IfPresent() @IsString() @Length(1, 1_000) altText?: string;
  /** People in it. */
  @ApiPropertyOptional({ type: () => [InstagramUserTagDto] })
  @IfPresent()
  @ArrayMaxSize(20)
  @NestedArray(() => InstagramUserTagDto)
  userTags?: InstagramUserTagDto[];
}

/** Something to be published. Which fields belong to which `type` is told with each. */
export class PublishInstagramMediaDto {
  /**
   * The Instagram account: Meta's id or ours. Needed only if you have connected several.
   * @example "17841405822304914"
   */
  @IfPresent() @Matches(ACCOUNT_REF, ACCOUNT_REF_MESSAGE) accountId?: string;

  /**
   * `image`, `reel`, `story` or `carousel`. `video` is a reel that shows in the feed, too: Instagram has no other single
   * videos any more.
   */
  @ApiProperty({ type: String, enum: PUBLICATION_KINDS, example: 'image' })
  @IsIn(PUBLICATION_KINDS)
  type!: PublicationKind;

  /**
   * Where Meta fetches the file: public, over https, without a login. Not for carousels. Images must be JPEG.
   * @example https://cdn.example.com/spring.jpg
   */
  @IfPresent() @IsUrl(WEB_ADDRESS, WEB_ADDRESS_MESSAGE) @MaxLength(LONGEST_ADDRESS) url?: string;

  /**
   * In place of `url`: a file that was uploaded with `POST /api/meta/whatsapp/media`. Meta fetches it from here by an address
   * that ends after some hours. Videos of more than 16 MB are uploaded with `kind` `document`.
   */
  @IfPresent() @IsUUID() mediaId?: string;

  /** Whether a story's `url` is an image or a video. Not needed for uploads. */
  @ApiPropertyOptional({ type: String, enum: FILE_TYPES })
  @IfPresent()
  @IsIn(FILE_TYPES)
  fileType?: 'image' | 'video';

  /** The 2 to 10 parts of a carousel, in their order. Instagram cuts all of them to the shape of the first. */
  @ApiPropertyOptional({ type: () => [InstagramCarouselPartDto] })
  @IfPresent()
  @ArrayMinSize(2, { message: 'A carousel has 2 to 10 parts.' })
  @ArrayMaxSize(10, { message: 'A carousel has 2 to 10 parts.' })
  @NestedArray(() => InstagramCarouselPartDto)
  children?: InstagramCarouselPartDto[];

  /**
   * At most 2,200 characters, 30 hashtags and 20 mentions. Not for stories.
   * @example Spring is here #tulips
   */
  @IfPresent() @IsString() @MaxLength(10_000) caption?: string;

  /** What an image shows, for people who cannot see it. For a carousel at each part. */
  @IfPresent() @IsString() @Length(1, 1_000) altText?: string;

  /** People in it. For a carousel at each part. */
  @ApiPropertyOptional({ type: () => [InstagramUserTagDto] })
  @IfPresent()
  @ArrayMaxSize(20)
  @NestedArray(() => InstagramUserTagDto)
  userTags?: InstagramUserTagDto[];

  /**
   * Meta's id of the Page of a place. Not for stories.
   * @example "110506962309835"
   */
  @IfPresent()
  @Matches(/^\d{1,32}$/, { message: "locationId must be Meta's id of a place: digits only." })
  locationId?: string;

  /** Up to three accounts that are asked to publish it, too, by name. Not for stories. */
  @ApiPropertyOptional({ type: [String], example: ['ana.lee'] })
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(3)
  @Matches(USERNAME, { each: true, message: 'collaborators must be Instagram names without the @.' })
  collaborators?: string[];

  /** Whether a reel shows in the feed as well. */
  @IfPresent() @IsBoolean() shareToFeed?: boolean;

  /**
   * Picture for a reel or video, in place of one of its frames: public, over https.
   * @example https://cdn.example.com/cover.jpg
   */
  @IfPresent() @IsUrl(WEB_ADDRESS, WEB_ADDRESS_MESSAGE) @MaxLength(LONGEST_ADDRESS) coverUrl?: string;

  /** In place of `coverUrl`: an uploaded JPEG. */
  @IfPresent() @IsUUID() coverMediaId?: string;

  /**
   * The frame that becomes the picture of a reel or video, in milliseconds from its beginning. Ignored by Instagram where there
   * is a cover.
   * @example 1500
   */
  @IfPresent() @IsInt() @Min(0) @Max(900_000) thumbOffset?: number;

  /** What the sound of a reel is called. Instagram lets it be changed once. */
  @IfPresent() @IsString() @Length(1, 150) audioName?: string;

  /**
   * When to publish it, as an instant with its time zone; in the future, at most 180 days ahead. Instagram has no scheduling:
   * this service waits, and gives the file to Meta about ten minutes before.
   * @example 2026-12-24T09:00:00Z
   */
  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IfPresent()
  @Matches(INSTANT, {
    message:
      'publishAt must be an instant with its time zone, such as 2026-12-24T09:00:00Z or …T10:00:00+01:00.',
  })
  @MaxLength(LONGEST_INSTANT)
  @IsISO8601(
    { strict: true },
    { message: 'publishAt must be an instant in ISO 8601, such as 2026-12-01T09:00:00Z.' },
  )
  publishAt?: string;

  /**
   * What to do when the account has published as much as Instagram allows in 24 hours: `wait` until it may again, or `fail`.
   * Left out: `wait`.
   */
  @ApiPropertyOptional({ type: String, enum: QUOTA_CHOICES, example: 'wait' })
  @IfPresent()
  @IsIn(QUOTA_CHOICES)
  onQuotaUsedUp?: 'wait' | 'fail';
}

export class RescheduleInstagramPublicationDto {
  /**
   * The new time, as an instant with its time zone; in the future, at most 180 days ahead.
   * @example 2026-12-24T09:00:00Z
   */
  @ApiProperty({ type: String, format: 'date-time' })
  @Matches(INSTANT, {
    message:
      'publishAt must be an instant with its time zone, such as 2026-12-24T09:00:00Z or …T10:00:00+01:00.',
  })
  @MaxLength(LONGEST_INSTANT)
  @IsISO8601(
    { strict: true },
    { message: 'publishAt must be an instant in ISO 8601, such as 2026-12-01T09:00:00Z.' },
  )
  publishAt!: string;
}

export class RetryInstagramPublicationDto {
  /**
   * For one whose outcome is `unknown`: you have looked at the account, and it is not there. Without it, Meta is only asked
   * again what became of it.
   */
  @IfPresent() @IsBoolean() notPublished?: boolean;
}

export class ChangeInstagramMediaDto {
  /** Whether people may comment on it. */
  @ApiProperty({ type: Boolean, example: false })
  @IsBoolean()
  commentsEnabled!: boolean;
}
