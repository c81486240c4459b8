import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddWhatsappAccountState1795392000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE whatsapp_business_accounts
        ADD COLUMN status_details jsonb,
        ADD COLUMN restrictions jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN restrictions_changed_at timestamptz,
        ADD COLUMN messaging_limit_changed_at timestamptz,
        ADD COLUMN phone_number_limit integer,
        ADD COLUMN callback_override_url text,
        ADD COLUMN callback_verify_token text,
        ADD COLUMN callback_verify_token_hash bytea;
      CREATE INDEX whatsapp_business_accounts_by_callback_token
        ON whatsapp_business_accounts (callback_verify_token_hash) WHERE callback_verify_token_hash IS NOT NULL;

      ALTER TABLE whatsapp_phone_numbers
        ADD COLUMN status_changed_at timestamptz,
        ADD COLUMN health_status jsonb,
        ADD COLUMN new_display_name text,
        ADD COLUMN new_name_status text,
        ADD COLUMN username text,
        ADD COLUMN username_status text,
        ADD COLUMN username_changed_at timestamptz,
        ADD COLUMN pin_set_at timestamptz,
        -- One that was sent to Meta, as long as it is not known whether Meta took it.
        ADD COLUMN pin_pending text,
        -- Meta's time of the newest change of the PIN that it told of, whoever made it.
        ADD COLUMN pin_changed_at timestamptz,
        -- What Meta answered to a message, saying that nothing can be sent from this number.
        ADD COLUMN send_problem_code integer,
        ADD COLUMN send_problem_at timestamptz,
        ADD COLUMN next_read_at timestamptz NOT NULL DEFAULT now() + interval '1 day',
        ADD COLUMN callback_override_url text,
        ADD COLUMN callback_verify_token text,
        ADD COLUMN callback_verify_token_hash bytea;
      CREATE INDEX whatsapp_phone_numbers_due ON whatsapp_phone_numbers (next_read_at) WHERE deleted_at IS NULL;
      CREATE INDEX whatsapp_phone_numbers_by_callback_token
        ON whatsapp_phone_numbers (callback_verify_token_hash) WHERE callback_verify_token_hash IS NOT NULL;

      -- What became of business accounts and numbers, as Meta told it or as it was done here.
      CREATE TABLE whatsapp_account_events (
        account_id uuid NOT NULL CONSTRAINT whatsapp_account_events_account
          REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        waba_id text,
        phone_number_id text,
        field text NOT NULL,
        event text,
        severity text NOT NULL CONSTRAINT whatsapp_account_events_severity_known
          CHECK (severity IN ('info', 'warning', 'critical')),
        summary text NOT NULL,
        changes jsonb NOT NULL DEFAULT '[]',
        details jsonb,
        occurred_at timestamptz NOT NULL,
        -- Of the webhook: one that comes again is written down once. Null for what was done here.
        fingerprint bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT whatsapp_account_events_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_account_events_once UNIQUE (account_id, fingerprint)
      );
      CREATE INDEX whatsapp_account_events_of_waba ON whatsapp_account_events (account_id, waba_id, id);
      CREATE INDEX whatsapp_account_events_of_number ON whatsapp_account_events (account_id, phone_number_id, id);

      CREATE INDEX whatsapp_account_events_by_age ON whatsapp_account_events (created_at);

      -- One business account, or number, that was brought in by Embedded Signup.
      CREATE TABLE whatsapp_onboardings (
        account_id uuid NOT NULL CONSTRAINT whatsapp_onboardings_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        waba_id text NOT NULL,
        phone_number_id text,
        event text NOT NULL,
        -- Encrypted; the one that the caller gave, until the number is registered.
        pin text,
        contacts_at timestamptz,
        history_phase integer,
        history_progress integer,
        history_at timestamptz,
        history_declined_code integer,
        started_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT whatsapp_onboardings_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_onboardings_once UNIQUE NULLS NOT DISTINCT (account_id, waba_id, phone_number_id)
      );
      CREATE INDEX whatsapp_onboardings_of_number ON whatsapp_onboardings (account_id, phone_number_id);

      CREATE TABLE whatsapp_onboarding_steps (
        account_id uuid NOT NULL,
        onboarding_id uuid NOT NULL,
        step text NOT NULL,
        position integer NOT NULL,
        -- Steps that have to be done before.
        needs jsonb NOT NULL DEFAULT '[]',
        state text NOT NULL DEFAULT 'pending' CONSTRAINT whatsapp_onboarding_steps_state_known
          CHECK (state IN ('pending', 'running', 'done', 'failed')),
        attempts integer NOT NULL DEFAULT 0,
        -- While it runs: until when nobody else takes it.
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        error jsonb,
        result jsonb,
        finished_at timestamptz,
        CONSTRAINT whatsapp_onboarding_steps_pkey PRIMARY KEY (account_id, onboarding_id, step),
        CONSTRAINT whatsapp_onboarding_steps_of FOREIGN KEY (account_id, onboarding_id)
          REFERENCES whatsapp_onboardings (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_onboarding_steps_due ON whatsapp_onboarding_steps (next_attempt_at)
        WHERE state IN ('pending', 'running');

      -- Embedded Signups that somebody left before their end. No account exists yet: it belongs to who tried.
      CREATE TABLE signup_cancellations (
        id uuid NOT NULL CONSTRAINT signup_cancellations_pkey PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT signup_cancellations_user REFERENCES users ON DELETE CASCADE,
        current_step text,
        error_id text,
        error_code text,
        error_message text,
        session_id text,
        occurred_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX signup_cancellations_of_user ON signup_cancellations (user_id, id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE signup_cancellations, whatsapp_onboarding_steps, whatsapp_onboardings, whatsapp_account_events;
      ALTER TABLE whatsapp_phone_numbers
        DROP COLUMN status_changed_at, DROP COLUMN health_status, DROP COLUMN new_display_name,
        DROP COLUMN new_name_status, DROP COLUMN username, DROP COLUMN username_status,
        DROP COLUMN username_changed_at, DROP COLUMN pin_set_at, DROP COLUMN pin_pending,
        DROP COLUMN pin_changed_at, DROP COLUMN send_problem_code, DROP COLUMN send_problem_at,
        DROP COLUMN next_read_at, DROP COLUMN callback_override_url, DROP COLUMN callback_verify_token,
        DROP COLUMN callback_verify_token_hash;
      ALTER TABLE whatsapp_business_accounts
        DROP COLUMN status_details, DROP COLUMN restrictions, DROP COLUMN restrictions_changed_at,
        DROP COLUMN messaging_limit_changed_at, DROP COLUMN phone_number_limit, DROP COLUMN callback_override_url,
        DROP COLUMN callback_verify_token, DROP COLUMN callback_verify_token_hash;
    `);
  }
}
