import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateInstagramAccounts1795305600007 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE instagram_accounts (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        ig_account_id text NOT NULL,
        -- Instagram Login knows it by a second id.
        app_scoped_id text,
        username text NOT NULL,
        name text,
        profile_picture text,
        -- The Page that it is reached through; null for Instagram Login.
        page_id text,
        page_name text,
        status text NOT NULL DEFAULT 'available' CONSTRAINT instagram_accounts_status_known
          CHECK (status IN ('available', 'connected', 'reauth_required')),
        status_reason text,
        connected_at timestamptz,
        synced_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT instagram_accounts_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT instagram_accounts_by_meta_id UNIQUE (account_id, ig_account_id),
        -- The row and its asset have one id.
        CONSTRAINT instagram_accounts_asset FOREIGN KEY (account_id, id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE instagram_accounts');
  }
}
