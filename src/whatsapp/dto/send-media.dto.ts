import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import {
  IsBoolean,
  IsDefined,
  IsIn,
  IsLatitude,
  IsLongitude,
  IsString,
  IsUrl,
  Length,
  MaxLength,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { isUuid } from '../../database/ids';
import { SendMessageBaseDto } from './send-base.dto';
import { Part, Satisfies, SIZED } from './send-field-rules';
import { boundedBy } from '../../http/field-bounds';

const LINK = { protocols: ['https'], require_protocol: true, require_tld: false };

/** Meta's digits, or the id of an upload of ours, which is exchanged for Meta's before the message goes out. */
const isFileId = (value: unknown): boolean =>
  typeof value === 'string' && (/^\d{1,32}$/.test(value) || isUuid(value));

const PICTURES = /\p{Extended_Pictographic}|\p{Regional_Indicator}|[#*0-9]\uFE0F?\u20E3/u;

/** One symbol as a person sees it: skin tones, families and flags are several characters. */
function isOneEmoji(value: unknown): boolean {
  if (typeof value !== 'string' || value === '') return true;
  const symbols = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(value)];
  return symbols.length === 1 && PICTURES.test(value);
}

/** Exactly one of the two is needed; the complaint lands on `id` when both or none are there. */
function OneOfIdAndLink(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((file: SendFileDto) => file.link === undefined || file.id !== undefined),
    ValidateBy(
      {
        name: 'oneOf',
        validator: {
          validate: (id, args) => (args?.object as SendFileDto).link === undefined && isFileId(id),
          defaultMessage: () =>
            'Give either id (of an uploaded file: Meta’s digits, or the id that POST /api/meta/whatsapp/media answered) or link.',
        },
      },
      boundedBy({ maxLength: 36 }),
    ),
  );
}

/** A file, by its id at Meta or by a public address. */
export class SendFileDto {
  /**
   * An uploaded file: the id that `POST /api/meta/whatsapp/media` answered, or Meta's own id, which is good for 30 days
   * after an upload and 7 after a webhook.
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
  @IfPresent() @IsString() @MaxLength(1024, SIZED) caption?: string;
}

export class SendDocumentDto extends SendCaptionedFileDto {
  /**
   * What the person sees the file called; its ending decides the icon.
   * @example catalogue.pdf
   */
  @IfPresent() @IsString() @Length(1, 240, SIZED) filename?: string;
}

export class SendAudioDto extends SendFileDto {
  /** Show it as a voice note; needs OGG with OPUS. */
  @IfPresent() @IsBoolean() voice?: boolean;
}

/** Of a number that is written as text; 15 behind the point are less than an atom. */
const MOST_DIGITS = 32;
const isShortNumber = (value: unknown): boolean => typeof value !== 'string' || value.length <= MOST_DIGITS;

export class SendLocationDto {
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }], example: 37.4847483695049 })
  @Satisfies('degrees', isShortNumber, 'latitude has too many digits.', { maxLength: MOST_DIGITS })
  @IsLatitude({ message: 'latitude must be degrees from -90 to 90.' })
  latitude!: number | string;
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }], example: -122.1473373086664 })
  @Satisfies('degrees', isShortNumber, 'longitude has too many digits.', { maxLength: MOST_DIGITS })
  @IsLongitude({ message: 'longitude must be degrees from -180 to 180.' })
  longitude!: number | string;
  /** @example "Jasper’s Market" */
  @IfPresent() @IsString() @MaxLength(1000, SIZED) name?: string;
  /** @example "1 Hacker Way, Menlo Park, CA 94025" */
  @IfPresent() @IsString() @MaxLength(1000, SIZED) address?: string;
}

export class SendReactionDto {
  /** WhatsApp's id of the message to react to, at most 30 days old. */
  @IsString() @Length(1, 512) message_id!: string;
  /**
   * One emoji; empty to take the reaction back.
   * @example 👍
   */
  @IsString()
  @MaxLength(32, SIZED)
  @Satisfies('oneEmoji', isOneEmoji, 'emoji must be one emoji, or empty to take the reaction back.')
  emoji!: string;
}

/** What every message with a file has. */
export abstract class SendFileMessageDto extends SendMessageBaseDto {
  /**
   * Sent as a text in place of the file when Meta can do nothing with the file (131052, 131053): say what it was, and where
   * it can be had. The text is a message of its own, whose `metadata.fallbackOf` names this one.
   * @example Your invoice: https://shop.example.com/invoices/77
   */
  @IfPresent() @IsString() @Length(1, 4_096) fallbackText?: string;
}

export class SendImageMessageDto extends SendFileMessageDto {
  @IsIn(['image']) type!: 'image';
  @IsDefined() @Part(() => SendCaptionedFileDto) image!: SendCaptionedFileDto;
}

export class SendVideoMessageDto extends SendFileMessageDto {
  @IsIn(['video']) type!: 'video';
  @IsDefined() @Part(() => SendCaptionedFileDto) video!: SendCaptionedFileDto;
}

export class SendAudioMessageDto extends SendFileMessageDto {
  @IsIn(['audio']) type!: 'audio';
  @IsDefined() @Part(() => SendAudioDto) audio!: SendAudioDto;
}

export class SendDocumentMessageDto extends SendFileMessageDto {
  @IsIn(['document']) type!: 'document';
  @IsDefined() @Part(() => SendDocumentDto) document!: SendDocumentDto;
}

export class SendStickerMessageDto extends SendFileMessageDto {
  @IsIn(['sticker']) type!: 'sticker';
  @IsDefined() @Part(() => SendFileDto) sticker!: SendFileDto;
}

export class SendLocationMessageDto extends SendMessageBaseDto {
  @IsIn(['location']) type!: 'location';
  @IsDefined() @Part(() => SendLocationDto) location!: SendLocationDto;
}

export class SendReactionMessageDto extends SendMessageBaseDto {
  @IsIn(['reaction']) type!: 'reaction';
  @IsDefined() @Part(() => SendReactionDto) reaction!: SendReactionDto;
}
