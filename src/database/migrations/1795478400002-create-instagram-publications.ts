import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateInstagramPublications1795478400002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE instagram_publications (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        -- The Instagram account.
        asset_id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT instagram_publications_kind_known
          CHECK (kind IN ('image', 'video', 'reel', 'story', 'carousel')),
        -- As it was ordered.
        request jsonb NOT NULL,
        state text NOT NULL CONSTRAINT instagram_publications_state_known
          CHECK (state IN ('scheduled', 'queued', 'creating', 'processing', 'ready', 'publishing', 'published', 'failed',
                           'unknown', 'cancelled')),
        publish_at timestamptz,
        -- When it has to be dealt with; while somebody does, when their claim ends. Null: there is nothing left to do.
        next_step_at timestamptz,
        -- Of whoever deals with it: what another claim took over, its earlier holder can no longer change.
        claim_id uuid,
        -- What it waits for, besides time.
        waiting_for text,
        -- In a row, of the present step.
        failures integer NOT NULL DEFAULT 0,
        -- How often Meta was asked in the present state.
        looks integer NOT NULL DEFAULT 0,
        -- How often everything was prepared anew.
        rounds integer NOT NULL DEFAULT 0,
        processing_since timestamptz,
        -- When Meta was last told to publish, written before the call.
        publishing_at timestamptz,
        publish_calls integer NOT NULL DEFAULT 0,
        -- Of at least one of these calls the outcome was not told.
        had_lost_answer boolean NOT NULL DEFAULT false,
        error jsonb,
        media_id text,
        permalink text,
        published_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT instagram_publications_pkey PRIMARY KEY (account_id, id),
        -- One media is the outcome of one order.
        CONSTRAINT instagram_publications_by_media UNIQUE (account_id, media_id),
        CONSTRAINT instagram_publications_instagram FOREIGN KEY (account_id, asset_id)
          REFERENCES instagram_accounts (account_id, id) ON DELETE CASCADE,
        CONSTRAINT instagram_publications_ended CHECK (state NOT IN ('published', 'failed', 'cancelled') OR next_step_at IS NULL),
        CONSTRAINT instagram_publications_told CHECK (state <> 'publishing' OR publishing_at IS NOT NULL)
      );
      CREATE INDEX instagram_publications_due ON instagram_publications (next_step_at) WHERE next_step_at IS NOT NULL;
      CREATE INDEX instagram_publications_of_instagram ON instagram_publications (account_id, asset_id, id);
      CREATE INDEX instagram_publications_by_state ON instagram_publications (account_id, state, id);
      -- What keeps uploads from being removed.
      CREATE INDEX instagram_publications_open ON instagram_publications (account_id)
        WHERE state NOT IN ('published', 'failed', 'cancelled');

      CREATE TABLE instagram_publication_containers (
        account_id uuid NOT NULL,
        publication_id uuid NOT NULL,
        -- 0: what is published; from 1 on the parts of a carousel.
        position smallint NOT NULL,
        asset_id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT instagram_publication_containers_kind_known
          CHECK (kind IN ('image', 'video', 'reel', 'story', 'carousel')),
        -- Meta's; null until it told it.
        container_id text,
        -- Meta's words.
        status text,
        status_text text,
        checked_at timestamptz,
        -- Meta counts each, also those of which the answer was lost.
        creations integer NOT NULL DEFAULT 0,
        last_creation_at timestamptz,
        CONSTRAINT instagram_publication_containers_pkey PRIMARY KEY (account_id, publication_id, position),
        CONSTRAINT instagram_publication_containers_whole FOREIGN KEY (account_id, publication_id)
          REFERENCES instagram_publications (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX instagram_publication_containers_lately
        ON instagram_publication_containers (account_id, asset_id, last_creation_at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE instagram_publication_containers, instagram_publications');
  }
}
