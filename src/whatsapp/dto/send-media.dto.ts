import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsDefined,
  IsIn,
  IsLatitude,
  IsLongitude,
  IsOptional,
  IsString,
  IsUrl,
  Length,
  MaxLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { SendMessageBaseDto } from './send-base.dto';

const LINK = { protocols: ['https'], require_protocol: true, require_tld: false };

const isMetaId = (value: unknown): boolean => typeof value === 'string' && /^\d{1,32}$/.test(value);

/** Exactly one of the two is needed; the complaint lands on `id` when both or none are there. */
function OneOfIdAndLink(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((file: SendFileDto) => file.link === undefined || file.id !== undefined),
    ValidateBy({
      name: 'oneOf',
      validator: {
        validate: (id, args) => (args?.object as SendFileDto).link === undefined && isMetaId(id),
        defaultMessage: () => 'Give id (of an uploaded file, digits only) or link, one of the two.',
      },
    }),
  );
}

/** A file, by its id at Meta or by a public address. */
export class SendFileDto {
  /**
   * Meta's id of an uploaded file; good for 30 days.
   * @example "4490709327384033"
   */
  @OneOfIdAndLink() id?: string;

  /**
   * Public `https` address that Meta fetches the file from (and caches for ten minutes).
   * @example https://example.com/catalogue.pdf
   */
  @ValidateIf((file: SendFileDto) => file.link !== undefined)
  @IsUrl(LINK, { message: 'link must be a public https address.' })
  @MaxLength(2048)
  link?: string;
}

export class SendCaptionedFileDto extends SendFileDto {
  /** Shown below the file. */
  @IsOptional() @IsString() @MaxLength(1024) caption?: string;
}

export class SendDocumentDto extends SendCaptionedFileDto {
  /**
   * What the person sees the file called; its ending decides the icon.
   * @example catalogue.pdf
   */
  @IsOptional() @IsString() @Length(1, 240) filename?: string;
}

export class SendAudioDto extends SendFileDto {
  /** Show it as a voice note; needs OGG with OPUS. */
  @IsOptional() @IsBoolean() voice?: boolean;
}

export class SendLocationDto {
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }], example: 37.4847483695049 })
  @IsLatitude()
  latitude!: number | string;
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }], example: -122.1473373086664 })
  @IsLongitude()
  longitude!: number | string;
  /** @example "Jasper’s Market" */
  @IsOptional() @IsString() @MaxLength(1000) name?: string;
  /** @example 1 Hacker Way, Menlo Park, CA 94025 */
  @IsOptional() @IsString() @MaxLength(1000) address?: string;
}

export class SendReactionDto {
  /** WhatsApp's id of the message to react to, at most 30 days old. */
  @IsString() @Length(1, 512) message_id!: string;
  /**
   * One emoji; empty to take the reaction back.
   * @example 👍
   */
  @IsString() @MaxLength(32) emoji!: string;
}

export class SendImageMessageDto extends SendMessageBaseDto {
  @IsIn(['image']) type!: 'image';
  @IsDefined() @ValidateNested() @Type(() => SendCaptionedFileDto) image!: SendCaptionedFileDto;
}

export class SendVideoMessageDto extends SendMessageBaseDto {
  @IsIn(['video']) type!: 'video';
  @IsDefined() @ValidateNested() @Type(() => SendCaptionedFileDto) video!: SendCaptionedFileDto;
}

export class SendAudioMessageDto extends SendMessageBaseDto {
  @IsIn(['audio']) type!: 'audio';
  @IsDefined() @ValidateNested() @Type(() => SendAudioDto) audio!: SendAudioDto;
}

export class SendDocumentMessageDto extends SendMessageBaseDto {
  @IsIn(['document']) type!: 'document';
  @IsDefined() @ValidateNested() @Type(() => SendDocumentDto) document!: SendDocumentDto;
}

export class SendStickerMessageDto extends SendMessageBaseDto {
  @IsIn(['sticker']) type!: 'sticker';
  @IsDefined() @ValidateNested() @Type(() => SendFileDto) sticker!: SendFileDto;
}

export class SendLocationMessageDto extends SendMessageBaseDto {
  @IsIn(['location']) type!: 'location';
  @IsDefined() @ValidateNested() @Type(() => SendLocationDto) location!: SendLocationDto;
}

export class SendReactionMessageDto extends SendMessageBaseDto {
  @IsIn(['reaction']) type!: 'reaction';
  @IsDefined() @ValidateNested() @Type(() => SendReactionDto) reaction!: SendReactionDto;
}
