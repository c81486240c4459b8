import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateNotifications1795392000005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- In the order in which people are told: a notification that becomes news again gets a new number. Numbers are given
      -- under a lock that is held until the commit, so that one who has read up to a number has missed none before it.
      CREATE SEQUENCE notification_news;

      CREATE TABLE notifications (
        -- The id of zeros: about the service itself, for its admins.
        account_id uuid NOT NULL,
        owner_account_id uuid GENERATED ALWAYS AS (nullif(account_id, '00000000-0000-0000-0000-000000000000')) STORED
          CONSTRAINT notifications_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        kind text NOT NULL,
        -- What happens under the same key within a period is one notification.
        group_key text NOT NULL,
        severity text NOT NULL
          CONSTRAINT notifications_severity_known CHECK (severity IN ('info', 'warning', 'critical')),
        title text NOT NULL,
        message text NOT NULL,
        payload jsonb NOT NULL,
        -- Something stands wrong until it is resolved.
        is_lasting boolean NOT NULL,
        occurrences integer NOT NULL,
        subject_count integer NOT NULL,
        open_count integer NOT NULL,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        news_seq bigint NOT NULL,
        news_at timestamptz NOT NULL,
        -- Known beforehand, as of a restriction for some days.
        ends_at timestamptz,
        resolved_at timestamptz,
        CONSTRAINT notifications_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT notifications_by_news UNIQUE (account_id, news_seq)
      );
      CREATE INDEX notifications_by_owner ON notifications (owner_account_id);
      CREATE INDEX notifications_by_group ON notifications (account_id, group_key, first_at);
      CREATE INDEX notifications_ending ON notifications (ends_at) WHERE ends_at IS NOT NULL AND resolved_at IS NULL;
      CREATE INDEX notifications_by_last ON notifications (last_at, account_id, id);

      -- What a notification is about: one thing, or the many that it happened to within the period.
      CREATE TABLE notification_subjects (
        account_id uuid NOT NULL,
        notification_id uuid NOT NULL,
        topic text NOT NULL,
        type text NOT NULL,
        subject_id text NOT NULL,
        name text,
        occurrences integer NOT NULL,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        resolved_at timestamptz,
        CONSTRAINT notification_subjects_pkey PRIMARY KEY (account_id, notification_id, topic, subject_id),
        CONSTRAINT notification_subjects_notification FOREIGN KEY (account_id, notification_id)
          REFERENCES notifications ON DELETE CASCADE
      );

      -- Up to which event each side of a thing is known: one that is told late, or again, changes nothing.
      CREATE TABLE notification_states (
        account_id uuid NOT NULL,
        topic text NOT NULL,
        subject_id text NOT NULL,
        position bigint NOT NULL,
        event_id uuid NOT NULL,
        -- In which it stands as unresolved.
        notification_id uuid,
        updated_at timestamptz NOT NULL,
        CONSTRAINT notification_states_pkey PRIMARY KEY (account_id, topic, subject_id),
        CONSTRAINT notification_states_notification FOREIGN KEY (account_id, notification_id)
          REFERENCES notifications ON DELETE CASCADE
      );
      CREATE INDEX notification_states_by_notification ON notification_states (account_id, notification_id);
      CREATE INDEX notification_states_closed ON notification_states (updated_at) WHERE notification_id IS NULL;

      -- Read one by one; what was read all at once is below.
      CREATE TABLE notification_reads (
        account_id uuid NOT NULL,
        notification_id uuid NOT NULL,
        user_id uuid NOT NULL CONSTRAINT notification_reads_user REFERENCES users ON DELETE CASCADE,
        news_seq bigint NOT NULL,
        read_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT notification_reads_pkey PRIMARY KEY (account_id, notification_id, user_id),
        CONSTRAINT notification_reads_notification FOREIGN KEY (account_id, notification_id)
          REFERENCES notifications ON DELETE CASCADE
      );
      CREATE INDEX notification_reads_by_user ON notification_reads (user_id);

      CREATE TABLE notification_marks (
        account_id uuid NOT NULL,
        user_id uuid NOT NULL CONSTRAINT notification_marks_user REFERENCES users ON DELETE CASCADE,
        news_seq bigint NOT NULL,
        CONSTRAINT notification_marks_pkey PRIMARY KEY (account_id, user_id)
      );
      CREATE INDEX notification_marks_by_user ON notification_marks (user_id);

      CREATE TABLE notification_preferences (
        user_id uuid NOT NULL CONSTRAINT notification_preferences_user REFERENCES users ON DELETE CASCADE,
        channel text NOT NULL CONSTRAINT notification_preferences_channel_known CHECK (channel IN ('in_app')),
        muted_kinds text[] NOT NULL,
        muted_severities text[] NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT notification_preferences_pkey PRIMARY KEY (user_id, channel)
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE notification_preferences, notification_marks, notification_reads, notification_states,
        notification_subjects, notifications;
      DROP SEQUENCE notification_news;
    `);
  }
}
