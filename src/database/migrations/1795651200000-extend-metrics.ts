import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Figures by hour and day, of campaigns, agents, moods, prices, comments and answers, and the cases of conversations. */
export class ExtendMetrics1795651200000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- An id that is older or younger by a span: messages that were stored near each other are looked for in few partitions.
      CREATE FUNCTION uuidv7_shifted(id uuid, span interval) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (lpad(to_hex(('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint
                            + (extract(epoch FROM span) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
      $$;

      -- Which campaign a message belongs to is told by the message itself: a recipient's row names its latest only.
      UPDATE messages m SET metadata = m.metadata || jsonb_build_object('campaignId', r.campaign_id)
        FROM campaign_recipients r
       WHERE r.message_id IS NOT NULL AND m.account_id = r.account_id AND m.id = r.message_id;

      ALTER TABLE message_metric_facts
        -- Of an agent's message the user; empty for messages of campaigns.
        ADD COLUMN agent text NOT NULL DEFAULT '',
        ADD COLUMN campaign text NOT NULL DEFAULT '',
        ADD COLUMN sentiment text NOT NULL DEFAULT '',
        -- Meta's category and type of the price, with a slash between them.
        ADD COLUMN price text NOT NULL DEFAULT '',
        ADD COLUMN is_billable boolean NOT NULL DEFAULT false,
        -- Of templates: when the person tapped one of its buttons, and wrote anything, within 72 hours.
        ADD COLUMN clicked_at timestamptz,
        ADD COLUMN replied_at timestamptz,
        -- Of messages that ended a customer's waiting: when they were sent, and after how long.
        ADD COLUMN answered_at timestamptz,
        ADD COLUMN answer_seconds integer,
        ADD COLUMN is_first_answer boolean NOT NULL DEFAULT false,
        -- Of comments, which have rows here, too.
        ADD COLUMN commented_at timestamptz,
        ADD COLUMN comment_replied_at timestamptz,
        DROP COLUMN category;
      CREATE INDEX message_metric_facts_answers ON message_metric_facts (account_id, answered_at)
        INCLUDE (answer_seconds, is_first_answer, asset_id, platform, agent) WHERE answered_at IS NOT NULL;

      -- Sums by quarter of an hour, by hour, and by day and month of UTC: what is asked about two years must not add up quarters.
      DELETE FROM message_metrics WHERE dimension = 'category';
      ALTER TABLE message_metrics
        ADD COLUMN grain text NOT NULL DEFAULT 'quarter'
          CONSTRAINT message_metrics_grain_known CHECK (grain IN ('quarter', 'hour', 'day', 'month')),
        ADD COLUMN sent_billable integer NOT NULL DEFAULT 0,
        ADD COLUMN sent_clicked integer NOT NULL DEFAULT 0,
        ADD COLUMN sent_replied integer NOT NULL DEFAULT 0,
        ADD COLUMN comments integer NOT NULL DEFAULT 0,
        ADD COLUMN comment_replies integer NOT NULL DEFAULT 0,
        ADD COLUMN answers integer NOT NULL DEFAULT 0,
        ADD COLUMN answer_seconds bigint NOT NULL DEFAULT 0,
        ADD COLUMN first_answers integer NOT NULL DEFAULT 0,
        ADD COLUMN first_answer_seconds bigint NOT NULL DEFAULT 0,
        DROP CONSTRAINT message_metrics_dimension_known,
        DROP CONSTRAINT message_metrics_pkey;
      ALTER TABLE message_metrics
        ADD CONSTRAINT message_metrics_dimension_known CHECK (dimension IN
          ('account', 'channel', 'template', 'price', 'error', 'campaign', 'agent', 'sentiment')),
        ADD CONSTRAINT message_metrics_pkey PRIMARY KEY (account_id, grain, dimension, platform, asset_id, bucket_at,
          template_name, template_language, label, message_month);
      -- Of what has a label there are sums over all assets, too.
      INSERT INTO message_metrics (account_id, grain, dimension, platform, asset_id, bucket_at, template_name,
          template_language, label, message_month, received, sent, delivered, read, failed, sent_delivered, sent_read,
          sent_failed, unsent_failed)
      SELECT account_id, 'quarter', dimension, platform, '00000000-0000-0000-0000-000000000000', bucket_at, template_name,
             template_language, label, message_month, sum(received), sum(sent), sum(delivered), sum(read), sum(failed),
             sum(sent_delivered), sum(sent_read), sum(sent_failed), sum(unsent_failed)
        FROM message_metrics WHERE dimension = 'error' GROUP BY 1, 3, 4, 6, 7, 8, 9, 10;
      INSERT INTO message_metrics (account_id, grain, dimension, platform, asset_id, bucket_at, template_name,
          template_language, label, message_month, received, sent, delivered, read, failed, sent_delivered, sent_read,
          sent_failed, unsent_failed)
      SELECT account_id, wide.grain, dimension, platform, asset_id, date_trunc(wide.grain, bucket_at, 'UTC'),
             template_name, template_language, label, message_month, sum(received), sum(sent), sum(delivered), sum(read),
             sum(failed), sum(sent_delivered), sum(sent_read), sum(sent_failed), sum(unsent_failed)
        FROM message_metrics
       CROSS JOIN unnest(ARRAY['hour', 'day', 'month']) AS wide (grain)
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;

      CREATE INDEX comments_by_time ON comments (account_id, asset_id, commented_at) WHERE is_complete;

      -- From the customer's first message (or a reopening) until the conversation is closed. A row is found again by what closed
      -- the case before it. Nothing refers to the conversation: the figures stay when the person is erased.
      CREATE TABLE conversation_cases (
        account_id uuid NOT NULL CONSTRAINT conversation_cases_account REFERENCES meta_accounts ON DELETE CASCADE,
        conversation_id uuid NOT NULL,
        after_activity_id uuid NOT NULL,
        platform text NOT NULL,
        asset_id uuid NOT NULL,
        opened_at timestamptz NOT NULL,
        closed_at timestamptz,
        -- Null: by nobody, or by a user who was removed.
        closed_by text,
        seconds integer,
        CONSTRAINT conversation_cases_pkey PRIMARY KEY (account_id, conversation_id, after_activity_id),
        CONSTRAINT conversation_cases_closed CHECK ((closed_at IS NULL) = (seconds IS NULL))
      );
      CREATE INDEX conversation_cases_opened ON conversation_cases (account_id, opened_at)
        INCLUDE (closed_at, platform, asset_id);
      CREATE INDEX conversation_cases_resolved ON conversation_cases (account_id, closed_at)
        INCLUDE (seconds, platform, asset_id, closed_by) WHERE closed_at IS NOT NULL;

      ALTER TABLE message_metric_changes
        ADD COLUMN comment_ids uuid[] NOT NULL DEFAULT '{}',
        ADD COLUMN conversation_ids uuid[] NOT NULL DEFAULT '{}',
        ALTER COLUMN message_ids SET DEFAULT '{}';

      -- What figures depend on beside statuses. Each is noted by the table itself, in the transaction that changes it.
      CREATE FUNCTION note_message_metric_message() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO message_metric_changes (account_id, message_ids) VALUES (NEW.account_id, ARRAY[NEW.id]);
        RETURN NULL;
      END $$;
      CREATE TRIGGER messages_metrics_changed AFTER UPDATE OF conversation_id, sentiment ON messages FOR EACH ROW
        WHEN (OLD.conversation_id IS DISTINCT FROM NEW.conversation_id OR OLD.sentiment IS DISTINCT FROM NEW.sentiment)
        EXECUTE FUNCTION note_message_metric_message();

      CREATE FUNCTION note_message_metric_comment() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO message_metric_changes (account_id, comment_ids) VALUES (NEW.account_id, ARRAY[NEW.id]);
        RETURN NULL;
      END $$;
      CREATE TRIGGER comments_metrics_added AFTER INSERT ON comments FOR EACH ROW
        WHEN (NEW.is_complete) EXECUTE FUNCTION note_message_metric_comment();
      CREATE TRIGGER comments_metrics_changed AFTER UPDATE ON comments FOR EACH ROW
        WHEN (NEW.is_complete AND (OLD.is_complete, OLD.by_business, OLD.commented_at, OLD.sentiment, OLD.parent_external_id,
                                   OLD.thread_external_id)
              IS DISTINCT FROM (NEW.is_complete, NEW.by_business, NEW.commented_at, NEW.sentiment, NEW.parent_external_id,
                                NEW.thread_external_id))
        EXECUTE FUNCTION note_message_metric_comment();

      CREATE FUNCTION note_message_metric_cases() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO message_metric_changes (account_id, conversation_ids)
        SELECT account_id, array_agg(DISTINCT id)
          FROM (SELECT account_id, conversation_id AS id FROM told WHERE kind IN ('closed', 'reopened', 'merged')
                -- The one that went on in the other: its cases are the other's now.
                UNION ALL SELECT account_id, (payload ->> 'conversationId')::uuid FROM told WHERE kind = 'merged') AS named
         GROUP BY account_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER conversation_activities_told AFTER INSERT ON conversation_activities
        REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_message_metric_cases();
      CREATE TRIGGER conversation_activities_moved AFTER UPDATE ON conversation_activities
        REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_message_metric_cases();

      -- What is stored is counted again, for what was not counted before.
      INSERT INTO message_metric_changes (account_id, message_ids)
      SELECT account_id, array_agg(id)
        FROM (SELECT account_id, id, (row_number() OVER (PARTITION BY account_id ORDER BY id) - 1) / 500 AS part
                FROM messages) AS stored
       GROUP BY account_id, part;
      INSERT INTO message_metric_changes (account_id, comment_ids)
      SELECT account_id, array_agg(id)
        FROM (SELECT account_id, id, (row_number() OVER (PARTITION BY account_id ORDER BY id) - 1) / 500 AS part
                FROM comments WHERE is_complete) AS stored
       GROUP BY account_id, part;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER conversation_activities_moved ON conversation_activities;
      DROP TRIGGER conversation_activities_told ON conversation_activities;
      DROP TRIGGER comments_metrics_changed ON comments;
      DROP TRIGGER comments_metrics_added ON comments;
      DROP TRIGGER messages_metrics_changed ON messages;
      DROP FUNCTION note_message_metric_cases, note_message_metric_comment, note_message_metric_message;
      DELETE FROM message_metric_changes WHERE message_ids = '{}';
      ALTER TABLE message_metric_changes
        DROP COLUMN comment_ids, DROP COLUMN conversation_ids, ALTER COLUMN message_ids DROP DEFAULT;
      DROP INDEX comments_by_time;
      DROP TABLE conversation_cases;
      DELETE FROM message_metrics
       WHERE grain <> 'quarter' OR dimension NOT IN ('account', 'channel', 'template', 'error')
          OR (dimension = 'error' AND asset_id = '00000000-0000-0000-0000-000000000000');
      ALTER TABLE message_metrics
        DROP CONSTRAINT message_metrics_dimension_known, DROP CONSTRAINT message_metrics_pkey,
        DROP COLUMN grain, DROP COLUMN sent_billable, DROP COLUMN sent_clicked, DROP COLUMN sent_replied,
        DROP COLUMN comments, DROP COLUMN comment_replies, DROP COLUMN answers, DROP COLUMN answer_seconds,
        DROP COLUMN first_answers, DROP COLUMN first_answer_seconds;
      ALTER TABLE message_metrics
        ADD CONSTRAINT message_metrics_dimension_known
          CHECK (dimension IN ('account', 'channel', 'template', 'category', 'error')),
        ADD CONSTRAINT message_metrics_pkey PRIMARY KEY (account_id, dimension, platform, asset_id, bucket_at,
          template_name, template_language, label, message_month);
      DROP INDEX message_metric_facts_answers;
      DELETE FROM message_metric_facts WHERE platform = 'facebook' OR commented_at IS NOT NULL OR comment_replied_at IS NOT NULL;
      ALTER TABLE message_metric_facts
        DROP COLUMN agent, DROP COLUMN campaign, DROP COLUMN sentiment, DROP COLUMN price, DROP COLUMN is_billable,
        DROP COLUMN clicked_at, DROP COLUMN replied_at, DROP COLUMN answered_at, DROP COLUMN answer_seconds,
        DROP COLUMN is_first_answer, DROP COLUMN commented_at, DROP COLUMN comment_replied_at,
        ADD COLUMN category text NOT NULL DEFAULT '';
      DROP FUNCTION uuidv7_shifted;
    `);
  }
}
