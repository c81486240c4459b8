import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import type { ContentKind } from '../messages/message-content';
import { CommentContentDto } from './comment-content.dto';
import {
  ButtonContentDto,
  ButtonReplyContentDto,
  CallPermissionReplyContentDto,
  FormReplyContentDto,
  ListReplyContentDto,
  OrderContentDto,
} from './message-reply-content.dto';

// One class for each form that a message's content may have. `kind` tells them apart; the rest are Meta's own names.
// Meta adds fields at any time: what is not listed here is handed on as it came.

const optional = { type: String, required: false } as const;

export class TextContentDto {
  @ApiProperty({ type: String, enum: ['text'] }) kind!: 'text';
  /** @example "Do you deliver on Sundays?" */
  body!: string;
  /** Of a message of ours: whether the first address in it was to be shown with a preview. */
  preview_url?: boolean;
}

abstract class FileContentDto {
  /** Meta's id of the file, good for some days. The file itself is kept here: `GET /api/meta/whatsapp/media/{id}`. */
  id?: string;
  /** Of a message of ours: the address that Meta fetched the file from. */
  link?: string;
  /** @example image/jpeg */
  mime_type?: string;
  /** As Meta gave it, base64 or hexadecimal. */
  sha256?: string;
}

abstract class CaptionedFileContentDto extends FileContentDto {
  /** @example "Is this one still for sale?" */
  caption?: string;
}

export class ImageContentDto extends CaptionedFileContentDto {
  @ApiProperty({ type: String, enum: ['image'] }) kind!: 'image';
}

export class VideoContentDto extends CaptionedFileContentDto {
  @ApiProperty({ type: String, enum: ['video'] }) kind!: 'video';
}

export class AudioContentDto extends FileContentDto {
  @ApiProperty({ type: String, enum: ['audio'] }) kind!: 'audio';
  /** Recorded in the chat, as opposed to a file. */
  voice?: boolean;
}

export class DocumentContentDto extends CaptionedFileContentDto {
  @ApiProperty({ type: String, enum: ['document'] }) kind!: 'document';
  /** @example order.pdf */
  filename?: string;
}

export class StickerContentDto extends FileContentDto {
  @ApiProperty({ type: String, enum: ['sticker'] }) kind!: 'sticker';
  animated?: boolean;
}

/** A live location has coordinates only. */
export class LocationContentDto {
  @ApiProperty({ type: String, enum: ['location'] }) kind!: 'location';
  /** @example 37.4847483695049 */
  latitude!: number;
  /** @example -122.1473373086664 */
  longitude!: number;
  name?: string;
  address?: string;
  url?: string;
}

/** Cards of an address book, not the sender. A number shared on request has a `vcard` and `phones` only. */
export class ContactsContentDto {
  @ApiProperty({ type: String, enum: ['contacts'] }) kind!: 'contacts';
  /** Each with `name {formatted_name, …}`, `phones`, `emails`, `addresses`, `org`, `urls`, as far as the person gave them. */
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  contacts!: Record<string, unknown>[];
  /** `contact_request`: the person shares their own number because we asked for it. */
  @ApiProperty(optional) origin?: string;
}

export class ReactionContentDto {
  @ApiProperty({ type: String, enum: ['reaction'] }) kind!: 'reaction';
  /** WhatsApp's id of the message reacted to. */
  message_id!: string;
  /** Null: the reaction was taken back. @example 👍 */
  @ApiProperty({ type: String, nullable: true }) emoji!: string | null;
}

