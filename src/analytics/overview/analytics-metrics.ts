import type { ColumnUnit } from '../tables/analytics-table';
import { COUNTERS, type Counter, type Counts, NO_COUNTS, share } from '../rollups/rollup-counts';

/** Cases of conversations, which are counted from their rows and not added up before. */
export interface CaseCounts {
  cases_opened: number;
  cases_closed: number;
}

/** All that metrics are made of. */
export type MetricCounts = Counts & CaseCounts;

export const NO_CASES: CaseCounts = { cases_opened: 0, cases_closed: 0 };
export const NO_METRIC_COUNTS: MetricCounts = { ...NO_COUNTS, ...NO_CASES };

const METRIC_COUNTERS = [...COUNTERS, 'cases_opened', 'cases_closed'] as const;

/** @param sum is changed: thousands of points in an answer need no object each */
export function addMetricCounts(sum: MetricCounts, other: MetricCounts): void {
  for (const name of METRIC_COUNTERS) sum[name] += other[name];
}

export const ANALYTICS_METRICS = [
  'received',
  'sent',
  'delivered',
  'read',
  'failed',
  'billable',
  'clicked',
  'replied',
  'deliveryRate',
  'readRate',
  'failureRate',
  'clickRate',
  'replyRate',
  'comments',
  'commentReplies',
  'answers',
  'firstAnswers',
  'meanAnswerSeconds',
  'meanFirstAnswerSeconds',
  'casesOpened',
  'casesClosed',
] as const;
export type AnalyticsMetric = (typeof ANALYTICS_METRICS)[number];

/** A rate or a mean is null where there is nothing that it could be of; counts never are. */
export type MetricValues = Partial<Record<AnalyticsMetric, number | null>>;

interface MetricDefinition {
  /** For people. */
  title: string;
  unit: ColumnUnit;
  /** What it is, for those who read the API's documentation. */
  definition: string;
  of: (counts: MetricCounts) => number | null;
}

const mean = (sum: number, count: number): number | null => (count === 0 ? null : sum / count);

