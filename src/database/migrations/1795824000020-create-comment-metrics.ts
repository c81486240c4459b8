import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What counts of comments, and its sums by post: walking through the comments of two years takes a third of a second. */
export class CreateCommentMetrics1795824000020 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- One narrow row for each comment. The sums are made of these alone, and of answers only what has a row here is known:
      -- so a sum can be corrected by the difference, whatever happened in which order between two countings.
      CREATE TABLE comment_metric_facts (
        account_id uuid NOT NULL,
        comment_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        -- Empty: not known.
        post_external_id text NOT NULL,
        parent_external_id text,
        commented_at timestamptz NOT NULL,
        by_business boolean NOT NULL,
        is_hidden boolean NOT NULL,
        is_removed boolean NOT NULL,
        -- Empty: not read.
        sentiment text NOT NULL,
        is_answered boolean NOT NULL,
        CONSTRAINT comment_metric_facts_pkey PRIMARY KEY (account_id, comment_id),
        CONSTRAINT comment_metric_facts_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX comment_metric_facts_by_time ON comment_metric_facts (account_id, asset_id, commented_at);
      -- Answers of the business under a comment, and of those beside them what is answered already or not yet.
      CREATE INDEX comment_metric_facts_beside ON comment_metric_facts
        (account_id, asset_id, parent_external_id, by_business, is_answered, commented_at)
        WHERE parent_external_id IS NOT NULL;

      CREATE TABLE comment_metrics (
        account_id uuid NOT NULL,
        grain text NOT NULL CONSTRAINT comment_metrics_grain_known CHECK (grain IN ('day', 'month')),
        asset_id uuid NOT NULL,
        bucket_at timestamptz NOT NULL,
        post_external_id text NOT NULL,
        -- Comments of anybody: without any a row says nothing.
        written integer NOT NULL,
        comments integer NOT NULL,
        answered integer NOT NULL,
        hidden integer NOT NULL,
        removed integer NOT NULL,
        replies integer NOT NULL,
        positive integer NOT NULL,
        neutral integer NOT NULL,
        negative integer NOT NULL,
        CONSTRAINT comment_metrics_pkey PRIMARY KEY (account_id, grain, asset_id, bucket_at, post_external_id)
          INCLUDE (written, comments, answered, hidden, removed, replies, positive, neutral, negative),
        CONSTRAINT comment_metrics_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );

      -- Comments that have to be counted again. Rows of their own: processes of the release before take those of messages away.
      CREATE TABLE comment_metric_changes (
        account_id uuid NOT NULL,
        id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        comment_id uuid NOT NULL,
        CONSTRAINT comment_metric_changes_pkey PRIMARY KEY (account_id, id)
      );

      CREATE FUNCTION note_comment_metric_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO comment_metric_changes (account_id, comment_id) VALUES (NEW.account_id, NEW.id);
        RETURN NULL;
      END $$;
      CREATE TRIGGER comments_counts_added AFTER INSERT ON comments FOR EACH ROW
        WHEN (NEW.is_complete) EXECUTE FUNCTION note_comment_metric_change();
      CREATE TRIGGER comments_counts_changed AFTER UPDATE ON comments FOR EACH ROW
        WHEN (NEW.is_complete
              AND (OLD.is_complete, OLD.post_external_id, OLD.parent_external_id, OLD.commented_at, OLD.by_business,
                   OLD.is_hidden, OLD.removed_at IS NULL, OLD.sentiment)
              IS DISTINCT FROM
                  (NEW.is_complete, NEW.post_external_id, NEW.parent_external_id, NEW.commented_at, NEW.by_business,
                   NEW.is_hidden, NEW.removed_at IS NULL, NEW.sentiment))
        EXECUTE FUNCTION note_comment_metric_change();

      CREATE FUNCTION note_comment_metric_private_reply() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO comment_metric_changes (account_id, comment_id) VALUES (NEW.account_id, NEW.comment_id);
        RETURN NULL;
      END $$;
      CREATE TRIGGER comment_actions_counts_added AFTER INSERT ON comment_actions FOR EACH ROW
        WHEN (NEW.kind = 'private_reply' AND NEW.state = 'done')
        EXECUTE FUNCTION note_comment_metric_private_reply();
      CREATE TRIGGER comment_actions_counts_changed AFTER UPDATE OF state ON comment_actions FOR EACH ROW
        WHEN (NEW.kind = 'private_reply' AND (OLD.state = 'done') <> (NEW.state = 'done'))
        EXECUTE FUNCTION note_comment_metric_private_reply();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER comment_actions_counts_changed ON comment_actions;
      DROP TRIGGER comment_actions_counts_added ON comment_actions;
      DROP TRIGGER comments_counts_changed ON comments;
      DROP TRIGGER comments_counts_added ON comments;
      DROP FUNCTION note_comment_metric_private_reply, note_comment_metric_change;
      DROP TABLE comment_metric_changes, comment_metrics, comment_metric_facts;
    `);
  }
}
