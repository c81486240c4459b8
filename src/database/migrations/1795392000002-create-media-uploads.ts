import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMediaUploads1795392000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Files that were given to us to be sent.
      CREATE TABLE media_uploads (
        account_id uuid NOT NULL CONSTRAINT media_uploads_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT media_uploads_kind_known
          CHECK (kind IN ('image', 'video', 'audio', 'document', 'sticker')),
        mime_type text NOT NULL,
        file_name text,
        size_bytes bigint NOT NULL,
        sha256 bytea NOT NULL,
        is_animated boolean NOT NULL DEFAULT false,
        storage_key text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- Retention counts from here.
        last_used_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT media_uploads_pkey PRIMARY KEY (account_id, id)
      );
      CREATE INDEX media_uploads_unused ON media_uploads (last_used_at);

      -- What Meta knows an uploaded file by, for each number that it was sent from.
      CREATE TABLE media_upload_copies (
        account_id uuid NOT NULL,
        upload_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        -- null while it is being brought there.
        media_id text,
        expires_at timestamptz,
        -- Until when nobody else brings it there, and which of those who wanted to is at it.
        lease_until timestamptz NOT NULL,
        lease_id uuid NOT NULL,
        CONSTRAINT media_upload_copies_pkey PRIMARY KEY (account_id, upload_id, asset_id),
        CONSTRAINT media_upload_copies_upload FOREIGN KEY (account_id, upload_id)
          REFERENCES media_uploads ON DELETE CASCADE
      );

      -- A removal may lie ahead: a file that is about to be stored is to go unless its row is written meanwhile.
      ALTER TABLE media_removals ADD COLUMN due_at timestamptz NOT NULL DEFAULT now();
      CREATE INDEX media_removals_due ON media_removals (due_at);
      CREATE TRIGGER media_upload_removed AFTER DELETE ON media_uploads
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION remember_media_removals();

      -- Whoever is fetching the file at this moment may store it after the removal: it waits until that is over.
      CREATE FUNCTION remember_message_media_removals() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO media_removals (storage_key, due_at)
        SELECT storage_key,
               CASE WHEN state = 'fetching' THEN greatest(now(), next_attempt_at) + interval '5 minutes' ELSE now() END
          FROM gone
        ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$;
      DROP TRIGGER message_media_removed ON message_media;
      CREATE TRIGGER message_media_removed AFTER DELETE ON message_media
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION remember_message_media_removals();

      ALTER TABLE message_media
        ADD COLUMN file_name text,
        ADD COLUMN content_sha256 bytea,
        -- What the bytes show it to be.
        ADD COLUMN real_type text,
        -- It is not what was told, or something that runs where it is opened.
        ADD COLUMN is_suspect boolean NOT NULL DEFAULT false,
        DROP CONSTRAINT message_media_state_known,
        ADD CONSTRAINT message_media_state_known
          CHECK (state IN ('pending', 'fetching', 'stored', 'failed', 'removed')),
        -- An edit may bring another file.
        DROP CONSTRAINT message_media_of_message,
        ADD CONSTRAINT message_media_of_message UNIQUE (account_id, message_id, media_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DELETE FROM message_media m WHERE state = 'removed' OR EXISTS (
        SELECT FROM message_media other
         WHERE other.account_id = m.account_id AND other.message_id = m.message_id AND other.id < m.id);
      ALTER TABLE message_media
        DROP CONSTRAINT message_media_of_message,
        ADD CONSTRAINT message_media_of_message UNIQUE (account_id, message_id),
        DROP CONSTRAINT message_media_state_known,
        ADD CONSTRAINT message_media_state_known CHECK (state IN ('pending', 'fetching', 'stored', 'failed')),
        DROP COLUMN is_suspect, DROP COLUMN real_type, DROP COLUMN content_sha256, DROP COLUMN file_name;
      DROP TRIGGER message_media_removed ON message_media;
      CREATE TRIGGER message_media_removed AFTER DELETE ON message_media
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION remember_media_removals();
      DROP FUNCTION remember_message_media_removals;
      DROP TABLE media_upload_copies, media_uploads;
      DROP INDEX media_removals_due;
      ALTER TABLE media_removals DROP COLUMN due_at;
    `);
  }
}
