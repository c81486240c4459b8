import type { MetaFigureAccount, MetaNumber } from '../../whatsapp/meta-figures/meta-coverage';
import type { AnalyticsRange } from '../scope/analytics-range';
import type { CostFigure } from './cost-figures';

export interface CostPoint extends CostFigure {
  timestamp: Date;
}

export interface PriceCosts extends CostFigure {
  /** null where Meta did not say. */
  category: string | null;
  type: string | null;
  points: CostPoint[];
}

export interface NumberCosts extends CostFigure {
  /** null: Meta names a number that the account does not have, or none. */
  number: MetaNumber | null;
  /** Digits. */
  phoneNumber: string | null;
}

export interface CountryCosts extends CostFigure {
  country: string | null;
}

/** Amounts of two currencies are never added up: each has its own figures. */
export interface CurrencyCosts {
  currency: string | null;
  totals: CostFigure;
  /** Messages that were sent without Meta having told a price of them by now. */
  sentWithoutPrice: number;
  prices: PriceCosts[];
  points: CostPoint[];
  numbers: NumberCosts[];
  /** null where numbers were chosen. */
  countries: CountryCosts[] | null;
}

export interface Costs {
  range: AnalyticsRange;
  currencies: CurrencyCosts[];
  accounts: MetaFigureAccount[];
}
