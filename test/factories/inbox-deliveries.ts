import * as fc from 'fast-check';
import type { Trace } from './inbox-events';
import { type Item, BUSINESS_NUMBER, itemsOf } from './inbox-items';

type Json = Record<string, unknown>;

/** How a trace reaches us: shuffled, repeated, cut into deliveries, worked on by several, failing now and then. */
export interface Plan {
  /** Zero leaves the order as it is. */
  shuffle: number;
  /** What comes again, in another delivery. */
  repeats: number[];
  /** Items of one delivery, in turn. */
  sizes: number[];
  /** Every item in a change of its own. */
  isLoose: boolean;
  drainers: number;
  /** Deliveries between two rounds of processing. */
  every: number;
  /** Whether the next handlers fail, after their effects. */
  failures: boolean[];
  /** Before which delivery the late number is connected; null: never. */
  connectAt: number | null;
  /** Before which delivery Meta's answer to an order is known. */
  answersAt: number[];
  /** After which deliveries everything that was processed is processed again. */
  replaysAt: number[];
}

export function plans(connectAt: fc.Arbitrary<number | null>): fc.Arbitrary<Plan> {
  return fc.record({
    shuffle: fc.nat(1_000_000),
    repeats: fc.array(fc.nat(40), { maxLength: 6 }),
    sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
    isLoose: fc.boolean(),
    drainers: fc.integer({ min: 1, max: 4 }),
    every: fc.integer({ min: 1, max: 6 }),
    failures: fc.array(fc.boolean(), { maxLength: 6 }),
    connectAt,
    answersAt: fc.array(fc.nat(10), { minLength: 1, maxLength: 3 }),
    replaysAt: fc.array(fc.nat(10), { maxLength: 2 }),
  });
}

/** What Meta knows of the tenants, different in each run. */
export interface Addresses {
  /** By number. */
  phoneNumberIds: readonly string[];
  wabaIds: readonly string[];
  /** Our id of each order. */
  orderIds: readonly string[];
}

/** The bodies of the deliveries that a plan makes of a trace, with how many items each has, and how many of the late number. */
export function deliveriesOf(
  trace: Trace,
  plan: Plan,
  addresses: Addresses,
): { body: string; numbers: number[]; odd: number }[] {
  const all = itemsOf(trace, addresses.orderIds);
  const repeated = all.length === 0 ? [] : plan.repeats.flatMap((index) => all[index % all.length] ?? []);
  const items = shuffled([...all, ...repeated], plan.shuffle);
  const deliveries: { body: string; numbers: number[]; odd: number }[] = [];
  for (let from = 0, turn = 0; from < items.length; turn++) {
    const size = plan.sizes[turn % plan.sizes.length] ?? 1;
    const batch = items.slice(from, from + size);
    from += size;
    for (const [object, part] of [
      ['spaceship', batch.filter(({ field }) => field === '')],
      ['whatsapp_business_account', batch.filter(({ field }) => field !== '')],
    ] as const) {
      if (part.length === 0) continue;
      deliveries.push({
        // No two deliveries have the same bytes, or the second would be none.
        body: JSON.stringify({ object, entry: entriesOf(part, plan.isLoose, addresses), turn }),
        numbers: part.filter(({ list }) => list !== null).map(({ number }) => number),
        odd: part.filter(({ list }) => list === null).length,
      });
    }
  }
  return deliveries;
}

interface Change {
  items: Item[];
}

function entriesOf(items: readonly Item[], isLoose: boolean, { phoneNumberIds, wabaIds }: Addresses): Json[] {
  const changes: Change[] = [];
  for (const item of items) {
    const fitting = isLoose ? undefined : changes.find((change) => fits(item, change));
    if (fitting === undefined) changes.push({ items: [item] });
    else fitting.items.push(item);
  }
  const entries = new Map<string, Json[]>();
  for (const { items: together } of changes) {
    const [first] = together;
    if (first === undefined) continue;
    const wabaId = wabaIds[first.number] ?? '';
    const contacts = [
      ...new Set(together.flatMap(({ contact }) => contact ?? []).map((c) => JSON.stringify(c))),
    ];
    const lists: Record<string, Json[]> = {};
    for (const { list, json } of together) if (list !== null) (lists[list] ??= []).push(json);
    const value = {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: BUSINESS_NUMBER, phone_number_id: phoneNumberIds[first.number] },
      ...(contacts.length === 0 ? {} : { contacts: contacts.map((text): unknown => JSON.parse(text)) }),
      ...(first.list === null ? first.json : lists),
    };
    entries.set(wabaId, [...(entries.get(wabaId) ?? []), { field: first.field, value }]);
  }
  return [...entries].map(([id, list]) => ({ id, changes: list }));
}

/**
 * The list of people in a change speaks for all its items. Meta has one entry for a person in it, so items that tell
 * different things of the same person do not come in one change.
 */
function fits(item: Item, { items }: Change): boolean {
  const [first] = items;
  if (first?.number !== item.number || first.field !== item.field || item.list === null) return false;
  return items.every(
    (other) =>
      item.customer === null ||
      other.customer !== item.customer ||
      JSON.stringify(other.contact) === JSON.stringify(item.contact),
  );
}

/** By a hash of seed and place: the same for the same seed. Zero changes nothing, so that shrinking leads to order. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  if (seed === 0) return [...items];
  const rank = (index: number): number =>
    Math.imul(Math.imul(index + 1, 0x9e3779b1) ^ seed, 0x85ebca6b) >>> 0;
  const mixed = (index: number): number => Math.imul(rank(index) ^ (rank(index) >>> 13), 0xc2b2ae35) >>> 0;
  return items
    .map((value, index) => ({ value, rank: mixed(index) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}
