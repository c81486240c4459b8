import type { MetaSums } from '../../whatsapp/meta-figures/meta-sums.repository';
import type { CountsOf } from '../rollups/rollup-counts';
import type { MetaReach } from './meta-reach';

/** What was sent, and what Meta says it cost. What is not known is null, and never 0. */
export interface CostFigure {
  /** Messages with a price, as the webhooks of their statuses told it. */
  sent: number | null;
  /** Those of them that Meta says are charged. */
  billable: number | null;
  /** Messages with a price, as Meta counts them. */
  volume: number | null;
  /** What Meta charged, in the currency of the WhatsApp Business Account. */
  cost: number | null;
  /** How much of `volume` Meta told no cost of: `cost` is without it. */
  unpricedVolume: number | null;
  /** Whether Meta's figures were read of all of the time. */
  isComplete: boolean;
}

export const OUR_COUNTERS = ['sent', 'sent_billable'] as const;
export type OurCounts = CountsOf<(typeof OUR_COUNTERS)[number]>;

/**
 * @param ours null: not told apart on our side
 * @param meta undefined: Meta told nothing, which is nought as far as it was asked
 */
export function costFigure(ours: OurCounts | null, meta: MetaSums | undefined, reach: MetaReach): CostFigure {
  const known = reach !== 'none';
  return {
    sent: ours?.sent ?? null,
    billable: ours?.sent_billable ?? null,
    volume: known ? (meta?.volume ?? 0) : null,
    cost: known ? (meta === undefined ? 0 : meta.cost) : null,
    unpricedVolume: known ? (meta?.unpriced ?? 0) : null,
    isComplete: reach === 'full',
  };
}

export function addOurs(all: readonly OurCounts[]): OurCounts {
  return {
    sent: all.reduce((sum, { sent }) => sum + sent, 0),
    sent_billable: all.reduce((sum, each) => sum + each.sent_billable, 0),
  };
}

/** Of one currency; undefined for none. What is null in all of them stays null. */
export function addMeta(all: readonly MetaSums[]): MetaSums | undefined {
  if (all.length === 0) return undefined;
  const sum = (name: 'sent' | 'delivered' | 'volume' | 'cost'): number | null => {
    const known = all.flatMap((each) => each[name] ?? []);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  return {
    sent: sum('sent'),
    delivered: sum('delivered'),
    volume: sum('volume'),
    // Amounts in millionths: sums of binary fractions show digits that nobody charged.
    cost: rounded(sum('cost')),
    unpriced: all.reduce((total, { unpriced }) => total + unpriced, 0),
  };
}

function rounded(amount: number | null): number | null {
  return amount === null ? null : Math.round(amount * 1e6) / 1e6;
}

/** Category and type as one key: webhooks write `authentication-international`, figures `AUTHENTICATION_INTERNATIONAL`. */
export function priceKey(category: string, type: string): string {
  return `${category}/${type}`.toLowerCase().replaceAll('-', '_');
}

export function priceOf(key: string): { category: string | null; type: string | null } {
  const [category = '', type = ''] = key.split('/');
  return { category: category === '' ? null : category, type: type === '' ? null : type };
}
