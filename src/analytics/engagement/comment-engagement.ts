/** What we count ourselves at a post or media, or at all of a Page or account. */
export const OWN_FIGURES = [
  'comments',
  'answered',
  'hidden',
  'removed',
  'replies',
  'positive',
  'neutral',
  'negative',
] as const;
export type OwnFigure = (typeof OWN_FIGURES)[number];
export type OwnFigures = Record<OwnFigure, number>;

export const NO_OWN_FIGURES: OwnFigures = {
  comments: 0,
  answered: 0,
  hidden: 0,
  removed: 0,
  replies: 0,
  positive: 0,
  neutral: 0,
  negative: 0,
};

/**
 * Comments of a time added up by post, as a query. An answered comment is one as lists of comments show it: the business
 * wrote under it, or beside it under the same comment, afterwards, or answered in private.
 * Parameters: $1 the account, $2 the Pages and accounts, $3 and $4 the range.
 */
export const COMMENTS_BY_POST = `
  WITH replies AS MATERIALIZED (
    SELECT asset_id, parent_external_id, max(commented_at) AS last_at FROM comments
     WHERE account_id = $1 AND asset_id = ANY($2::uuid[]) AND commented_at >= $3 AND is_complete AND by_business
       AND removed_at IS NULL AND parent_external_id IS NOT NULL
     GROUP BY 1, 2),
  private_replies AS MATERIALIZED (
    SELECT DISTINCT comment_id FROM comment_actions
     WHERE account_id = $1 AND kind = 'private_reply' AND state = 'done' AND comment_id IS NOT NULL)
  SELECT c.asset_id, c.post_external_id,
         count(*) FILTER (WHERE NOT c.by_business)::integer AS comments,
         count(*) FILTER (WHERE NOT c.by_business AND (r.last_at >= c.commented_at OR beside.last_at >= c.commented_at
                                                       OR p.comment_id IS NOT NULL))::integer AS answered,
         count(*) FILTER (WHERE NOT c.by_business AND c.is_hidden AND c.removed_at IS NULL)::integer AS hidden,
         count(*) FILTER (WHERE NOT c.by_business AND c.removed_at IS NOT NULL)::integer AS removed,
         count(*) FILTER (WHERE c.by_business AND c.parent_external_id IS NOT NULL)::integer AS replies,
         count(*) FILTER (WHERE NOT c.by_business AND c.sentiment = 'positive')::integer AS positive,
         count(*) FILTER (WHERE NOT c.by_business AND c.sentiment = 'neutral')::integer AS neutral,
         count(*) FILTER (WHERE NOT c.by_business AND c.sentiment = 'negative')::integer AS negative
    FROM comments c
    LEFT JOIN replies r ON r.asset_id = c.asset_id AND r.parent_external_id = c.external_id
    LEFT JOIN replies beside ON beside.asset_id = c.asset_id AND beside.parent_external_id = c.parent_external_id
    LEFT JOIN private_replies p ON p.comment_id = c.id
   WHERE c.account_id = $1 AND c.asset_id = ANY($2::uuid[]) AND c.commented_at >= $3 AND c.commented_at < $4
     AND c.is_complete
   GROUP BY c.asset_id, c.post_external_id`;
