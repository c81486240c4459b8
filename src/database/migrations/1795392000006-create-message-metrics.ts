import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMessageMetrics1795392000006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- What is counted of each message: one narrow row. The figures are the sums of these, and a change of one is
      -- subtracted and added, so that nothing is ever counted twice.
      CREATE TABLE message_metric_facts (
        account_id uuid NOT NULL CONSTRAINT message_metric_facts_account REFERENCES meta_accounts ON DELETE CASCADE,
        message_id uuid NOT NULL,
        message_month date NOT NULL,
        platform text NOT NULL,
        asset_id uuid NOT NULL,
        template_name text NOT NULL,
        template_language text NOT NULL,
        category text NOT NULL,
        error_code text NOT NULL,
        received_at timestamptz,
        sent_at timestamptz,
        delivered_at timestamptz,
        read_at timestamptz,
        failed_at timestamptz,
        CONSTRAINT message_metric_facts_pkey PRIMARY KEY (account_id, message_id)
      );
      CREATE INDEX message_metric_facts_failures ON message_metric_facts (account_id, error_code, failed_at)
        WHERE failed_at IS NOT NULL;

      -- The figures: by quarter of an hour, as days of some time zones begin at a half or a quarter past.
      -- What a dimension does not tell apart is empty: no asset is the id of zeros.
      CREATE TABLE message_metrics (
        account_id uuid NOT NULL CONSTRAINT message_metrics_account REFERENCES meta_accounts ON DELETE CASCADE,
        dimension text NOT NULL CONSTRAINT message_metrics_dimension_known
          CHECK (dimension IN ('account', 'channel', 'template', 'category', 'error')),
        platform text NOT NULL,
        asset_id uuid NOT NULL,
        bucket_at timestamptz NOT NULL,
        template_name text NOT NULL,
        template_language text NOT NULL,
        label text NOT NULL,
        -- The month that the messages were stored in: what is counted of months that are gone can be told from what can be
        -- counted again.
        message_month date NOT NULL,
        received integer NOT NULL,
        sent integer NOT NULL,
        delivered integer NOT NULL,
        read integer NOT NULL,
        failed integer NOT NULL,
        -- Of those sent in this quarter: what became of them, whenever.
        sent_delivered integer NOT NULL,
        sent_read integer NOT NULL,
        sent_failed integer NOT NULL,
        -- Failed in this quarter without having been sent.
        unsent_failed integer NOT NULL,
        CONSTRAINT message_metrics_pkey PRIMARY KEY (account_id, dimension, platform, asset_id, bucket_at, template_name,
          template_language, label, message_month)
      ) WITH (fillfactor = 80);

      -- Messages whose statuses changed and which have to be counted again. Many rows for one message are no harm.
      CREATE TABLE message_metric_changes (
        account_id uuid NOT NULL,
        id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        message_ids uuid[] NOT NULL,
        CONSTRAINT message_metric_changes_pkey PRIMARY KEY (account_id, id)
      );

      -- Not every change of a status is an event: one that comes late, or again with an earlier time, raises no message's
      -- status. The table itself forgets none, whoever writes to it.
      CREATE FUNCTION note_message_metric_changes() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO message_metric_changes (account_id, message_ids)
        SELECT account_id, array_agg(DISTINCT message_id) FROM told
         WHERE status IN ('sent', 'delivered', 'read', 'played', 'failed') GROUP BY account_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER message_statuses_told AFTER INSERT ON message_statuses
        REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_message_metric_changes();
      CREATE TRIGGER message_statuses_retold AFTER UPDATE ON message_statuses
        REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_message_metric_changes();

      -- What was stored before there were figures.
      INSERT INTO message_metric_changes (account_id, message_ids)
      SELECT account_id, array_agg(id)
        FROM (SELECT account_id, id, (row_number() OVER (PARTITION BY account_id ORDER BY id) - 1) / 500 AS part
                FROM messages) AS stored
       GROUP BY account_id, part;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER message_statuses_told ON message_statuses;
      DROP TRIGGER message_statuses_retold ON message_statuses;
      DROP FUNCTION note_message_metric_changes;
      DROP TABLE message_metric_changes, message_metrics, message_metric_facts;
    `);
  }
}
