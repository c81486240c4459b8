import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of the events that were written before there was a relay: one batch, in order of their ids. */
const BATCH_BEFORE = '00000000-0000-7000-8000-000000000000';

export class AddOutboxRelay1795305600001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Events are written once and never changed; who was told of what stands in outbox_cursors. The default is for the
      -- rows that are there: PostgreSQL keeps it beside the table and rewrites nothing.
      ALTER TABLE domain_events ADD COLUMN batch_id uuid NOT NULL DEFAULT '${BATCH_BEFORE}';
      ALTER TABLE domain_events ALTER COLUMN batch_id DROP DEFAULT, DROP COLUMN published_at;
      CREATE INDEX domain_events_of_batch ON domain_events (batch_id, id);

      -- Batches without a place yet. A row lives from its commit to the sequencer's next round, so the table stays small.
      CREATE TABLE outbox_arrivals (
        arrived_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        batch_id uuid NOT NULL,
        size integer NOT NULL,
        CONSTRAINT outbox_arrivals_pkey PRIMARY KEY (arrived_at, batch_id)
      );

      -- Committed batches in the order in which they are told. Without a key to the events, which would cost a look-up
      -- for each of them: one statement writes both.
      CREATE TABLE outbox_batches (
        position bigint CONSTRAINT outbox_batches_pkey PRIMARY KEY,
        batch_id uuid NOT NULL CONSTRAINT outbox_batches_once UNIQUE,
        size integer NOT NULL,
        arrived_at timestamptz NOT NULL
      );

      -- The last place given: one row, which is also the lock of whoever gives places.
      CREATE TABLE outbox_sequence (
        is_only boolean DEFAULT true CONSTRAINT outbox_sequence_pkey PRIMARY KEY,
        last_position bigint NOT NULL,
        CONSTRAINT outbox_sequence_one_row CHECK (is_only)
      ) WITH (fillfactor = 10);

      INSERT INTO outbox_batches (position, batch_id, size, arrived_at)
        SELECT 1, '${BATCH_BEFORE}', count(*), now() FROM domain_events HAVING count(*) > 0;
      INSERT INTO outbox_sequence (last_position) SELECT count(*) FROM outbox_batches;

      -- Up to where each subscriber was told: everything before (position, event_id), and that event itself.
      CREATE TABLE outbox_cursors (
        subscriber text CONSTRAINT outbox_cursors_pkey PRIMARY KEY,
        position bigint NOT NULL,
        event_id uuid NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 10);

      -- Events that a subscriber could not be told of, which its cursor has left behind.
      CREATE TABLE outbox_failures (
        account_id uuid NOT NULL CONSTRAINT outbox_failures_account REFERENCES meta_accounts ON DELETE CASCADE,
        event_id uuid NOT NULL,
        subscriber text NOT NULL,
        position bigint NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CONSTRAINT outbox_failures_state CHECK (state IN ('waiting', 'dead')),
        attempts integer NOT NULL DEFAULT 1,
        next_attempt_at timestamptz NOT NULL,
        error text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT outbox_failures_pkey PRIMARY KEY (account_id, event_id, subscriber)
      );
      CREATE INDEX outbox_failures_due ON outbox_failures (subscriber, next_attempt_at) WHERE state = 'waiting';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE outbox_failures, outbox_cursors, outbox_sequence, outbox_batches, outbox_arrivals;
      DROP INDEX domain_events_of_batch;
      ALTER TABLE domain_events DROP COLUMN batch_id, ADD COLUMN published_at timestamptz;
      CREATE INDEX domain_events_unpublished ON domain_events (id) WHERE published_at IS NULL;
    `);
  }
}