/** A notice of WhatsApp's: somebody changed their number, user id or phone. */
export class SystemContentDto {
  @ApiProperty({ type: String, enum: ['system'] }) kind!: 'system';
  /** `user_changed_number`, `user_changed_user_id`, `customer_identity_changed`, … @example user_changed_number */
  type?: string;
  /** @example "Ana changed from 16505551234 to 16505555678" */
  body?: string;
  wa_id?: string;
  new_wa_id?: string;
  user_id?: string;
  /** Of a changed identity: `acknowledged`, `created_timestamp`, `hash`. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true }) identity?: Record<string, unknown>;
}

/** The person opened the chat for the first time; there is nothing to show. */
export class RequestWelcomeContentDto {
  @ApiProperty({ type: String, enum: ['request_welcome'] }) kind!: 'request_welcome';
}

/** Stands in an imported history for a file that has not come yet. */
export class MediaPlaceholderContentDto {
  @ApiProperty({ type: String, enum: ['media_placeholder'] }) kind!: 'media_placeholder';
}

/** Something was sent that Meta does not hand on: a poll, a view-once photo, … */
export class UnsupportedContentDto {
  @ApiProperty({ type: String, enum: ['unsupported'] }) kind!: 'unsupported';
  /** What it was, where Meta says so. @example poll */
  type?: string;
  /** Meta's reason: `code`, `title`, `message`, `details`. */
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  errors!: Record<string, unknown>[];
}

/** A template of ours, as it was ordered. */
export class TemplateContentDto {
  @ApiProperty({ type: String, enum: ['template'] }) kind!: 'template';
  /** @example order_confirmation */
  name!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, example: { code: 'en_US' } })
  language!: Record<string, unknown>;
  @ApiProperty({ type: 'array', required: false, items: { type: 'object', additionalProperties: true } })
  components?: Record<string, unknown>[];
}

/** Buttons, a list and the like that we sent, as it was ordered. */
export class InteractiveContentDto {
  @ApiProperty({ type: String, enum: ['interactive'] }) kind!: 'interactive';
  /** `button`, `list`, `cta_url`, … @example button */
  type!: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  header?: Record<string, unknown>;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true }) body?: Record<string, unknown>;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  footer?: Record<string, unknown>;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  action?: Record<string, unknown>;
}

/** A message was pinned in a group, or its pin taken away. */
export class PinContentDto {
  @ApiProperty({ type: String, enum: ['pin'] }) kind!: 'pin';
  /** `pin` or `unpin`. @example pin */
  type!: string;
  message_id!: string;
  expiration_days?: number;
}

/** A message of Messenger or Instagram, in Meta's names. */
export class DirectContentDto {
  @ApiProperty({ type: String, enum: ['direct'] }) kind!: 'direct';
  text?: string;
  @ApiProperty({ type: 'array', required: false, items: { type: 'object', additionalProperties: true } })
  attachments?: Record<string, unknown>[];
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  quick_reply?: Record<string, unknown>;
}

/** The sender took it back: its content is gone. */
export class RevokedContentDto {
  @ApiProperty({ type: String, enum: ['revoked'] }) kind!: 'revoked';
}

/** A type that Meta has added, or content that is not as we know it: shown as it came. */
export class UnknownContentDto {
  @ApiProperty({ type: String, enum: ['unknown'] }) kind!: 'unknown';
  /** Meta's word for the type. */
  type!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) raw!: Record<string, unknown>;
}

const CONTENT_CLASSES: Readonly<Record<ContentKind, new () => object>> = {
  text: TextContentDto,
  image: ImageContentDto,
  video: VideoContentDto,
  audio: AudioContentDto,
  document: DocumentContentDto,
  sticker: StickerContentDto,
  location: LocationContentDto,
  contacts: ContactsContentDto,
  reaction: ReactionContentDto,
  button: ButtonContentDto,
  button_reply: ButtonReplyContentDto,
  list_reply: ListReplyContentDto,
  nfm_reply: FormReplyContentDto,
  call_permission_reply: CallPermissionReplyContentDto,
  order: OrderContentDto,
  system: SystemContentDto,
  request_welcome: RequestWelcomeContentDto,
  media_placeholder: MediaPlaceholderContentDto,
  unsupported: UnsupportedContentDto,
  template: TemplateContentDto,
  interactive: InteractiveContentDto,
  pin: PinContentDto,
  direct: DirectContentDto,
  comment: CommentContentDto,
  revoked: RevokedContentDto,
  unknown: UnknownContentDto,
};

/** For `@ApiExtraModels` of whatever shows messages. */
export const MESSAGE_CONTENT_CLASSES = Object.values(CONTENT_CLASSES);

/** For `@ApiProperty` of a message's content. */
export const MESSAGE_CONTENT_SCHEMA = {
  oneOf: MESSAGE_CONTENT_CLASSES.map((form) => ({ $ref: getSchemaPath(form) })),
  discriminator: {
    propertyName: 'kind',
    mapping: Object.fromEntries(
      Object.entries(CONTENT_CLASSES).map(([kind, form]) => [kind, getSchemaPath(form)]),
    ),
  },
};
