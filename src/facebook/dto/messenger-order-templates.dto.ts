import { ApiProperty } from '@nestjs/swagger';
import {
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsNumber,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { Part, Parts, PublicAddress, SIZED } from '../../direct-messaging/dto/direct-field-rules';
import { IfPresent } from '../../http/body-fields';

const CURRENCY = { message: 'currency must be a code of ISO 4217 such as USD.' };
const AMOUNT = { maxDecimalPlaces: 4 };

export class MessengerReceiptAddressDto {
  /** @example "1 Hacker Way" */
  @IsString() @Length(1, 200, SIZED) street_1!: string;
  @IfPresent() @IsString() @MaxLength(200, SIZED) street_2?: string;
  /** @example Menlo Park */
  @IsString() @Length(1, 100, SIZED) city!: string;
  /** @example "94025" */
  @IsString() @Length(1, 20, SIZED) postal_code!: string;
  /** Abbreviated, or the region's name. @example CA */
  @IsString() @Length(1, 100, SIZED) state!: string;
  /** @example US */
  @IsString() @Length(1, 100, SIZED) country!: string;
}

export class MessengerReceiptSummaryDto {
  /** @example 75 */
  @IfPresent() @IsNumber(AMOUNT) subtotal?: number;
  @IfPresent() @IsNumber(AMOUNT) shipping_cost?: number;
  @IfPresent() @IsNumber(AMOUNT) total_tax?: number;
  /** All in all. @example 56.14 */
  @IsNumber(AMOUNT) total_cost!: number;
}

export class MessengerReceiptAdjustmentDto {
  /** @example New customer discount */
  @IsString() @Length(1, 200, SIZED) name!: string;
  /** @example 20 */
  @IsNumber(AMOUNT) amount!: number;
}

export class MessengerReceiptItemDto {
  /** @example Classic white T-shirt */
  @IsString() @Length(1, 200, SIZED) title!: string;
  @IfPresent() @IsString() @MaxLength(200, SIZED) subtitle?: string;
  /** @example 2 */
  @IfPresent() @IsInt() @Min(0) quantity?: number;
  /** For each, or 0 for what is free. @example 50 */
  @IsNumber(AMOUNT) price!: number;
  /** @example USD */
  @IfPresent() @Matches(/^[A-Z]{3}$/, CURRENCY) currency?: string;
  @IfPresent() @PublicAddress() image_url?: string;
}

/** The receipt of an order. Nothing of it may repeat what another order's receipt said: `order_number` must be unique. */
export class MessengerReceiptTemplateDto {
  @ApiProperty({ type: String, enum: ['receipt'] }) @IsIn(['receipt']) template_type!: 'receipt';
  @IfPresent() @IsBoolean() sharable?: boolean;
  /** @example Stephane Crozatier */
  @IsString() @Length(1, 200, SIZED) recipient_name!: string;
  @IfPresent() @IsString() @MaxLength(200, SIZED) merchant_name?: string;
  /** @example "12345678902" */
  @IsString() @Length(1, 200, SIZED) order_number!: string;
  /** @example USD */
  @Matches(/^[A-Z]{3}$/, CURRENCY) currency!: string;
  /** @example Visa 2345 */
  @IsString() @Length(1, 200, SIZED) payment_method!: string;
  /** Where the order can be seen. */
  @IfPresent() @PublicAddress() order_url?: string;
  /** When it was placed, in seconds since 1970. @example "1428444852" */
  @IfPresent()
  @Matches(/^\d{1,12}$/, { message: 'timestamp must be seconds since 1970, as text.' })
  timestamp?: string;
  @IfPresent() @Part(() => MessengerReceiptAddressDto) address?: MessengerReceiptAddressDto;
  @IsDefined() @Part(() => MessengerReceiptSummaryDto) summary!: MessengerReceiptSummaryDto;
  @IfPresent()
  @Parts(() => MessengerReceiptAdjustmentDto, 1, 100)
  adjustments?: MessengerReceiptAdjustmentDto[];
  /** Up to 100 things. */
  @IfPresent() @Parts(() => MessengerReceiptItemDto, 1, 100) elements?: MessengerReceiptItemDto[];
}

/** A coupon whose code the person uncovers. */
export class MessengerCouponTemplateDto {
  @ApiProperty({ type: String, enum: ['coupon'] }) @IsIn(['coupon']) template_type!: 'coupon';
  /** @example 10% off everything */
  @IsString() @Length(1, 80, SIZED) title!: string;
  @IfPresent() @IsString() @MaxLength(80, SIZED) subtitle?: string;
  /** This, or `coupon_url`, or both. @example 10PERCENT */
  @ValidateIf(
    (coupon: MessengerCouponTemplateDto) =>
      coupon.coupon_url === undefined || coupon.coupon_code !== undefined,
  )
  @IsString({ message: 'A coupon needs coupon_code or coupon_url.' })
  @Length(1, 100, SIZED)
  coupon_code?: string;
  /** Where it can be used. */
  @IfPresent() @PublicAddress() coupon_url?: string;
  /** On the button that leads there. @example Shop now */
  @IfPresent() @IsString() @Length(1, 20, SIZED) coupon_url_button_title?: string;
  /** Said before the coupon is shown. */
  @IfPresent() @IsString() @Length(1, 640, SIZED) coupon_pre_message?: string;
  @IfPresent() @PublicAddress() image_url?: string;
  /** Comes back when the person uncovers the code. */
  @IfPresent() @IsString() @Length(1, 1000, SIZED) payload?: string;
}

export class MessengerFeedbackFollowUpDto {
  @ApiProperty({ type: String, enum: ['free_form'] }) @IsIn(['free_form']) type!: 'free_form';
  /** @example Anything else? */
  @IfPresent() @IsString() @MaxLength(65, SIZED) placeholder?: string;
}

const QUESTION_TYPES = ['csat', 'nps', 'ces', 'free_form'] as const;

export class MessengerFeedbackQuestionDto {
  /** Comes back with the answer; letters and digits. @example delivery1 */
  @Matches(/^\w{1,80}$/, { message: 'id may hold letters, digits and underscores, 80 at most.' }) id!: string;
  /** Satisfaction, recommendation, effort, or words of the person's own. */
  @ApiProperty({ type: String, enum: QUESTION_TYPES, example: 'csat' })
  @IsIn(QUESTION_TYPES)
  type!: (typeof QUESTION_TYPES)[number];
  /** @example How satisfied are you with the delivery? */
  @IfPresent() @IsString() @Length(1, 80, SIZED) title?: string;
  /** What the ends of the scale are called. @example neg_pos */
  @IfPresent() @IsString() @Length(1, 40, SIZED) score_label?: string;
  /** How the scale looks. @example five_stars */
  @IfPresent() @IsString() @Length(1, 40, SIZED) score_option?: string;
  @IfPresent() @Part(() => MessengerFeedbackFollowUpDto) follow_up?: MessengerFeedbackFollowUpDto;
}

export class MessengerFeedbackScreenDto {
  @Parts(() => MessengerFeedbackQuestionDto, 1, 1) questions!: MessengerFeedbackQuestionDto[];
}

export class MessengerFeedbackPrivacyDto {
  /** The business's privacy policy. @example https://example.com/privacy */
  @PublicAddress() url!: string;
}

/** A question about what has just been done for the person. Meta calls it a beta. */
export class MessengerFeedbackTemplateDto {
  @ApiProperty({ type: String, enum: ['customer_feedback'] })
  @IsIn(['customer_feedback'])
  template_type!: 'customer_feedback';
  /** @example How did we do? */
  @IsString() @Length(1, 65, SIZED) title!: string;
  @IfPresent() @IsString() @MaxLength(65, SIZED) subtitle?: string;
  /** @example Rate us */
  @IsString() @Length(1, 20, SIZED) button_title!: string;
  @Parts(() => MessengerFeedbackScreenDto, 1, 1) feedback_screens!: MessengerFeedbackScreenDto[];
  @IsDefined() @Part(() => MessengerFeedbackPrivacyDto) business_privacy!: MessengerFeedbackPrivacyDto;
  /** For how long it can be answered. @example 3 */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 7, required: false })
  @IfPresent()
  @IsInt()
  @Min(1)
  @Max(7)
  expires_in_days?: number;
}
