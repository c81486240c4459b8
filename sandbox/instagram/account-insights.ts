import type { SandboxContext } from '../context';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import type { EdgeReader, ReadContext } from '../graph/graph-nodes';
import { graphTime } from '../graph/graph-time';
import {
  breakdownViews,
  datesIn,
  insightItem,
  readBreakdown,
  readMetrics,
  readRange,
  totalIn,
  type TimeRange,
} from './insight-values';
import { requireInstagram, requireInstagramTask } from './instagram-access';
import { tooFewPeople } from './instagram-errors';
import type { JsonObject, JsonValue } from '../json';
import { DAY_MS } from '../login/tokens';
import { valueOf } from './media-insights';
import { tokenOf } from '../pages/page-access';
import type { InstagramRecord } from '../world';

interface AccountMetric {
  periods: readonly string[];
  /** Also, or only, in these forms. */
  forms: readonly ('total_value' | 'time_series')[];
  breakdowns: readonly string[];
}

const daily = (...breakdowns: string[]): AccountMetric => ({
  periods: ['day'],
  forms: ['total_value'],
  breakdowns,
});
const demographic: AccountMetric = {
  periods: ['lifetime'],
  forms: ['total_value'],
  breakdowns: ['age', 'city', 'country', 'gender'],
};

const METRICS: Readonly<Record<string, AccountMetric>> = {
  reach: {
    periods: ['day', 'week', 'days_28'],
    forms: ['total_value', 'time_series'],
    breakdowns: ['media_product_type', 'follow_type'],
  },
  follower_count: { periods: ['day'], forms: ['time_series'], breakdowns: [] },
  online_followers: { periods: ['lifetime'], forms: ['time_series'], breakdowns: [] },
  views: daily('media_product_type', 'follow_type'),
  accounts_engaged: daily(),
  total_interactions: daily('media_product_type'),
  likes: daily('media_product_type'),
  comments: daily('media_product_type'),
  saves: daily('media_product_type'),
  shares: daily('media_product_type'),
  replies: daily(),
  reposts: daily(),
  follows_and_unfollows: daily('follow_type'),
  profile_links_taps: daily('contact_button_type'),
  follower_demographics: demographic,
  engaged_audience_demographics: demographic,
};
const TIMEFRAMES = ['last_14_days', 'last_30_days', 'last_90_days', 'prev_month', 'this_month', 'this_week'];
const FEWEST_FOLLOWERS = 100;
const NEEDS_FOLLOWERS = ['follower_demographics', 'engaged_audience_demographics', 'follower_count'];

/** `GET /{ig}/insights`: totals with breakdowns, or values day by day. */
export function accountInsights(context: SandboxContext): EdgeReader<InstagramRecord> {
  return (account, read) => {
    const token = tokenOf(read.request);
    requireInstagram(token, 'insights', account);
    requireInstagramTask(context, account, token, 'ANALYZE');
    const metrics = readMetrics(read, Object.keys(METRICS));
    const period = periodOf(read, metrics);
    const form = formOf(read, metrics);
    const dimensions = readBreakdown(read, (metric) => METRICS[metric]?.breakdowns ?? [], metrics);
    if (dimensions.length > 0 && form === 'time_series') {
      throw invalidParameter('The parameter breakdown needs metric_type=total_value.');
    }
    if (
      metrics.some((metric) => NEEDS_FOLLOWERS.includes(metric)) &&
      account.profile.followers < FEWEST_FOLLOWERS
    ) {
      throw tooFewPeople(`This metric needs at least ${FEWEST_FOLLOWERS} followers.`);
    }
    const range = readRange(read, context.clock.now(), form === 'total_value' ? 1 : 2);
    const data = metrics.map((metric) => {
      const content =
        METRICS[metric] === demographic
          ? { total_value: demographics(account, metric, read, dimensions) }
          : form === 'total_value'
            ? { total_value: total(context, account, metric, range, dimensions) }
            : { values: series(account, metric, range) };
      return insightItem(account.id, metric, period, content);
    });
    return { data, paging: pagingOf(read, account, range) };
  };
}

