import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAssets1795219200002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE assets (
        account_id uuid NOT NULL CONSTRAINT assets_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT assets_kind_known CHECK (kind IN ('waba', 'phone_number', 'page', 'instagram')),
        meta_id text NOT NULL,
        name text,
        created_at timestamptz NOT NULL DEFAULT now(),
        released_at timestamptz,
        CONSTRAINT assets_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT assets_by_meta_id UNIQUE (account_id, kind, meta_id)
      );
      -- One owner at a time, so that every event has one home. Released rows stay: conversations point at them.
      CREATE UNIQUE INDEX assets_owner ON assets (kind, meta_id) WHERE released_at IS NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE assets');
  }
}
