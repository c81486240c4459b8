import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsString, IsUUID, Length, Matches, ValidateBy } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { HUMAN_AGENT, MESSAGING_TYPES, type MessagingType } from '../direct-permit';
import { Part } from './direct-field-rules';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

export class DirectRecipientDto {
  /**
   * What the Page or Instagram account knows the person by, as in their messages: a page-scoped or Instagram-scoped id.
   * @example "9876543210123"
   */
  @Matches(/^\d{1,64}$/, {
    message: "id must be the person's page-scoped or Instagram-scoped id: digits only, as text.",
  })
  id!: string;
}

export class DirectReplyToDto {
  /** Meta's id of the message to answer; it is quoted above the new one. @example m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqx */
  @IsString() @Length(1, 512) mid!: string;
}

/** Tags that Meta has taken out of use, and since when. */
const DEAD_TAGS: readonly string[] = ['CONFIRMED_EVENT_UPDATE', 'ACCOUNT_UPDATE', 'POST_PURCHASE_UPDATE'];

function aboutTag(tag: unknown): string {
  return DEAD_TAGS.some((dead) => dead === tag)
    ? `Meta has refused the tag ${String(tag)} since 27 April 2026: utility messages, which are approved templates, have taken its place. The only tag left is HUMAN_AGENT, for answers of a human within 7 days.`
    : 'tag must be HUMAN_AGENT, the only one that Meta takes.';
}

/** Whom a request is about: one of the three. */
export abstract class DirectRecipientFieldsDto {
  /** The person, by Meta's id. Give this, or `conversationId`, or `contactId`. */
  @IfPresent() @Part(() => DirectRecipientDto) recipient?: DirectRecipientDto;

  /** The conversation to write in, by our id. It says from where, too. */
  @IfPresent() @IsUUID() conversationId?: string;

  /** The person, by our id of the contact: their latest conversation is written in. */
  @IfPresent() @IsUUID() contactId?: string;
}

/** What every message has, whatever it holds. */
export abstract class SendDirectBaseDto extends DirectRecipientFieldsDto {
  /**
   * Left out, it is chosen by the time of the person's last message: `RESPONSE` within 24 hours, and later, with the tag,
   * `MESSAGE_TAG`. Give it only to have it otherwise.
   */
  @ApiPropertyOptional({ type: String, enum: MESSAGING_TYPES, example: 'RESPONSE' })
  @IfPresent()
  @IsIn(MESSAGING_TYPES)
  @ValidateBy({
    name: 'tagged',
    validator: {
      validate: (type, args) =>
        type !== 'MESSAGE_TAG' || (args?.object as SendDirectBaseDto | undefined)?.tag !== undefined,
      defaultMessage: () => 'MESSAGE_TAG needs the tag: HUMAN_AGENT.',
    },
  })
  messaging_type?: MessagingType;

  /**
   * `HUMAN_AGENT`: a human writes this. Within 24 hours of the person's last message it changes nothing; from then on, up to
   * 7 days, it lets the message through, if the Meta app has the feature Human Agent. All other tags are dead.
   */
  @ApiPropertyOptional({ type: String, enum: [HUMAN_AGENT] })
  @IfPresent()
  @ValidateBy({
    name: 'isIn',
    validator: {
      validate: (tag) => tag === HUMAN_AGENT,
      defaultMessage: (args) => aboutTag(args?.value),
    },
  })
  tag?: typeof HUMAN_AGENT;

  /** The message that this one answers. */
  @IfPresent() @Part(() => DirectReplyToDto) reply_to?: DirectReplyToDto;

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
}
