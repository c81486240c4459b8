import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsString,
  IsUrl,
  IsUUID,
  Length,
  Matches,
  MaxLength,
} from 'class-validator';
import { IfPresent, NestedObject, LONGEST_INSTANT } from '../../http/body-fields';

/** Meta's limit for the text of a post, in characters. */
export const LONGEST_MESSAGE = 63_206;
const LONGEST_TITLE = 255;
const LONGEST_ADDRESS = 2_048;
/** What people can look through; the number that Meta takes is not documented. */
const MOST_PHOTOS = 10;
const POST_FORMATS = ['post', 'reel', 'story'] as const;
export type PostFormat = (typeof POST_FORMATS)[number];

/** An https address, or a UUIDv7 of this service. */
const SOURCE =
  /^(?:https:\/\/[^\s/?#]+[^\s]*|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})$/i;
const SOURCE_RULE =
  'must be an https address that Meta can fetch, or the id of a file uploaded with POST /api/meta/whatsapp/media.';
const ADDRESS = { require_protocol: true, protocols: ['http', 'https'], require_tld: false };
const MOMENT =
  '$property must be an ISO 8601 date and time with its zone, such as 2026-12-01T09:00:00Z or 2026-12-01T09:00:00+01:00.';

/** The Page that something is about. Needed only when several are connected. */
export class PostPageDto {
  /** The Page: Meta's id, or ours. Needed only when several Pages are connected. */
  @ApiPropertyOptional({ type: String, example: '113470551234567' })
  @IfPresent()
  @IsString()
  @Matches(/^(?:\d{1,32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i, {
    message: 'pageId must be an id of a Page: digits, or a UUID.',
  })
  pageId?: string;

  /** The connected Meta account. Needed only where two of yours have the same Page. */
  @ApiPropertyOptional({ type: String, format: 'uuid' })
  @IfPresent()
  @IsUUID()
  accountId?: string;
}

/** The video of a post. */
export class PostVideoDto {
  /** An https address that Meta fetches, or the id of an uploaded file. */
  @ApiProperty({ type: String, example: 'https://cdn.example.com/autumn.mp4' })
  @IsString()
  @MaxLength(LONGEST_ADDRESS)
  @Matches(SOURCE, { message: `source ${SOURCE_RULE}` })
  source!: string;

  @ApiPropertyOptional({ type: String, example: 'Autumn at the market', maxLength: LONGEST_TITLE })
  @IfPresent()
  @IsString()
  @Length(1, LONGEST_TITLE)
  title?: string;
}

/** A new post. It needs at least one of `message`, `link`, `photos` and `video`. */
export class CreatePostDto extends PostPageDto {
  /** The text; with a video, its description. */
  @ApiPropertyOptional({ type: String, example: 'Pumpkins are in!', maxLength: LONGEST_MESSAGE })
  @IfPresent()
  @IsString()
  @MaxLength(LONGEST_MESSAGE)
  message?: string;

  /** A link, of which Meta shows a preview. Not together with photos or a video: put it into the text there. */
  @ApiPropertyOptional({ type: String, example: 'https://shop.example.com/pumpkins' })
  @IfPresent()
  @IsUrl(ADDRESS, { message: 'link must be an address that begins with http:// or https://.' })
  @MaxLength(LONGEST_ADDRESS)
  link?: string;

  /** `false` keeps the post from everybody until it is published with `PATCH`. Default: published at once. */
  @ApiPropertyOptional({ type: Boolean, example: true })
  @IfPresent()
  @IsBoolean()
  published?: boolean;

  /** When Meta is to publish it: from 10 minutes to 30 days from now. It counts also beside `published: true`. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: null })
  @IfPresent()
  @MaxLength(LONGEST_INSTANT)
  @IsISO8601({ strict: true, strictSeparator: true }, { message: MOMENT })
  @Matches(/T.*(?:Z|[+-]\d{2}:?\d{2})$/i, { message: MOMENT })
  scheduledPublishTime?: string;

  /** Up to ten photos, each an https address that Meta fetches, or the id of an uploaded file. */
  @ApiPropertyOptional({ type: [String], example: ['https://cdn.example.com/pumpkins.jpg'] })
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MOST_PHOTOS)
  @ArrayUnique()
  @IsString({ each: true })
  @MaxLength(LONGEST_ADDRESS, { each: true })
  @Matches(SOURCE, { each: true, message: `each of photos ${SOURCE_RULE}` })
  photos?: string[];

  @ApiPropertyOptional({ type: PostVideoDto })
  @IfPresent()
  @NestedObject(() => PostVideoDto)
  video?: PostVideoDto;

  /** `reel` needs a video, `story` a video or one photo and nothing else. Default `post`. */
  @ApiPropertyOptional({ type: String, enum: POST_FORMATS, default: 'post' })
  @IfPresent()
  @IsIn(POST_FORMATS)
  format?: PostFormat;
}

/** What is to change about a post. At least one of them. */
export class UpdatePostDto {
  /** The new text. */
  @ApiPropertyOptional({ type: String, example: 'Pumpkins are in, from today!', maxLength: LONGEST_MESSAGE })
  @IfPresent()
  @IsString()
  @Length(1, LONGEST_MESSAGE)
  message?: string;

  /** Moves a scheduled post: from 10 minutes to 30 days from now. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: null })
  @IfPresent()
  @MaxLength(LONGEST_INSTANT)
  @IsISO8601({ strict: true, strictSeparator: true }, { message: MOMENT })
  @Matches(/T.*(?:Z|[+-]\d{2}:?\d{2})$/i, { message: MOMENT })
  scheduledPublishTime?: string;

  /** Publishes a scheduled or unpublished post now. */
  @ApiPropertyOptional({ type: Boolean, enum: [true], example: null })
  @IfPresent()
  @IsIn([true], { message: 'published can only become true: Meta takes no post back. Delete it instead.' })
  published?: true;
}
