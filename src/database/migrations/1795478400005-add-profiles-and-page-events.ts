import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddProfilesAndPageEvents1795478400005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- How far the profile of a person has come. What it says is kept with the contact.
      CREATE TABLE contact_profiles (
        account_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        person_kind text NOT NULL,
        person text NOT NULL,
        state text NOT NULL DEFAULT 'wanted' CONSTRAINT contact_profiles_state_known
          CHECK (state IN ('wanted', 'read', 'refused')),
        -- When somebody reads it next; null: nobody does.
        next_read_at timestamptz DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0,
        read_at timestamptz,
        -- Why Meta does not tell it, for people.
        refusal text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT contact_profiles_pkey PRIMARY KEY (account_id, asset_id, person_kind, person),
        CONSTRAINT contact_profiles_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX contact_profiles_due ON contact_profiles (next_read_at) WHERE next_read_at IS NOT NULL;

      -- What is known of a person's thread with a Page or Instagram account and is no message: of each fact the latest.
      CREATE TABLE direct_thread_facts (
        account_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        person_kind text NOT NULL,
        person text NOT NULL,
        fact text NOT NULL CONSTRAINT direct_thread_facts_fact_known
          CHECK (fact IN ('owner', 'request', 'channel', 'referral', 'account_link')),
        value jsonb NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT direct_thread_facts_pkey PRIMARY KEY (account_id, asset_id, person_kind, person, fact),
        CONSTRAINT direct_thread_facts_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );

      CREATE TABLE message_opt_ins (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        asset_id uuid NOT NULL,
        kind text NOT NULL,
        -- SHA-256 of what names it: its token, its reference, else the occurrence.
        key bytea NOT NULL,
        person_kind text,
        person text,
        user_ref text,
        -- Ciphertext.
        token text,
        ref text,
        title text,
        payload text,
        frequency text,
        timezone text,
        status text,
        expires_at timestamptz,
        told_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT message_opt_ins_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT message_opt_ins_by_key UNIQUE (account_id, asset_id, key),
        CONSTRAINT message_opt_ins_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX message_opt_ins_latest ON message_opt_ins (account_id, asset_id, told_at DESC, id DESC);

      -- Who reacted to what on a Page; the Page itself is the empty target. Without reaction: it was taken back.
      CREATE TABLE page_reactions (
        account_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        target_id text NOT NULL,
        actor_id text NOT NULL,
        actor_name text,
        reaction text,
        at timestamptz NOT NULL,
        CONSTRAINT page_reactions_pkey PRIMARY KEY (account_id, asset_id, target_id, actor_id),
        CONSTRAINT page_reactions_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );

      CREATE TABLE mentions (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        asset_id uuid NOT NULL,
        -- Meta's id of the comment, else of the post or media, in which the name stands.
        external_id text NOT NULL,
        post_external_id text,
        comment_external_id text,
        text text,
        author_id text,
        author_name text,
        permalink text,
        told_at timestamptz NOT NULL,
        mentioned_at timestamptz NOT NULL,
        removed_at timestamptz,
        -- Instagram tells only where: what was said is read. When somebody does so next; null: nobody does.
        next_read_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        refusal text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT mentions_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT mentions_by_external_id UNIQUE (account_id, asset_id, external_id),
        CONSTRAINT mentions_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX mentions_latest ON mentions (account_id, asset_id, mentioned_at DESC, id DESC);
      CREATE INDEX mentions_due ON mentions (next_read_at) WHERE next_read_at IS NOT NULL;

      CREATE TABLE page_ratings (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        asset_id uuid NOT NULL,
        story_id text NOT NULL,
        reviewer_id text,
        reviewer_name text,
        recommendation text,
        rating integer,
        text text,
        rated_at timestamptz NOT NULL,
        told_at timestamptz NOT NULL,
        removed_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT page_ratings_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT page_ratings_by_story UNIQUE (account_id, asset_id, story_id),
        CONSTRAINT page_ratings_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX page_ratings_latest ON page_ratings (account_id, asset_id, rated_at DESC, id DESC);

      -- Forms that people filled in under an advertisement. The webhook names them; what they say is read from Meta.
      CREATE TABLE page_leads (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        asset_id uuid NOT NULL,
        lead_id text NOT NULL,
        form_id text,
        ad_id text,
        adgroup_id text,
        answers jsonb,
        submitted_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'pending' CONSTRAINT page_leads_state_known
          CHECK (state IN ('pending', 'read', 'failed')),
        next_read_at timestamptz DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0,
        error text,
        read_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT page_leads_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT page_leads_by_lead UNIQUE (account_id, asset_id, lead_id),
        CONSTRAINT page_leads_read_with_answers CHECK ((state = 'read') = (answers IS NOT NULL)),
        CONSTRAINT page_leads_asset FOREIGN KEY (account_id, asset_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX page_leads_latest ON page_leads (account_id, asset_id, submitted_at DESC, id DESC);
      CREATE INDEX page_leads_due ON page_leads (next_read_at) WHERE next_read_at IS NOT NULL;

      ALTER TABLE facebook_pages
        -- Whether Meta gives a token for it; null where nobody has looked.
        ADD COLUMN has_token boolean,
        ADD COLUMN policy_action text,
        ADD COLUMN policy_reason text,
        ADD COLUMN policy_at timestamptz,
        ADD COLUMN app_roles jsonb,
        ADD COLUMN app_roles_at timestamptz,
        -- What keeps it from working, in a word; the status reason has it for people.
        ADD COLUMN health_problem text,
        -- When somebody looks next whether it still works; null where it is not connected.
        ADD COLUMN health_due_at timestamptz,
        ADD COLUMN health_checked_at timestamptz;
      UPDATE facebook_pages SET health_due_at = now(), health_problem = CASE status WHEN 'reauth_required' THEN 'token' END
       WHERE status <> 'available';
      CREATE INDEX facebook_pages_health_due ON facebook_pages (health_due_at) WHERE health_due_at IS NOT NULL;

      ALTER TABLE instagram_accounts
        ADD COLUMN health_problem text,
        ADD COLUMN health_due_at timestamptz,
        ADD COLUMN health_checked_at timestamptz;
      UPDATE instagram_accounts SET health_due_at = now(), health_problem = CASE status WHEN 'reauth_required' THEN 'token' END
       WHERE status <> 'available';
      CREATE INDEX instagram_accounts_health_due ON instagram_accounts (health_due_at)
        WHERE health_due_at IS NOT NULL;

      -- Pages from which no usable Instagram account is reached, and why.
      CREATE TABLE instagram_unlinked_pages (
        account_id uuid NOT NULL CONSTRAINT instagram_unlinked_pages_account
          REFERENCES meta_accounts ON DELETE CASCADE,
        page_id text NOT NULL,
        page_name text,
        -- Of a linked account that no app may manage.
        instagram_id text,
        username text,
        reason text NOT NULL CONSTRAINT instagram_unlinked_pages_reason_known
          CHECK (reason IN ('not_linked', 'personal_account')),
        seen_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT instagram_unlinked_pages_pkey PRIMARY KEY (account_id, page_id)
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE instagram_unlinked_pages, page_leads, page_ratings, mentions, page_reactions, message_opt_ins,
        direct_thread_facts, contact_profiles;
      DROP INDEX facebook_pages_health_due, instagram_accounts_health_due;
      ALTER TABLE facebook_pages DROP COLUMN has_token, DROP COLUMN policy_action, DROP COLUMN policy_reason,
        DROP COLUMN policy_at, DROP COLUMN app_roles, DROP COLUMN app_roles_at, DROP COLUMN health_problem,
        DROP COLUMN health_due_at, DROP COLUMN health_checked_at;
      ALTER TABLE instagram_accounts DROP COLUMN health_problem, DROP COLUMN health_due_at, DROP COLUMN health_checked_at;
    `);
  }
}
