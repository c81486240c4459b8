import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCampaigns1795392000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- One template to many people. Who is to get it stands in campaign_recipients, how far it is in campaign_progress.
      CREATE TABLE campaigns (
        account_id uuid NOT NULL CONSTRAINT campaigns_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        name text NOT NULL,
        asset_id uuid NOT NULL,
        waba_id uuid NOT NULL,
        template_name text NOT NULL,
        template_language text NOT NULL,
        -- Meta's category at the start: when Meta moves the template to another one, the price is another one, too.
        template_category text,
        -- Meta's components with placeholders in them, and what fills those that a recipient has no value for.
        components jsonb NOT NULL DEFAULT '[]',
        defaults jsonb NOT NULL DEFAULT '{}',
        state text NOT NULL DEFAULT 'draft' CONSTRAINT campaigns_state_known
          CHECK (state IN ('draft', 'scheduled', 'running', 'paused', 'completed', 'cancelled')),
        pause_reason jsonb,
        scheduled_at timestamptz,
        started_at timestamptz,
        finished_at timestamptz,
        -- Since when it has been running without a break, and how many had left by then: what its rate is told from.
        running_since timestamptz,
        left_before integer NOT NULL DEFAULT 0,
        created_by uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT campaigns_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT campaigns_number FOREIGN KEY (account_id, asset_id)
          REFERENCES whatsapp_phone_numbers (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX campaigns_of_number ON campaigns (account_id, asset_id);
      CREATE INDEX campaigns_listed ON campaigns (account_id, id DESC) WHERE deleted_at IS NULL;
      CREATE INDEX campaigns_running ON campaigns (id) WHERE state = 'running';
      CREATE INDEX campaigns_due ON campaigns (scheduled_at) WHERE state = 'scheduled';
      CREATE INDEX campaigns_cancelled ON campaigns (finished_at) WHERE state = 'cancelled';
      CREATE INDEX campaigns_stopped ON campaigns (updated_at) WHERE state IN ('paused', 'cancelled');

      -- The numbers that change all the time, apart from what people change: neither waits for the other.
      CREATE TABLE campaign_progress (
        account_id uuid NOT NULL,
        campaign_id uuid NOT NULL,
        total integer NOT NULL DEFAULT 0,
        pending integer NOT NULL DEFAULT 0,
        queued integer NOT NULL DEFAULT 0,
        accepted integer NOT NULL DEFAULT 0,
        sent integer NOT NULL DEFAULT 0,
        delivered integer NOT NULL DEFAULT 0,
        read integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        skipped integer NOT NULL DEFAULT 0,
        unknown integer NOT NULL DEFAULT 0,
        cancelled integer NOT NULL DEFAULT 0,
        -- Outcomes of late, halved whenever they get many: what the campaign is paused by.
        recent integer NOT NULL DEFAULT 0,
        recent_failed integer NOT NULL DEFAULT 0,
        recent_limited integer NOT NULL DEFAULT 0,
        -- An error that the next message will meet as well.
        stop_error jsonb,
        is_told boolean NOT NULL DEFAULT true,
        told_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT campaign_progress_pkey PRIMARY KEY (account_id, campaign_id),
        CONSTRAINT campaign_progress_campaign FOREIGN KEY (account_id, campaign_id)
          REFERENCES campaigns (account_id, id) ON DELETE CASCADE
      ) WITH (fillfactor = 50);
      CREATE INDEX campaign_progress_untold ON campaign_progress (told_at) WHERE NOT is_told;

      CREATE TABLE campaign_recipients (
        account_id uuid NOT NULL,
        campaign_id uuid NOT NULL,
        id uuid NOT NULL,
        -- Digits of a phone number, or a business-scoped user id.
        recipient text NOT NULL,
        -- The same for every way of writing the same person's number.
        person_key text NOT NULL,
        line integer NOT NULL,
        parameters jsonb NOT NULL DEFAULT '{}',
        state text NOT NULL DEFAULT 'pending' CONSTRAINT campaign_recipients_state_known
          CHECK (state IN ('pending', 'queued', 'accepted', 'sent', 'delivered', 'read', 'failed', 'skipped',
                           'unknown', 'cancelled')),
        message_id uuid,
        attempt smallint NOT NULL DEFAULT 0,
        -- Meta's code, or a word of ours; also why somebody was left out.
        reason_code text,
        reason text,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT campaign_recipients_pkey PRIMARY KEY (account_id, campaign_id, id),
        -- No other index begins with the account and the campaign: before the first statistics the planner would take it
        -- for as good as the key, and read a whole campaign for each row.
        CONSTRAINT campaign_recipients_once UNIQUE (account_id, person_key, campaign_id),
        CONSTRAINT campaign_recipients_campaign FOREIGN KEY (account_id, campaign_id)
          REFERENCES campaigns (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX campaign_recipients_by_state ON campaign_recipients (state, account_id, campaign_id, id);
      CREATE UNIQUE INDEX campaign_recipients_of_message ON campaign_recipients (account_id, message_id)
        WHERE message_id IS NOT NULL;

      -- One list that was handed in, and how far it got.
      CREATE TABLE campaign_imports (
        account_id uuid NOT NULL,
        campaign_id uuid NOT NULL,
        id uuid NOT NULL,
        source text NOT NULL CONSTRAINT campaign_imports_source_known CHECK (source IN ('json', 'csv')),
        file_name text,
        state text NOT NULL DEFAULT 'running' CONSTRAINT campaign_imports_state_known
          CHECK (state IN ('running', 'completed', 'broken')),
        lines integer NOT NULL DEFAULT 0,
        added integer NOT NULL DEFAULT 0,
        duplicates integer NOT NULL DEFAULT 0,
        invalid integer NOT NULL DEFAULT 0,
        line_reached integer NOT NULL DEFAULT 0,
        error jsonb,
        columns jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        CONSTRAINT campaign_imports_pkey PRIMARY KEY (account_id, campaign_id, id),
        CONSTRAINT campaign_imports_campaign FOREIGN KEY (account_id, campaign_id)
          REFERENCES campaigns (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX campaign_imports_running ON campaign_imports (updated_at) WHERE state = 'running';

      CREATE TABLE campaign_import_errors (
        account_id uuid NOT NULL,
        campaign_id uuid NOT NULL,
        import_id uuid NOT NULL,
        line integer NOT NULL,
        code text NOT NULL,
        message text NOT NULL,
        CONSTRAINT campaign_import_errors_pkey PRIMARY KEY (account_id, campaign_id, import_id, line, code),
        CONSTRAINT campaign_import_errors_import FOREIGN KEY (account_id, campaign_id, import_id)
          REFERENCES campaign_imports (account_id, campaign_id, id) ON DELETE CASCADE
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'DROP TABLE campaign_import_errors, campaign_imports, campaign_recipients, campaign_progress, campaigns',
    );
  }
}
