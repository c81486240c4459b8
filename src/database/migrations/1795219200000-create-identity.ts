import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateIdentity1795219200000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE users (
        id uuid CONSTRAINT users_pkey PRIMARY KEY,
        email text NOT NULL,
        name text NOT NULL,
        password_hash text,
        role text NOT NULL CONSTRAINT users_role_known CHECK (role IN ('admin', 'agent', 'viewer')),
        external_issuer text,
        external_subject text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT users_external_whole CHECK ((external_issuer IS NULL) = (external_subject IS NULL))
      );
      CREATE UNIQUE INDEX users_by_email ON users (lower(email)) WHERE deleted_at IS NULL;
      CREATE UNIQUE INDEX users_by_external_subject ON users (external_issuer, external_subject)
        WHERE external_subject IS NOT NULL AND deleted_at IS NULL;

      -- One row for each refresh token ever handed out; a used one that comes back revokes its family.
      CREATE TABLE refresh_tokens (
        id uuid CONSTRAINT refresh_tokens_pkey PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT refresh_tokens_user REFERENCES users ON DELETE CASCADE,
        family_id uuid NOT NULL,
        token_hash bytea NOT NULL CONSTRAINT refresh_tokens_by_hash UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
      CREATE INDEX refresh_tokens_by_user ON refresh_tokens (user_id);
      CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

      CREATE TABLE api_keys (
        id uuid CONSTRAINT api_keys_pkey PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT api_keys_user REFERENCES users ON DELETE CASCADE,
        name text NOT NULL,
        prefix text NOT NULL,
        key_hash bytea NOT NULL CONSTRAINT api_keys_by_hash UNIQUE,
        role text NOT NULL CONSTRAINT api_keys_role_known CHECK (role IN ('admin', 'agent', 'viewer')),
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz,
        expires_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX api_keys_by_user ON api_keys (user_id, id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE api_keys, refresh_tokens, users');
  }
}
