import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a team knows of people: by hand, merged, erased; and which conversations a member of an account may see. */
export class ExtendContacts1795564800003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE contacts
        -- The contact that this one is shown as part of; null for one that stands for itself. Follows from the merges below
        -- that have not ended. Nothing moves: identities and conversations stay with their contact.
        ADD COLUMN person_id uuid,
        ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN note text,
        -- Who gave the name that it has; null where the platform told it, or the user was removed.
        ADD COLUMN named_by uuid CONSTRAINT contacts_namer REFERENCES users ON DELETE SET NULL,
        -- What the platform called it when somebody gave it another name, to go back to.
        ADD COLUMN told_name text,
        ADD COLUMN told_name_at timestamptz,
        -- Its data is being removed; it is shown nowhere any more.
        ADD COLUMN erasing_at timestamptz,
        ADD CONSTRAINT contacts_person FOREIGN KEY (account_id, person_id)
          REFERENCES contacts (account_id, id) ON DELETE SET NULL (person_id),
        ADD CONSTRAINT contacts_person_is_another CHECK (person_id <> id),
        ADD CONSTRAINT contacts_attributes_object CHECK (jsonb_typeof(attributes) = 'object');
      CREATE INDEX contacts_parts ON contacts (account_id, person_id) WHERE person_id IS NOT NULL;
      CREATE INDEX contacts_by_namer ON contacts (named_by) WHERE named_by IS NOT NULL;
      CREATE INDEX contacts_opted_out ON contacts (account_id, id) WHERE opted_out_at IS NOT NULL;
      CREATE INDEX contacts_opted_out_of_marketing ON contacts (account_id, id) WHERE marketing_opted_out_at IS NOT NULL;
      -- Names and numbers are found by how they begin.
      CREATE INDEX contacts_by_name ON contacts (account_id, lower(name) text_pattern_ops) WHERE name IS NOT NULL;
      CREATE INDEX contacts_by_username ON contacts (account_id, lower(profile ->> 'username') text_pattern_ops)
        WHERE profile ? 'username';
      CREATE INDEX contact_identities_of_kind ON contact_identities (account_id, kind, contact_id);
      CREATE INDEX contact_identities_by_value ON contact_identities (account_id, value text_pattern_ops);

      -- Somebody decided that two contacts are one person. What a message proves is no merge: there the contacts become one.
      CREATE TABLE contact_merges (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        contact_id uuid NOT NULL,
        merged_id uuid NOT NULL,
        merged_by uuid CONSTRAINT contact_merges_merger REFERENCES users ON DELETE SET NULL,
        merged_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz,
        -- 'proven': a message showed by itself what had been decided; there is nothing left to be undone.
        ended_how text CONSTRAINT contact_merges_ended_how_known CHECK (ended_how IN ('undone', 'proven')),
        ended_by uuid CONSTRAINT contact_merges_ender REFERENCES users ON DELETE SET NULL,
        CONSTRAINT contact_merges_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT contact_merges_ended_somehow CHECK ((ended_at IS NULL) = (ended_how IS NULL)),
        CONSTRAINT contact_merges_of_two CHECK (contact_id <> merged_id OR ended_at IS NOT NULL),
        CONSTRAINT contact_merges_contact FOREIGN KEY (account_id, contact_id)
          REFERENCES contacts (account_id, id) ON DELETE CASCADE,
        CONSTRAINT contact_merges_merged FOREIGN KEY (account_id, merged_id)
          REFERENCES contacts (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX contact_merges_of_contact ON contact_merges (account_id, contact_id);
      CREATE INDEX contact_merges_of_merged ON contact_merges (account_id, merged_id);
      CREATE INDEX contact_merges_by_merger ON contact_merges (merged_by) WHERE merged_by IS NOT NULL;
      CREATE INDEX contact_merges_by_ender ON contact_merges (ended_by) WHERE ended_by IS NOT NULL;

      -- Whose data is being removed, and how far that is: whoever dies at it leaves a row that is taken up again.
      CREATE TABLE contact_erasures (
        account_id uuid NOT NULL CONSTRAINT contact_erasures_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        requested_by uuid CONSTRAINT contact_erasures_requester REFERENCES users ON DELETE SET NULL,
        requested_at timestamptz NOT NULL DEFAULT now(),
        contact_ids uuid[] NOT NULL,
        -- What the person was known by: needed until the end, and gone with it.
        identities jsonb NOT NULL,
        stage text NOT NULL,
        -- Where the stage is to go on.
        place text,
        removed jsonb NOT NULL DEFAULT '{}',
        attempts integer NOT NULL DEFAULT 0,
        error text,
        -- When somebody goes on with it, unless who has it does; null once it is completed.
        next_run_at timestamptz DEFAULT now(),
        completed_at timestamptz,
        CONSTRAINT contact_erasures_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT contact_erasures_completed_without_person
          CHECK ((completed_at IS NULL) = (next_run_at IS NOT NULL) AND (completed_at IS NULL OR identities = '[]'))
      );
      CREATE INDEX contact_erasures_due ON contact_erasures (next_run_at) WHERE next_run_at IS NOT NULL;
      CREATE INDEX contact_erasures_by_requester ON contact_erasures (requested_by) WHERE requested_by IS NOT NULL;

      -- By what a person was known whose data was removed, as a digest: what happened before does not come back when an
      -- old delivery is processed again. What the person does later is somebody's whom we do not know.
      CREATE TABLE erased_identities (
        account_id uuid NOT NULL CONSTRAINT erased_identities_account REFERENCES meta_accounts ON DELETE CASCADE,
        digest bytea NOT NULL,
        erased_at timestamptz NOT NULL,
        CONSTRAINT erased_identities_pkey PRIMARY KEY (account_id, digest)
      );

      -- The figures of messages that were removed stay what they are when figures are counted again.
      ALTER TABLE message_metric_facts ADD COLUMN is_erased boolean NOT NULL DEFAULT false;

      -- What a person did elsewhere than in messages.
      CREATE INDEX comments_by_author ON comments (account_id, author_id) WHERE author_id IS NOT NULL;
      CREATE INDEX page_reactions_by_actor ON page_reactions (account_id, actor_id);
      CREATE INDEX page_ratings_by_reviewer ON page_ratings (account_id, reviewer_id) WHERE reviewer_id IS NOT NULL;
      CREATE INDEX mentions_by_author ON mentions (account_id, author_id) WHERE author_id IS NOT NULL;
      CREATE INDEX message_opt_ins_of_person ON message_opt_ins (account_id, person) WHERE person IS NOT NULL;
      CREATE INDEX whatsapp_calls_with_number ON whatsapp_calls (account_id, wa_id) WHERE wa_id IS NOT NULL;
      CREATE INDEX whatsapp_calls_with_user ON whatsapp_calls (account_id, user_id) WHERE user_id IS NOT NULL;

      ALTER TABLE account_members
        -- 'assigned': only conversations that are the member's, or nobody's.
        ADD COLUMN sees text NOT NULL DEFAULT 'all'
          CONSTRAINT account_members_sees_known CHECK (sees IN ('all', 'assigned')),
        ADD CONSTRAINT account_members_owner_sees_all CHECK (role <> 'owner' OR sees = 'all');
      CREATE INDEX conversations_latest_unassigned ON conversations (account_id, last_message_at DESC, id DESC)
        WHERE agent_id IS NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX conversations_latest_unassigned;
      ALTER TABLE account_members DROP COLUMN sees;
      DROP INDEX comments_by_author, page_reactions_by_actor, page_ratings_by_reviewer, mentions_by_author,
        message_opt_ins_of_person, whatsapp_calls_with_number, whatsapp_calls_with_user;
      ALTER TABLE message_metric_facts DROP COLUMN is_erased;
      DROP TABLE erased_identities, contact_erasures, contact_merges;
      DROP INDEX contact_identities_by_value, contact_identities_of_kind, contacts_by_username, contacts_by_name,
        contacts_opted_out_of_marketing, contacts_opted_out;
      ALTER TABLE contacts
        DROP CONSTRAINT contacts_person_is_another, DROP CONSTRAINT contacts_attributes_object,
        DROP COLUMN person_id, DROP COLUMN attributes, DROP COLUMN note, DROP COLUMN named_by, DROP COLUMN told_name,
        DROP COLUMN told_name_at, DROP COLUMN erasing_at;
    `);
  }
}
