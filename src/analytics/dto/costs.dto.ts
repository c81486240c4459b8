import { ApiProperty } from '@nestjs/swagger';
import { INSIGHT_PROBLEMS, type InsightProblem } from '../../insights/pulling/insight-problem';
import type { MetaFigureAccount } from '../../whatsapp/meta-figures/meta-coverage';
import type { CostFigure } from '../costs/cost-figures';
import type { Costs, CountryCosts, CurrencyCosts, NumberCosts, PriceCosts } from '../costs/costs';
import { AnalyticsRangeDto } from './analytics-range.dto';

/** What keeps Meta from answering at present. */
export class MetaPullProblemDto {
  /**
   * `permission`: a permission is missing. `token`: the connection has to be renewed. `limited`: too many calls.
   * `unavailable`: Meta has trouble. `rejected`: Meta refuses for another reason.
   */
  @ApiProperty({ enum: INSIGHT_PROBLEMS }) code!: InsightProblem['code'];
  message!: string;
  since!: Date;
}

/** A WhatsApp Business Account whose figures are read from Meta every three hours. */
export class MetaFigureAccountDto {
  /** Meta's id. @example "102290129340398" */
  wabaId!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Lucky Shrub' }) name!: string | null;
  /** ISO 4217. Null: Meta has not told it. */
  @ApiProperty({ type: String, nullable: true, example: 'EUR' }) currency!: string | null;
  /** When a pull last went well. Null: none has yet. */
  @ApiProperty({ type: Date, nullable: true, example: '2026-03-31T12:00:00.000Z' }) pulledAt!: Date | null;
  /** When it was disconnected; its figures end there. Null: it is connected. */
  @ApiProperty({ type: Date, nullable: true, example: null }) disconnectedAt!: Date | null;
  @ApiProperty({ type: MetaPullProblemDto, nullable: true }) problem!: MetaPullProblemDto | null;

  static from(account: MetaFigureAccount): MetaFigureAccountDto {
    return Object.assign(new MetaFigureAccountDto(), {
      wabaId: account.wabaId,
      name: account.name,
      currency: account.currency,
      pulledAt: account.pulledAt,
      disconnectedAt: account.releasedAt,
      problem: account.problem,
    });
  }
}

/** What was sent here, and beside it what Meta counts and charges. Null is what is not known: never 0. */
export class CostFigureDto {
  /**
   * Messages that were sent in the time and that a status webhook told a price of, charged or not. Null where they are not told
   * apart in this way here: by country.
   */
  @ApiProperty({ type: 'integer', nullable: true, example: 1200 }) sent!: number | null;
  /** Those of `sent` that the webhooks called billable. */
  @ApiProperty({ type: 'integer', nullable: true, example: 900 }) billable!: number | null;
  /** Messages with a price as Meta counts them (`pricing_analytics`). Null while Meta was not asked. */
  @ApiProperty({ type: 'integer', nullable: true, example: 1198 }) volume!: number | null;
  /**
   * What Meta charged, in the currency of the entry: about what the invoice says, not the invoice. Null while Meta was not asked,
   * and where it tells none, as for businesses that a partner pays for.
   */
  @ApiProperty({ type: Number, nullable: true, example: 61.38 }) cost!: number | null;
  /** How much of `volume` Meta told no cost of. */
  @ApiProperty({ type: 'integer', nullable: true, example: 0 }) unpricedVolume!: number | null;
  /** False: Meta was asked for a part of the time only. The time up to now is read within three hours. */
  isComplete!: boolean;

  static fill<T extends CostFigureDto>(dto: T, figure: CostFigure): T {
    return Object.assign(dto, {
      sent: figure.sent,
      billable: figure.billable,
      volume: figure.volume,
      cost: figure.cost,
      unpricedVolume: figure.unpricedVolume,
      isComplete: figure.isComplete,
    });
  }
}

export class CostPointDto extends CostFigureDto {
  /** When the hour, day, week or month begins. @example 2026-03-01T00:00:00.000Z */
  timestamp!: Date;
}

