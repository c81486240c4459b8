import { ApiProperty } from '@nestjs/swagger';
import type { TemplateFunnels } from '../funnels/funnel-results';
import type { AnalyticsRange } from '../scope/analytics-range';
import { AnalyticsRangeDto } from './analytics-range.dto';
import { FunnelDto } from './funnel.dto';

export class TemplateErrorDto {
  /** Meta's code in digits, or a word of this service; `GET /api/meta/whatsapp/errors/{code}` explains it. @example "131049" */
  code!: string;
  /** A heading; null for a code that is not in our catalogue. */
  @ApiProperty({ type: String, nullable: true, example: 'Marketing limit of the person' }) title!:
    string | null;
  /** Messages that failed with it in the range. @example 7 */
  count!: number;
}

export class TemplatePriceDto {
  /** Meta's pricing category, as its status webhooks say it. @example marketing */
  category!: string;
  /** Meta's type of the price, `regular` or why it is free; empty where Meta told none. @example regular */
  type!: string;
  /** Messages sent in the range that have this price by now. @example 640 */
  count!: number;
  /** Of these: Meta called them billable. @example 640 */
  billable!: number;
}

export class MetaClickDto {
  /** Meta's word for the kind of button. @example quick_reply_button */
  type!: string;
  /** What is written on it. */
  @ApiProperty({ type: String, nullable: true, example: 'Tell me more' }) button!: string | null;
  /** @example 30 */
  count!: number;
}

/** Our figure less Meta's; null where Meta told none. */
/** Meta's figure less ours; null where Meta told none. */
export class MetaTemplateDifferenceDto {
  @ApiProperty({ type: Number, nullable: true, example: -2 }) sent!: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 0 }) delivered!: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 3 }) read!: number | null;
}

/**
 * What Meta counted itself, as it was last pulled. Meta's days are days of UTC, it counts what was sent from anywhere, and the
 * newest days come late: a difference need not be a mistake of either.
 */
export class MetaTemplateFiguresDto {
  @ApiProperty({ type: Number, nullable: true, example: 998 }) sent!: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 980 }) delivered!: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 703 }) read!: number | null;
  /** Taps on all buttons, links among them. */
  @ApiProperty({ type: Number, nullable: true, example: 140 }) clicks!: number | null;
  /** By button, the most first. */
  @ApiProperty({ type: [MetaClickDto] }) clicked!: MetaClickDto[];
  /** What Meta charged, in `currency`; null where it did not tell. */
  @ApiProperty({ type: Number, nullable: true, example: 71.3 }) cost!: number | null;
  /** ISO 4217. */
  @ApiProperty({ type: String, nullable: true, example: 'EUR' }) currency!: string | null;
  /** Where the first day begins that Meta told of, in the range. */
  firstDayAt!: Date;
  /** Where the last one ends. */
  lastDayEndsAt!: Date;
  @ApiProperty({ type: MetaTemplateDifferenceDto }) difference!: MetaTemplateDifferenceDto;
}

export class TemplateFunnelDto extends FunnelDto {
  /** @example order_confirmation */
  name!: string;
  /** @example en_US */
  language!: string;
  /** The five errors with the most messages that failed in the range, the most first. */
  @ApiProperty({ type: [TemplateErrorDto] }) errors!: TemplateErrorDto[];
  /** As Meta prices them, the most messages first; messages that Meta told no price of are in none. */
  @ApiProperty({ type: [TemplatePriceDto] }) prices!: TemplatePriceDto[];
  /** Null where Meta has told nothing of it. */
  @ApiProperty({ type: MetaTemplateFiguresDto, nullable: true }) meta!: MetaTemplateFiguresDto | null;
}

export class TemplateFunnelsDto {
  @ApiProperty({ type: AnalyticsRangeDto }) range!: AnalyticsRangeDto;
  /**
   * Templates that were sent or failed in the range, the most messages first; after them those that only Meta knows of. At most
   * 1,000.
   */
  @ApiProperty({ type: [TemplateFunnelDto] }) templates!: TemplateFunnelDto[];
  /** How many more there are. @example 0 */
  furtherTemplates!: number;

  static from(range: AnalyticsRange, funnels: TemplateFunnels): TemplateFunnelsDto {
    return Object.assign(new TemplateFunnelsDto(), funnels, { range: AnalyticsRangeDto.from(range) });
  }
}
