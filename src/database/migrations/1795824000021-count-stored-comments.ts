import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Counts the comments that are stored already, so that their figures are right with the first request. Apart from the migration
 * before it: making its triggers stops writers of comments, and these must not wait until everything is counted. What they
 * change meanwhile is noted.
 */
export class CountStoredComments1795824000021 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- A process that was started too early may have counted something.
      LOCK TABLE comment_metric_facts, comment_metrics IN SHARE ROW EXCLUSIVE MODE;
      DELETE FROM comment_metrics;
      DELETE FROM comment_metric_facts;

      WITH replies AS MATERIALIZED (
        SELECT account_id, asset_id, parent_external_id, max(commented_at) AS last_at FROM comments
         WHERE is_complete AND by_business AND removed_at IS NULL AND parent_external_id IS NOT NULL
         GROUP BY 1, 2, 3),
      private_replies AS MATERIALIZED (
        SELECT DISTINCT account_id, comment_id FROM comment_actions WHERE kind = 'private_reply' AND state = 'done')
      INSERT INTO comment_metric_facts (account_id, comment_id, asset_id, post_external_id, parent_external_id, commented_at,
                                        by_business, is_hidden, is_removed, sentiment, is_answered)
      SELECT c.account_id, c.id, c.asset_id, coalesce(c.post_external_id, ''), c.parent_external_id, c.commented_at,
             c.by_business, c.is_hidden, c.removed_at IS NOT NULL, coalesce(c.sentiment, ''),
             NOT c.by_business
               AND (coalesce(r.last_at >= c.commented_at, false) OR coalesce(beside.last_at >= c.commented_at, false)
                    OR p.comment_id IS NOT NULL)
        FROM comments c
        LEFT JOIN replies r ON r.account_id = c.account_id AND r.asset_id = c.asset_id
                           AND r.parent_external_id = c.external_id
        LEFT JOIN replies beside ON beside.account_id = c.account_id AND beside.asset_id = c.asset_id
                                AND beside.parent_external_id = c.parent_external_id
        LEFT JOIN private_replies p ON p.account_id = c.account_id AND p.comment_id = c.id
       WHERE c.is_complete
       ORDER BY c.account_id, c.id;

      INSERT INTO comment_metrics (account_id, grain, asset_id, bucket_at, post_external_id, written, comments, answered,
                                   hidden, removed, replies, positive, neutral, negative)
      SELECT account_id, grain, asset_id, date_trunc(grain, commented_at, 'UTC'), post_external_id, count(*),
             count(*) FILTER (WHERE NOT by_business),
             count(*) FILTER (WHERE NOT by_business AND is_answered),
             count(*) FILTER (WHERE NOT by_business AND is_hidden AND NOT is_removed),
             count(*) FILTER (WHERE NOT by_business AND is_removed),
             count(*) FILTER (WHERE by_business AND parent_external_id IS NOT NULL),
             count(*) FILTER (WHERE NOT by_business AND sentiment = 'positive'),
             count(*) FILTER (WHERE NOT by_business AND sentiment = 'neutral'),
             count(*) FILTER (WHERE NOT by_business AND sentiment = 'negative')
        FROM comment_metric_facts CROSS JOIN unnest(ARRAY['day', 'month']) AS grain
       GROUP BY 1, 2, 3, 4, 5
       ORDER BY 1, 2, 3, 4, 5;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DELETE FROM comment_metrics; DELETE FROM comment_metric_facts');
  }
}
