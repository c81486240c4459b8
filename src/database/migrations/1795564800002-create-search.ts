import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every change that is noted is one of these; the statement that makes it is the only one that knows all of them. */
const NOTED_TABLES = ['messages', 'comments', 'contacts', 'contact_identities', 'conversation_notes'];

export class CreateSearch1795564800002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- What can be found, folded to words (docs/search.md). Derived from the tables that it is about, and made of them again
      -- at any time: nothing here is the only copy of anything.
      CREATE TABLE search_documents (
        account_id uuid NOT NULL CONSTRAINT search_documents_account REFERENCES meta_accounts ON DELETE CASCADE,
        kind text NOT NULL CONSTRAINT search_documents_kind_known
          CHECK (kind IN ('message', 'comment', 'contact', 'note')),
        subject_id uuid NOT NULL,
        -- Null for contacts, and for comments that are in no conversation.
        conversation_id uuid,
        platform text,
        at timestamptz NOT NULL,
        -- Words, their stems marked with the language ('en/walk'), ends of phone numbers ('#5551234'), and whose it is, of
        -- which kind and month ('@…', '^202611'): a GIN index has one column, and in this way narrows by all of them at once.
        words tsvector NOT NULL,
        CONSTRAINT search_documents_pkey PRIMARY KEY (account_id, kind, subject_id)
      );
      CREATE INDEX search_documents_latest ON search_documents (account_id, at DESC, subject_id DESC);
      CREATE INDEX search_documents_of_conversation ON search_documents (account_id, conversation_id)
        WHERE conversation_id IS NOT NULL;
      -- Without the list of pending entries, which every search would have to read through.
      CREATE INDEX search_documents_words ON search_documents USING gin (words) WITH (fastupdate = off);

      -- What has to be looked at again. Several rows for one subject are no harm.
      CREATE TABLE search_changes (
        account_id uuid NOT NULL,
        id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        kind text NOT NULL,
        subject_ids uuid[] NOT NULL,
        -- Of a rebuild: what happens now comes before it.
        is_rebuild boolean NOT NULL DEFAULT false,
        CONSTRAINT search_changes_pkey PRIMARY KEY (account_id, id)
      );
      CREATE INDEX search_changes_in_order ON search_changes (is_rebuild, id);

      -- New messages are told by events, so that taking them in costs nothing more. What has no event, or is changed in several
      -- places, the tables note themselves: nobody who writes to them can forget it.
      CREATE FUNCTION note_search_changes() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO search_changes (account_id, kind, subject_ids)
        SELECT account_id, TG_ARGV[0], array_agg(id)
          FROM (SELECT account_id, id, (row_number() OVER (PARTITION BY account_id) - 1) / 500 AS part FROM told) parts
         GROUP BY account_id, part;
        RETURN NULL;
      END $$;
      CREATE FUNCTION note_search_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO search_changes (account_id, kind, subject_ids)
        VALUES (NEW.account_id, TG_ARGV[0], ARRAY[NEW.id]);
        RETURN NULL;
      END $$;
      CREATE FUNCTION note_search_identities() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO search_changes (account_id, kind, subject_ids)
        SELECT account_id, 'contact', array_agg(contact_id)
          FROM (SELECT account_id, contact_id, (row_number() OVER (PARTITION BY account_id) - 1) / 500 AS part
                  FROM (SELECT DISTINCT account_id, contact_id FROM told) AS person) parts
         GROUP BY account_id, part;
        RETURN NULL;
      END $$;
      CREATE FUNCTION note_search_identity() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO search_changes (account_id, kind, subject_ids)
        VALUES (NEW.account_id, 'contact', ARRAY[OLD.contact_id, NEW.contact_id]);
        RETURN NULL;
      END $$;

      CREATE TRIGGER messages_search_imported AFTER INSERT ON messages FOR EACH ROW
        WHEN (NEW.metadata @> '{"imported": true}') EXECUTE FUNCTION note_search_change('message');
      CREATE TRIGGER messages_search_changed AFTER UPDATE OF message_text, conversation_id, revoked_at ON messages
        FOR EACH ROW WHEN ((OLD.message_text, OLD.conversation_id, OLD.revoked_at)
                           IS DISTINCT FROM (NEW.message_text, NEW.conversation_id, NEW.revoked_at))
        EXECUTE FUNCTION note_search_change('message');
      CREATE TRIGGER messages_search_removed AFTER DELETE ON messages
        REFERENCING OLD TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_search_changes('message');

      CREATE TRIGGER comments_search_added AFTER INSERT ON comments FOR EACH ROW
        WHEN (NEW.is_complete) EXECUTE FUNCTION note_search_change('comment');
      CREATE TRIGGER comments_search_changed AFTER UPDATE ON comments FOR EACH ROW
        WHEN ((to_jsonb(OLD) - 'updated_at' - 'metadata') IS DISTINCT FROM (to_jsonb(NEW) - 'updated_at' - 'metadata'))
        EXECUTE FUNCTION note_search_change('comment');
      CREATE TRIGGER comments_search_removed AFTER DELETE ON comments
        REFERENCING OLD TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_search_changes('comment');

      CREATE TRIGGER contacts_search_added AFTER INSERT ON contacts
        REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_search_changes('contact');
      -- Every message of a person moves name_told_at, which nobody looks for.
      CREATE TRIGGER contacts_search_changed AFTER UPDATE ON contacts FOR EACH ROW
        WHEN ((OLD.name, OLD.profile) IS DISTINCT FROM (NEW.name, NEW.profile))
        EXECUTE FUNCTION note_search_change('contact');
      CREATE TRIGGER contacts_search_removed AFTER DELETE ON contacts
        REFERENCING OLD TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_search_changes('contact');
      CREATE TRIGGER contact_identities_search_added AFTER INSERT ON contact_identities
        REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_search_identities();
      CREATE TRIGGER contact_identities_search_moved AFTER UPDATE OF contact_id ON contact_identities FOR EACH ROW
        WHEN (OLD.contact_id IS DISTINCT FROM NEW.contact_id) EXECUTE FUNCTION note_search_identity();
      CREATE TRIGGER contact_identities_search_removed AFTER DELETE ON contact_identities
        REFERENCING OLD TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_search_identities();

      CREATE TRIGGER conversation_notes_search_added AFTER INSERT ON conversation_notes
        REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_search_changes('note');
      CREATE TRIGGER conversation_notes_search_changed AFTER UPDATE ON conversation_notes FOR EACH ROW
        WHEN ((OLD.text, OLD.conversation_id) IS DISTINCT FROM (NEW.text, NEW.conversation_id))
        EXECUTE FUNCTION note_search_change('note');
      CREATE TRIGGER conversation_notes_search_removed AFTER DELETE ON conversation_notes
        REFERENCING OLD TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION note_search_changes('note');

      -- What was stored before anything could be searched.
      INSERT INTO search_changes (account_id, kind, subject_ids, is_rebuild)
      SELECT account_id, kind, array_agg(id), true
        FROM (SELECT account_id, kind, id, (row_number() OVER (PARTITION BY account_id, kind ORDER BY id) - 1) / 500 AS part
                FROM (SELECT account_id, 'message' AS kind, id FROM messages
                      UNION ALL SELECT account_id, 'comment', id FROM comments
                      UNION ALL SELECT account_id, 'contact', id FROM contacts
                      UNION ALL SELECT account_id, 'note', id FROM conversation_notes) AS subject) AS stored
       GROUP BY account_id, kind, part ORDER BY kind, part;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    const triggers = (await db.query(
      `SELECT t.tgname AS name, c.relname AS on FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE t.tgparentid = 0 AND c.relname = ANY($1) AND t.tgname LIKE '%\\_search\\_%'`,
      [NOTED_TABLES],
    )) as { name: string; on: string }[];
    for (const { name, on } of triggers) await db.query(`DROP TRIGGER ${name} ON ${on}`);
    await db.query(`
      DROP FUNCTION note_search_identity, note_search_identities, note_search_change, note_search_changes;
      DROP TABLE search_changes, search_documents;
    `);
  }
}
