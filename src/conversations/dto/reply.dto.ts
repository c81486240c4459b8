import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsBoolean,
  IsDefined,
  IsIn,
  IsISO8601,
  IsObject,
  IsString,
  IsUUID,
  IsUrl,
  Length,
  Matches,
  MaxLength,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { isUuid } from '../../database/ids';
import { IfPresent, NestedObject } from '../../http/body-fields';
import { boundedBy } from '../../http/field-bounds';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const FILE_TYPES = ['image', 'video', 'audio', 'document', 'file', 'sticker'] as const;
export type ReplyFileType = (typeof FILE_TYPES)[number];

export const REPLY_VISIBILITIES = ['public', 'private'] as const;
export type ReplyVisibility = (typeof REPLY_VISIBILITIES)[number];

/** What every reply has, whatever it holds. */
export abstract class ReplyBaseDto {
  /**
   * The message or comment of this conversation to answer, by our id. Left out in a thread of comments, the comment that
   * the thread begins with is answered, or in private the one of whoever wrote last.
   */
  @ApiPropertyOptional({ type: String, format: 'uuid', example: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' })
  @IfPresent()
  @IsUUID()
  replyTo?: string;

  /** Only in a thread of comments: `private` sends its author a direct message, once, within seven days. */
  @ApiPropertyOptional({ type: String, enum: REPLY_VISIBILITIES, example: 'public' })
  @IfPresent()
  @IsIn(REPLY_VISIBILITIES)
  visibility?: ReplyVisibility;

  /**
   * Only on Messenger and Instagram. `HUMAN_AGENT`: a human writes this, which Meta takes up to 7 days after the person's
   * last message, in place of 24 hours, if the Meta app has the feature.
   */
  @ApiPropertyOptional({ type: String, enum: ['HUMAN_AGENT'] })
  @IfPresent()
  @IsIn(['HUMAN_AGENT'])
  tag?: 'HUMAN_AGENT';

  /** `true`: the conversation becomes yours, if it is nobody's so far. */
  @IfPresent() @IsBoolean() assign?: boolean;

  /** When to send it, as an instant with its time zone; not for comments. @example 2026-12-24T09:00:00Z */
  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IfPresent()
  @Matches(INSTANT, {
    message:
      'sendAt must be an instant with its time zone, such as 2026-12-24T09:00:00Z or …T10:00:00+01:00.',
  })
  @IsISO8601({ strict: true }, { message: 'sendAt names a day that there is not.' })
  sendAt?: string;
}

export class ReplyTextDto {
  /**
   * At most what the platform takes: WhatsApp 4096 characters, Messenger 2000, Instagram 1000 bytes, comments 8000 on Facebook
   * and 2200 on Instagram.
   * @example "Yes, until six in the evening."
   */
  @IsString() @Matches(/\S/, { message: 'body must not be blank' }) @Length(1, 8000) body!: string;
}

/** A text: the same on every platform. */
export class TextReplyDto extends ReplyBaseDto {
  @ApiProperty({ type: String, enum: ['text'], example: 'text' }) @IsIn(['text']) type!: 'text';
  @IsDefined() @NestedObject(() => ReplyTextDto) text!: ReplyTextDto;
}

/** Exactly one of the two; the complaint lands on `id` when both or none are there. */
const isFileId = (value: unknown): boolean =>
  typeof value === 'string' && (/^\d{1,32}$/.test(value) || isUuid(value));

export class ReplyMediaDto {
  /** An uploaded file: the id that `POST /api/meta/whatsapp/media` answered, for every platform; or Meta's own id. */
  @ApiPropertyOptional({ type: String, example: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' })
  @ValidateIf((media: ReplyMediaDto) => media.link === undefined || media.id !== undefined)
  @ValidateBy(
    {
      name: 'oneOf',
      validator: {
        validate: (id, args) =>
          (args?.object as ReplyMediaDto | undefined)?.link === undefined && isFileId(id),
        defaultMessage: () =>
          'Give either id (what POST /api/meta/whatsapp/media answered, or Meta’s digits) or link.',
      },
    },
    boundedBy({ maxLength: 36 }),
  )
  id?: string;

  /** In place of `id`: a public `https` address that Meta fetches the file from. @example https://example.com/shop.jpg */
  @ApiPropertyOptional({ type: String })
  @ValidateIf((media: ReplyMediaDto) => media.link !== undefined)
  @IsUrl(
    { protocols: ['https'], require_protocol: true, require_tld: false },
    { message: 'link must be a public https address.' },
  )
  @MaxLength(2048)
  link?: string;

  /** Shown below the file: WhatsApp (images, videos, documents) and pictures in comments on Facebook. */
  @IfPresent() @IsString() @MaxLength(8000) caption?: string;

  /** What the person sees a document called; WhatsApp only. @example catalogue.pdf */
  @IfPresent() @IsString() @Length(1, 240) filename?: string;
}

/**
 * A file. `document` and `file` are the same, under WhatsApp's and Messenger's name; stickers by `id` or `link` are
 * WhatsApp's. In comments only Facebook takes one: an `image` with a `link`.
 */
export class FileReplyDto extends ReplyBaseDto {
  @ApiProperty({ type: String, enum: FILE_TYPES, example: 'image' }) @IsIn(FILE_TYPES) type!: ReplyFileType;
  @IsDefined() @NestedObject(() => ReplyMediaDto) media!: ReplyMediaDto;
}

/** An approved template of WhatsApp's, which may be sent at any time. */
export class TemplateReplyDto extends ReplyBaseDto {
  @ApiProperty({ type: String, enum: ['template'] }) @IsIn(['template']) type!: 'template';
  /** As in `POST /api/meta/whatsapp/messages`: `name`, `language`, `components`. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { name: 'order_confirmation', language: { code: 'en_US' } },
  })
  @IsDefined()
  @IsObject()
  template!: Record<string, unknown>;
}

/** Anything that WhatsApp can send. */
export class WhatsAppReplyDto extends ReplyBaseDto {
  @ApiProperty({ type: String, enum: ['whatsapp'] }) @IsIn(['whatsapp']) type!: 'whatsapp';
  /** The body of `POST /api/meta/whatsapp/messages` without what says from where and to whom. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { type: 'location', location: { latitude: 37.48, longitude: -122.14, name: 'Our shop' } },
  })
  @IsDefined()
  @IsObject()
  whatsapp!: Record<string, unknown>;
}

/** Anything that Messenger can send. */
export class MessengerReplyDto extends ReplyBaseDto {
  @ApiProperty({ type: String, enum: ['messenger'] }) @IsIn(['messenger']) type!: 'messenger';
  /** The body of `POST /api/meta/facebook/messages` without what says from where and to whom. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: {
      message: {
        text: 'Shall we deliver it?',
        quick_replies: [{ content_type: 'text', title: 'Yes', payload: 'YES' }],
      },
    },
  })
  @IsDefined()
  @IsObject()
  messenger!: Record<string, unknown>;
}

/** Anything that can be sent in direct messages of Instagram. */
export class InstagramReplyDto extends ReplyBaseDto {
  @ApiProperty({ type: String, enum: ['instagram'] }) @IsIn(['instagram']) type!: 'instagram';
  /** The body of `POST /api/meta/instagram/messages` without what says from where and to whom. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { message: { attachment: { type: 'like_heart' } } },
  })
  @IsDefined()
  @IsObject()
  instagram!: Record<string, unknown>;
}

/** By the reply's `type`: what the rest of it is checked against. */
export const REPLY_CLASSES = {
  text: TextReplyDto,
  image: FileReplyDto,
  video: FileReplyDto,
  audio: FileReplyDto,
  document: FileReplyDto,
  file: FileReplyDto,
  sticker: FileReplyDto,
  template: TemplateReplyDto,
  whatsapp: WhatsAppReplyDto,
  messenger: MessengerReplyDto,
  instagram: InstagramReplyDto,
} as const;

export type ReplyType = keyof typeof REPLY_CLASSES;
export type ReplyDto = InstanceType<(typeof REPLY_CLASSES)[ReplyType]>;

export function isReplyType(type: unknown): type is ReplyType {
  return typeof type === 'string' && Object.hasOwn(REPLY_CLASSES, type);
}
