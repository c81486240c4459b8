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

      -- Partial, so that the foreign key of messages cannot use them: as long as conversations have no statistics, its
      -- checks would take one of these instead of the primary key and read all of an account's rows for each message.
      DROP INDEX conversations_latest, conversations_latest_by_status, conversations_by_contact;
      CREATE INDEX conversations_latest ON conversations (account_id, last_message_at DESC, id DESC)
        WHERE last_message_at IS NOT NULL;
      CREATE INDEX conversations_latest_by_status ON conversations (account_id, status, last_message_at DESC, id DESC)
        WHERE last_message_at IS NOT NULL;
      CREATE INDEX conversations_by_contact ON conversations (account_id, contact_id, last_message_at DESC)
        WHERE contact_id IS NOT NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX conversations_latest, conversations_latest_by_status, conversations_by_contact;
      CREATE INDEX conversations_latest ON conversations (account_id, last_message_at DESC, id DESC);
      CREATE INDEX conversations_latest_by_status ON conversations (account_id, status, last_message_at DESC, id DESC);
      CREATE INDEX conversations_by_contact ON conversations (account_id, contact_id, last_message_at DESC);
      DROP INDEX webhook_deliveries_set_aside;
      CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (state, id);
      DROP INDEX webhook_deliveries_pending;
      CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (next_attempt_at, id) WHERE state = 'pending';
      ALTER TABLE webhook_deliveries DROP COLUMN ignored, DROP COLUMN events_dead, DROP COLUMN lane;
    `);
  }
}
