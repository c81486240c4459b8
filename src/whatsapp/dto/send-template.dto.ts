import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsDefined,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { SendMessageBaseDto } from './send-base.dto';
import { SendProductSectionDto } from './send-commerce.dto';
import { DistinctBy, ForType, Part, Parts, Satisfies, SIZED } from './send-field-rules';
import { SendMarketingDto } from './send-marketing.dto';
import { SendOrderDetailsParametersDto, SendOrderStatusParametersDto } from './send-orders.dto';
import { CALL_BUTTON_MINUTES } from './send-requests.dto';
import { isRecord } from '../meta-values';
import { SendDocumentDto, SendFileDto, SendLocationDto } from './send-media.dto';

export const TEMPLATE_PARAMETER_TYPES = [
  'text',
  'currency',
  'date_time',
  'image',
  'video',
  'gif',
  'document',
  'location',
  'product',
  'payload',
  'coupon_code',
  'action',
  'limited_time_offer',
  'tap_target_configuration',
  'order_status',
  'ttl_minutes',
] as const;
export type TemplateParameterType = (typeof TEMPLATE_PARAMETER_TYPES)[number];

export const TEMPLATE_COMPONENT_TYPES = [
  'header',
  'body',
  'button',
  'limited_time_offer',
  'carousel',
  'order_status',
] as const;
export type TemplateComponentType = (typeof TEMPLATE_COMPONENT_TYPES)[number];

export const TEMPLATE_BUTTON_TYPES = [
  'quick_reply',
  'url',
  'copy_code',
  'flow',
  'catalog',
  'mpm',
  'order_details',
  'voice_call',
] as const;
export type TemplateButtonType = (typeof TEMPLATE_BUTTON_TYPES)[number];

/** Ten buttons at most; Meta takes the place as text or number. */
const BUTTON_PLACES = Array.from({ length: 10 }, (_, place) => [place, String(place)]).flat();

export class SendCurrencyDto {
  /** Shown where the amount cannot be put into the person's own notation. */
  @IsString() @Length(1, 200, SIZED) fallback_value!: string;
  /** ISO 4217. @example USD */
  @Matches(/^[A-Z]{3}$/, { message: 'code must be an ISO 4217 code such as USD.' }) code!: string;
  /** The amount times 1000. @example 10990 */
  @IsInt() amount_1000!: number;
}

export class SendDateTimeDto {
  /** What is shown. @example "February 25, 1977" */
  @IsString() @Length(1, 200, SIZED) fallback_value!: string;
  @IfPresent() @IsInt() day_of_week?: number;
  @IfPresent() @IsInt() year?: number;
  @IfPresent() @IsInt() month?: number;
  @IfPresent() @IsInt() day_of_month?: number;
  @IfPresent() @IsInt() hour?: number;
  @IfPresent() @IsInt() minute?: number;
  @IfPresent() @IsString() @MaxLength(64) calendar?: string;
  @IfPresent() @IsNumber() timestamp?: number;
}

export class SendProductDto {
  @IsString() @Length(1, 256, SIZED) product_retailer_id!: string;
  @IfPresent() @IsString() @Length(1, 64, SIZED) catalog_id?: string;
}

export class SendLimitedTimeOfferDto {
  /** When the offer ends, in milliseconds since 1970. */
  @IsInt() @Min(0) expiration_time_ms!: number;
}

/** What a flow, catalogue, multi-product or order button needs; each its own fields. */
export class SendTemplateActionDto {
  /** Flow: comes back with the answer. @example visit-4711 */
  @IfPresent() @IsString() @Length(1, 4096, SIZED) flow_token?: string;
  /** Flow: what its first screen is filled in with. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IfPresent()
  @IsObject()
  flow_action_data?: Record<string, unknown>;
  /** Catalogue and multi-product: the product whose picture is shown above. */
  @IfPresent() @IsString() @Length(1, 256, SIZED) thumbnail_product_retailer_id?: string;
  /** Multi-product: up to thirty products in up to ten sections. */
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @Parts(() => SendProductSectionDto)
  sections?: SendProductSectionDto[];
  /** Order: the bill. */
  @IfPresent()
  @Part(() => SendOrderDetailsParametersDto)
  order_details?: SendOrderDetailsParametersDto;
}

/** The value for one variable of the template: `type`, and the value under the key of that name. */
export class SendTemplateParameterDto {
  @ApiProperty({ type: String, enum: TEMPLATE_PARAMETER_TYPES, example: 'text' })
  @IsIn(TEMPLATE_PARAMETER_TYPES)
  type!: TemplateParameterType;

  /** The variable's name, for templates with named variables; all parameters have one or none has. @example first_name */
  @IfPresent()
  @Matches(/^[a-z0-9_]{1,512}$/, {
    message: 'parameter_name holds lower-case letters, digits and underscores.',
  })
  parameter_name?: string;

