import { OWN_FIGURES, type OwnFigure } from '../engagement/comment-engagement';

/**
 * The one definition of what is counted of a comment (docs/analytics.md), each a condition on a row `f` of its facts. What is
 * answered is found out in comment-facts.ts.
 */
const COUNTED: Record<OwnFigure, string> = {
  comments: 'NOT f.by_business',
  answered: 'NOT f.by_business AND f.is_answered',
  hidden: 'NOT f.by_business AND f.is_hidden AND NOT f.is_removed',
  removed: 'NOT f.by_business AND f.is_removed',
  replies: 'f.by_business AND f.parent_external_id IS NOT NULL',
  positive: `NOT f.by_business AND f.sentiment = 'positive'`,
  neutral: `NOT f.by_business AND f.sentiment = 'neutral'`,
  negative: `NOT f.by_business AND f.sentiment = 'negative'`,
};

/** `written`: comments of anybody. A post on which only the business itself wrote is one that was commented on, too. */
export const COMMENT_COUNTERS = ['written', ...OWN_FIGURES] as const;

/**
 * Sums by day and month of UTC. What a range begins and ends with is added up from single comments: sums by the hour would
 * be nearly as many as these, as most comments of a post are alone in theirs.
 */
export const COMMENT_GRAINS = ['day', 'month'] as const;

/** In the order of the primary key. */
const KEY = ['account_id', 'grain', 'asset_id', 'bucket_at', 'post_external_id'] as const;
export const COMMENT_METRIC_KEY = KEY.join(', ');
export const COMMENT_METRIC_COLUMNS = [...KEY, ...COMMENT_COUNTERS].join(', ');
export const sameCommentMetric = (one: string, other: string): string =>
  KEY.map((name) => `${one}.${name} = ${other}.${name}`).join(' AND ');
export const commentCountersOfRow = (alias: string): string =>
  `(${COMMENT_COUNTERS.map((name) => `${alias}.${name}`).join(', ')})`;
export const REPLACE_COMMENT_COUNTERS = COMMENT_COUNTERS.map((name) => `${name} = excluded.${name}`).join(
  ', ',
);

const SUMS = COMMENT_COUNTERS.map((name) => `sum(${name})::integer AS ${name}`).join(', ');
const ANY_SUM = COMMENT_COUNTERS.map((name) => `sum(${name}) <> 0`).join(' OR ');

/**
 * What single comments count, as a query.
 * @param facts a relation of facts, which the condition calls `f`
 * @param sign -1 takes it away again
 */
export function commentCountsOf(facts: string, sign: 1 | -1 = 1, condition = 'true'): string {
  const counters = OWN_FIGURES.map((name) => `${sign} * (${COUNTED[name]})::integer AS ${name}`).join(', ');
  return `SELECT f.account_id, f.asset_id, f.commented_at, f.post_external_id, ${sign} AS written, ${counters}
            FROM ${facts} f WHERE ${condition}`;
}

/**
 * The same added up for each grain, without what comes to nothing.
 * @param counts a query as above, or several with UNION ALL between them
 */
export function commentMetricsOf(counts: string): string {
  return `
    SELECT account_id, grain, asset_id, date_trunc(grain, commented_at, 'UTC') AS bucket_at, post_external_id, ${SUMS}
      FROM (${counts}) AS counts
     CROSS JOIN unnest(ARRAY[${COMMENT_GRAINS.map((grain) => `'${grain}'`).join(', ')}]) AS grain
     GROUP BY 1, 2, 3, 4, 5 HAVING ${ANY_SUM}`;
}

/** Adds such counts to the sums, as a statement, in the order in which others lock these rows. */
export function addCommentMetrics(counts: string): string {
  return `
    INSERT INTO comment_metrics AS m (${COMMENT_METRIC_COLUMNS})
    SELECT ${COMMENT_METRIC_COLUMNS} FROM (${commentMetricsOf(counts)}) AS sums ORDER BY ${COMMENT_METRIC_KEY}
    ON CONFLICT ON CONSTRAINT comment_metrics_pkey
    DO UPDATE SET ${COMMENT_COUNTERS.map((name) => `${name} = m.${name} + excluded.${name}`).join(', ')}`;
}
