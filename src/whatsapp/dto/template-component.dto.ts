import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  IsUUID,
  Max,
  Min,
  ArrayMaxSize,
  MaxLength,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { Parts, Satisfies } from './send-field-rules';
import { BODY_LIMIT_BYTES } from '../../http/body-parsers';

export const COMPONENT_TYPES = [
  'HEADER',
  'BODY',
  'FOOTER',
  'BUTTONS',
  'CAROUSEL',
  'LIMITED_TIME_OFFER',
  'CALL_PERMISSION_REQUEST',
] as const;
export const HEADER_FORMATS = ['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'GIF', 'LOCATION', 'PRODUCT'] as const;
export const BUTTON_TYPES = [
  'QUICK_REPLY',
  'URL',
  'PHONE_NUMBER',
  'COPY_CODE',
  'FLOW',
  'CATALOG',
  'MPM',
  'SPM',
  'VOICE_CALL',
  'REQUEST_CONTACT_INFO',
  'APP',
  'ORDER_DETAILS',
  'OTP',
] as const;

// Far beyond what Meta takes: how much that is depends on the category and the place, and is told by the rules for templates,
// with what to do about it.
const LONGEST_TEXT = 8_192;
const MOST_PARTS = 50;

/** Of what shape it has to be is told by the rules for templates, too. */
function isSmallExample(example: unknown): boolean {
  const texts: unknown[] = Array.isArray(example) ? example : [example];
  return (
    texts.length <= MOST_PARTS &&
    texts.every((text) => typeof text !== 'string' || text.length <= LONGEST_TEXT)
  );
}

/** Meta's words, taken in any case as Meta does, stored in upper case. */
function AnyCase(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.toUpperCase() : value,
  );
}

/** A button, in Meta's own field names. Which fields a kind needs: Meta's documentation, "Template components". */
export class TemplateButtonDto {
  @AnyCase() @IsIn(BUTTON_TYPES) @ApiProperty({ enum: BUTTON_TYPES }) type!: string;
  /** At most 25 characters. @example Track your order */
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) text?: string;
  /** Of a `URL` button; may end in one variable. @example https://luckyshrub.example/orders/{{1}} */
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) url?: string;
  /** Of a `PHONE_NUMBER` button. @example +15550783881 */
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) phone_number?: string;
  /** The complete address, or the code to copy: a text, or an array of one text. */
  @Satisfies(
    'exampleSize',
    isSmallExample,
    `example may be a text of ${LONGEST_TEXT} characters, or ${MOST_PARTS} of them.`,
    { maxLength: LONGEST_TEXT, maxItems: MOST_PARTS, values: { maxLength: LONGEST_TEXT } },
  )
  @ApiProperty({ required: false, oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] })
  example?: unknown;
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) flow_id?: string;
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) flow_name?: string;
  @IfPresent() @IsString() @MaxLength(BODY_LIMIT_BYTES) flow_json?: string;
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) flow_action?: string;
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) navigate_screen?: string;
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) icon?: string;
  /** Of an `OTP` button: `COPY_CODE`, `ONE_TAP` or `ZERO_TAP`. */
  @IfPresent() @AnyCase() @IsString() @MaxLength(LONGEST_TEXT) otp_type?: string;
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) autofill_text?: string;
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) package_name?: string;
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) signature_hash?: string;
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_PARTS)
  @IsObject({ each: true })
  @ApiProperty({ required: false, type: 'array', items: { type: 'object', additionalProperties: true } })
  supported_apps?: Record<string, unknown>[];
  @IfPresent() @IsBoolean() zero_tap_terms_accepted?: boolean;
  @IfPresent() @IsInt() @Min(1) ttl_minutes?: number;
  @IfPresent()
  @IsObject()
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  app_deep_link?: Record<string, unknown>;
}

/** A card of a carousel. */
export class TemplateCardDto {
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MOST_PARTS)
  @Parts(() => TemplateComponentDto)
  @ApiProperty({ type: () => [TemplateComponentDto] })
  components!: TemplateComponentDto[];
}

/** A part of a template, in Meta's own field names. */
export class TemplateComponentDto {
  @AnyCase() @IsIn(COMPONENT_TYPES) @ApiProperty({ enum: COMPONENT_TYPES }) type!: string;
  /** Of a `HEADER`; without it the header is `TEXT`. */
  @IfPresent()
  @AnyCase()
  @IsIn(HEADER_FORMATS)
  @ApiProperty({ enum: HEADER_FORMATS, required: false })
  format?: string;
  /** Variables are `{{1}}`, `{{2}}` … or names as `{{first_name}}`. @example Hi {{1}}, your order {{2}} is on its way. */
  @IfPresent() @IsString() @MaxLength(LONGEST_TEXT) text?: string;
  /**
   * A sample for each variable, for Meta's reviewers: `{"body_text": [["Ana", "860198"]]}`, `{"header_text": ["Ana"]}`,
   * `{"header_handle": ["4::aW…"]}`, or for names `{"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]}`.
   */
  @IfPresent()
  @IsObject()
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { body_text: [['Ana', '860198']] },
  })
  example?: Record<string, unknown>;
  /**
   * Of a `HEADER` with media, in place of `example.header_handle`: an uploaded file, as `POST /api/meta/whatsapp/media` gave it. It
   * is handed to Meta as the sample that reviewers see.
   */
  @IfPresent() @IsUUID() sampleMediaId?: string;
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_PARTS)
  @Parts(() => TemplateButtonDto)
  buttons?: TemplateButtonDto[];
  /** Of a `CAROUSEL`: 2 to 10 cards with the same components. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_PARTS)
  @Parts(() => TemplateCardDto)
  @ApiProperty({ required: false, type: () => [TemplateCardDto] })
  cards?: TemplateCardDto[];
  @IfPresent()
  @IsObject()
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  limited_time_offer?: Record<string, unknown>;
  /** Of the `BODY` of an `AUTHENTICATION` template. */
  @IfPresent() @IsBoolean() add_security_recommendation?: boolean;
  /** Of the `FOOTER` of an `AUTHENTICATION` template. */
  @IfPresent() @IsInt() @Min(1) @Max(90) code_expiration_minutes?: number;
}
