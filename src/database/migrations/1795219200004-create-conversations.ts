import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateConversations1795219200004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE contacts (
        account_id uuid NOT NULL CONSTRAINT contacts_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        name text,
        profile jsonb NOT NULL DEFAULT '{}',
        opted_out_at timestamptz,
        marketing_opted_out_at timestamptz,
        -- When the person last chose, either way: an older choice that comes late changes nothing.
        marketing_choice_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT contacts_pkey PRIMARY KEY (account_id, id)
      );

      -- What a platform knows a person by. Any kind may be missing, and a person may have several of one kind.
      CREATE TABLE contact_identities (
        account_id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT contact_identities_kind_known
          CHECK (kind IN ('wa_id', 'phone', 'bsuid', 'parent_bsuid', 'psid', 'igsid')),
        value text NOT NULL,
        contact_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT contact_identities_pkey PRIMARY KEY (account_id, kind, value),
        CONSTRAINT contact_identities_contact FOREIGN KEY (account_id, contact_id)
          REFERENCES contacts (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX contact_identities_by_contact ON contact_identities (account_id, contact_id);

      CREATE TABLE conversations (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        platform text NOT NULL CONSTRAINT conversations_platform_known
          CHECK (platform IN ('whatsapp', 'messenger', 'instagram')),
        asset_id uuid NOT NULL,
        contact_id uuid,
        group_id text NOT NULL DEFAULT '',
        agent_id uuid CONSTRAINT conversations_agent REFERENCES users ON DELETE SET NULL,
        status text NOT NULL DEFAULT 'active'
          CONSTRAINT conversations_status_known CHECK (status IN ('active', 'snoozed', 'closed')),
        last_seq bigint NOT NULL DEFAULT 0,
        unread_count integer NOT NULL DEFAULT 0,
        last_message_at timestamptz,
        last_message_preview text,
        last_inbound_at timestamptz,
        window_expires_at timestamptz,
        closed_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT conversations_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT conversations_asset FOREIGN KEY (account_id, asset_id) REFERENCES assets (account_id, id),
        CONSTRAINT conversations_contact FOREIGN KEY (account_id, contact_id)
          REFERENCES contacts (account_id, id) ON DELETE CASCADE,
        CONSTRAINT conversations_person_or_group CHECK ((contact_id IS NULL) = (group_id <> ''))
      );
      CREATE UNIQUE INDEX conversations_open_with_contact ON conversations (account_id, asset_id, contact_id)
        WHERE status <> 'closed' AND contact_id IS NOT NULL;
      CREATE UNIQUE INDEX conversations_open_with_group ON conversations (account_id, asset_id, group_id)
        WHERE status <> 'closed' AND group_id <> '';
      CREATE INDEX conversations_latest ON conversations (account_id, last_message_at DESC, id DESC);
      CREATE INDEX conversations_latest_by_status ON conversations (account_id, status, last_message_at DESC, id DESC);
      CREATE INDEX conversations_by_contact ON conversations (account_id, contact_id, last_message_at DESC);

      -- Cut by month of the UUIDv7 id (docs/decisions/0002): the primary key needs no second column.
      CREATE TABLE messages (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        conversation_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        contact_id uuid,
        platform text NOT NULL,
        direction text NOT NULL CONSTRAINT messages_direction_known CHECK (direction IN ('inbound', 'outbound')),
        sender_type text NOT NULL CONSTRAINT messages_sender_type_known
          CHECK (sender_type IN ('customer', 'agent', 'app', 'system')),
        sender_id text,
        type text NOT NULL,
        message_text text,
        content jsonb NOT NULL DEFAULT '{}',
        context jsonb,
        metadata jsonb NOT NULL DEFAULT '{}',
        external_id text,
        status text NOT NULL CONSTRAINT messages_status_known CHECK (status IN ('received', 'queued', 'unknown',
          'accepted', 'sent', 'delivered', 'read', 'played', 'failed')),
        error jsonb,
        seq bigint NOT NULL,
        sentiment text,
        confidence numeric(3, 2),
        "timestamp" timestamptz NOT NULL,
        edited_at timestamptz,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT messages_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT messages_conversation FOREIGN KEY (account_id, conversation_id)
          REFERENCES conversations (account_id, id) ON DELETE CASCADE
      ) PARTITION BY RANGE (id);
      CREATE INDEX messages_of_conversation ON messages (account_id, conversation_id, "timestamp" DESC, id DESC);

      -- Uniqueness of Meta's message ids over all months, and the way from such an id to the row.
      CREATE TABLE message_keys (
        account_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        external_id text NOT NULL,
        message_id uuid NOT NULL,
        CONSTRAINT message_keys_pkey PRIMARY KEY (account_id, asset_id, external_id)
      );
      CREATE INDEX message_keys_by_message ON message_keys (account_id, message_id);

      -- Every transition with its time. The participant is only named in groups.
      CREATE TABLE message_statuses (
        account_id uuid NOT NULL,
        message_id uuid NOT NULL,
        status text NOT NULL,
        participant text NOT NULL DEFAULT '',
        at timestamptz NOT NULL,
        error jsonb,
        details jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT message_statuses_pkey PRIMARY KEY (account_id, message_id, status, participant)
      ) PARTITION BY RANGE (message_id);

      -- Statuses that came before we knew their message id; they are applied when the message gets it.
      CREATE TABLE waiting_statuses (
        account_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        external_id text NOT NULL,
        status text NOT NULL,
        participant text NOT NULL DEFAULT '',
        at timestamptz NOT NULL,
        error jsonb,
        details jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT waiting_statuses_pkey PRIMARY KEY (account_id, asset_id, external_id, status, participant)
      );
      CREATE INDEX waiting_statuses_by_age ON waiting_statuses (created_at);

      -- Edits and revocations that came before the message they are about.
      CREATE TABLE waiting_changes (
        account_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        external_id text NOT NULL,
        kind text NOT NULL CONSTRAINT waiting_changes_kind_known CHECK (kind IN ('edit', 'revocation')),
        at timestamptz NOT NULL,
        text text,
        content jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT waiting_changes_pkey PRIMARY KEY (account_id, asset_id, external_id, kind)
      );
      CREATE INDEX waiting_changes_by_age ON waiting_changes (created_at);

      -- The ledger of sends: a row is the order to send, and what became of it (docs/decisions/0003).
      CREATE TABLE message_sends (
        account_id uuid NOT NULL,
        message_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        platform text NOT NULL,
        request jsonb NOT NULL,
        state text NOT NULL DEFAULT 'queued' CONSTRAINT message_sends_state_known
          CHECK (state IN ('queued', 'sending', 'accepted', 'failed', 'unknown')),
        attempts integer NOT NULL DEFAULT 0,
        available_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz,
        error jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT message_sends_pkey PRIMARY KEY (account_id, message_id)
      );
      CREATE INDEX message_sends_due ON message_sends (available_at) WHERE state = 'queued';
      CREATE INDEX message_sends_under_way ON message_sends (started_at) WHERE state = 'sending';

      CREATE TABLE idempotency_keys (
        account_id uuid NOT NULL CONSTRAINT idempotency_keys_account REFERENCES meta_accounts ON DELETE CASCADE,
        key text NOT NULL,
        request_digest bytea NOT NULL,
        answer jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT idempotency_keys_pkey PRIMARY KEY (account_id, key)
      );
      CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE idempotency_keys, message_sends, waiting_changes, waiting_statuses, message_statuses, message_keys,
      messages, conversations, contact_identities, contacts`);
  }
}
