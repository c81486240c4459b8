import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateWebhookGaps1795305600003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- One row for the whole service: when a process was last seen receiving, and when to look at the app's subscriptions.
      CREATE TABLE webhook_watch (
        id smallint NOT NULL CONSTRAINT webhook_watch_pkey PRIMARY KEY CONSTRAINT webhook_watch_one CHECK (id = 1),
        alive_at timestamptz,
        next_check_at timestamptz NOT NULL DEFAULT now(),
        checked_at timestamptz,
        problem text
      );
      INSERT INTO webhook_watch (id) VALUES (1);

      -- What Meta was last seen to have of the app's own subscriptions. No tenant: all share them.
      CREATE TABLE webhook_app_subscriptions (
        object text NOT NULL CONSTRAINT webhook_app_subscriptions_pkey PRIMARY KEY,
        is_present boolean NOT NULL DEFAULT false,
        is_active boolean NOT NULL DEFAULT false,
        callback_url text,
        fields jsonb NOT NULL DEFAULT '[]',
        last_seen_at timestamptz,
        missing_since timestamptz,
        checked_at timestamptz,
        problem text
      );

      -- When to look at an account's subscriptions again. Claimed by moving next_check_at on.
      CREATE TABLE webhook_account_checks (
        account_id uuid NOT NULL CONSTRAINT webhook_account_checks_pkey PRIMARY KEY
          CONSTRAINT webhook_account_checks_account REFERENCES meta_accounts ON DELETE CASCADE,
        next_check_at timestamptz NOT NULL,
        checked_at timestamptz,
        problem text
      );
      CREATE INDEX webhook_account_checks_due ON webhook_account_checks (next_check_at);

      -- The assets that Meta keeps a subscription for. A number has none of its own: its WABA has.
      CREATE TABLE webhook_asset_subscriptions (
        account_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        state text NOT NULL CONSTRAINT webhook_asset_subscriptions_state_known
          CHECK (state IN ('subscribed', 'missing', 'unreadable')),
        -- null: it was never in place, so nothing can have been missed.
        last_seen_at timestamptz,
        -- Committed before it is mended at Meta: dying in between must not hide that events were lost.
        missing_since timestamptz,
        checked_at timestamptz NOT NULL DEFAULT now(),
        problem text,
        CONSTRAINT webhook_asset_subscriptions_pkey PRIMARY KEY (account_id, asset_id),
        CONSTRAINT webhook_asset_subscriptions_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );

      CREATE TABLE webhook_gaps (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        asset_id uuid NOT NULL,
        cause text NOT NULL CONSTRAINT webhook_gaps_cause_known CHECK (cause IN ('receiver_down', 'unsubscribed')),
        from_at timestamptz NOT NULL,
        until_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'found' CONSTRAINT webhook_gaps_state_known
          CHECK (state IN ('found', 'repairing', 'repaired', 'not_repairable', 'failed')),
        attempts integer NOT NULL DEFAULT 0,
        -- While repairing: until when whoever is at it counts as alive.
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        waits_for_account boolean NOT NULL DEFAULT false,
        found_count integer NOT NULL DEFAULT 0,
        stored_count integer NOT NULL DEFAULT 0,
        note text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT webhook_gaps_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT webhook_gaps_once UNIQUE (account_id, asset_id, cause, from_at),
        CONSTRAINT webhook_gaps_window CHECK (from_at <= until_at),
        CONSTRAINT webhook_gaps_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX webhook_gaps_due ON webhook_gaps (next_attempt_at)
        WHERE state IN ('found', 'repairing') AND NOT waits_for_account;
      CREATE INDEX webhook_gaps_by_state ON webhook_gaps (account_id, state, id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE webhook_gaps, webhook_asset_subscriptions, webhook_account_checks,
      webhook_app_subscriptions, webhook_watch`);
  }
}
