import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsIn,
  IsISO8601,
  IsOptional,
  Validate,
  ValidatorConstraint,
  MaxLength,
} from 'class-validator';
import type { ValidatorConstraintInterface } from 'class-validator';
import type { FieldBounds } from '../../http/field-bounds';
import { QueryInt, QueryList } from '../../http/query-fields';
import { isTemplateId } from '../templates/template-id.pipe';
import type { TemplateEntity } from '../entities/template.entity';
import type { ComparedTemplate, TemplateDay } from '../templates/template-insights-api';
import { WabaQuery } from './account-query.dto';
import { LONGEST_INSTANT } from '../../http/body-fields';

interface Period {
  start: Date;
  end: Date;
}
interface TemplateFigures {
  template: TemplateEntity;
  days: readonly TemplateDay[];
}

const INSTANT = { message: '$property must be a day such as 2026-03-14, or an instant of ISO 8601' };

@ValidatorConstraint({ name: 'isTemplateId' })
export class IsTemplateIdRule implements ValidatorConstraintInterface {
  /** For the API document. */
  static readonly bounds: FieldBounds = { maxLength: 36 };

  validate(value: unknown): boolean {
    return isTemplateId(value);
  }

  defaultMessage(): string {
    return "$property must be our id of a template, or Meta's";
  }
}

export class TemplateAnalyticsQuery {
  /** From when on; 30 days before `end` where left out. Meta tells of the last 90 days. @example 2026-03-01 */
  @IsOptional() @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }, INSTANT) start?: string;
  /** Until when; now where left out. @example 2026-03-31 */
  @IsOptional() @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }, INSTANT) end?: string;
}

export class SeveralTemplatesAnalyticsQuery extends TemplateAnalyticsQuery {
  /** Up to 10 templates of one WhatsApp Business Account, by our ids or Meta's. */
  @QueryList()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @Validate(IsTemplateIdRule, { each: true })
  ids!: string[];
}

export class CompareTemplatesQuery {
  /** The other template, by our id or Meta's. @example 1689556908129832 */
  @Validate(IsTemplateIdRule) with!: string;
  /** How many days back: 7, 30, 60 or 90. */
  @QueryInt() @IsIn([7, 30, 60, 90]) days: number = 30;
}

export class EnableInsightsDto extends WabaQuery {}

export class InsightsEnabledDto {
  /** Meta's id of the WhatsApp Business Account. */
  @ApiProperty({ type: String, example: '102290129340398' }) wabaId!: string;
  @ApiProperty({ type: Boolean, example: true }) enabled!: boolean;
}

export class TemplateClicksDto {
  /** Meta's word for the kind of button. */
  @ApiProperty({ type: String, example: 'quick_reply_button' }) type!: string;
  /** The text on the button. */
  @ApiProperty({ type: String, nullable: true, example: 'Track your order' }) button!: string | null;
  @ApiProperty({ type: Number, example: 17 }) count!: number;
}

export class TemplateCostDto {
  /** As `amount_spent`, `cost_per_delivered`. */
  @ApiProperty({ type: String, example: 'amount_spent' }) type!: string;
  /** In the currency of the account. */
  @ApiProperty({ type: Number, nullable: true, example: 1.25 }) value!: number | null;
}

export class TemplateFiguresDto {
  @ApiProperty({ type: Number, example: 120 }) sent!: number;
  @ApiProperty({ type: Number, example: 117 }) delivered!: number;
  /** Of people who let others see it. */
  @ApiProperty({ type: Number, example: 88 }) read!: number;
  /** By button. None are told for businesses in the EU and the United Kingdom. */
  @ApiProperty({ type: [TemplateClicksDto] }) clicked!: TemplateClicksDto[];
  /** Empty where a partner pays. */
  @ApiProperty({ type: [TemplateCostDto] }) cost!: TemplateCostDto[];
}

export class TemplateDayDto extends TemplateFiguresDto {
  @ApiProperty({ type: Date }) start!: Date;
  @ApiProperty({ type: Date }) end!: Date;
}

