import type { AssetId } from '../../database/ids';
import type { InsightProblem } from '../../insights/pulling/insight-problem';
import type { MetaFigureKind } from './meta-figure';
import type { MetaSeriesState } from './meta-series.repository';

/** A number of the account, past ones among them. */
export interface MetaNumber {
  /** Our ids. */
  id: AssetId;
  wabaId: AssetId;
  /** Meta's id of the number. */
  externalId: string;
  /** Digits; empty while Meta has not told the number. */
  digits: string;
  name: string | null;
  currency: string | null;
}

/** How far a sort of figures was read from Meta. */
export interface MetaCoverage {
  kind: MetaFigureKind;
  /** Digits of the number, for messages; otherwise empty. */
  part: string;
  state: MetaSeriesState;
  message: string | null;
  readAt: Date | null;
  coveredFrom: Date | null;
  coveredUntil: Date | null;
  /** All that Meta keeps of the past was asked for. */
  isPastRead: boolean;
}

/** A WhatsApp Business Account of the account, and how far its figures are those of Meta. */
export interface MetaFigureAccount {
  id: AssetId;
  /** Meta's id. */
  wabaId: string;
  name: string | null;
  currency: string | null;
  /** When it was disconnected: nothing is read from then on. */
  releasedAt: Date | null;
  pulledAt: Date | null;
  problem: { code: InsightProblem['code']; message: string; since: Date } | null;
  series: MetaCoverage[];
}
