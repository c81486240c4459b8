/** What is known of a comment by itself, in the order of its row in `comment_metric_facts`. */
const FACTS = [
  'asset_id',
  'post_external_id',
  'parent_external_id',
  'commented_at',
  'by_business',
  'is_hidden',
  'is_removed',
  'sentiment',
  'is_answered',
] as const;

export const COMMENT_FACT_COLUMNS = `account_id, comment_id, ${FACTS.join(', ')}`;
export const commentFactsOfRow = (alias: string): string =>
  `(${FACTS.map((name) => `${alias}.${name}`).join(', ')})`;

/** Stores facts in the place of those before, as a statement. */
export function storeCommentFacts(facts: string): string {
  return `
    INSERT INTO comment_metric_facts (${COMMENT_FACT_COLUMNS})
    SELECT ${COMMENT_FACT_COLUMNS} FROM ${facts} ORDER BY account_id, comment_id
    ON CONFLICT ON CONSTRAINT comment_metric_facts_pkey
    DO UPDATE SET ${FACTS.map((name) => `${name} = excluded.${name}`).join(', ')}`;
}

/**
 * The facts of comments as far as these tell them themselves, as a query: whether they are answered stays as it was.
 * @param told a relation with `account_id` and `comment_id`
 */
export function ownCommentFactsOf(told: string): string {
  return `
    SELECT c.account_id, c.id AS comment_id, c.asset_id, coalesce(c.post_external_id, '') AS post_external_id,
           c.parent_external_id, c.commented_at, c.by_business, c.is_hidden, c.removed_at IS NOT NULL AS is_removed,
           coalesce(c.sentiment, '') AS sentiment, NOT c.by_business AND coalesce(known.is_answered, false) AS is_answered
      FROM ${told} AS told
     CROSS JOIN ${oneByOne('comments', 'id', 'told')} AS c
      LEFT JOIN ${oneByOne('comment_metric_facts', 'comment_id', 'told')} AS known ON true
     WHERE c.is_complete`;
}

/**
 * The row of a comment, as a relation to join by. Down the primary key for each (OFFSET): PostgreSQL would read all of an
 * account's rows for a batch, and compare each with each while it does not know yet how many there are.
 */
export const oneByOne = (table: string, id: string, told: string): string =>
  `LATERAL (SELECT * FROM ${table} WHERE account_id = ${told}.account_id AND ${id} = ${told}.comment_id OFFSET 0)`;

/** Of a row of facts, as SQL: whether it is what answers the comment that it stands under, and those beside it. */
export const isReply = (alias: string): string =>
  `(${alias}.by_business AND NOT ${alias}.is_removed AND ${alias}.parent_external_id IS NOT NULL)`;

/**
 * Whether a comment is answered, as lists of comments show it: the business wrote under it, or beside it under the same comment,
 * afterwards, or answered in private. Only replies that have facts answer: one that is not counted yet finds, when it is,
 * whom it answers, and one that is gone before it was counted has answered nobody.
 * @param c the comment
 * @param f its facts
 */
export const isAnswered = (c: string, f: string): string => `(
  ${hasReply(f, `${c}.external_id`)}
  OR ${hasReply(f, `${f}.parent_external_id`)}
  OR EXISTS (SELECT FROM comment_actions d
              WHERE d.account_id = ${f}.account_id AND d.comment_id = ${f}.comment_id
                AND d.kind = 'private_reply' AND d.state = 'done'))`;

/** One parent at a time: for either of two, PostgreSQL may look through all replies of a Page. */
const hasReply = (f: string, parent: string): string => `
  EXISTS (SELECT FROM comment_metric_facts r
           WHERE r.account_id = ${f}.account_id AND r.asset_id = ${f}.asset_id AND r.parent_external_id = ${parent}
             AND ${isReply('r')} AND NOT r.is_answered AND r.commented_at >= ${f}.commented_at)`;

/**
 * The comments that replies may have answered, or answer no longer, as a query.
 * @param replies a relation with `account_id`, `asset_id`, `parent_external_id`, `commented_at`, and `is_there`: whether the
 *   reply has come; otherwise it has gone, or was somewhere else before
 */
export function answeredBy(replies: string): string {
  return `
    SELECT r.account_id, c.id AS comment_id
      FROM ${replies} AS r
      JOIN comments c ON c.account_id = r.account_id AND c.asset_id = r.asset_id AND c.external_id = r.parent_external_id
     UNION
    SELECT r.account_id, beside.comment_id
      FROM ${replies} AS r
     CROSS JOIN LATERAL (
       -- Only those that it changes anything of: a thread may have thousands.
       SELECT b.comment_id FROM comment_metric_facts b
        WHERE b.account_id = r.account_id AND b.asset_id = r.asset_id AND b.parent_external_id = r.parent_external_id
          AND NOT b.by_business AND b.is_answered = (NOT r.is_there) AND b.commented_at <= r.commented_at OFFSET 0) AS beside`;
}