export class TemplateAnalyticsDto {
  /** Our id. */
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** Meta's id. */
  @ApiProperty({ type: String, example: '1689556908129832' }) templateId!: string;
  @ApiProperty({ type: String, example: 'order_confirmation' }) name!: string;
  @ApiProperty({ type: String, example: 'en_US' }) language!: string;
  @ApiProperty({ type: TemplateFiguresDto }) total!: TemplateFiguresDto;
  /** Share of the sent ones that were delivered, and of the delivered ones that were read; `null` where there were none. */
  @ApiProperty({ type: Number, nullable: true, example: 0.975 }) deliveryRate!: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 0.752 }) readRate!: number | null;
  /** Days without messages are left out. */
  @ApiProperty({ type: [TemplateDayDto] }) days!: TemplateDayDto[];

  static from({ template, days }: TemplateFigures): TemplateAnalyticsDto {
    const total = totalOf(days);
    return Object.assign(new TemplateAnalyticsDto(), {
      id: template.id,
      templateId: template.templateId,
      name: template.name,
      language: template.language,
      total,
      deliveryRate: total.sent === 0 ? null : total.delivered / total.sent,
      readRate: total.delivered === 0 ? null : total.read / total.delivered,
      days: days.map(({ templateId: _templateId, ...day }) => day),
    });
  }
}

function totalOf(days: readonly TemplateDay[]): TemplateFiguresDto {
  const clicked = new Map<string, TemplateClicksDto>();
  const cost = new Map<string, TemplateCostDto>();
  for (const day of days) {
    for (const click of day.clicked) {
      const key = `${click.type} ${click.button ?? ''}`;
      clicked.set(key, { ...click, count: click.count + (clicked.get(key)?.count ?? 0) });
    }
    // Costs for each message cannot be added up.
    for (const { type, value } of day.cost.filter((each) => !each.type.startsWith('cost_per')))
      cost.set(type, { type, value: (value ?? 0) + (cost.get(type)?.value ?? 0) });
  }
  const sum = (key: 'sent' | 'delivered' | 'read'): number => days.reduce((all, day) => all + day[key], 0);
  return {
    sent: sum('sent'),
    delivered: sum('delivered'),
    read: sum('read'),
    clicked: [...clicked.values()],
    cost: [...cost.values()],
  };
}

export class TemplateAnalyticsListDto {
  @ApiProperty({ type: Date }) start!: Date;
  @ApiProperty({ type: Date }) end!: Date;
  @ApiProperty({ type: [TemplateAnalyticsDto] }) templates!: TemplateAnalyticsDto[];

  static from({
    period,
    templates,
  }: {
    period: Period;
    templates: TemplateFigures[];
  }): TemplateAnalyticsListDto {
    return Object.assign(new TemplateAnalyticsListDto(), {
      ...period,
      templates: templates.map((template) => TemplateAnalyticsDto.from(template)),
    });
  }
}

export class ComparedTemplateDto {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  @ApiProperty({ type: String, example: '1689556908129832' }) templateId!: string;
  @ApiProperty({ type: String, example: 'order_confirmation' }) name!: string;
  @ApiProperty({ type: String, example: 'en_US' }) language!: string;
  @ApiProperty({ type: Number, nullable: true, example: 1_200 }) sent!: number | null;
  /** What people said most often when they blocked the business after it. */
  @ApiProperty({ type: String, nullable: true, example: 'NO_LONGER_NEEDED' }) topBlockReason!: string | null;
  /** 1 for the one that fewer people blocked the business after. */
  @ApiProperty({ type: Number, nullable: true, example: 1 }) blockRateRank!: number | null;
}

export class TemplateComparisonDto {
  @ApiProperty({ type: Date }) start!: Date;
  @ApiProperty({ type: Date }) end!: Date;
  @ApiProperty({ type: [ComparedTemplateDto] }) templates!: ComparedTemplateDto[];

  static from(comparison: {
    period: Period;
    templates: { template: TemplateEntity; figures: ComparedTemplate }[];
  }): TemplateComparisonDto {
    return Object.assign(new TemplateComparisonDto(), {
      ...comparison.period,
      templates: comparison.templates.map(({ template, figures }) => ({
        id: template.id,
        name: template.name,
        language: template.language,
        ...figures,
      })),
    });
  }
}
