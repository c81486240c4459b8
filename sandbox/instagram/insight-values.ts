import { invalidParameter } from '../graph/graph-error';
import type { ReadContext } from '../graph/graph-nodes';
import type { MetricValues } from './instagram-records';
import { numberOf, textListOf, type JsonObject } from '../json';
import { DAY_MS } from '../login/tokens';

/** Metrics that Meta has taken away: one of them fails the whole call, as a misspelt one does. */
const RETIRED = [
  'audience_city',
  'audience_country',
  'audience_gender_age',
  'audience_locale',
  'carousel_album_engagement',
  'carousel_album_impressions',
  'carousel_album_reach',
  'clips_replays_count',
  'email_contacts',
  'engagement',
  'exits',
  'get_directions_clicks',
  'ig_reels_aggregated_all_plays_count',
  'impressions',
  'phone_call_clicks',
  'plays',
  'profile_views',
  'taps_back',
  'taps_forward',
  'text_message_clicks',
  'video_views',
  'website_clicks',
];

/** The metrics that a call names, each of them known. */
export function readMetrics({ args }: ReadContext, known: readonly string[]): string[] {
  const names = textListOf(args.metric);
  if (names.length === 0) throw invalidParameter('The parameter metric is required.');
  names.forEach((name, index) => {
    if (known.includes(name)) return;
    throw invalidParameter(
      RETIRED.includes(name)
        ? `Starting from version v22.0 and above, the ${name} metric is no longer supported for the queried media.`
        : `metric[${index}] must be one of the following values: ${known.join(', ')}`,
    );
  });
  return names;
}

/** One breakdown, or several that are crossed. */
export function readBreakdown(
  { args }: ReadContext,
  allowed: (name: string) => readonly string[],
  metrics: readonly string[],
): string[] {
  const dimensions = textListOf(args.breakdown);
  for (const dimension of dimensions) {
    const wrong = metrics.find((metric) => !allowed(metric).includes(dimension));
    if (wrong !== undefined) {
      throw invalidParameter(`The breakdown (${dimension}) is not compatible with the metric (${wrong}).`);
    }
  }
  return dimensions;
}

export interface TimeRange {
  /** Unix ms. */
  since: number;
  until: number;
}

const LONGEST_DAYS = 30;

/** `since` and `until`, in Unix seconds or as dates. Left out: the `days` before now. */
export function readRange({ args }: ReadContext, now: number, days: number): TimeRange {
  const until = args.until === undefined ? now : instantOf(args.until, 'until');
  const since = args.since === undefined ? until - days * DAY_MS : instantOf(args.since, 'since');
  if (since > until) throw invalidParameter('Param since must be before until.');
  if (until - since > LONGEST_DAYS * DAY_MS) {
    throw invalidParameter('There cannot be more than 30 days (2592000 s) between since and until');
  }
  return { since, until };
}

function instantOf(text: string, name: string): number {
  const seconds = numberOf(text);
  const ms = seconds === undefined ? Date.parse(text) : seconds * 1000;
  if (Number.isNaN(ms)) throw invalidParameter(`Param ${name} must be a date or a Unix timestamp.`);
  return ms;
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The dates that a range touches, the oldest first. */
export function datesIn({ since, until }: TimeRange): string[] {
  const dates: string[] = [];
  const first = Date.parse(dateOf(since));
  for (let day = first; day < until; day += DAY_MS) dates.push(dateOf(day));
  return dates;
}

/** Of the days in a range where days are known, else the total. */
export function totalIn(values: MetricValues | undefined, range: TimeRange): number | undefined {
  if (!values) return undefined;
  if (Object.keys(values.days).length === 0) return values.total;
  return datesIn(range).reduce((sum, date) => sum + (values.days[date] ?? 0), 0);
}

/** `breakdowns` of one metric, in the form of answers. */
export function breakdownViews(
  values: MetricValues | undefined,
  dimensions: readonly string[],
): JsonObject[] {
  const found = values?.breakdowns.find((one) => one.dimensions.join(',') === dimensions.join(','));
  return [
    {
      dimension_keys: [...dimensions],
      results: (found?.results ?? []).map((result) => ({
        dimension_values: [...result.values],
        value: result.value,
      })),
    },
  ];
}

/** `accounts_engaged` → `Accounts engaged`. */
export function titleOf(metric: string): string {
  return metric.charAt(0).toUpperCase() + metric.slice(1).replaceAll('_', ' ');
}

export function insightItem(
  ownerId: string,
  metric: string,
  period: string,
  content: JsonObject,
): JsonObject {
  return {
    name: metric,
    period,
    ...content,
    title: titleOf(metric),
    description: `${titleOf(metric)} of the ${period === 'lifetime' ? 'whole time' : 'period'}.`,
    id: `${ownerId}/insights/${metric}/${period}`,
  };
}
