import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LetStatusesWaitForSends1795478400000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Our own id, where the status carries it: what Meta calls the message is not known yet.
      ALTER TABLE waiting_statuses ADD COLUMN message_id uuid;
      CREATE INDEX message_sends_unknown ON message_sends (account_id, asset_id, recipient) WHERE state = 'unknown';
      CREATE INDEX waiting_statuses_of_sends ON waiting_statuses (account_id, message_id) WHERE message_id IS NOT NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX message_sends_unknown; ALTER TABLE waiting_statuses DROP COLUMN message_id');
  }
}
