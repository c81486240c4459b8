import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people's texts say of their mood, what is still to be read, and what somebody knew better. */
export class CreateMessageSentiments1795564800004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- No index has one of these: a message that gets its sentiment stays where its indexes find it.
      ALTER TABLE messages
        ADD COLUMN sentiment_score real,
        ADD COLUMN sentiment_language text,
        ADD COLUMN sentiment_model text,
        ADD COLUMN sentiment_corrected_by uuid,
        ADD COLUMN sentiment_corrected_at timestamptz;
      ALTER TABLE comments
        ADD COLUMN sentiment text
          CONSTRAINT comments_sentiment_known CHECK (sentiment IN ('positive', 'neutral', 'negative')),
        ADD COLUMN confidence numeric(3, 2),
        ADD COLUMN sentiment_score real,
        ADD COLUMN sentiment_language text,
        ADD COLUMN sentiment_model text;

      -- Texts that are to be read. A row goes with its result; those that nobody can read stay, with the reason.
      CREATE TABLE sentiment_work (
        account_id uuid NOT NULL CONSTRAINT sentiment_work_account REFERENCES meta_accounts ON DELETE CASCADE,
        -- Of the message or comment.
        id uuid NOT NULL,
        message_id uuid,
        comment_id uuid,
        state text NOT NULL DEFAULT 'pending'
          CONSTRAINT sentiment_work_state_known CHECK (state IN ('pending', 'failed', 'dead')),
        -- Another one whenever the text may be another and whenever somebody takes it: who read an older one is told so.
        version uuid NOT NULL DEFAULT gen_random_uuid(),
        -- Somebody has just written it; what is read again must not hold it up.
        is_live boolean NOT NULL DEFAULT true,
        attempts integer NOT NULL DEFAULT 0,
        available_at timestamptz NOT NULL DEFAULT now(),
        error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT sentiment_work_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT sentiment_work_message_or_comment CHECK (num_nonnulls(message_id, comment_id) = 1),
        CONSTRAINT sentiment_work_comment FOREIGN KEY (account_id, comment_id)
          REFERENCES comments (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX sentiment_work_due ON sentiment_work (is_live, available_at) WHERE state = 'pending';
      CREATE INDEX sentiment_work_given_up ON sentiment_work (state) WHERE state <> 'pending';
      CREATE INDEX sentiment_work_of_message ON sentiment_work (account_id, message_id) WHERE message_id IS NOT NULL;
      CREATE INDEX sentiment_work_of_comment ON sentiment_work (account_id, comment_id) WHERE comment_id IS NOT NULL;

      -- What people say that a message's sentiment is. The message shows it as long as its text is the one they read.
      CREATE TABLE sentiment_corrections (
        account_id uuid NOT NULL CONSTRAINT sentiment_corrections_account REFERENCES meta_accounts ON DELETE CASCADE,
        message_id uuid NOT NULL,
        label text NOT NULL
          CONSTRAINT sentiment_corrections_label_known CHECK (label IN ('positive', 'neutral', 'negative')),
        -- SHA-256 of the text. The text itself is kept in one place only, so that it is gone when the person is erased.
        text_digest bytea NOT NULL,
        -- What the analyzer said last.
        machine_label text,
        machine_confidence numeric(3, 2),
        machine_score real,
        machine_language text,
        machine_model text,
        corrected_by uuid CONSTRAINT sentiment_corrections_user REFERENCES users ON DELETE SET NULL,
        -- In whole milliseconds, as cursors have it.
        corrected_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
        CONSTRAINT sentiment_corrections_pkey PRIMARY KEY (account_id, message_id)
      );
      CREATE INDEX sentiment_corrections_latest ON sentiment_corrections (account_id, corrected_at, message_id);
      CREATE INDEX sentiment_corrections_by_user ON sentiment_corrections (corrected_by);

      -- Times in which a customer is angry. One is open from the message that made people look until it is better again.
      CREATE TABLE sentiment_alerts (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        conversation_id uuid NOT NULL,
        reason text NOT NULL CONSTRAINT sentiment_alerts_reason_known CHECK (reason IN ('strong', 'repeated')),
        -- Of the message that began it.
        message_at timestamptz NOT NULL,
        -- Of the latest that has been looked at: what is older begins no other one.
        last_message_at timestamptz NOT NULL,
        escalated_at timestamptz,
        ended_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT sentiment_alerts_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT sentiment_alerts_conversation FOREIGN KEY (account_id, conversation_id)
          REFERENCES conversations (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX sentiment_alerts_of_conversation ON sentiment_alerts (account_id, conversation_id, id);
      CREATE UNIQUE INDEX sentiment_alerts_open ON sentiment_alerts (account_id, conversation_id)
        WHERE ended_at IS NULL;

      -- Walks over what is stored, to have it read: again, by another model, or what was imported.
      CREATE TABLE sentiment_scans (
        account_id uuid NOT NULL CONSTRAINT sentiment_scans_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT sentiment_scans_kind_known CHECK (kind IN ('reanalysis', 'history')),
        phase text NOT NULL DEFAULT 'messages'
          CONSTRAINT sentiment_scans_phase_known CHECK (phase IN ('messages', 'comments')),
        state text NOT NULL DEFAULT 'running'
          CONSTRAINT sentiment_scans_state_known CHECK (state IN ('running', 'completed', 'cancelled')),
        -- Ids go by time: where it begins, where it is, and where it ends.
        since uuid NOT NULL,
        position uuid NOT NULL,
        until uuid NOT NULL,
        looked_at bigint NOT NULL DEFAULT 0,
        queued bigint NOT NULL DEFAULT 0,
        requested_by uuid CONSTRAINT sentiment_scans_user REFERENCES users ON DELETE SET NULL,
        available_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT sentiment_scans_pkey PRIMARY KEY (account_id, id)
      );
      CREATE UNIQUE INDEX sentiment_scans_running ON sentiment_scans (account_id, kind) WHERE state = 'running';
      CREATE INDEX sentiment_scans_due ON sentiment_scans (available_at) WHERE state = 'running';
      CREATE INDEX sentiment_scans_by_user ON sentiment_scans (requested_by);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE sentiment_scans, sentiment_alerts, sentiment_corrections, sentiment_work;
      ALTER TABLE comments DROP COLUMN sentiment, DROP COLUMN confidence, DROP COLUMN sentiment_score,
        DROP COLUMN sentiment_language, DROP COLUMN sentiment_model;
      ALTER TABLE messages DROP COLUMN sentiment_score, DROP COLUMN sentiment_language, DROP COLUMN sentiment_model,
        DROP COLUMN sentiment_corrected_by, DROP COLUMN sentiment_corrected_at;
    `);
  }
}
