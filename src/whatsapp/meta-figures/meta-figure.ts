import type { AccountId, AssetId } from '../../database/ids';

/**
 * Meta's fields of a WhatsApp Business Account: `analytics` counts messages, `pricing` and `conversation` what is charged,
 * `template` what becomes of templates.
 */
export const META_FIGURE_KINDS = ['analytics', 'pricing', 'conversation', 'template'] as const;
export type MetaFigureKind = (typeof META_FIGURE_KINDS)[number];

/** One point as Meta told it. What it was not told apart by is empty; what Meta does not count is null. */
export interface MetaPoint {
  startAt: Date;
  endAt: Date;
  /** Digits only. */
  phoneNumber: string;
  /** ISO 3166-1, upper case. */
  country: string;
  /** Lower case, as in `marketing`. */
  category: string;
  type: string;
  direction: string;
  tier: string;
  templateId: string;
  sent: number | null;
  delivered: number | null;
  read: number | null;
  clicked: MetaClick[] | null;
  /** Messages that have a price, or conversations. */
  volume: number | null;
  /** In the currency of the WhatsApp Business Account. */
  cost: number | null;
}

export interface MetaClick {
  type: string;
  /** What is written on it. */
  button: string | null;
  count: number;
}

/** From inclusive, until exclusive. */
export interface MetaWindow {
  from: Date;
  until: Date;
}

/** A WhatsApp Business Account whose figures are kept. */
export interface MetaFigureOwner {
  accountId: AccountId;
  /** Our id. */
  assetId: AssetId;
  /** Meta's id. */
  wabaId: string;
  /** null while Meta has not told it. */
  currency: string | null;
}

export const NO_POINT: Omit<MetaPoint, 'startAt' | 'endAt'> = {
  phoneNumber: '',
  country: '',
  category: '',
  type: '',
  direction: '',
  tier: '',
  templateId: '',
  sent: null,
  delivered: null,
  read: null,
  clicked: null,
  volume: null,
  cost: null,
};
