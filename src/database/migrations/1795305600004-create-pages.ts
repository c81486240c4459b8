import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePages1795305600004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE facebook_pages (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        page_id text NOT NULL,
        name text NOT NULL,
        -- Ciphertext of the Page's own token; only of connected Pages.
        access_token text,
        category text,
        picture_url text,
        tasks jsonb,
        -- The account on Instagram that is linked to it, by Meta's id.
        instagram_id text,
        status text NOT NULL DEFAULT 'available' CONSTRAINT facebook_pages_status_known
          CHECK (status IN ('available', 'connected', 'reauth_required')),
        status_reason text,
        subscribed_fields jsonb NOT NULL DEFAULT '[]',
        last_seen_subscribed_at timestamptz,
        connected_at timestamptz,
        synced_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT facebook_pages_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT facebook_pages_by_meta_id UNIQUE (account_id, page_id),
        CONSTRAINT facebook_pages_connected_with_token CHECK ((status = 'available') = (access_token IS NULL)),
        -- The row and its asset have one id.
        CONSTRAINT facebook_pages_asset FOREIGN KEY (account_id, id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );

      -- Up to when everything that a business sent to a person was delivered or read. Not only the latest of each person: a
      -- message that becomes known late has the time of the first that covers it.
      CREATE TABLE message_watermarks (
        account_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        person_kind text NOT NULL,
        person text NOT NULL,
        status text NOT NULL CONSTRAINT message_watermarks_status_known CHECK (status IN ('delivered', 'read')),
        watermark timestamptz NOT NULL,
        at timestamptz NOT NULL,
        -- Looked at once more, after every transaction that could not see it has ended.
        is_checked boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT message_watermarks_pkey PRIMARY KEY (account_id, asset_id, person_kind, person, status, watermark),
        CONSTRAINT message_watermarks_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX message_watermarks_unchecked ON message_watermarks (created_at) WHERE NOT is_checked;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE message_watermarks, facebook_pages');
  }
}
