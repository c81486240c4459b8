import { ValidationFailedError } from '../../errors/app.error';
import type { RollupDimension } from '../counting/message-counters';
import type { RollupGroup } from '../rollups/rollup-reader';
import { ANALYTICS_METRICS, type AnalyticsMetric } from './analytics-metrics';

export const SERIES_GROUPINGS = [
  'platform',
  'channel',
  'agent',
  'campaign',
  'template',
  'sentiment',
  'error',
  'price',
] as const;
/** What several series are told apart by. */
export type SeriesGrouping = (typeof SERIES_GROUPINGS)[number];

interface Grouping {
  /** Which sums are read; null: those of all messages. */
  dimension: RollupDimension | null;
  group: RollupGroup | undefined;
  /** What makes sense: an agent receives nothing. */
  metrics: readonly AnalyticsMetric[];
  /** Told when none are named. */
  usual: readonly AnalyticsMetric[];
}

/** Of the buttons and answers of templates nobody would ask for the share among all messages. */
const OF_TEMPLATES: readonly AnalyticsMetric[] = ['clicked', 'replied', 'clickRate', 'replyRate'];
const OF_ALL = ANALYTICS_METRICS.filter((metric) => !OF_TEMPLATES.includes(metric));
const SENT = ['sent', 'delivered', 'read', 'failed', 'deliveryRate', 'readRate', 'failureRate'] as const;
const USUAL = ['received', 'sent', 'delivered', 'read', 'failed'] as const;
const TEMPLATES = {
  metrics: [...SENT, 'billable', ...OF_TEMPLATES],
  usual: ['sent', 'delivered', 'read', 'failed', 'clicked', 'replied'],
} as const;

const ALONE: Grouping = { dimension: null, group: undefined, metrics: OF_ALL, usual: USUAL };
const GROUPINGS: Record<SeriesGrouping, Grouping> = {
  platform: { dimension: null, group: 'platform', metrics: OF_ALL, usual: USUAL },
  channel: { dimension: 'channel', group: 'asset', metrics: OF_ALL, usual: USUAL },
  agent: {
    dimension: 'agent',
    group: 'label',
    metrics: [...SENT, 'answers', 'firstAnswers', 'meanAnswerSeconds', 'meanFirstAnswerSeconds'],
    usual: ['sent', 'answers', 'meanAnswerSeconds'],
  },
  campaign: { dimension: 'campaign', group: 'label', ...TEMPLATES },
  template: { dimension: 'template', group: 'template', ...TEMPLATES },
  sentiment: {
    dimension: 'sentiment',
    group: 'label',
    metrics: ['received', 'comments'],
    usual: ['received', 'comments'],
  },
  error: { dimension: 'error', group: 'label', metrics: ['failed'], usual: ['failed'] },
  price: {
    dimension: 'price',
    group: 'label',
    metrics: ['sent', 'delivered', 'read', 'billable', 'deliveryRate', 'readRate'],
    usual: ['sent', 'delivered', 'billable'],
  },
};

export function groupingOf(groupBy: SeriesGrouping | undefined): Grouping {
  return groupBy === undefined ? ALONE : GROUPINGS[groupBy];
}

/**
 * Each once, in one order whatever order they were asked for in.
 * @throws ValidationFailedError for metrics that make no sense so grouped; it lists those that do
 */
export function chosenMetrics(
  wanted: readonly AnalyticsMetric[] | undefined,
  groupBy: SeriesGrouping | undefined,
): AnalyticsMetric[] {
  const { metrics, usual } = groupingOf(groupBy);
  const chosen = wanted === undefined || wanted.length === 0 ? usual : wanted;
  const senseless = chosen.filter((metric) => !metrics.includes(metric));
  if (senseless.length > 0)
    throw ValidationFailedError.of(
      'metrics',
      'isIn',
      `${senseless.join(', ')} cannot be told ${groupBy === undefined ? 'of all messages together' : `by ${groupBy}`}: choose from ${metrics.join(', ')}.`,
    );
  return ANALYTICS_METRICS.filter((metric) => chosen.includes(metric));
}
