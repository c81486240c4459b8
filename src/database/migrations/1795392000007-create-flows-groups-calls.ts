import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateFlowsGroupsCalls1795392000007 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE whatsapp_business_accounts ADD COLUMN flows_synced_at timestamptz;

      CREATE TABLE whatsapp_flows (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        whatsapp_business_account_id uuid NOT NULL,
        flow_id text NOT NULL,
        name text NOT NULL,
        status text NOT NULL,
        -- Meta's time of the newest webhook, or ours of the answer, that told the status.
        status_changed_at timestamptz,
        categories jsonb NOT NULL DEFAULT '[]',
        validation_errors jsonb NOT NULL DEFAULT '[]',
        json_version text,
        data_api_version text,
        endpoint_uri text,
        -- The business's own endpoint, which gets the requests decrypted.
        forward_url text,
        -- Encrypted.
        forward_secret text,
        -- Meta's newest alarm of each kind.
        alerts jsonb NOT NULL DEFAULT '{}',
        last_client_error jsonb,
        synced_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT whatsapp_flows_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_flows_by_meta_id UNIQUE (account_id, flow_id),
        CONSTRAINT whatsapp_flows_waba FOREIGN KEY (account_id, whatsapp_business_account_id)
          REFERENCES whatsapp_business_accounts (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_flows_of_waba ON whatsapp_flows (account_id, whatsapp_business_account_id, id);
      -- WhatsApp calls an endpoint by the flow's id alone.
      CREATE INDEX whatsapp_flows_by_id ON whatsapp_flows (id);

      -- One pair for all numbers of a business account: a request does not say which number it is about.
      CREATE TABLE whatsapp_flow_keys (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        whatsapp_business_account_id uuid NOT NULL,
        public_key text NOT NULL,
        -- Encrypted.
        private_key text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- Since when another one has its place; phones go on using it for a while.
        retired_at timestamptz,
        CONSTRAINT whatsapp_flow_keys_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_flow_keys_waba FOREIGN KEY (account_id, whatsapp_business_account_id)
          REFERENCES whatsapp_business_accounts (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_flow_keys_of_waba ON whatsapp_flow_keys (account_id, whatsapp_business_account_id, id);
      CREATE UNIQUE INDEX whatsapp_flow_keys_current ON whatsapp_flow_keys (account_id, whatsapp_business_account_id)
        WHERE retired_at IS NULL;

      -- Which key Meta has for a number, as far as it was told from here.
      CREATE TABLE whatsapp_flow_key_uploads (
        account_id uuid NOT NULL,
        phone_number_id uuid NOT NULL,
        key_id uuid NOT NULL,
        uploaded_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT whatsapp_flow_key_uploads_pkey PRIMARY KEY (account_id, phone_number_id),
        CONSTRAINT whatsapp_flow_key_uploads_number FOREIGN KEY (account_id, phone_number_id)
          REFERENCES whatsapp_phone_numbers (account_id, id) ON DELETE CASCADE,
        CONSTRAINT whatsapp_flow_key_uploads_key FOREIGN KEY (account_id, key_id)
          REFERENCES whatsapp_flow_keys (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_flow_key_uploads_of_key ON whatsapp_flow_key_uploads (account_id, key_id);

      CREATE TABLE whatsapp_groups (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        phone_number_id uuid NOT NULL,
        -- Meta's; told by webhook some time after the request.
        group_id text,
        request_id text,
        subject text,
        description text,
        join_approval_mode text,
        invite_link text,
        state text NOT NULL CONSTRAINT whatsapp_groups_state_known
          CHECK (state IN ('creating', 'active', 'failed', 'deleting', 'deleted')),
        is_suspended boolean NOT NULL DEFAULT false,
        error jsonb,
        -- At most eight, with those who left lately: which of two events was the later is told by their times.
        participants jsonb NOT NULL DEFAULT '[]',
        state_changed_at timestamptz,
        settings_changed_at timestamptz,
        suspension_changed_at timestamptz,
        synced_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT whatsapp_groups_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_groups_by_meta_id UNIQUE (account_id, group_id),
        CONSTRAINT whatsapp_groups_by_request UNIQUE (account_id, request_id),
        CONSTRAINT whatsapp_groups_number FOREIGN KEY (account_id, phone_number_id)
          REFERENCES whatsapp_phone_numbers (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_groups_of_number ON whatsapp_groups (account_id, phone_number_id, id);

      CREATE TABLE whatsapp_group_join_requests (
        account_id uuid NOT NULL,
        group_id uuid NOT NULL,
        join_request_id text NOT NULL,
        wa_id text,
        user_id text,
        username text,
        state text NOT NULL CONSTRAINT whatsapp_group_join_requests_state_known
          CHECK (state IN ('pending', 'approved', 'rejected', 'revoked')),
        requested_at timestamptz NOT NULL,
        decided_at timestamptz,
        CONSTRAINT whatsapp_group_join_requests_pkey PRIMARY KEY (account_id, group_id, join_request_id),
        CONSTRAINT whatsapp_group_join_requests_group FOREIGN KEY (account_id, group_id)
          REFERENCES whatsapp_groups (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_group_join_requests_pending
        ON whatsapp_group_join_requests (account_id, group_id, requested_at) WHERE state = 'pending';

      CREATE TABLE whatsapp_calls (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        phone_number_id uuid NOT NULL,
        -- Meta's; null while the answer to the call that began it is not known.
        call_id text,
        direction text NOT NULL CONSTRAINT whatsapp_calls_direction_known
          CHECK (direction IN ('USER_INITIATED', 'BUSINESS_INITIATED')),
        wa_id text,
        user_id text,
        name text,
        state text NOT NULL CONSTRAINT whatsapp_calls_state_known
          CHECK (state IN ('starting', 'unknown', 'ringing', 'pre_accepted', 'accepted', 'ended')),
        -- How it ended: completed, rejected, failed, or not_answered.
        outcome text,
        -- What the other end offered or answered with; gone once the call is over.
        session jsonb,
        callback_data text,
        error jsonb,
        offered_at timestamptz,
        ringing_at timestamptz,
        accepted_at timestamptz,
        rejected_at timestamptz,
        ended_at timestamptz,
        duration_seconds integer,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT whatsapp_calls_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_calls_by_meta_id UNIQUE (account_id, call_id),
        CONSTRAINT whatsapp_calls_number FOREIGN KEY (account_id, phone_number_id)
          REFERENCES whatsapp_phone_numbers (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_calls_of_number ON whatsapp_calls (account_id, phone_number_id, id);
      CREATE INDEX whatsapp_calls_live ON whatsapp_calls (account_id, phone_number_id, id) WHERE state <> 'ended';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE whatsapp_calls, whatsapp_group_join_requests, whatsapp_groups, whatsapp_flow_key_uploads,
        whatsapp_flow_keys, whatsapp_flows;
      ALTER TABLE whatsapp_business_accounts DROP COLUMN flows_synced_at;
    `);
  }
}
