import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsDefined, IsIn, ValidateBy, ValidateIf } from 'class-validator';
import { isUuid } from '../../database/ids';
import { IfPresent } from '../../http/body-fields';
import { FILE_TYPES, type DirectFileType } from '../direct-files';
import { Part, PublicAddress } from './direct-field-rules';
import { boundedBy } from '../../http/field-bounds';

/** Meta's digits, or the id of an upload of ours, which is exchanged for Meta's before the message goes out. */
const isFileId = (value: unknown): boolean =>
  typeof value === 'string' && (/^\d{1,32}$/.test(value) || isUuid(value));

interface Filed {
  url?: string | undefined;
  attachment_id?: string | undefined;
}

/** Exactly one of the two is needed; the complaint lands on `attachment_id` when both or none are there. */
export function OneOfIdAndUrl(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((file: Filed) => file.url === undefined || file.attachment_id !== undefined),
    ValidateBy(
      {
        name: 'oneOf',
        validator: {
          validate: (id, args) => (args?.object as Filed).url === undefined && isFileId(id),
          defaultMessage: () =>
            'Give either url, or attachment_id: Meta’s digits, or the id that POST /api/meta/whatsapp/media answered.',
        },
      },
      boundedBy({ maxLength: 36 }),
    ),
  );
}

export class DirectFilePayloadDto {
  /**
   * Public `https` address that Meta fetches the file from at once: quickly, up to 8 MB for images and 25 MB for all else.
   * @example https://example.com/shop.jpg
   */
  @ValidateIf((file: Filed) => file.url !== undefined) @PublicAddress() url?: string;

  /**
   * In place of `url`: an uploaded file, by the id that the upload answered, or one that Meta has, by Meta's own id.
   * @example 0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b
   */
  @OneOfIdAndUrl() attachment_id?: string;

  /** Meta keeps what it fetches from `url`, to be sent again. */
  @IfPresent() @IsBoolean() is_reusable?: boolean;
}

/** A file. */
export class DirectFileAttachmentDto {
  @ApiProperty({ type: String, enum: FILE_TYPES, example: 'image' }) @IsIn(FILE_TYPES) type!: DirectFileType;
  @IsDefined() @Part(() => DirectFilePayloadDto) payload!: DirectFilePayloadDto;
}

export class DirectImageAttachmentDto {
  @ApiProperty({ type: String, enum: ['image'] })
  @IsIn(['image'], { message: 'attachments takes images only: type must be image.' })
  type!: 'image';
  @IsDefined() @Part(() => DirectFilePayloadDto) payload!: DirectFilePayloadDto;
}

/** A file to bring to Meta beforehand, so that it can be sent many times without being fetched each time. */
export class UploadDirectAttachmentDto {
  @ApiProperty({ type: String, enum: FILE_TYPES, example: 'image' }) @IsIn(FILE_TYPES) type!: DirectFileType;

  /** Public `https` address that Meta fetches the file from. @example https://example.com/shop.jpg */
  @ValidateIf((file: Filed) => file.url !== undefined) @PublicAddress() url?: string;

  /** In place of `url`: an uploaded file, by the id that `POST /api/meta/whatsapp/media` answered. */
  @ValidateIf(
    (file: { url?: string; mediaId?: string }) => file.url === undefined || file.mediaId !== undefined,
  )
  @ValidateBy(
    {
      name: 'oneOf',
      validator: {
        validate: (id, args) =>
          (args?.object as Filed).url === undefined && typeof id === 'string' && isUuid(id),
        defaultMessage: () =>
          'Give either url, or mediaId: the id that POST /api/meta/whatsapp/media answered.',
      },
    },
    boundedBy({ maxLength: 36 }),
  )
  mediaId?: string;
}

export class UploadedDirectAttachmentDto {
  /** Meta's id, for `attachment_id` in messages of this Page or account. @example "1857777774821032" */
  attachment_id!: string;
}
