import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateInsights1795478400004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Pages and Instagram accounts whose figures are pulled from Meta. The row is what a pull is claimed by.
      CREATE TABLE insight_assets (
        account_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT insight_assets_kind_known CHECK (kind IN ('page', 'instagram')),
        -- Meta's id.
        external_id text NOT NULL,
        -- Null while nobody owns the asset.
        next_pull_at timestamptz DEFAULT now(),
        -- Whoever pulls at present; taken over after lease_until.
        lease_id uuid,
        lease_until timestamptz,
        pulled_at timestamptz,
        -- When posts or media were last listed.
        listed_at timestamptz,
        -- What keeps Meta from answering, in a word of ours and in a sentence.
        problem_code text CONSTRAINT insight_assets_problem_known
          CHECK (problem_code IN ('permission', 'token', 'limited', 'unavailable', 'rejected')),
        problem text,
        problem_since timestamptz,
        failures integer NOT NULL DEFAULT 0,
        CONSTRAINT insight_assets_pkey PRIMARY KEY (account_id, asset_id),
        CONSTRAINT insight_assets_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX insight_assets_due ON insight_assets (next_pull_at) WHERE next_pull_at IS NOT NULL;

      -- What Meta keeps figures of: the Page or account itself, its posts and media.
      CREATE TABLE insight_objects (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        asset_id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT insight_objects_kind_known
          CHECK (kind IN ('page', 'post', 'ig_account', 'ig_media')),
        external_id text NOT NULL,
        product text,
        published_at timestamptz,
        ends_at timestamptz,
        state text NOT NULL DEFAULT 'active' CONSTRAINT insight_objects_state_known
          CHECK (state IN ('active', 'gone', 'over', 'unavailable')),
        state_reason text,
        read_at timestamptz,
        -- Null: not read any more.
        next_read_at timestamptz,
        -- The days of which figures were asked for; null for posts and media.
        covered_from timestamptz,
        covered_until timestamptz,
        CONSTRAINT insight_objects_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT insight_objects_by_meta_id UNIQUE (account_id, asset_id, external_id),
        CONSTRAINT insight_objects_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES insight_assets (account_id, asset_id) ON DELETE CASCADE
      );
      CREATE INDEX insight_objects_due ON insight_objects (account_id, asset_id, next_read_at)
        WHERE next_read_at IS NOT NULL;
      CREATE INDEX insight_objects_external ON insight_objects (account_id, external_id);

      -- The figures. breakdown and label are empty for a figure as a whole. bucket_at is where Meta's day begins: the day
      -- itself, the last one of a week or of 28 days, and for lifetimes the day of the reading.
      CREATE TABLE insight_values (
        account_id uuid NOT NULL,
        object_id uuid NOT NULL,
        metric text NOT NULL,
        period text NOT NULL,
        breakdown text NOT NULL,
        label text NOT NULL,
        bucket_at timestamptz NOT NULL,
        value double precision NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT insight_values_pkey
          PRIMARY KEY (account_id, object_id, metric, period, breakdown, label, bucket_at),
        CONSTRAINT insight_values_object FOREIGN KEY (account_id, object_id)
          REFERENCES insight_objects (account_id, id) ON DELETE CASCADE
      );

      -- How reading each metric of each object went.
      CREATE TABLE insight_series (
        account_id uuid NOT NULL,
        object_id uuid NOT NULL,
        metric text NOT NULL,
        state text NOT NULL CONSTRAINT insight_series_state_known
          CHECK (state IN ('read', 'empty', 'refused', 'too_few_viewers')),
        message text,
        read_at timestamptz,
        covered_from timestamptz,
        covered_until timestamptz,
        -- For refusals that may be about this object alone: not asked for again before.
        retry_at timestamptz,
        CONSTRAINT insight_series_pkey PRIMARY KEY (account_id, object_id, metric),
        CONSTRAINT insight_series_object FOREIGN KEY (account_id, object_id)
          REFERENCES insight_objects (account_id, id) ON DELETE CASCADE
      );

      -- Metrics that Meta's version of the day refuses by name. Nobody's own: one failed call a day finds out for all.
      CREATE TABLE insight_refusals (
        graph_version text NOT NULL,
        -- The kind of object, for media with its product type.
        scope text NOT NULL,
        metric text NOT NULL,
        message text NOT NULL,
        refused_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        CONSTRAINT insight_refusals_pkey PRIMARY KEY (graph_version, scope, metric)
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'DROP TABLE insight_refusals, insight_series, insight_values, insight_objects, insight_assets',
    );
  }
}
