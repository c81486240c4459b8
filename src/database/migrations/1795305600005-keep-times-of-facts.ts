import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is needed to end at the same state in whatever order events come. */
export class KeepTimesOfFacts1795305600005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- When the name and each fact of the profile were told, by the platform's clock: the latest stays, not the last to come.
      ALTER TABLE contacts
        ADD COLUMN name_told_at timestamptz,
        ADD COLUMN profile_told_at jsonb NOT NULL DEFAULT '{}';
      -- Every message of a person moves name_told_at: the new version of the row should find room beside the old one.
      ALTER TABLE contacts SET (fillfactor = 80);

      -- Several edits may wait for one message: each is part of its history.
      ALTER TABLE waiting_changes DROP CONSTRAINT waiting_changes_pkey,
        ADD CONSTRAINT waiting_changes_pkey PRIMARY KEY (account_id, asset_id, external_id, kind, at);

      -- What a status told of its recipient: [{kind, value}], learnt when the message comes.
      ALTER TABLE waiting_statuses ADD COLUMN identities jsonb NOT NULL DEFAULT '[]';

      -- For the messages in groups of contacts that turn out to be one person.
      CREATE INDEX conversations_of_groups ON conversations (account_id, id) WHERE group_id <> '';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX conversations_of_groups;
      ALTER TABLE waiting_statuses DROP COLUMN identities;
      DELETE FROM waiting_changes w USING waiting_changes newer
       WHERE (w.account_id, w.asset_id, w.external_id, w.kind)
           = (newer.account_id, newer.asset_id, newer.external_id, newer.kind) AND newer.at > w.at;
      ALTER TABLE waiting_changes DROP CONSTRAINT waiting_changes_pkey,
        ADD CONSTRAINT waiting_changes_pkey PRIMARY KEY (account_id, asset_id, external_id, kind);
      ALTER TABLE contacts RESET (fillfactor);
      ALTER TABLE contacts DROP COLUMN profile_told_at, DROP COLUMN name_told_at;
    `);
  }
}
