import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateComments1795305600006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE comments (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        asset_id uuid NOT NULL,
        platform text NOT NULL CONSTRAINT comments_platform_known CHECK (platform IN ('facebook', 'instagram')),
        external_id text NOT NULL,
        -- A change that comes before its comment waits in the comment's own row.
        is_complete boolean NOT NULL DEFAULT false,
        post_external_id text,
        parent_external_id text,
        author_id text,
        author_name text,
        author_username text,
        author_told_at timestamptz,
        by_business boolean NOT NULL DEFAULT false,
        text text,
        attachment jsonb,
        text_told_at timestamptz,
        commented_at timestamptz,
        edited_at timestamptz,
        is_hidden boolean NOT NULL DEFAULT false,
        hidden_told_at timestamptz,
        removed_at timestamptz,
        metadata jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT comments_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT comments_by_external_id UNIQUE (account_id, asset_id, external_id),
        CONSTRAINT comments_complete_with_time CHECK (NOT is_complete OR commented_at IS NOT NULL),
        CONSTRAINT comments_removed_without_content
          CHECK (removed_at IS NULL OR (text IS NULL AND attachment IS NULL)),
        CONSTRAINT comments_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX comments_of_post ON comments (account_id, asset_id, post_external_id, commented_at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE comments');
  }
}