/** Messages of one price. */
export class PriceCostsDto extends CostFigureDto {
  /** Meta's pricing category, as `marketing`, `utility`, `authentication`, `service`. Null where it was not told. */
  @ApiProperty({ type: String, nullable: true, example: 'marketing' }) category!: string | null;
  /** Meta's pricing type: `regular` is charged, `free_customer_service` and `free_entry_point` are not. */
  @ApiProperty({ type: String, nullable: true, example: 'regular' }) type!: string | null;
  points!: CostPointDto[];

  static from(price: PriceCosts): PriceCostsDto {
    return CostFigureDto.fill(
      Object.assign(new PriceCostsDto(), {
        category: price.category,
        type: price.type,
        // As they are: there are thousands in an answer by the hour.
        points: price.points,
      }),
      price,
    );
  }
}

export class NumberCostsDto extends CostFigureDto {
  /** Our id, as `channelId` takes it. Null: Meta names a number that the account does not have, or none. */
  @ApiProperty({ type: String, nullable: true, example: '0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11' })
  channelId!: string | null;
  /** Meta's id of the number. */
  @ApiProperty({ type: String, nullable: true, example: '106540352242922' }) phoneNumberId!: string | null;
  /** Digits. */
  @ApiProperty({ type: String, nullable: true, example: '15550783881' }) phoneNumber!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Lucky Shrub' }) name!: string | null;

  static from(costs: NumberCosts): NumberCostsDto {
    return CostFigureDto.fill(
      Object.assign(new NumberCostsDto(), {
        channelId: costs.number?.id ?? null,
        phoneNumberId: costs.number?.externalId ?? null,
        phoneNumber: costs.phoneNumber,
        name: costs.number?.name ?? null,
      }),
      costs,
    );
  }
}

export class CountryCostsDto extends CostFigureDto {
  /** Where the message went, ISO 3166-1. Null where Meta did not say. */
  @ApiProperty({ type: String, nullable: true, example: 'DE' }) country!: string | null;

  static from(costs: CountryCosts): CountryCostsDto {
    return CostFigureDto.fill(Object.assign(new CountryCostsDto(), { country: costs.country }), costs);
  }
}

/** Everything in one currency: amounts of two are never added up. */
export class CurrencyCostsDto {
  /** ISO 4217. Null: that of WhatsApp Business Accounts whose currency Meta has not told. */
  @ApiProperty({ type: String, nullable: true, example: 'EUR' }) currency!: string | null;
  totals!: CostFigureDto;
  /** Messages sent in the range that no webhook has told a price of by now. They are in none of the other figures. @example 3 */
  @ApiProperty({ type: 'integer' }) sentWithoutPrice!: number;
  /** By category and type, dearest first. */
  prices!: PriceCostsDto[];
  /** All prices together. */
  points!: CostPointDto[];
  /** By number, dearest first. */
  numbers!: NumberCostsDto[];
  /** By country, dearest first. Null where channels are chosen: sums by country are those of all numbers. */
  @ApiProperty({ type: [CountryCostsDto], nullable: true }) countries!: CountryCostsDto[] | null;

  static from(costs: CurrencyCosts): CurrencyCostsDto {
    return Object.assign(new CurrencyCostsDto(), {
      currency: costs.currency,
      totals: CostFigureDto.fill(new CostFigureDto(), costs.totals),
      sentWithoutPrice: costs.sentWithoutPrice,
      prices: costs.prices.map((price) => PriceCostsDto.from(price)),
      points: costs.points,
      numbers: costs.numbers.map((each) => NumberCostsDto.from(each)),
      countries: costs.countries?.map((each) => CountryCostsDto.from(each)) ?? null,
    });
  }
}

export class CostsDto {
  range!: AnalyticsRangeDto;
  /** An entry for each currency; none without a WhatsApp Business Account. */
  currencies!: CurrencyCostsDto[];
  /** Where Meta's figures come from, and how fresh they are. */
  accounts!: MetaFigureAccountDto[];

  static from(costs: Costs): CostsDto {
    return Object.assign(new CostsDto(), {
      range: AnalyticsRangeDto.from(costs.range),
      currencies: costs.currencies.map((each) => CurrencyCostsDto.from(each)),
      accounts: costs.accounts.map((account) => MetaFigureAccountDto.from(account)),
    });
  }
}
