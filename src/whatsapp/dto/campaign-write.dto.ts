import { ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { IfPresent, NameField, NestedArray, NestedObject } from '../../http/body-fields';
import { SendTemplateComponentDto } from './send-template.dto';
import { boundedBy } from '../../http/field-bounds';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const INSTANT_MESSAGE =
  'scheduledAt must be an instant with its time zone, such as 2026-03-14T09:00:00+01:00.';
const MOST_VALUES = 200;

/** An object of texts by name. */
function TextsByName(longest: number): PropertyDecorator {
  const bounds = { maxProperties: MOST_VALUES, values: { maxLength: longest } };
  return ValidateBy(
    {
      name: 'textsByName',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          Object.keys(value).length <= MOST_VALUES &&
          Object.values(value).every((text) => typeof text === 'string' && text.length <= longest),
        defaultMessage: () =>
          `$property must be an object of at most ${MOST_VALUES} texts by name, each of at most ${longest} characters.`,
      },
    },
    boundedBy(bounds),
  );
}

export class CampaignTemplateDto {
  /** @example order_confirmation */
  @Matches(/^[a-z0-9_]{1,512}$/, {
    message: 'name holds lower-case letters, digits and underscores, at most 512.',
  })
  name!: string;

  /** The language it was approved in. @example en_US */
  @Matches(/^[a-z]{2,3}(_[A-Za-z]{2,4})?$/, {
    message: 'language must be a language code of Meta such as en_US.',
  })
  language!: string;

  /**
   * Meta's own components, as for sending the template once. In any of their texts `{{column}}` stands for the recipient's
   * value of that column; case, blanks and hyphens of its name do not matter. Left out, every variable of the body takes the
   * column of its own name (`{{1}}` the column `1`), those of the header `header_1`, the address of a button `button_0`, a
   * file in the header `header_link`.
   */
  @ApiPropertyOptional({
    type: () => [SendTemplateComponentDto],
    example: [{ type: 'body', parameters: [{ type: 'text', text: '{{first_name}}' }] }],
  })
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(16)
  @IsObject({ each: true })
  components?: Record<string, unknown>[];

  /** By column: what a recipient without a value gets in its place. Without one, such a recipient is refused. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { first_name: 'friend' },
  })
  @IfPresent()
  @TextsByName(2_048)
  defaults?: Record<string, string>;
}

export class CreateCampaignDto {
  /** For people. */
  @NameField(200) name!: string;

  @NestedObject(() => CampaignTemplateDto) template!: CampaignTemplateDto;

  /**
   * Meta's id of the number to send from. Needed only if there are several.
   * @example "106540352242922"
   */
  @IfPresent()
  @Matches(/^\d{1,32}$/, { message: "phoneNumberId must be Meta's id of a phone number: digits only" })
  phoneNumberId?: string;

  /** The connected Meta account, by our id. Needed only if you have several. */
  @IfPresent() @IsUUID() accountId?: string;

  /** When to start it by itself. @example 2026-12-24T09:00:00+01:00 */
  @IfPresent() @Matches(INSTANT, { message: INSTANT_MESSAGE }) scheduledAt?: string;
}

/** What is left out stays as it is. */
export class UpdateCampaignDto {
  @IfPresent() @NameField(200) name?: string;

  /** Only while it has no recipients: they were checked against the template. */
  @IfPresent() @NestedObject(() => CampaignTemplateDto) template?: CampaignTemplateDto;

  /** Only while it has no recipients. @example "106540352242922" */
  @IfPresent()
  @Matches(/^\d{1,32}$/, { message: "phoneNumberId must be Meta's id of a phone number: digits only" })
  phoneNumberId?: string;

  /** `null`: it no longer starts by itself. */
  @ApiPropertyOptional({ type: String, nullable: true, example: '2026-12-24T09:00:00+01:00' })
  @ValidateIf((_object, value: unknown) => value !== undefined && value !== null)
  @Matches(INSTANT, { message: INSTANT_MESSAGE })
  scheduledAt?: string | null;
}

export class StartCampaignDto {
  /** Start then, and not now. @example 2026-12-24T09:00:00+01:00 */
  @IfPresent() @Matches(INSTANT, { message: INSTANT_MESSAGE }) scheduledAt?: string;
}

/** Give either `to` or `recipient`. */
export class CampaignRecipientInputDto {
  /** Phone number with its country code. @example +16505551234 */
  @IsOptional() @IsString() @Length(1, 256) to?: string;

  /** Business-scoped user id of a person whose number is hidden. @example US.13491208655302741918 */
  @IsOptional() @IsString() @Length(1, 256) recipient?: string;

  /** By column: what stands in the place of `{{column}}`. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { first_name: 'Ana' },
  })
  @IfPresent()
  @TextsByName(2_048)
  parameters?: Record<string, string>;
}

export const MOST_RECIPIENTS_AS_JSON = 5_000;

export class AddRecipientsDto {
  /** A longer list goes as CSV, or in several requests. */
  @NestedArray(() => CampaignRecipientInputDto)
  @ArrayNotEmpty()
  @ArrayMaxSize(MOST_RECIPIENTS_AS_JSON)
  recipients!: CampaignRecipientInputDto[];
}

export const RETRY_STATES = ['failed', 'unknown'] as const;

export class RetryRecipientsDto {
  /** Who gets another message. */
  @ApiPropertyOptional({ type: [String], enum: RETRY_STATES, default: ['failed'] })
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(RETRY_STATES, { each: true })
  states: (typeof RETRY_STATES)[number][] = ['failed'];

  /** Only those who failed with one of these: Meta's codes or words of ours, as recipients show them. */
  @ApiPropertyOptional({ type: [String], example: ['131026', 'META_UNAVAILABLE'] })
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(50)
  @Matches(/^[A-Z0-9_]{1,64}$/, { each: true })
  codes?: string[];

  /** Needed for `unknown`: some of these people have got the message, and would get it twice. */
  @ApiPropertyOptional({ type: Boolean, default: false })
  @IfPresent()
  @IsBoolean()
  acceptDuplicates: boolean = false;
}
