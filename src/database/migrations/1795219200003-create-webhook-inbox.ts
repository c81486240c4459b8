import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateWebhookInbox1795219200003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE webhook_configs (
        account_id uuid NOT NULL CONSTRAINT webhook_configs_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        verify_token text NOT NULL,
        verify_token_hash bytea NOT NULL,
        target_url text NOT NULL,
        fields jsonb NOT NULL,
        status text NOT NULL CONSTRAINT webhook_configs_status_known CHECK (status IN ('pending', 'active')),
        status_reason text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT webhook_configs_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT webhook_configs_one_each UNIQUE (account_id)
      );
      CREATE INDEX webhook_configs_by_verify_token ON webhook_configs (verify_token_hash);

      -- The durable inbox. Cut by month of its UUIDv7; no tenant, as one delivery may hold events of several.
      CREATE TABLE webhook_deliveries (
        id uuid NOT NULL CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,
        digest bytea NOT NULL,
        body bytea NOT NULL,
        state text NOT NULL DEFAULT 'pending' CONSTRAINT webhook_deliveries_state_known
          CHECK (state IN ('pending', 'processed', 'ignored', 'quarantined', 'dead')),
        object text,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        events_processed integer NOT NULL DEFAULT 0,
        events_ignored integer NOT NULL DEFAULT 0,
        events_quarantined integer NOT NULL DEFAULT 0,
        reason text,
        error text,
        received_at timestamptz NOT NULL DEFAULT now(),
        processed_at timestamptz
      ) PARTITION BY RANGE (id);
      CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (next_attempt_at, id) WHERE state = 'pending';
      CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (state, id);

      -- Uniqueness of a body over all months: Meta delivers again what it believes lost.
      CREATE TABLE webhook_digests (
        digest bytea CONSTRAINT webhook_digests_pkey PRIMARY KEY,
        delivery_id uuid NOT NULL
      );

      -- Which deliveries to look at again when somebody connects an asset.
      CREATE TABLE webhook_quarantine (
        kind text NOT NULL,
        meta_id text NOT NULL,
        delivery_id uuid NOT NULL,
        CONSTRAINT webhook_quarantine_pkey PRIMARY KEY (kind, meta_id, delivery_id)
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE webhook_quarantine, webhook_digests, webhook_deliveries, webhook_configs');
  }
}
