import type { GraphQuery } from '../../graph-client/graph-request';
import type { InsightMetric, InsightPeriod } from '../metrics/insight-metric';
import { addMetaDays, metaDayOf, metaDaysBetween } from './meta-days';

/** A stretch of Meta's days. */
export interface DayWindow {
  /** Where the first day begins. */
  from: Date;
  /** Where the day after the last begins. */
  until: Date;
}

/** What can be asked for in one call. */
export interface InsightAsk {
  metrics: InsightMetric[];
  query: GraphQuery;
  /** Set where the answer is of one day and does not say which. */
  day?: Date;
  isSplit: boolean;
}

/** The calls that Pages' and accounts' figures of a window take. */
export function asksForWindow(all: readonly InsightMetric[], window: DayWindow, now: Date): InsightAsk[] {
  const metrics = all.filter(
    ({ daysKept }) => daysKept === undefined || window.from >= addMetaDays(metaDayOf(now), 1 - daysKept),
  );
  const series = metrics.filter(({ asking }) => asking === 'series');
  const totals = metrics.filter(({ asking }) => asking === 'total');
  return [
    ...periodsOf(series).map((period) => ({
      metrics: series.filter(({ periods }) => periods.includes(period)),
      query: { period, ...rangeOf(window) },
      isSplit: false,
    })),
    ...metaDaysBetween(window.from, window.until).flatMap((day, index, days) => {
      const until = days[index + 1] ?? window.until;
      const query = { period: 'day', metric_type: 'total_value', ...rangeOf({ from: day, until }) };
      return splitAsks(totals, query).map((ask) => ({ ...ask, day }));
    }),
  ];
}

/** The calls that figures without a window take: of posts and media, and what is known of an account's followers. */
export function asksForLifetime(metrics: readonly InsightMetric[]): InsightAsk[] {
  const lifetime = metrics.filter(({ asking }) => asking === 'lifetime');
  const timeframes = [...new Set(lifetime.map(({ timeframe }) => timeframe))];
  return timeframes.flatMap((timeframe) =>
    splitAsks(
      lifetime.filter((metric) => metric.timeframe === timeframe),
      timeframe === undefined ? {} : { period: 'lifetime', metric_type: 'total_value', timeframe },
    ),
  );
}

function splitAsks(metrics: readonly InsightMetric[], query: GraphQuery): InsightAsk[] {
  const whole = metrics.filter(({ onlySplit }) => onlySplit !== true);
  const breakdowns = [...new Set(metrics.flatMap(({ breakdowns: all = [] }) => all))];
  return [
    ...(whole.length === 0 ? [] : [{ metrics: whole, query, isSplit: false }]),
    ...breakdowns.map((breakdown) => ({
      metrics: metrics.filter(({ breakdowns: all }) => all?.includes(breakdown) === true),
      query: { ...query, breakdown },
      isSplit: true,
    })),
  ];
}

function periodsOf(metrics: readonly InsightMetric[]): InsightPeriod[] {
  return [...new Set(metrics.flatMap(({ periods }) => periods))];
}

/** In seconds, as Meta takes them. */
function rangeOf({ from, until }: DayWindow): { since: number; until: number } {
  return { since: from.getTime() / 1_000, until: until.getTime() / 1_000 };
}
