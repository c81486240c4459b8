import { PAGE_METRICS, POST_METRICS, RETIRED_FACEBOOK_METRICS } from './facebook-metrics';
import type { InsightKind, InsightMetric, MediaProduct, RetiredMetric } from './insight-metric';
import {
  INSTAGRAM_ACCOUNT_METRICS,
  INSTAGRAM_MEDIA_METRICS,
  RETIRED_INSTAGRAM_METRICS,
} from './instagram-metrics';

/** Every name that is known, and how Meta wants to be asked for it. */
export const INSIGHT_METRICS: readonly InsightMetric[] = [
  ...PAGE_METRICS,
  ...POST_METRICS,
  ...INSTAGRAM_ACCOUNT_METRICS,
  ...INSTAGRAM_MEDIA_METRICS,
];

/** Names that Meta refuses. The first that fits is meant. */
export const RETIRED_METRICS: readonly RetiredMetric[] = [
  ...RETIRED_FACEBOOK_METRICS,
  ...RETIRED_INSTAGRAM_METRICS,
];

/** What of Meta's figures there is to ask for. */
export interface MetricScope {
  kind: InsightKind;
  /** Of `ig_media`; null where it is not known, which leaves out no metric. */
  product: MediaProduct | null;
  /** As `v26.0`. */
  graphVersion: string;
}

/** Those that Meta should answer, in the order in which they are shown. */
export function metricsFor({ kind, product, graphVersion }: MetricScope): InsightMetric[] {
  const version = majorOf(graphVersion);
  return INSIGHT_METRICS.filter(
    (metric) =>
      metric.kind === kind &&
      (metric.since ?? 0) <= version &&
      (product === null || metric.products?.includes(product) !== false),
  );
}

/** The entry of a name that Meta has retired; null for one that it answers, and for one that never was. */
export function retirementOf(
  name: string,
  { kind, graphVersion }: Pick<MetricScope, 'kind' | 'graphVersion'>,
  now = new Date(),
): RetiredMetric | null {
  const found = RETIRED_METRICS.find((retired) => retired.kind === kind && fits(retired.name, name));
  if (found === undefined) return null;
  const isGoneInVersion = found.inVersion !== undefined && majorOf(graphVersion) >= found.inVersion;
  return isGoneInVersion || now >= new Date(found.on) ? found : null;
}

/** A sentence for who asked for a retired name. */
export function explainRetirement(name: string, { on, replacedBy }: RetiredMetric): string {
  const [first, ...more] = replacedBy;
  const instead =
    first === undefined
      ? 'There is nothing in its place.'
      : `Ask for ${[first, ...more].join(' or ')} instead.`;
  return `Meta has retired ${name} (${on}). ${instead}`;
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** 26 of `v26.0`. */
function majorOf(graphVersion: string): number {
  return Number(/^v(\d+)/.exec(graphVersion)?.[1] ?? 0);
}
