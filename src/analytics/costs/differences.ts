import type { MetaFigureAccount, MetaNumber } from '../../whatsapp/meta-figures/meta-coverage';
import type { AnalyticsRange } from '../scope/analytics-range';
import type { ComparedCount, DifferenceReason } from './difference-reasons';

export interface Differences {
  sent: ComparedCount;
  delivered: ComparedCount;
  /** Of numbers Meta tells none. */
  read: ComparedCount;
  reasons: DifferenceReason[];
  /** Whether Meta's figures were read of all of the time. */
  isComplete: boolean;
}

export interface DifferencePoint extends Differences {
  timestamp: Date;
}

export interface NumberDifferences extends Differences {
  number: MetaNumber;
  /** null where there would be too many. */
  points: DifferencePoint[] | null;
}

export interface TemplateDifferences extends Differences {
  name: string;
  language: string;
  points: DifferencePoint[] | null;
}

export interface DifferenceReport {
  range: AnalyticsRange;
  numbers: NumberDifferences[];
  templates: TemplateDifferences[];
  accounts: MetaFigureAccount[];
}
