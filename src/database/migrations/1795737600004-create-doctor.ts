import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the doctor reads and nobody else writes down: who runs, and which deliveries were turned away at the door. */
export class CreateDoctor1795737600004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Every process that listens says so here again and again. A row that is old is a process that died.
      CREATE TABLE service_processes (
        id uuid NOT NULL CONSTRAINT service_processes_pkey PRIMARY KEY,
        host text NOT NULL,
        pid integer NOT NULL,
        roles text[] NOT NULL,
        version text NOT NULL,
        started_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX service_processes_by_sight ON service_processes (seen_at);

      -- Deliveries without a right signature, by hour: nothing of them is kept, for anybody may send them.
      CREATE TABLE webhook_refusals (
        hour timestamptz NOT NULL,
        reason text NOT NULL CONSTRAINT webhook_refusals_reason_known CHECK (reason IN ('unsigned', 'wrongly_signed')),
        count bigint NOT NULL,
        last_at timestamptz NOT NULL,
        CONSTRAINT webhook_refusals_pkey PRIMARY KEY (hour, reason)
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE webhook_refusals, service_processes');
  }
}
