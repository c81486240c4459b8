/** What messages cost, as the operator has set it. */
export interface PriceList {
  /** ISO 4217. */
  currency: string;
  /** By category, then by the beginning of the number; the empty beginning is for all others. */
  prices: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/**
 * Reads `WHATSAPP_PRICES`: a currency, then `CATEGORY=price` or `CATEGORY:country code=price`.
 * @returns null where none are set
 */
export function priceListOf(entries: readonly string[]): PriceList | null {
  const prices = new Map<string, Map<string, number>>();
  let currency: string | null = null;
  for (const entry of entries) {
    const [, category, prefix = '', price] = /^([A-Z]+)(?::(\d+))?=(.+)$/.exec(entry) ?? [];
    if (category === undefined) currency ??= entry;
    else prices.set(category, new Map(prices.get(category)).set(prefix, Number(price)));
  }
  return currency === null || prices.size === 0 ? null : { currency, prices };
}

/**
 * @param counts how many numbers begin with these digits
 * @returns null when the list has no price for one of them
 */
export function priceOf(
  list: PriceList | null,
  category: string | null,
  counts: readonly { prefix: string; count: number }[],
): { currency: string; amount: number } | null {
  const prices = list?.prices.get(category ?? '');
  if (list === null || prices === undefined) return null;
  let amount = 0;
  for (const { prefix, count } of counts) {
    const price = longestMatch(prices, prefix);
    if (price === undefined) return null;
    amount += price * count;
  }
  return { currency: list.currency, amount: Math.round(amount * 100) / 100 };
}

function longestMatch(prices: ReadonlyMap<string, number>, digits: string): number | undefined {
  for (let length = digits.length; length >= 0; length -= 1) {
    const price = prices.get(digits.slice(0, length));
    if (price !== undefined) return price;
  }
  return undefined;
}

/** How many people a tier allows in 24 hours; null for no limit, undefined for a word that is not known. */
export function peopleOfTier(tier: string | null): number | null | undefined {
  if (tier === null) return undefined;
  if (tier.endsWith('UNLIMITED')) return null;
  const [, digits, thousands] = /^TIER_(\d+)(K?)$/.exec(tier) ?? [];
  return digits === undefined ? undefined : Number(digits) * (thousands === 'K' ? 1_000 : 1);
}
