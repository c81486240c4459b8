import { ApiProperty } from '@nestjs/swagger';

export class ForecastSkippedDto {
  /** They do not want to be written to. */
  optedOut!: number;
  /** They have stopped marketing, which this template is. */
  marketingOptedOut!: number;
  /** The same person is in the list twice, under different ids. */
  duplicate!: number;
}

export class ForecastLimitDto {
  /** As Meta calls it; null when it is not known. @example TIER_2K */
  @ApiProperty({ type: String, nullable: true }) tier!: string | null;
  /** Different people in 24 hours who have not written first; null for no limit, or one that is not known. */
  @ApiProperty({ type: Number, nullable: true }) people!: number | null;
  /** Of these, people written to in the last 24 hours from all numbers of this account, as far as it is known here. */
  usedOfLate!: number;
  /** Of the recipients, those who have not written within 24 hours and count towards the limit. */
  newPeople!: number;
  /** Of the recipients, how many do not fit in any more at present. */
  beyond!: number;
}

export class ForecastPriceDto {
  /** ISO 4217. @example USD */
  currency!: string;
  /** By the price list of this installation; what Meta charges is what counts. @example 61.2 */
  amount!: number;
}

export class ForecastWarningDto {
  /** @example quality_yellow */
  code!: string;
  message!: string;
}

/** What would happen if the campaign were started now. */
export class CampaignForecastDto {
  /** Recipients who would get a message. */
  sendable!: number;
  @ApiProperty({ type: ForecastSkippedDto }) skipped!: ForecastSkippedDto;
  /** Messages a second that the number is allowed. @example 80 */
  perSecond!: number;
  /** How long it takes at that rate, when nothing else is sent. */
  durationSeconds!: number;
  @ApiProperty({ type: ForecastLimitDto }) limit!: ForecastLimitDto;
  /** Meta's category of the template; null when the template is not known. @example MARKETING */
  @ApiProperty({ type: String, nullable: true }) category!: string | null;
  /** null when no price list is set (WHATSAPP_PRICES), or it has no price for this category. */
  @ApiProperty({ type: ForecastPriceDto, nullable: true }) price!: ForecastPriceDto | null;
  /** What keeps it from being started; empty if it can be. */
  @ApiProperty({ type: [ForecastWarningDto] }) obstacles!: ForecastWarningDto[];
  @ApiProperty({ type: [ForecastWarningDto] }) warnings!: ForecastWarningDto[];
}
