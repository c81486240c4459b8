import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMessageMedia1795305600008 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- The file of a message: what Meta told of it, and whether it is stored.
      CREATE TABLE message_media (
        account_id uuid NOT NULL CONSTRAINT message_media_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        message_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        media_id text NOT NULL,
        mime_type text,
        sha256 text,
        size_bytes bigint,
        storage_key text NOT NULL,
        state text NOT NULL DEFAULT 'pending' CONSTRAINT message_media_state_known
          CHECK (state IN ('pending', 'fetching', 'stored', 'failed')),
        attempts integer NOT NULL DEFAULT 0,
        -- Those of the attempts after which Meta said that there is no such file, or gave another one.
        refusals integer NOT NULL DEFAULT 0,
        -- While it is being fetched: until when nobody else takes it.
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        error jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        stored_at timestamptz,
        CONSTRAINT message_media_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT message_media_of_message UNIQUE (account_id, message_id)
      );
      CREATE INDEX message_media_due ON message_media (next_attempt_at) WHERE state IN ('pending', 'fetching');

      -- Files whose row is gone, and which are to go, too.
      CREATE TABLE media_removals (
        storage_key text NOT NULL CONSTRAINT media_removals_pkey PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT now()
      );

      -- Rows go in many ways: by retention, with their account, by hand. None of these may forget the file.
      CREATE FUNCTION remember_media_removals() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO media_removals (storage_key) SELECT storage_key FROM gone ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$;
      CREATE TRIGGER message_media_removed AFTER DELETE ON message_media
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION remember_media_removals();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE message_media, media_removals');
    await db.query('DROP FUNCTION remember_media_removals');
  }
}
