import { parseJsonLosslessly } from '../../json/lossless-json';

/** Whom nothing may be left of in a delivery. */
export interface Redacted {
  /** What the person was known by: exact values, numbers without `+`. */
  values: ReadonlySet<string>;
  /** Meta's ids of what belongs to the account: entries of others, in the same delivery, stay as they are. */
  entryIds: ReadonlySet<string>;
}

/**
 * A delivery without what it tells of a person: of each list the items that name the person, the innermost ones, so that what
 * it tells of others stays and is processed as before.
 * @param body as Meta sent it
 * @returns null where it tells nothing of the person, or is no JSON
 */
export function redactDelivery(body: Buffer, redacted: Redacted): Buffer | null {
  let delivery: unknown;
  try {
    delivery = parseJsonLosslessly(body.toString('utf8'));
  } catch {
    return null;
  }
  if (!isRecord(delivery) || !Array.isArray(delivery.entry)) return null;
  const parts = delivery.entry.map((each: unknown): Pruned => {
    const isTheirs = isRecord(each) && redacted.entryIds.has(String(each.id));
    return isTheirs ? prune(each, redacted.values) : { value: each, isChanged: false, isNamed: false };
  });
  if (!parts.some(({ isChanged, isNamed }) => isChanged || isNamed)) return null;
  const entry = parts.filter(({ isNamed }) => !isNamed).map(({ value }) => value);
  return Buffer.from(JSON.stringify({ ...delivery, entry }));
}

interface Pruned {
  value: unknown;
  isChanged: boolean;
  /** It names the person outside of any list in it. */
  isNamed: boolean;
}

function prune(node: unknown, values: ReadonlySet<string>): Pruned {
  if (Array.isArray(node)) {
    const items = node.map((item) => prune(item, values));
    const kept = items.filter(({ isNamed }) => !isNamed);
    return {
      value: kept.map(({ value }) => value),
      isChanged: kept.length < items.length || kept.some(({ isChanged }) => isChanged),
      isNamed: false,
    };
  }
  if (!isRecord(node)) return { value: node, isChanged: false, isNamed: isValueOf(node, values) };
  const fields = Object.entries(node).map(([key, item]) => [key, prune(item, values)] as const);
  return {
    value: Object.fromEntries(fields.map(([key, { value }]) => [key, value])),
    isChanged: fields.some(([, { isChanged }]) => isChanged),
    isNamed: fields.some(([, { isNamed }]) => isNamed),
  };
}

function isValueOf(node: unknown, values: ReadonlySet<string>): boolean {
  if (typeof node === 'number') return values.has(String(node));
  return typeof node === 'string' && values.has(node.replace(/^\+/, ''));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
