import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Length,
  Matches,
  MaxLength,
  Min,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CATALOG_ID, Part, Parts, SIZED } from './send-field-rules';
import {
  SendFootedInteractiveDto,
  SendInteractiveHeaderDto,
  SendInteractiveTextDto,
} from './send-interactive-parts.dto';
import { SendFileDto } from './send-media.dto';

// Payments inside WhatsApp: India, Brazil, Singapore. Ways of paying differ by country and change often, so that
// payment_settings are handed on as they are.

/** An amount: 12.34 is `{"value": 1234, "offset": 100}`. */
export class SendAmountDto {
  /** The amount times `offset`. @example 21000 */
  @IsInt({ message: 'value must be a whole number: the amount times offset.' })
  @Min(0, { message: 'value must not be negative.' })
  value!: number;
  /** 100 for currencies of two decimals. @example 100 */
  @IsInt({ message: 'offset must be a whole number, 100 for most currencies.' })
  @Min(1, { message: 'offset must be a whole number, 100 for most currencies.' })
  offset!: number;
}

export class SendDescribedAmountDto extends SendAmountDto {
  @IfPresent() @IsString() @MaxLength(60, SIZED) description?: string;
}

export class SendDiscountDto extends SendDescribedAmountDto {
  @IfPresent() @IsString() @MaxLength(60, SIZED) discount_program_name?: string;
}

export class SendOrderItemDto {
  /** The product's content id in the catalogue. @example "1234567" */
  @IfPresent() @IsString() @Length(1, 256, SIZED) retailer_id?: string;
  /** @example Bread */
  @IsString() @Length(1, 60, SIZED) name!: string;
  /** A picture of it, for orders without a catalogue. */
  @IfPresent() @Part(() => SendFileDto) image?: SendFileDto;
  /** The price of one. */
  @IsDefined() @Part(() => SendAmountDto) amount!: SendAmountDto;
  /** The lower price of one, which then counts. */
  @IfPresent() @Part(() => SendAmountDto) sale_amount?: SendAmountDto;
  /** @example 1 */
  @IsInt({ message: 'quantity must be a whole number.' })
  @Min(1, { message: 'quantity must be at least 1.' })
  quantity!: number;
  @IfPresent() @IsString() @MaxLength(100, SIZED) country_of_origin?: string;
  @IfPresent() @IsString() @MaxLength(200, SIZED) importer_name?: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IfPresent()
  @IsObject()
  importer_address?: Record<string, unknown>;
}

export class SendOrderExpirationDto {
  /** In seconds since 1970, at least five minutes ahead. @example "1798761600" */
  @Matches(/^\d{10,12}$/, { message: 'timestamp must be seconds since 1970, as text.' }) timestamp!: string;
  /** Why the order cannot be paid any longer then. */
  @IfPresent() @IsString() @MaxLength(120, SIZED) description?: string;
}

export class SendOrderDto {
  @IsIn(['pending'], { message: 'The status of a new order is pending.' }) status!: 'pending';
  /** Hides "Review and pay": only "Pay now" is shown. */
  @IfPresent() @IsIn(['quick_pay'], { message: 'type may only be quick_pay.' }) type?: 'quick_pay';
  /** @example "194836987003835" */
  @IfPresent() @Matches(CATALOG_ID.pattern, CATALOG_ID.options) catalog_id?: string;
  @IfPresent() @Part(() => SendOrderExpirationDto) expiration?: SendOrderExpirationDto;
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(999)
  @Parts(() => SendOrderItemDto)
  items!: SendOrderItemDto[];
  @IsDefined() @Part(() => SendAmountDto) subtotal!: SendAmountDto;
  @IfPresent() @Part(() => SendDescribedAmountDto) tax?: SendDescribedAmountDto;
  @IfPresent() @Part(() => SendDescribedAmountDto) shipping?: SendDescribedAmountDto;
  @IfPresent() @Part(() => SendDiscountDto) discount?: SendDiscountDto;
}

export class SendBeneficiaryDto {
  @IsString() @Length(1, 200, SIZED) name!: string;
  @IsString() @Length(1, 100, SIZED) address_line1!: string;
  @IfPresent() @IsString() @MaxLength(100, SIZED) address_line2?: string;
  @IsString() @Length(1, 100, SIZED) city!: string;
  @IsString() @Length(1, 100, SIZED) state!: string;
  @IsString() @Length(1, 100, SIZED) country!: string;
  @IsString() @Length(1, 16, SIZED) postal_code!: string;
}

const REFERENCE = { message: 'reference_id holds letters, digits, _, - and . only, 35 at most.' };
const GOODS = ['digital-goods', 'physical-goods'] as const;

