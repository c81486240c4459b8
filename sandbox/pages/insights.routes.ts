import type { SandboxContext } from '../context';
import { instantOf } from './comment-views';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import { pickFields, type EdgeReader, type ReadContext } from '../graph/graph-nodes';
import { graphTime } from '../graph/graph-time';
import { pageUrl } from '../graph/paging';
import type { InsightPeriod } from './insight-book';
import { PAGE_METRICS, POST_METRICS, type InsightMetric } from './insight-metrics';
import { isObject, textListOf, type JsonObject, type JsonValue } from '../json';
import { DAY_MS } from '../login/tokens';
import { dateOf, dayEndsWithin, daysBefore } from './pacific-days';
import { requirePageAccess } from './page-access';
import type { PostRecord } from './post-records';
import type { PageRecord } from '../world';

const PERIODS: readonly InsightPeriod[] = ['day', 'week', 'days_28', 'lifetime'];
const DAYS_OF = { day: 1, week: 7, days_28: 28 } as const;
const LONGEST_MS = 90 * DAY_MS;
const USUAL_MS = 2 * DAY_MS;

interface Asked {
  metrics: string[];
  periods: readonly InsightPeriod[];
  since: number;
  until: number;
}

/** `GET /{page}/insights`. One metric that is not known, or not any more, fails the whole call. */
export function pageInsights(context: SandboxContext): EdgeReader<PageRecord> {
  return (page, read) => {
    requireInsights(context, page.id, read);
    const asked = askedOf(context, read, PAGE_METRICS);
    if (page.fans < context.settings.pages.insightsFromFans) return { data: [] };
    const data = insightsOf(context, page, asked, PAGE_METRICS);
    return { data: data.map((item) => pickFields(item, read.children)), paging: pagingOf(page, asked, read) };
  };
}

/** `GET /{post}/insights`: figures over the whole life of the post. */
export function postInsights(context: SandboxContext): EdgeReader<PostRecord> {
  return (post, read) => {
    requireInsights(context, post.pageId, read);
    const asked = askedOf(context, read, POST_METRICS);
    const data = insightsOf(context, post, asked, POST_METRICS);
    return { data: data.map((item) => pickFields(item, read.children)), paging: pagingOf(post, asked, read) };
  };
}

function requireInsights(context: SandboxContext, pageId: string, { request }: ReadContext): void {
  requirePageAccess(context, pageId, request, 'ANALYZE', ['read_insights', 'pages_read_engagement']);
}

function askedOf(
  { clock, settings }: SandboxContext,
  { args }: ReadContext,
  known: Readonly<Record<string, unknown>>,
): Asked {
  const metrics = [...new Set(textListOf(args.metric))];
  if (metrics.length === 0) throw missingParameter('metric');
  const { retiredMetrics } = settings.pages;
  if (metrics.some((metric) => !Object.hasOwn(known, metric) || retiredMetrics.includes(metric))) {
    throw invalidParameter('The value must be a valid insights metric');
  }
  const period = args.period;
  const periods = period === undefined ? PERIODS : PERIODS.filter((name) => name === period);
  if (periods.length === 0) throw invalidParameter(`Param period must be one of {${PERIODS.join(', ')}}`);
  const until = args.until === undefined ? clock.now() : instantOf(args.until, 'until');
  const since = args.since === undefined ? until - USUAL_MS : instantOf(args.since, 'since');
  if (since > until) throw invalidParameter('Param since must not be later than until');
  if (until - since > LONGEST_MS) {
    throw invalidParameter(
      `There cannot be more than ${LONGEST_MS / DAY_MS} days (${LONGEST_MS / 1000} s) between since and until`,
    );
  }
  return { metrics, periods, since, until };
}

function insightsOf<T extends { id: string }>(
  context: SandboxContext,
  subject: T,
  { metrics, periods, since, until }: Asked,
  known: Readonly<Record<string, InsightMetric<T>>>,
): JsonObject[] {
  const result: JsonObject[] = [];
  for (const name of metrics) {
    const metric = known[name];
    // A period that a metric does not have is left out without a word.
    for (const period of metric?.periods.filter((each) => periods.includes(each)) ?? []) {
      if (!metric) continue;
      result.push({
        id: `${subject.id}/insights/${name}/${period}`,
        name,
        period,
        title: titleOf(metric.title, period),
        description: `${titleOf(metric.title, period)} of ${subject.id}.`,
        values:
          period === 'lifetime'
            ? [{ value: lifetimeOf(context, subject, name, metric) }]
            : dayEndsWithin(since, Math.min(until, context.clock.now())).map((end) => ({
                value: valueAt(context, subject, name, metric, period, end),
                end_time: graphTime(end),
              })),
      });
    }
  }
  return result;
}

function titleOf(title: string, period: InsightPeriod): string {
  return { day: 'Daily ', week: 'Weekly ', days_28: '28 Days ', lifetime: '' }[period] + title;
}

function lifetimeOf<T extends { id: string }>(
  context: SandboxContext,
  subject: T,
  name: string,
  metric: InsightMetric<T>,
): JsonValue {
  const { insights } = context.pages;
  const set = insights.find(subject.id, name, 'lifetime') ?? insights.find(subject.id, name, undefined);
  return set ?? metric.count(context, subject, { from: -Infinity, to: Infinity });
}

function valueAt<T extends { id: string }>(
  context: SandboxContext,
  subject: T,
  name: string,
  metric: InsightMetric<T>,
  period: keyof typeof DAYS_OF,
  end: number,
): JsonValue {
  const { insights } = context.pages;
  const own = insights.find(subject.id, name, period, dateOf(end));
  if (own !== undefined) return own;
  const days = DAYS_OF[period];
  if (period !== 'day' && insights.hasDays(subject.id, name)) {
    const each = Array.from({ length: days }, (_, back) =>
      valueAt(context, subject, name, metric, 'day', daysBefore(end, back)),
    );
    return each.reduce(sumOf, 0);
  }
  const any = insights.find(subject.id, name, undefined, dateOf(end));
  return any ?? metric.count(context, subject, { from: daysBefore(end, days), to: end });
}

function sumOf(total: JsonValue, value: JsonValue): JsonValue {
  if (isObject(value)) {
    const result: JsonObject = isObject(total) ? { ...total } : {};
    for (const [name, part] of Object.entries(value)) result[name] = Number(result[name] ?? 0) + Number(part);
    return result;
  }
  return Number(isObject(total) ? 0 : total) + Number(value);
}

/** Always both: who follows `next` comes into the future, and finds nothing there. */
function pagingOf({ id }: { id: string }, { since, until }: Asked, read: ReadContext): JsonObject {
  const link = (from: number, to: number): string => {
    const url = new URL(pageUrl(read, `/${id}/insights`, 0, {}));
    url.searchParams.delete('limit');
    url.searchParams.set('since', String(Math.floor(from / 1000)));
    url.searchParams.set('until', String(Math.floor(to / 1000)));
    return url.toString();
  };
  const span = until - since;
  return { previous: link(since - span, since), next: link(until, until + span) };
}
