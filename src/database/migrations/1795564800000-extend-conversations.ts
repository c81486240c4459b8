import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a team needs of conversations beside their messages, and comment threads as conversations. */
export class ExtendConversations1795564800000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE conversations
        -- Meta's id of the comment that a thread begins with, or an empty string. Its messages are the rows of comments.
        ADD COLUMN comment_thread_id text NOT NULL DEFAULT '',
        -- How many messages came from the other side so far. What a user has not read is what is beyond the count that
        -- conversation_reads has for the user: nothing has to be counted to show it.
        ADD COLUMN inbound_count bigint NOT NULL DEFAULT 0,
        ADD COLUMN snoozed_until timestamptz,
        ADD COLUMN priority text NOT NULL DEFAULT 'normal'
          CONSTRAINT conversations_priority_known CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
        -- Of what the customer wrote of late: from -1 to 1, and the word for it.
        ADD COLUMN sentiment text
          CONSTRAINT conversations_sentiment_known CHECK (sentiment IN ('positive', 'neutral', 'negative')),
        ADD COLUMN sentiment_score real,
        ADD COLUMN sentiment_trend text
          CONSTRAINT conversations_trend_known CHECK (sentiment_trend IN ('improving', 'steady', 'worsening')),
        DROP CONSTRAINT conversations_platform_known,
        DROP CONSTRAINT conversations_person_or_group;
      ALTER TABLE conversations
        ADD CONSTRAINT conversations_platform_known
          CHECK (platform IN ('whatsapp', 'messenger', 'instagram', 'facebook')),
        ADD CONSTRAINT conversations_other_side
          CHECK (num_nonnulls(contact_id, nullif(group_id, ''), nullif(comment_thread_id, '')) = 1),
        ADD CONSTRAINT conversations_snoozed_until_set CHECK (snoozed_until IS NULL OR status = 'snoozed');
      CREATE UNIQUE INDEX conversations_of_thread ON conversations (account_id, asset_id, comment_thread_id)
        WHERE comment_thread_id <> '';
      -- Every message moves last_message_at, and with it an entry of each index here that has the conversation in it: lists
      -- walk the few equalities below, merge what they find and look at the rest of the conditions row by row.
      -- Nobody needs the one over all platforms and states any more: they are few, and each is walked.
      DROP INDEX conversations_latest, conversations_latest_by_status;
      CREATE INDEX conversations_latest_of_platform
        ON conversations (account_id, platform, status, last_message_at DESC, id DESC) WHERE last_message_at IS NOT NULL;
      CREATE INDEX conversations_latest_of_channel
        ON conversations (account_id, asset_id, status, last_message_at DESC, id DESC) WHERE last_message_at IS NOT NULL;
      -- Also of those that are assigned to nobody: an index has nulls, too.
      CREATE INDEX conversations_latest_of_agent
        ON conversations (account_id, agent_id, status, last_message_at DESC, id DESC) WHERE last_message_at IS NOT NULL;
      -- Of what is rare. What is common is found by walking the others.
      CREATE INDEX conversations_latest_negative ON conversations (account_id, last_message_at DESC, id DESC)
        WHERE sentiment = 'negative' AND last_message_at IS NOT NULL;
      CREATE INDEX conversations_latest_of_priority ON conversations (account_id, priority, last_message_at DESC, id DESC)
        WHERE priority <> 'normal' AND last_message_at IS NOT NULL;
      CREATE INDEX conversations_latest_of_groups ON conversations (account_id, last_message_at DESC, id DESC)
        WHERE group_id <> '' AND last_message_at IS NOT NULL;
      CREATE INDEX conversations_latest_of_threads ON conversations (account_id, last_message_at DESC, id DESC)
        WHERE comment_thread_id <> '' AND last_message_at IS NOT NULL;
      CREATE INDEX conversations_snoozed ON conversations (snoozed_until) WHERE snoozed_until IS NOT NULL;

      -- Up to where each user has read. Without a row: what nobody has read yet is unread.
      CREATE TABLE conversation_reads (
        account_id uuid NOT NULL,
        conversation_id uuid NOT NULL,
        user_id uuid NOT NULL CONSTRAINT conversation_reads_user REFERENCES users ON DELETE CASCADE,
        inbound_count bigint NOT NULL,
        read_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT conversation_reads_pkey PRIMARY KEY (account_id, conversation_id, user_id),
        CONSTRAINT conversation_reads_conversation FOREIGN KEY (account_id, conversation_id)
          REFERENCES conversations (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX conversation_reads_by_user ON conversation_reads (user_id);

      CREATE TABLE labels (
        account_id uuid NOT NULL CONSTRAINT labels_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        name text NOT NULL,
        color text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT labels_pkey PRIMARY KEY (account_id, id)
      );
      CREATE UNIQUE INDEX labels_by_name ON labels (account_id, lower(name));

      CREATE TABLE conversation_labels (
        account_id uuid NOT NULL,
        conversation_id uuid NOT NULL,
        label_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT conversation_labels_pkey PRIMARY KEY (account_id, conversation_id, label_id),
        CONSTRAINT conversation_labels_conversation FOREIGN KEY (account_id, conversation_id)
          REFERENCES conversations (account_id, id) ON DELETE CASCADE,
        CONSTRAINT conversation_labels_label FOREIGN KEY (account_id, label_id)
          REFERENCES labels (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX conversation_labels_by_label ON conversation_labels (account_id, label_id);

      CREATE TABLE conversation_notes (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        conversation_id uuid NOT NULL,
        -- Null: the user was removed from the service.
        author_id uuid CONSTRAINT conversation_notes_author REFERENCES users ON DELETE SET NULL,
        text text NOT NULL,
        -- Members whose attention the author wants.
        mentioned_user_ids uuid[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        edited_at timestamptz,
        CONSTRAINT conversation_notes_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT conversation_notes_conversation FOREIGN KEY (account_id, conversation_id)
          REFERENCES conversations (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX conversation_notes_of_conversation ON conversation_notes (account_id, conversation_id, id);
      CREATE INDEX conversation_notes_by_author ON conversation_notes (author_id);

      -- Who did what with a conversation, or what happened to it by itself (no actor). Never changed.
      CREATE TABLE conversation_activities (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        conversation_id uuid NOT NULL,
        actor_id uuid CONSTRAINT conversation_activities_actor REFERENCES users ON DELETE SET NULL,
        kind text NOT NULL,
        payload jsonb NOT NULL DEFAULT '{}',
        at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT conversation_activities_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT conversation_activities_conversation FOREIGN KEY (account_id, conversation_id)
          REFERENCES conversations (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX conversation_activities_of_conversation
        ON conversation_activities (account_id, conversation_id, id);
      CREATE INDEX conversation_activities_by_actor ON conversation_activities (actor_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE conversation_activities, conversation_notes, conversation_labels, labels, conversation_reads;
      DELETE FROM conversations WHERE comment_thread_id <> '';
      DROP INDEX conversations_latest_of_platform, conversations_latest_of_channel, conversations_latest_of_agent,
        conversations_latest_of_groups;
      CREATE INDEX conversations_latest ON conversations (account_id, last_message_at DESC, id DESC)
        WHERE last_message_at IS NOT NULL;
      CREATE INDEX conversations_latest_by_status ON conversations (account_id, status, last_message_at DESC, id DESC)
        WHERE last_message_at IS NOT NULL;
      ALTER TABLE conversations
        DROP CONSTRAINT conversations_snoozed_until_set,
        DROP CONSTRAINT conversations_other_side,
        DROP CONSTRAINT conversations_platform_known,
        DROP COLUMN comment_thread_id, DROP COLUMN inbound_count, DROP COLUMN snoozed_until, DROP COLUMN priority,
        DROP COLUMN sentiment, DROP COLUMN sentiment_score, DROP COLUMN sentiment_trend;
      ALTER TABLE conversations
        ADD CONSTRAINT conversations_platform_known CHECK (platform IN ('whatsapp', 'messenger', 'instagram')),
        ADD CONSTRAINT conversations_person_or_group CHECK ((contact_id IS NULL) = (group_id <> ''));
    `);
  }
}
