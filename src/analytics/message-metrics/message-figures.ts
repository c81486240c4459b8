import type { Counter } from '../counting/message-counters';

export const COUNTED_METRICS = ['sent', 'delivered', 'read', 'failed', 'received'] as const;
export const RATE_METRICS = ['deliveryRate', 'readRate', 'failureRate'] as const;
export const METRICS = [...COUNTED_METRICS, ...RATE_METRICS] as const;
export type Metric = (typeof METRICS)[number];

/** Sums of counters. */
export type Counts = Record<Counter, number>;

/** What is told of some messages. A rate is null where there is nothing that it could be the share of. */
export type Figures = Record<(typeof COUNTED_METRICS)[number], number> &
  Record<(typeof RATE_METRICS)[number], number | null>;

export const NO_COUNTS: Counts = {
  received: 0,
  sent: 0,
  delivered: 0,
  read: 0,
  failed: 0,
  sent_delivered: 0,
  sent_read: 0,
  sent_failed: 0,
  unsent_failed: 0,
};

/**
 * Rates are about the messages that were sent in the range, whatever became of them later: a share of those delivered in it
 * could be above 1, as some of them were sent before.
 */
export function figuresOf(counts: Counts): Figures {
  const { received, sent, delivered, read, failed } = counts;
  return {
    sent,
    delivered,
    read,
    failed,
    received,
    deliveryRate: share(counts.sent_delivered, sent),
    readRate: share(counts.sent_read, counts.sent_delivered),
    failureRate: share(counts.sent_failed + counts.unsent_failed, sent + counts.unsent_failed),
  };
}

export function addCounts(one: Counts, other: Counts): Counts {
  const names = Object.keys(NO_COUNTS) as Counter[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as Counts;
}

export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
