import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where customers' own systems are told of events, what they are told, and notifications for one user alone. */
export class CreateNotificationEndpoints1795564800007 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE notification_endpoints (
        account_id uuid NOT NULL CONSTRAINT notification_endpoints_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        url text NOT NULL,
        description text,
        -- Exact types, or the first part of them as in message.*; a single * is all.
        event_types text[] NOT NULL,
        -- Empty: all of them.
        platforms text[] NOT NULL DEFAULT '{}',
        asset_ids uuid[] NOT NULL DEFAULT '{}',
        -- Encrypted, as their values are often passwords; only their names are shown.
        headers text,
        header_names text[] NOT NULL DEFAULT '{}',
        secret text,
        -- The one before, beside which everything is signed until then.
        previous_secret text,
        previous_secret_until timestamptz,
        payload_version integer NOT NULL DEFAULT 1,
        rate_per_second integer,
        state text NOT NULL DEFAULT 'active'
          CONSTRAINT notification_endpoints_state_known CHECK (state IN ('active', 'paused', 'disabled', 'removed')),
        -- Why it was disabled, for programs.
        state_reason text,
        state_changed_at timestamptz NOT NULL DEFAULT now(),
        -- When there may be something to send; null while there is nothing.
        due_at timestamptz,
        -- Before this nothing is sent: a rate, or what the receiver asked for.
        not_before timestamptz,
        -- Kept apart from those that answer quickly.
        is_slow boolean NOT NULL DEFAULT false,
        -- In a row, over all its deliveries; since the first of these.
        failures integer NOT NULL DEFAULT 0,
        failing_since timestamptz,
        failing_told_at timestamptz,
        -- Set while only one delivery at a time is tried, and when the next of these is.
        probe_at timestamptz,
        last_success_at timestamptz,
        last_failure_at timestamptz,
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT notification_endpoints_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT notification_endpoints_secret_kept CHECK (secret IS NOT NULL OR state = 'removed')
      );
      CREATE INDEX notification_endpoints_due ON notification_endpoints (is_slow, due_at)
        WHERE state = 'active' AND due_at IS NOT NULL;
      CREATE INDEX notification_endpoints_held ON notification_endpoints (id)
        WHERE state = 'disabled' AND due_at IS NOT NULL;
      -- Their deliveries are removed bit by bit, then they are.
      CREATE INDEX notification_endpoints_removed ON notification_endpoints (id) WHERE state = 'removed';

      CREATE TABLE notification_deliveries (
        account_id uuid NOT NULL,
        -- Names the message to the receiver as well, the same over every attempt and replay.
        id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        event_id uuid NOT NULL,
        type text NOT NULL,
        -- The bytes that are sent, fixed when the event was first described. Null: removed at somebody's wish.
        body text,
        -- What happens to one conversation or comment goes out one after the other, by rank and id.
        partition_id uuid,
        rank bigint NOT NULL,
        sequence bigint,
        state text NOT NULL
          CONSTRAINT notification_deliveries_state_known CHECK (state IN ('pending', 'delivered', 'dead', 'held')),
        -- Of a pending one: when its turn is; null while it waits for an earlier one.
        due_at timestamptz,
        -- Somebody is sending it, until then at the latest.
        claimed_until timestamptz,
        -- In all, which also names a claim; and since it was last put in line, which the schedule goes by.
        attempts integer NOT NULL DEFAULT 0,
        tries integer NOT NULL DEFAULT 0,
        -- It failed, and later ones of its conversation wait for it until then.
        hold_until timestamptz,
        last_status integer,
        last_error text,
        finished_at timestamptz,
        CONSTRAINT notification_deliveries_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT notification_deliveries_once UNIQUE (account_id, endpoint_id, event_id),
        CONSTRAINT notification_deliveries_endpoint FOREIGN KEY (account_id, endpoint_id)
          REFERENCES notification_endpoints ON DELETE CASCADE
      );
      CREATE INDEX notification_deliveries_latest ON notification_deliveries (account_id, endpoint_id, id);
      CREATE INDEX notification_deliveries_in_state ON notification_deliveries (account_id, endpoint_id, state, id);
      CREATE INDEX notification_deliveries_due ON notification_deliveries (account_id, endpoint_id, due_at, id)
        WHERE state = 'pending' AND due_at IS NOT NULL;
      CREATE INDEX notification_deliveries_claimed ON notification_deliveries (account_id, endpoint_id)
        WHERE claimed_until IS NOT NULL;
      CREATE INDEX notification_deliveries_line ON notification_deliveries (account_id, endpoint_id, partition_id, rank, id)
        WHERE state = 'pending' AND partition_id IS NOT NULL AND tries = 0;
      CREATE INDEX notification_deliveries_in_turn ON notification_deliveries (account_id, endpoint_id, partition_id)
        WHERE state = 'pending' AND partition_id IS NOT NULL AND due_at IS NOT NULL;
      CREATE INDEX notification_deliveries_of_partition ON notification_deliveries (account_id, partition_id)
        WHERE partition_id IS NOT NULL;
      CREATE INDEX notification_deliveries_by_age ON notification_deliveries (id);

      CREATE TABLE notification_attempts (
        account_id uuid NOT NULL,
        delivery_id uuid NOT NULL,
        number integer NOT NULL,
        at timestamptz NOT NULL,
        duration_ms integer NOT NULL,
        -- What was answered; null where nothing was.
        status integer,
        -- What was wrong: a word for programs and a sentence for people. Null: it was delivered.
        failure text,
        error text,
        -- How the answer began.
        response text,
        CONSTRAINT notification_attempts_pkey PRIMARY KEY (account_id, delivery_id, number),
        CONSTRAINT notification_attempts_delivery FOREIGN KEY (account_id, delivery_id)
          REFERENCES notification_deliveries ON DELETE CASCADE
      );

      -- Null: for everybody who sees the account. Nobody else sees what is for one user.
      ALTER TABLE notifications
        ADD COLUMN recipient_id uuid CONSTRAINT notifications_recipient REFERENCES users ON DELETE CASCADE;
      CREATE INDEX notifications_by_recipient ON notifications (recipient_id) WHERE recipient_id IS NOT NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DELETE FROM notifications WHERE recipient_id IS NOT NULL;
      ALTER TABLE notifications DROP COLUMN recipient_id;
      DROP TABLE notification_attempts, notification_deliveries, notification_endpoints;
    `);
  }
}
