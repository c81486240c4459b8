import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a timeline tells beside what is stored anyway: which delivery a message and a status came with, which request ordered a
 * send, each attempt that did not succeed, and where all of that lies in traces. What goes well the first time, and is not
 * traced, adds no row.
 */
export class AddTimelines1795737600002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE messages ADD delivery_id uuid;
      ALTER TABLE message_statuses ADD delivery_id uuid;
      ALTER TABLE waiting_statuses ADD delivery_id uuid;
      ALTER TABLE message_sends ADD request_id text, ADD trace_parent text;
      ALTER TABLE domain_events ADD trace_parent text;

      CREATE TABLE message_send_attempts (
        account_id uuid NOT NULL CONSTRAINT message_send_attempts_account REFERENCES meta_accounts ON DELETE CASCADE,
        message_id uuid NOT NULL,
        number integer NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL DEFAULT now(),
        outcome text NOT NULL
          CONSTRAINT message_send_attempts_outcome_known CHECK (outcome IN ('retry', 'postponed', 'failed', 'unknown')),
        next_at timestamptz,
        error jsonb,
        fbtrace_id text,
        CONSTRAINT message_send_attempts_pkey PRIMARY KEY (account_id, message_id, number)
      );

      CREATE TABLE webhook_delivery_steps (
        delivery_id uuid NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        kind text NOT NULL
          CONSTRAINT webhook_delivery_steps_kind_known CHECK (kind IN ('received', 'failed', 'dead', 'replayed')),
        attempt integer,
        next_attempt_at timestamptz,
        error text,
        user_id uuid,
        request_id text,
        trace_parent text,
        CONSTRAINT webhook_delivery_steps_pkey PRIMARY KEY (delivery_id, at, kind)
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE webhook_delivery_steps;
      DROP TABLE message_send_attempts;
      ALTER TABLE domain_events DROP trace_parent;
      ALTER TABLE message_sends DROP request_id, DROP trace_parent;
      ALTER TABLE waiting_statuses DROP delivery_id;
      ALTER TABLE message_statuses DROP delivery_id;
      ALTER TABLE messages DROP delivery_id;
    `);
  }
}
