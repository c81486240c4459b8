import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files of texts that users hand in to be read. */
export class CreateSentimentBatches1795564800005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- They belong to the user who handed them in, and to no account. The file and the parts of the result lie in storage.
      CREATE TABLE sentiment_batches (
        id uuid NOT NULL,
        user_id uuid NOT NULL CONSTRAINT sentiment_batches_user REFERENCES users ON DELETE CASCADE,
        -- The members of this account may read it, too.
        shared_account_id uuid CONSTRAINT sentiment_batches_account REFERENCES meta_accounts ON DELETE SET NULL,
        state text NOT NULL DEFAULT 'receiving' CONSTRAINT sentiment_batches_state_known
          CHECK (state IN ('receiving', 'queued', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'removed')),
        file_name text,
        format text NOT NULL CONSTRAINT sentiment_batches_format_known CHECK (format IN ('csv', 'txt')),
        delimiter text,
        columns jsonb,
        text_column integer NOT NULL DEFAULT 0,
        -- In bytes; null while the file comes in.
        size bigint,
        -- Where to go on: everything before it stands in the result, or among the errors.
        position bigint NOT NULL DEFAULT 0,
        line bigint NOT NULL DEFAULT 1,
        -- Parts of the result, which are numbered from 0.
        parts integer NOT NULL DEFAULT 0,
        positive bigint NOT NULL DEFAULT 0,
        neutral bigint NOT NULL DEFAULT 0,
        negative bigint NOT NULL DEFAULT 0,
        failed bigint NOT NULL DEFAULT 0,
        model text,
        error jsonb,
        -- Names who works on it: nobody else's claim may store anything.
        claim uuid,
        -- How often it did not go on from where it is.
        stuck integer NOT NULL DEFAULT 0,
        available_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        expires_at timestamptz NOT NULL,
        CONSTRAINT sentiment_batches_pkey PRIMARY KEY (id)
      );
      CREATE INDEX sentiment_batches_of_user ON sentiment_batches (user_id, id);
      CREATE INDEX sentiment_batches_of_account ON sentiment_batches (shared_account_id, id)
        WHERE shared_account_id IS NOT NULL;
      CREATE INDEX sentiment_batches_due ON sentiment_batches (available_at)
        WHERE state IN ('queued', 'running', 'waiting');
      CREATE INDEX sentiment_batches_to_remove ON sentiment_batches (expires_at);
      CREATE INDEX sentiment_batches_coming_in ON sentiment_batches (updated_at) WHERE state IN ('receiving', 'removed');

      CREATE TABLE sentiment_batch_errors (
        batch_id uuid NOT NULL
          CONSTRAINT sentiment_batch_errors_batch REFERENCES sentiment_batches ON DELETE CASCADE,
        line bigint NOT NULL,
        code text NOT NULL,
        message text NOT NULL,
        CONSTRAINT sentiment_batch_errors_pkey PRIMARY KEY (batch_id, line)
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE sentiment_batch_errors, sentiment_batches');
  }
}
