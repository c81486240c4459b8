/** What rollups add up, in the order of their columns. Definitions: docs/metrics.md and docs/analytics.md. */
export const COUNTERS = [
  'received',
  'sent',
  'delivered',
  'read',
  'failed',
  'sent_delivered',
  'sent_read',
  'sent_failed',
  'unsent_failed',
  'sent_billable',
  'sent_clicked',
  'sent_replied',
  'comments',
  'comment_replies',
  'answers',
  'answer_seconds',
  'first_answers',
  'first_answer_seconds',
] as const;
export type Counter = (typeof COUNTERS)[number];

/** Sums of counters. */
export type Counts = Record<Counter, number>;
/** Sums of some of them: of a row with hundreds of thousands beside it, each costs time of its own. */
export type CountsOf<Name extends Counter> = Pick<Counts, Name>;

export const NO_COUNTS: Counts = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counts;

/** @param other what it has none of is left as it is */
export function addCounts(one: Counts, other: Partial<Counts>): Counts {
  const sum = { ...one };
  for (const name of COUNTERS) sum[name] += other[name] ?? 0;
  return sum;
}

/** A share is null where there is nothing that it could be a share of. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
