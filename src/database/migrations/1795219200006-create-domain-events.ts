import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateDomainEvents1795219200006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- The outbox: what has to be told after a commit, written in the same transaction as what it tells of.
      CREATE TABLE domain_events (
        id uuid CONSTRAINT domain_events_pkey PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT domain_events_account REFERENCES meta_accounts ON DELETE CASCADE,
        kind text NOT NULL,
        payload jsonb NOT NULL,
        conversation_id uuid,
        seq bigint,
        created_at timestamptz NOT NULL DEFAULT now(),
        published_at timestamptz,
        fingerprint bytea
      );
      -- What was told once is not told again when its webhook is processed again.
      CREATE UNIQUE INDEX domain_events_once ON domain_events (account_id, fingerprint) WHERE fingerprint IS NOT NULL;
      CREATE INDEX domain_events_unpublished ON domain_events (id) WHERE published_at IS NULL;
      CREATE INDEX domain_events_of_account ON domain_events (account_id, id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE domain_events');
  }
}
