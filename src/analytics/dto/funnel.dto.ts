import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { AnalyticsQuery } from './analytics-query.dto';

export class TemplateFiguresQuery extends AnalyticsQuery {
  /** Only this template. @example order_confirmation */
  @IsOptional() @IsString() @Length(1, 512) templateName?: string;
  /** Only with `templateName`: its version in this language. @example en_US */
  @IsOptional() @IsString() @Length(1, 20) templateLanguage?: string;
}

export class CampaignFiguresQuery extends AnalyticsQuery {
  /**
   * Only this campaign, also when it sent nothing in the range.
   * @example "0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11"
   */
  @ApiProperty({ type: String, required: false, format: 'uuid' })
  @IsOptional()
  @IsUUID()
  campaignId?: string;
}

/**
 * What became by now of the messages that were sent in the range: each is counted in all steps that it reached, whenever it did.
 * So no step is larger than `sent`, and figures of the past may still grow.
 */
export class FunnelDto {
  /** The platform sent them on in the range. @example 1000 */
  sent!: number;
  /** Of those sent: they reached a device. What was read was delivered, too. @example 980 */
  delivered!: number;
  /** Of those sent: they were read. Who hides read receipts counts as not having read. @example 700 */
  read!: number;
  /** Of those sent: the person tapped a quick reply button of this message within 72 hours. Taps on links are told by Meta alone. @example 90 */
  clicked!: number;
  /** Of those sent: the person wrote anything, a tapped quick reply included, within 72 hours. @example 120 */
  replied!: number;
  /** Those sent in the range that failed after, and those that failed in the range without having been sent. Delivered ones never count. @example 12 */
  failed!: number;
  /** Of those sent: Meta called them billable. @example 640 */
  billable!: number;
  /** `delivered` ÷ `sent`, 0 to 1; null where nothing was sent. */
  @ApiProperty({ type: Number, nullable: true, example: 0.98 }) deliveryRate!: number | null;
  /** `read` ÷ `delivered`. */
  @ApiProperty({ type: Number, nullable: true, example: 0.714 }) readRate!: number | null;
  /** `clicked` ÷ `delivered`: not of those read, as many hide read receipts. */
  @ApiProperty({ type: Number, nullable: true, example: 0.092 }) clickRate!: number | null;
  /** `replied` ÷ `delivered`. */
  @ApiProperty({ type: Number, nullable: true, example: 0.122 }) replyRate!: number | null;
  /** `failed` ÷ (`sent` and those that failed in the range without having been sent). */
  @ApiProperty({ type: Number, nullable: true, example: 0.012 }) failureRate!: number | null;
}