function periodOf({ args }: ReadContext, metrics: readonly string[]): string {
  const { period } = args;
  if (period === undefined) throw missingParameter('period');
  const wrong = metrics.find((metric) => !METRICS[metric]?.periods.includes(period));
  if (wrong !== undefined) {
    throw invalidParameter(`The following metrics (${wrong}) are incompatible with the period (${period}).`);
  }
  return period;
}

function formOf({ args }: ReadContext, metrics: readonly string[]): 'total_value' | 'time_series' {
  const form = args.metric_type ?? 'time_series';
  if (form !== 'total_value' && form !== 'time_series') {
    throw invalidParameter('metric_type must be one of the following values: total_value, time_series');
  }
  const wrong = metrics.filter((metric) => !METRICS[metric]?.forms.includes(form));
  if (wrong.length === 0) return form;
  throw invalidParameter(
    form === 'time_series'
      ? `The following metrics (${wrong.join(', ')}) should be specified with parameter metric_type=total_value`
      : `The following metrics (${wrong.join(', ')}) are incompatible with the metric type (total_value)`,
  );
}

function total(
  context: SandboxContext,
  account: InstagramRecord,
  metric: string,
  range: TimeRange,
  dimensions: string[],
): JsonObject {
  const values = account.insights.get(metric);
  const value = totalIn(values, range) ?? knownTotal(context, account, metric);
  return { value, ...(dimensions.length > 0 && { breakdowns: breakdownViews(values, dimensions) }) };
}

/** From the account's media, where nothing was set. */
function knownTotal(context: SandboxContext, account: InstagramRecord, metric: string): number {
  const name = metric === 'saves' ? 'saved' : metric;
  return context.world
    .all('instagram-media')
    .filter(({ instagramId, parentId }) => instagramId === account.id && parentId === undefined)
    .reduce((sum, media) => sum + valueOf(context, media, name), 0);
}

function series(account: InstagramRecord, metric: string, range: TimeRange): JsonValue[] {
  const values = account.insights.get(metric);
  return datesIn(range).map((date) => ({
    value: values?.days[date] ?? 0,
    end_time: graphTime(Date.parse(date) + DAY_MS + 8 * 3_600_000),
  }));
}

function demographics(
  account: InstagramRecord,
  metric: string,
  { args }: ReadContext,
  dimensions: string[],
): JsonObject {
  const { timeframe } = args;
  if (timeframe === undefined) throw missingParameter('timeframe');
  if (!TIMEFRAMES.includes(timeframe)) {
    throw invalidParameter(`timeframe must be one of the following values: ${TIMEFRAMES.join(', ')}`);
  }
  if (dimensions.length === 0) throw missingParameter('breakdown');
  const [found] = breakdownViews(account.insights.get(metric), dimensions);
  const results = Array.isArray(found?.results) ? found.results : [];
  return { breakdowns: [{ dimension_keys: dimensions, results }] };
}

/** Insights always have a page before and one after, by time. */
function pagingOf(
  { request, args }: ReadContext,
  account: InstagramRecord,
  { since, until }: TimeRange,
): JsonObject {
  const page = (from: number, to: number): string => {
    const url = new URL(`${request.baseUrl}/${request.versionText}/${account.id}/insights`);
    for (const [name, value] of Object.entries(args)) {
      if (value !== undefined && name !== 'appsecret_proof') url.searchParams.set(name, value);
    }
    if (request.tokenText !== undefined) url.searchParams.set('access_token', request.tokenText);
    url.searchParams.set('since', String(Math.floor(from / 1000)));
    url.searchParams.set('until', String(Math.floor(to / 1000)));
    return url.toString();
  };
  const length = until - since;
  return { previous: page(since - length, since), next: page(until, until + length) };
}