  /** @example Ana */
  @ForType('text')
  @IsString()
  @MaxLength(32_768, SIZED)
  text?: string;
  @ForType('currency') @IsDefined() @Part(() => SendCurrencyDto) currency?: SendCurrencyDto;
  @ForType('date_time')
  @IsDefined()
  @Part(() => SendDateTimeDto)
  date_time?: SendDateTimeDto;
  @ForType('image') @IsDefined() @Part(() => SendFileDto) image?: SendFileDto;
  @ForType('video') @IsDefined() @Part(() => SendFileDto) video?: SendFileDto;
  @ForType('gif') @IsDefined() @Part(() => SendFileDto) gif?: SendFileDto;
  @ForType('document') @IsDefined() @Part(() => SendDocumentDto) document?: SendDocumentDto;
  @ForType('location') @IsDefined() @Part(() => SendLocationDto) location?: SendLocationDto;
  @ForType('product') @IsDefined() @Part(() => SendProductDto) product?: SendProductDto;
  /** For quick replies and call buttons: comes back in the webhook when the button is pressed. @example STOP */
  @ForType('payload') @IsString() @Length(1, 512, SIZED) payload?: string;
  @ForType('coupon_code') @IsString() @Length(1, 20, SIZED) coupon_code?: string;
  /** For flow, catalogue, multi-product and order buttons. */
  @ForType('action')
  @IsDefined()
  @Part(() => SendTemplateActionDto)
  action?: SendTemplateActionDto;
  @ForType('limited_time_offer')
  @IsDefined()
  @Part(() => SendLimitedTimeOfferDto)
  limited_time_offer?: SendLimitedTimeOfferDto;
  @ApiPropertyOptional({ type: 'array', items: { type: 'object', additionalProperties: true } })
  @ForType('tap_target_configuration')
  @IsArray()
  @ArrayMaxSize(10)
  @IsObject({ each: true })
  tap_target_configuration?: Record<string, unknown>[];
  @ForType('order_status')
  @IsDefined()
  @Part(() => SendOrderStatusParametersDto)
  order_status?: SendOrderStatusParametersDto;
  /** For call buttons: for how many minutes the button works. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 43_200 })
  @ForType('ttl_minutes')
  @IsInt(CALL_BUTTON_MINUTES)
  @Min(1, CALL_BUTTON_MINUTES)
  @Max(43_200, CALL_BUTTON_MINUTES)
  ttl_minutes?: number;
}

const CARD_PARTS: readonly unknown[] = ['header', 'body', 'button'];

const areCardParts = (components: unknown): boolean =>
  !Array.isArray(components) ||
  components.every((part: unknown) => CARD_PARTS.includes(isRecord(part) ? part.type : undefined));

export class SendTemplateCardDto {
  /** Its place, from 0. */
  @IsInt() @Min(0) @Max(9) card_index!: number;
  /** The card's own header, body and buttons. */
  @ApiProperty({ type: () => [SendTemplateComponentDto] })
  @IsArray()
  @ArrayMaxSize(16)
  @Satisfies('cardParts', areCardParts, 'A card has a header, a body and buttons only.')
  @Parts(() => SendTemplateComponentDto)
  components!: SendTemplateComponentDto[];
}

/** The values for one part of the template. Parts without variables are left out. */
export class SendTemplateComponentDto {
  @ApiProperty({ type: String, enum: TEMPLATE_COMPONENT_TYPES, example: 'body' })
  @IsIn(TEMPLATE_COMPONENT_TYPES)
  type!: TemplateComponentType;

  /** For buttons: the kind of the button. */
  @ApiProperty({ type: String, enum: TEMPLATE_BUTTON_TYPES, required: false })
  @ForType('button')
  @IsIn(TEMPLATE_BUTTON_TYPES)
  sub_type?: TemplateButtonType;

  /** For buttons: the place among the template's buttons, from 0. */
  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'integer' }], required: false, example: '0' })
  @ForType('button')
  @ValidateIf(
    ({ sub_type, index }: SendTemplateComponentDto) => sub_type !== 'voice_call' || index !== undefined,
  )
  @IsIn(BUTTON_PLACES, { message: 'index must be the place of the button, 0 to 9.' })
  index?: string | number;

  /** In the order of the template's variables, or each with its `parameter_name`. */
  @ForType(...TEMPLATE_COMPONENT_TYPES.filter((type) => type !== 'carousel'))
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(100)
  @Parts(() => SendTemplateParameterDto)
  parameters?: SendTemplateParameterDto[];

  @ApiProperty({ type: () => [SendTemplateCardDto], required: false })
  @ForType('carousel')
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @DistinctBy('card_index', (card: Partial<SendTemplateCardDto> | null) => card?.card_index)
  @Parts(() => SendTemplateCardDto)
  cards?: SendTemplateCardDto[];
}

export class SendTemplateLanguageDto {
  /** The language it was approved in; there is no falling back to another. @example en_US */
  @Matches(/^[a-z]{2,3}(_[A-Za-z]{2,4})?$/, {
    message: 'code must be a language code of Meta such as en_US.',
  })
  code!: string;
  @IfPresent() @IsIn(['deterministic']) policy?: 'deterministic';
}

export class SendTemplateDto {
  /** @example order_confirmation */
  @Matches(/^[a-z0-9_]{1,512}$/, {
    message: 'name holds lower-case letters, digits and underscores, at most 512.',
  })
  name!: string;
  @IsDefined() @Part(() => SendTemplateLanguageDto) language!: SendTemplateLanguageDto;
  /** Values for the template's variables; leave it out for a template without any. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(16)
  @Parts(() => SendTemplateComponentDto)
  components?: SendTemplateComponentDto[];
}

/** May be sent at any time, also to people who never wrote. */
export class SendTemplateMessageDto extends SendMessageBaseDto {
  @IsIn(['template']) type!: 'template';
  @IsDefined() @Part(() => SendTemplateDto) template!: SendTemplateDto;
  /** Send it through Meta's Marketing Messages API; only for templates of the category MARKETING. */
  @IfPresent() @Part(() => SendMarketingDto) marketing?: SendMarketingDto;
}
