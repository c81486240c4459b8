import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OrderSendsByLane1795392000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE message_sends
        -- Of two messages that are due the one in the lower lane goes first: 0 authentication, 1 reply, 2 campaign.
        ADD COLUMN lane smallint NOT NULL DEFAULT 1
          CONSTRAINT message_sends_lane_known CHECK (lane BETWEEN 0 AND 2),
        -- Whom it goes to, as it was addressed: messages to one person leave one after the other.
        ADD COLUMN recipient text NOT NULL DEFAULT '',
        -- When it was to go out first, whatever kept it since: the order among messages to one person.
        ADD COLUMN ordered_for timestamptz NOT NULL DEFAULT now(),
        -- How often Meta said that it came too fast: no fault of the message, and counted apart from attempts.
        ADD COLUMN limited integer NOT NULL DEFAULT 0;
      ALTER TABLE message_sends DROP CONSTRAINT message_sends_state_known;
      ALTER TABLE message_sends ADD CONSTRAINT message_sends_state_known
        CHECK (state IN ('queued', 'held', 'sending', 'accepted', 'failed', 'unknown'));
      DROP INDEX message_sends_due;
      CREATE INDEX message_sends_due ON message_sends (platform, account_id, asset_id, lane, available_at, message_id)
        WHERE state = 'queued';
      CREATE INDEX message_sends_in_turn ON message_sends (account_id, asset_id, recipient, ordered_for, message_id)
        WHERE state IN ('queued', 'sending');
      CREATE INDEX message_sends_held ON message_sends (account_id, message_id) WHERE state = 'held';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX message_sends_held, message_sends_in_turn, message_sends_due;
      UPDATE message_sends SET state = 'queued' WHERE state = 'held';
      CREATE INDEX message_sends_due ON message_sends (available_at) WHERE state = 'queued';
      ALTER TABLE message_sends DROP CONSTRAINT message_sends_state_known;
      ALTER TABLE message_sends ADD CONSTRAINT message_sends_state_known
        CHECK (state IN ('queued', 'sending', 'accepted', 'failed', 'unknown'));
      ALTER TABLE message_sends DROP COLUMN lane, DROP COLUMN recipient, DROP COLUMN ordered_for, DROP COLUMN limited;
    `);
  }
}
