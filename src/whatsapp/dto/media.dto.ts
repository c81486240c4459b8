import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { MEDIA_KINDS, type MediaKind } from '../media/media-kinds';

const MEDIA_STATUSES = ['pending', 'stored', 'failed', 'removed'] as const;

/** What a file is to be and whose, beside the file itself. */
export class MediaTargetDto {
  /**
   * What it is to be sent as. Left out, its type decides: JPEG and PNG are images, WebP a sticker, MP4 and 3GPP videos, AAC,
   * AMR, MP3, MP4 and OGG (OPUS) audio, all other documents. In a form it has to stand before the file.
   */
  @IsOptional() @IsIn(MEDIA_KINDS) @ApiProperty({ enum: MEDIA_KINDS, required: false }) kind?: MediaKind;

  /**
   * What it is called, in place of the name it comes with.
   * @example catalogue.pdf
   */
  @IsOptional() @IsString() @Length(1, 240) fileName?: string;

  /** The connected account that it is for; needed with several, unless the number is named. */
  @IsOptional() @IsUUID() accountId?: string;

  /**
   * Meta's id of the number that it is to be sent from, in place of the account.
   * @example "106540352242922"
   */
  @IsOptional() @Matches(/^\d{1,32}$/) phoneNumberId?: string;
}

export class ImportMediaDto extends MediaTargetDto {
  /**
   * Where the file is: a public `https` address. It may redirect, three times at most, to other public addresses.
   * @example https://example.com/catalogue.pdf
   */
  @IsString() @Length(1, 2_048) url!: string;
}

export class MediaListQuery extends CursorPageQuery {
  /** Only files of this kind. */
  @IsOptional() @IsIn(MEDIA_KINDS) @ApiProperty({ enum: MEDIA_KINDS, required: false }) kind?: MediaKind;

  /** The connected account; needed with several, unless the number is named. */
  @IsOptional() @IsUUID() accountId?: string;

  /**
   * Meta's id of a number of the account, in place of the account.
   * @example "106540352242922"
   */
  @IsOptional() @Matches(/^\d{1,32}$/) phoneNumberId?: string;
}

export class MediaProblemDto {
  /** @example MEDIA_NOT_FOUND */
  code!: string;
  /** @example "Meta does not have the file, or not any more." */
  message!: string;
}

/** A file that was uploaded here, or came with a message. */
export class MediaDto {
  /** Send an uploaded file by this: `{"type": "image", "image": {"id": …}}`. */
  id!: string;
  accountId!: string;
  /** `upload`: given to this service; `message`: it came with the message `messageId`. */
  @ApiProperty({ type: String, enum: ['upload', 'message'] }) origin!: 'upload' | 'message';
  /** Uploads are `stored`. Of messages: `pending` while it is being fetched from Meta, `failed` where that is given up. */
  @ApiProperty({ type: String, enum: MEDIA_STATUSES, example: 'stored' }) status!: MediaStatus;
  @ApiProperty({ type: String, enum: MEDIA_KINDS, nullable: true, example: 'image' }) kind!: MediaKind | null;
  @ApiProperty({ type: String, nullable: true, example: 'image/jpeg' }) mimeType!: string | null;
  /** In bytes. */
  @ApiProperty({ type: Number, nullable: true, example: 84_210 }) size!: number | null;
  /** In hexadecimal digits. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  sha256!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'catalogue.pdf' }) fileName!: string | null;
  /** Its content is not what Meta called it, or could run where it is opened: it is given out as a plain download. */
  isSuspect!: boolean;
  /** Where its content is, under this service's address; needs the credential. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: '/api/meta/whatsapp/media/0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10/content',
  })
  url!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) messageId!: string | null;
  /** Why there is no content. */
  @ApiProperty({ type: MediaProblemDto, nullable: true, example: null }) error!: MediaProblemDto | null;
  @ApiProperty({ type: Date }) createdAt!: Date;
  /** An upload goes at this time unless a message uses it before; null for what stays. */
  @ApiProperty({ type: Date, nullable: true }) expiresAt!: Date | null;
}

export type MediaStatus = (typeof MEDIA_STATUSES)[number];

export class MediaPageDto {
  /** The latest first. */
  @ApiProperty({ type: [MediaDto] }) media!: MediaDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}
