import { type MetricRange, edgesOf, metricRange } from '../../calendar/metric-range';
import { type PeriodRange, periodRange } from '../../calendar/period-range';

export const ANALYTICS_GRANULARITIES = ['hour', 'day', 'week', 'month'] as const;
/** How wide the points of a series are. Weeks begin on Monday. */
export type AnalyticsGranularity = (typeof ANALYTICS_GRANULARITIES)[number];

/** Whole hours, days, weeks or months of one time zone, without gaps between them. */
export interface AnalyticsRange {
  timeZone: string;
  granularity: AnalyticsGranularity;
  /** Instants at which points begin, and the end of the last. At least two, rising. */
  bounds: Date[];
  /** The first of the bounds. */
  from: Date;
  /** The last of the bounds: the first instant after the range. */
  until: Date;
}

export interface AnalyticsRangeRequest {
  startDate?: string | undefined;
  endDate?: string | undefined;
  granularity?: AnalyticsGranularity | undefined;
  timeZone?: string | undefined;
}

/**
 * @throws ValidationFailedError for dates that are none, in the wrong order, or too far apart (two years; 31 days by hour)
 */
export function analyticsRange(request: AnalyticsRangeRequest, now = new Date()): AnalyticsRange {
  const { granularity = 'day', ...rest } = request;
  const range: MetricRange | PeriodRange =
    granularity === 'hour'
      ? metricRange({ ...rest, granularity }, now)
      : periodRange({ ...rest, granularity }, now);
  return { timeZone: range.timeZone, granularity, bounds: range.bounds, ...edgesOf(range) };
}
