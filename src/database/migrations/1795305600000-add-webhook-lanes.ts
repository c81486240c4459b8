import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddWebhookLanes1795305600000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- What waits already is taken for messages: the lane decides how soon, not what is done.
      ALTER TABLE webhook_deliveries
        ADD COLUMN lane text NOT NULL DEFAULT 'message'
          CONSTRAINT webhook_deliveries_lane_known CHECK (lane IN ('message', 'status', 'account', 'bulk')),
        ADD COLUMN events_dead integer NOT NULL DEFAULT 0,
        -- Why events were ignored: [{reason, count}], the commonest first.
        ADD COLUMN ignored jsonb NOT NULL DEFAULT '[]';
      DROP INDEX webhook_deliveries_pending;
      CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (lane, next_attempt_at, id) WHERE state = 'pending';
      -- Nearly every delivery ends as processed: an index of those would double the work of settling one, and the
      -- primary key lists them as well.
      DROP INDEX webhook_deliveries_by_state;
      CREATE INDEX webhook_deliveries_set_aside ON webhook_deliveries (state, id)
        WHERE state IN ('ignored', 'quarantined', 'dead');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX webhook_deliveries_set_aside;
      CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (state, id);
      DROP INDEX webhook_deliveries_pending;
      CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (next_attempt_at, id) WHERE state = 'pending';
      ALTER TABLE webhook_deliveries DROP COLUMN ignored, DROP COLUMN events_dead, DROP COLUMN lane;
    `);
  }
}