/** The one definition of each figure; what is counted is defined in docs/metrics.md. */
export const METRIC_DEFINITIONS: Record<AnalyticsMetric, MetricDefinition> = {
  received: {
    title: 'Messages received',
    unit: 'count',
    definition: 'Messages of customers, by when they wrote them. No reactions, notices or imported history.',
    of: ({ received }) => received,
  },
  sent: {
    title: 'Messages sent',
    unit: 'count',
    definition:
      'Messages that the platform sent on, by when it did. One that was delivered or read was sent, too. Those written in other apps of the business count.',
    of: ({ sent }) => sent,
  },
  delivered: {
    title: 'Messages delivered',
    unit: 'count',
    definition: 'Messages that reached a device, by when they did, whenever they were sent.',
    of: ({ delivered }) => delivered,
  },
  read: {
    title: 'Messages read',
    unit: 'count',
    definition: 'Messages that were read, or a voice message played, by when they first were.',
    of: ({ read }) => read,
  },
  failed: {
    title: 'Messages failed',
    unit: 'count',
    definition:
      'Messages that failed, at Meta or before they came so far, and were never delivered, by when they failed.',
    of: ({ failed }) => failed,
  },
  billable: {
    title: 'Billable messages',
    unit: 'count',
    definition: 'Of the messages sent in the time: those that Meta called billable. WhatsApp only.',
    of: ({ sent_billable: billable }) => billable,
  },
  clicked: {
    title: 'Templates clicked',
    unit: 'count',
    definition:
      'Of the messages sent in the time: templates of which the person tapped a quick-reply button within 72 hours. Taps on links are known to Meta alone.',
    of: ({ sent_clicked: clicked }) => clicked,
  },
  replied: {
    title: 'Templates replied to',
    unit: 'count',
    definition: 'Of the messages sent in the time: templates after which the person wrote within 72 hours.',
    of: ({ sent_replied: replied }) => replied,
  },
  deliveryRate: {
    title: 'Delivery rate',
    unit: 'share',
    definition: 'Of the messages sent in the time, the share that was delivered by now, 0 to 1.',
    of: (counts) => share(counts.sent_delivered, counts.sent),
  },
  readRate: {
    title: 'Read rate',
    unit: 'share',
    definition:
      'Of the messages sent in the time and delivered by now, the share that was read by now, 0 to 1. Who hides read receipts counts as not having read.',
    of: (counts) => share(counts.sent_read, counts.sent_delivered),
  },
  failureRate: {
    title: 'Failure rate',
    unit: 'share',
    definition:
      'Of the messages that were sent in the time, or failed in it without having been sent, the share that failed, 0 to 1.',
    of: (counts) => share(counts.sent_failed + counts.unsent_failed, counts.sent + counts.unsent_failed),
  },
  clickRate: {
    title: 'Click rate',
    unit: 'share',
    definition: 'Clicked of those sent in the time and delivered by now, 0 to 1.',
    of: (counts) => share(counts.sent_clicked, counts.sent_delivered),
  },
  replyRate: {
    title: 'Reply rate',
    unit: 'share',
    definition: 'Replied to of those sent in the time and delivered by now, 0 to 1.',
    of: (counts) => share(counts.sent_replied, counts.sent_delivered),
  },
  comments: {
    title: 'Comments',
    unit: 'count',
    definition:
      'Comments of others at posts and media, by when they were written, also those that were removed later.',
    of: ({ comments }) => comments,
  },
  commentReplies: {
    title: 'Comment replies',
    unit: 'count',
    definition: "Comments of the Page or account itself under somebody's comment, by when they were written.",
    of: ({ comment_replies: replies }) => replies,
  },
  answers: {
    title: 'Answers',
    unit: 'count',
    definition:
      "Messages that ended a customer's waiting, by when they were sent. Those of campaigns end nobody's, and comments have none.",
    of: ({ answers }) => answers,
  },
  firstAnswers: {
    title: 'First answers',
    unit: 'count',
    definition: 'Answers that were the first of their case.',
    of: ({ first_answers: answers }) => answers,
  },
  meanAnswerSeconds: {
    title: 'Mean time to answer',
    unit: 'seconds',
    definition: "Mean of what customers waited for the time's answers, in seconds of the clock.",
    of: (counts) => mean(counts.answer_seconds, counts.answers),
  },
  meanFirstAnswerSeconds: {
    title: 'Mean time to first answer',
    unit: 'seconds',
    definition: "Mean of what customers waited for the time's first answers, in seconds of the clock.",
    of: (counts) => mean(counts.first_answer_seconds, counts.first_answers),
  },
  casesOpened: {
    title: 'Cases opened',
    unit: 'count',
    definition:
      'Cases that began in the time: with the first thing that a customer wrote, a message or a comment, since the conversation began or was closed, or with its reopening.',
    of: ({ cases_opened: opened }) => opened,
  },
  casesClosed: {
    title: 'Cases closed',
    unit: 'count',
    definition: 'Cases whose conversation was closed in the time, whenever they began.',
    of: ({ cases_closed: closed }) => closed,
  },
};

/** Which counters some metrics are made of, in the order of all. Found out by watching what their definitions read. */
export function countersOf(metrics: readonly AnalyticsMetric[]): Counter[] {
  const read = new Set<PropertyKey>();
  const watched = new Proxy(NO_METRIC_COUNTS, {
    get: (counts, name) => {
      read.add(name);
      return Reflect.get(counts, name) as number;
    },
  });
  for (const metric of metrics) METRIC_DEFINITIONS[metric].of(watched);
  return COUNTERS.filter((counter) => read.has(counter));
}

export function metricValues<Metric extends AnalyticsMetric>(
  metrics: readonly Metric[],
  counts: MetricCounts,
): Record<Metric, number | null> {
  const values = {} as Record<Metric, number | null>;
  for (const metric of metrics) values[metric] = METRIC_DEFINITIONS[metric].of(counts);
  return values;
}