export class SendOrderDetailsParametersDto {
  /** Your id of the order; a new one for every `order_details`. @example order-4471-1 */
  @Matches(/^[A-Za-z0-9_.-]{1,35}$/, REFERENCE) reference_id!: string;
  @ApiProperty({ type: String, enum: GOODS, example: 'digital-goods' })
  @IsIn(GOODS, { message: 'type must be digital-goods or physical-goods.' })
  type!: (typeof GOODS)[number];
  /** ISO 4217. @example INR */
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be an ISO 4217 code such as INR or BRL.' })
  currency!: string;
  /** Subtotal, tax and shipping without the discount. */
  @IsDefined() @Part(() => SendAmountDto) total_amount!: SendAmountDto;
  /** `upi`, `payment_gateway:…`, `br`, as the country's guide of Meta names it. @example upi */
  @IfPresent() @IsString() @Length(1, 64, SIZED) payment_type?: string;
  /** The name of a payment configuration in WhatsApp Manager. @example my-payment-config */
  @IfPresent() @IsString() @Length(1, 60, SIZED) payment_configuration?: string;
  /** How it can be paid, in Meta's form for the country: `pix_dynamic_code`, `payment_link`, `payment_gateway`, … */
  @ApiPropertyOptional({ type: 'array', items: { type: 'object', additionalProperties: true } })
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(10)
  @IsObject({ each: true })
  payment_settings?: Record<string, unknown>[];
  /** To whom physical goods go. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(10)
  @Parts(() => SendBeneficiaryDto)
  beneficiaries?: SendBeneficiaryDto[];
  /** Required in India and Singapore; in Brazil a total alone is enough. */
  @IfPresent() @Part(() => SendOrderDto) order?: SendOrderDto;
}

export class SendOrderDetailsActionDto {
  @IsIn(['review_and_pay']) name!: 'review_and_pay';
  @IsDefined()
  @Part(() => SendOrderDetailsParametersDto)
  parameters!: SendOrderDetailsParametersDto;
}

export const ORDER_STATUSES = [
  'pending',
  'processing',
  'partially_shipped',
  'shipped',
  'completed',
  'canceled',
] as const;

export class SendOrderStateDto {
  @ApiProperty({ type: String, enum: ORDER_STATUSES, example: 'shipped' })
  @IsIn(ORDER_STATUSES, { message: `status must be one of ${ORDER_STATUSES.join(', ')}.` })
  status!: (typeof ORDER_STATUSES)[number];
  /** @example "It leaves our shop today." */
  @IfPresent() @IsString() @MaxLength(120, SIZED) description?: string;
}

const PAYMENT_STATUSES = ['pending', 'captured', 'failed'] as const;

export class SendPaymentStateDto {
  @ApiProperty({ type: String, enum: PAYMENT_STATUSES, example: 'captured' })
  @IsIn(PAYMENT_STATUSES, { message: 'status must be pending, captured or failed.' })
  status!: (typeof PAYMENT_STATUSES)[number];
  /** In seconds since 1970. */
  @ApiProperty({ type: 'integer', required: false }) @IfPresent() @IsInt() @Min(0) timestamp?: number;
}

export class SendOrderStatusParametersDto {
  /** The one of the `order_details`. @example order-4471-1 */
  @Matches(/^[A-Za-z0-9_.-]{1,35}$/, REFERENCE) reference_id!: string;
  @IsDefined() @Part(() => SendOrderStateDto) order!: SendOrderStateDto;
  /** In Brazil and Singapore: whether it has been paid. */
  @IfPresent() @Part(() => SendPaymentStateDto) payment?: SendPaymentStateDto;
}

export class SendOrderStatusActionDto {
  @IsIn(['review_order']) name!: 'review_order';
  @IsDefined()
  @Part(() => SendOrderStatusParametersDto)
  parameters!: SendOrderStatusParametersDto;
}

/** A bill to pay inside WhatsApp. India, Brazil and Singapore. */
export class SendOrderDetailsDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['order_details'], example: 'order_details' })
  override type!: 'order_details';
  @IfPresent() @Part(() => SendInteractiveHeaderDto) header?: SendInteractiveHeaderDto;
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendOrderDetailsActionDto) action!: SendOrderDetailsActionDto;
}

/** How far an order has come that was sent as `order_details`. */
export class SendOrderStatusDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['order_status'], example: 'order_status' })
  override type!: 'order_status';
  @IfPresent() @Part(() => SendInteractiveHeaderDto) header?: SendInteractiveHeaderDto;
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendOrderStatusActionDto) action!: SendOrderStatusActionDto;
}
