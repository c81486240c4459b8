import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsNotEmpty, IsString, IsUUID, Length, Matches, MaxLength } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { Part } from './send-field-rules';

export const MESSAGE_ID = { message: 'message_id must be a WhatsApp message id such as wamid.HBgLMTY1…' };

export class SendContextDto {
  /**
   * WhatsApp's id (`wamid…`) of the message to answer. It is quoted above the new one if it is at most 30 days old.
   * @example wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRB
   */
  @IsString() @Length(1, 512, MESSAGE_ID) message_id!: string;
}

export const RECIPIENT_TYPES = ['individual', 'group'] as const;
export type RecipientType = (typeof RECIPIENT_TYPES)[number];

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** What every message has, whatever its type. Give either `to` or `recipient`. */
export abstract class SendMessageBaseDto {
  /**
   * Phone number of the person with its country code: `+16505551234`. Spaces, brackets and hyphens are ignored; a
   * number without its country code is refused. With `recipient_type` `group`: Meta's id of the group.
   * @example +16505551234
   */
  @IfPresent() @IsString() @IsNotEmpty() @MaxLength(256) to?: string;

  /**
   * Business-scoped user id of a person whose number is hidden, instead of `to`.
   * @example US.13491208655302741918
   */
  @IfPresent() @IsString() @IsNotEmpty() @MaxLength(256) recipient?: string;

  /** The message that this one answers. */
  @IfPresent() @Part(() => SendContextDto) context?: SendContextDto;

  /**
   * Meta's id of the number to send from. Needed only if the account has several.
   * @example "106540352242922"
   */
  @IfPresent()
  @Matches(/^\d{1,32}$/, { message: "phoneNumberId must be Meta's id of a phone number: digits only" })
  phoneNumberId?: string;

  /** The connected Meta account, by our id. Needed only if you have several. */
  @IfPresent() @IsUUID() accountId?: string;

  /** As in Meta's own message object; may be left out. */
  @IfPresent() @IsIn(['whatsapp']) messaging_product?: 'whatsapp';

  /**
   * `group` sends into a group of the Groups API: `to` is then the group's id. Groups take text, images, videos, audio,
   * documents, stickers, templates of text or media, and `pin`. Left out: `individual`.
   * @example individual
   */
  @ApiPropertyOptional({ type: String, enum: RECIPIENT_TYPES })
  @IfPresent()
  @IsIn(RECIPIENT_TYPES, { message: 'recipient_type must be individual or group.' })
  recipient_type?: RecipientType;

  /**
   * When to send it, as an instant with its time zone; in the future, at most 60 days ahead. Until then
   * `DELETE /messages/{id}` takes it back. Window and opt-out are checked when it goes out.
   * @example 2026-12-24T09:00:00Z
   */
  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IfPresent()
  @Matches(INSTANT, {
    message:
      'sendAt must be an instant with its time zone, such as 2026-12-24T09:00:00Z or …T10:00:00+01:00.',
  })
  // Without it 31 November would be taken for 1 December.
  @IsISO8601({ strict: true }, { message: 'sendAt names a day that there is not.' })
  sendAt?: string;

  /** Lets Meta refuse the message when the person's identity key has changed since (identity change check). */
  @IfPresent() @IsString() @Length(1, 256) recipient_identity_key_hash?: string;
}
