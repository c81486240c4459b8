import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMetaAccounts1795219200001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE meta_accounts (
        id uuid CONSTRAINT meta_accounts_pkey PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT meta_accounts_user REFERENCES users,
        login_kind text NOT NULL
          CONSTRAINT meta_accounts_login_kind_known CHECK (login_kind IN ('facebook', 'embedded_signup', 'instagram')),
        meta_app_id text NOT NULL,
        meta_user_id text NOT NULL,
        name text,
        access_token text,
        refresh_token text,
        token_kind text NOT NULL
          CONSTRAINT meta_accounts_token_kind_known CHECK (token_kind IN ('user', 'system_user', 'instagram_user')),
        token_expiry timestamptz,
        data_access_expiry timestamptz,
        status text NOT NULL CONSTRAINT meta_accounts_status_known CHECK (status IN ('active', 'expired', 'revoked')),
        status_reason text,
        permissions jsonb NOT NULL DEFAULT '[]',
        granular_scopes jsonb NOT NULL DEFAULT '[]',
        next_refresh_at timestamptz,
        refresh_failures integer NOT NULL DEFAULT 0,
        last_checked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz
      );
      -- Connecting the same person again renews the row instead of making a second account.
      CREATE UNIQUE INDEX meta_accounts_by_person ON meta_accounts (user_id, meta_app_id, meta_user_id)
        WHERE deleted_at IS NULL;
      CREATE INDEX meta_accounts_by_meta_user ON meta_accounts (meta_user_id);
      -- NULL where looking again is useless until the person connects again.
      CREATE INDEX meta_accounts_due ON meta_accounts (next_refresh_at)
        WHERE deleted_at IS NULL AND next_refresh_at IS NOT NULL;

      CREATE TABLE account_members (
        account_id uuid NOT NULL CONSTRAINT account_members_account REFERENCES meta_accounts ON DELETE CASCADE,
        user_id uuid NOT NULL CONSTRAINT account_members_user REFERENCES users ON DELETE CASCADE,
        role text NOT NULL CONSTRAINT account_members_role_known CHECK (role IN ('owner', 'member')),
        account_name text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT account_members_pkey PRIMARY KEY (account_id, user_id)
      );
      CREATE INDEX account_members_by_user ON account_members (user_id, account_id);

      CREATE TABLE oauth_states (
        nonce_hash bytea CONSTRAINT oauth_states_pkey PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT oauth_states_user REFERENCES users ON DELETE CASCADE,
        redirect_uri text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      );
      CREATE INDEX oauth_states_by_expiry ON oauth_states (expires_at);

      -- Outlives the account it was about: the person may ask for its state by code for years.
      CREATE TABLE data_deletion_requests (
        confirmation_code text CONSTRAINT data_deletion_requests_pkey PRIMARY KEY,
        request_digest bytea NOT NULL CONSTRAINT data_deletion_requests_once UNIQUE,
        -- Personal data itself: gone once the deletion is complete.
        meta_user_id text,
        status text NOT NULL
          CONSTRAINT data_deletion_requests_status_known CHECK (status IN ('received', 'completed')),
        CONSTRAINT data_deletion_requests_about_somebody CHECK (status = 'completed' OR meta_user_id IS NOT NULL),
        accounts_deleted integer NOT NULL DEFAULT 0,
        requested_at timestamptz NOT NULL DEFAULT now(),
        completed_at timestamptz
      );
      CREATE INDEX data_deletion_requests_open ON data_deletion_requests (requested_at) WHERE status = 'received';

      -- Deauthorize callbacks already obeyed: an old one that is sent again must not disconnect a new login.
      CREATE TABLE deauthorize_requests (
        request_digest bytea CONSTRAINT deauthorize_requests_pkey PRIMARY KEY,
        received_at timestamptz NOT NULL DEFAULT now()
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'DROP TABLE deauthorize_requests, data_deletion_requests, oauth_states, account_members, meta_accounts',
    );
  }
}
