import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Wrong passwords are counted, and a new password ends access tokens too. */
export class LimitLogins1795737600003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE login_attempts (
        -- SHA-256 of the e-mail address, in lower case: also of addresses that nobody has, which must not be told apart.
        login_digest bytea NOT NULL,
        -- Where they came from, as rate limits count it; * is everywhere together.
        address text NOT NULL,
        failures integer NOT NULL DEFAULT 0,
        -- When the first of them was; of a single address, when the latest was.
        counted_at timestamptz NOT NULL DEFAULT now(),
        locked_until timestamptz,
        -- When somebody last came in from there.
        last_login_at timestamptz,
        touched_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT login_attempts_pkey PRIMARY KEY (login_digest, address)
      );
      CREATE INDEX login_attempts_to_forget ON login_attempts (touched_at);

      -- Access tokens from before are not taken any more.
      ALTER TABLE users ADD COLUMN password_changed_at timestamptz;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE users DROP COLUMN password_changed_at; DROP TABLE login_attempts');
  }
}
