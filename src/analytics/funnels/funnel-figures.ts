import { type MetricValues, NO_CASES, metricValues } from '../overview/analytics-metrics';
import { type CountsOf, NO_COUNTS } from '../rollups/rollup-counts';
import type { TableCell, TableColumn } from '../tables/analytics-table';

/** Shares of a step among those of the step before it that can be known. */
export const FUNNEL_RATES = ['deliveryRate', 'readRate', 'clickRate', 'replyRate', 'failureRate'] as const;
export type FunnelRate = (typeof FUNNEL_RATES)[number];

/** What became of the messages that were sent in a range, up to now, whenever it happened. */
export interface Funnel extends Record<FunnelRate, number | null> {
  sent: number;
  delivered: number;
  read: number;
  clicked: number;
  replied: number;
  /** With those that failed in the range without having been sent. */
  failed: number;
  billable: number;
}

/** What a funnel is made of. */
export const FUNNEL_COUNTERS = [
  'sent',
  'sent_delivered',
  'sent_read',
  'sent_clicked',
  'sent_replied',
  'sent_failed',
  'unsent_failed',
  'sent_billable',
] as const;

export function funnelOf(counts: CountsOf<(typeof FUNNEL_COUNTERS)[number]>): Funnel {
  const rates: MetricValues = metricValues(FUNNEL_RATES, { ...NO_COUNTS, ...counts, ...NO_CASES });
  return {
    sent: counts.sent,
    delivered: counts.sent_delivered,
    read: counts.sent_read,
    clicked: counts.sent_clicked,
    replied: counts.sent_replied,
    failed: counts.sent_failed + counts.unsent_failed,
    billable: counts.sent_billable,
    deliveryRate: rates.deliveryRate ?? null,
    readRate: rates.readRate ?? null,
    clickRate: rates.clickRate ?? null,
    replyRate: rates.replyRate ?? null,
    failureRate: rates.failureRate ?? null,
  };
}

const COUNT_TITLES = {
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  clicked: 'Clicked',
  replied: 'Replied to',
  failed: 'Failed',
  billable: 'Billable',
} as const;

const RATE_TITLES: Record<FunnelRate, string> = {
  deliveryRate: 'Delivery rate',
  readRate: 'Read rate',
  clickRate: 'Click rate',
  replyRate: 'Reply rate',
  failureRate: 'Failure rate',
};

const COUNTS = Object.keys(COUNT_TITLES) as (keyof typeof COUNT_TITLES)[];

export const FUNNEL_COLUMNS: readonly TableColumn[] = [
  ...COUNTS.map((key): TableColumn => ({ key, title: COUNT_TITLES[key], unit: 'count' })),
  ...FUNNEL_RATES.map((key): TableColumn => ({ key, title: RATE_TITLES[key], unit: 'share' })),
];

/** In the order of `FUNNEL_COLUMNS`. */
export function funnelCells(funnel: Funnel): TableCell[] {
  return [...COUNTS.map((key) => funnel[key]), ...FUNNEL_RATES.map((key) => funnel[key])];
}

/** The steps as a picture has them. */
export const FUNNEL_STEPS = ['sent', 'delivered', 'read', 'clicked', 'replied'] as const;
