import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateFacebookPublications1795478400001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- What somebody ordered to be published on a Page, and what became of it.
      CREATE TABLE facebook_publications (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        asset_id uuid NOT NULL,
        -- Meta's id of the Page, which its posts' ids begin with.
        page_id text NOT NULL,
        kind text NOT NULL CONSTRAINT facebook_publications_kind_known
          CHECK (kind IN ('post', 'video', 'reel', 'photo_story', 'video_story')),
        target text NOT NULL CONSTRAINT facebook_publications_target_known
          CHECK (target IN ('published', 'unpublished', 'scheduled')),
        state text NOT NULL CONSTRAINT facebook_publications_state_known
          CHECK (state IN ('preparing', 'publishing', 'processing', 'published', 'unpublished', 'scheduled', 'unknown',
                           'failed', 'cancelled', 'removed')),
        message text,
        link text,
        title text,
        media jsonb NOT NULL DEFAULT '[]',
        scheduled_at timestamptz,
        -- Of all that makes the post what it is: the same one is not begun anew while its outcome is open.
        digest bytea NOT NULL,
        post_id text,
        video_id text,
        permalink_url text,
        error jsonb,
        history jsonb NOT NULL DEFAULT '[]',
        -- When a worker looks at it next; null when there is nothing left to do.
        due_at timestamptz,
        -- The worker that is at it, until due_at.
        claim_id uuid,
        attempts integer NOT NULL DEFAULT 0,
        -- How often Meta was asked in vain what became of it.
        readings integer NOT NULL DEFAULT 0,
        created_by uuid,
        -- When the call that publishes was begun.
        started_at timestamptz,
        settled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT facebook_publications_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT facebook_publications_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE,
        CONSTRAINT facebook_publications_scheduled_with_time CHECK ((target = 'scheduled') = (scheduled_at IS NOT NULL))
      );
      CREATE INDEX facebook_publications_of_page ON facebook_publications (account_id, asset_id, id);
      CREATE INDEX facebook_publications_due ON facebook_publications (due_at) WHERE due_at IS NOT NULL;
      CREATE UNIQUE INDEX facebook_publications_by_post ON facebook_publications (account_id, asset_id, post_id)
        WHERE post_id IS NOT NULL;
      CREATE INDEX facebook_publications_by_video ON facebook_publications (account_id, asset_id, video_id)
        WHERE video_id IS NOT NULL;
      -- Those that a post that turns up may be.
      CREATE INDEX facebook_publications_lost ON facebook_publications (account_id, asset_id, started_at)
        WHERE state IN ('unknown', 'failed');
      CREATE UNIQUE INDEX facebook_publications_open ON facebook_publications (account_id, asset_id, digest)
        WHERE state IN ('preparing', 'publishing', 'unknown');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE facebook_publications');
  }
}
