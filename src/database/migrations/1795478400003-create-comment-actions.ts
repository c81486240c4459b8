import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCommentActions1795478400003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Each with the time up to which it is known.
      ALTER TABLE comments
        ADD COLUMN like_count integer,
        ADD COLUMN likes_told_at timestamptz,
        ADD COLUMN is_liked boolean,
        ADD COLUMN liked_told_at timestamptz;

      -- A thread is a comment under the post itself with its answers.
      CREATE INDEX comments_threads ON comments (account_id, asset_id, post_external_id, commented_at, id)
        WHERE parent_external_id IS NULL AND is_complete;
      CREATE INDEX comments_answers ON comments (account_id, asset_id, parent_external_id, commented_at, id)
        WHERE parent_external_id IS NOT NULL AND is_complete;
      CREATE INDEX comments_feed ON comments (account_id, asset_id, commented_at, id) WHERE is_complete;

      -- When the comments of a post or media were last read from Meta.
      CREATE TABLE comment_reads (
        account_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        post_external_id text NOT NULL,
        read_at timestamptz NOT NULL,
        -- False: there are older ones than were read.
        is_complete boolean NOT NULL,
        CONSTRAINT comment_reads_pkey PRIMARY KEY (account_id, asset_id, post_external_id),
        CONSTRAINT comment_reads_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );

      -- What Meta would do again if it were asked again: written down before the call.
      CREATE TABLE comment_actions (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        asset_id uuid NOT NULL,
        platform text NOT NULL
          CONSTRAINT comment_actions_platform_known CHECK (platform IN ('facebook', 'instagram')),
        kind text NOT NULL
          CONSTRAINT comment_actions_kind_known CHECK (kind IN ('comment', 'reply', 'private_reply')),
        post_external_id text,
        -- Null for a comment under the post itself.
        comment_id uuid,
        user_id uuid NOT NULL,
        request jsonb NOT NULL,
        -- Of what is asked for: the same is not begun while its outcome is open.
        digest bytea NOT NULL,
        state text NOT NULL
          CONSTRAINT comment_actions_state_known CHECK (state IN ('sending', 'done', 'failed', 'unknown')),
        -- Meta's id of the comment or message that came of it.
        external_id text,
        error jsonb,
        checks smallint NOT NULL DEFAULT 0,
        -- When to look at it again unless it is settled by then.
        check_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT comment_actions_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT comment_actions_by_external_id UNIQUE (account_id, asset_id, external_id),
        CONSTRAINT comment_actions_aim CHECK (kind = 'comment' OR comment_id IS NOT NULL),
        CONSTRAINT comment_actions_done_finished CHECK (state <> 'done' OR finished_at IS NOT NULL),
        CONSTRAINT comment_actions_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE,
        CONSTRAINT comment_actions_comment FOREIGN KEY (account_id, comment_id)
          REFERENCES comments (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX comment_actions_of_comment ON comment_actions (account_id, comment_id);
      CREATE UNIQUE INDEX comment_actions_open ON comment_actions (account_id, asset_id, digest)
        WHERE state IN ('sending', 'unknown');
      -- Meta takes one private reply to a comment.
      CREATE UNIQUE INDEX comment_actions_private_once ON comment_actions (account_id, comment_id)
        WHERE kind = 'private_reply' AND state <> 'failed';
      CREATE INDEX comment_actions_due ON comment_actions (check_at) WHERE state IN ('sending', 'unknown');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE comment_actions, comment_reads;
      DROP INDEX comments_threads, comments_answers, comments_feed;
      ALTER TABLE comments DROP COLUMN like_count, DROP COLUMN likes_told_at, DROP COLUMN is_liked,
        DROP COLUMN liked_told_at;
    `);
  }
}
