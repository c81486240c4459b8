/** What Meta keeps figures of. */
export const INSIGHT_KINDS = ['page', 'post', 'ig_account', 'ig_media'] as const;
export type InsightKind = (typeof INSIGHT_KINDS)[number];

/** Kinds of Instagram media, each with figures of its own. `AD` and the parts of an album have none. */
export const MEDIA_PRODUCTS = ['FEED', 'REELS', 'STORY'] as const;
export type MediaProduct = (typeof MEDIA_PRODUCTS)[number];

/** Meta's own words; `week` and `days_28` are the 7 and 28 days that end with a day. */
export const INSIGHT_PERIODS = ['day', 'week', 'days_28', 'lifetime'] as const;
export type InsightPeriod = (typeof INSIGHT_PERIODS)[number];

/** How many days a figure of the period is about. */
export const DAYS_OF_PERIOD: ReadonlyMap<number, InsightPeriod> = new Map([
  [1, 'day'],
  [7, 'week'],
  [28, 'days_28'],
]);

/**
 * How Meta wants to be asked:
 * - `series`: one call answers every day of a window, in `values[]`.
 * - `total`: one call answers one sum for its window (`metric_type=total_value`), so that every day is a call.
 * - `lifetime`: what has come together since publishing, without a window.
 */
export type Asking = 'series' | 'total' | 'lifetime';

/**
 * What becomes of figures of several days:
 * - `sum`: they are added up.
 * - `level`: each is how things stood, the last one counts.
 * - `people`: each person counts once in each; people of two days cannot be added up, as some are the same.
 * - `average`: cannot be added up; the last one counts.
 */
export const ADDINGS = ['sum', 'level', 'people', 'average'] as const;
export type Adding = (typeof ADDINGS)[number];

export const INSIGHT_UNITS = ['count', 'people', 'milliseconds', 'percent'] as const;
export type InsightUnit = (typeof INSIGHT_UNITS)[number];

export interface InsightMetric {
  /** Meta's name. */
  name: string;
  kind: InsightKind;
  /** For `ig_media`: which of them have it. */
  products?: readonly MediaProduct[];
  asking: Asking;
  adding: Adding;
  periods: readonly InsightPeriod[];
  unit: InsightUnit;
  /** What the figure can be split by, each with a call of its own (`breakdown=`). */
  breakdowns?: readonly string[];
  /** Meta gives it only split; there is no figure without `breakdown=`. */
  onlySplit?: true;
  /** Meta answers a map instead of a number; this is what its keys are. */
  mapOf?: string;
  /** For how many days Meta keeps it, where that is less than for the others. */
  daysKept?: number;
  /** Sent as `timeframe`. */
  timeframe?: string;
  /** The first version of the Graph API that knows it; left out: older than all that live. */
  since?: number;
  /** Where it is doubtful whether Meta still answers it: what is known. */
  doubt?: string;
  /** For people. */
  description: string;
}

/** A name that Meta answered once and refuses now. */
export interface RetiredMetric {
  kind: InsightKind;
  /** Meta's name, or the beginning of several with a star: `page_impressions*`. */
  name: string;
  /** Refused in this version of the Graph API and later ones. */
  inVersion?: number;
  /** Refused in every version from this day on. */
  on: string;
  /** What to ask for instead; empty where there is nothing. */
  replacedBy: readonly string[];
}
