import { type Counts, share } from '../rollups/rollup-counts';

export const COUNTED_METRICS = ['sent', 'delivered', 'read', 'failed', 'received'] as const;
export const RATE_METRICS = ['deliveryRate', 'readRate', 'failureRate'] as const;
export const METRICS = [...COUNTED_METRICS, ...RATE_METRICS] as const;
export type Metric = (typeof METRICS)[number];

/** What is told of some messages. A rate is null where there is nothing that it could be the share of. */
export type Figures = Record<(typeof COUNTED_METRICS)[number], number> &
  Record<(typeof RATE_METRICS)[number], number | null>;

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
