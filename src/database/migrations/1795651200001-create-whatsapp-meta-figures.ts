import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What Meta itself counts of WhatsApp Business Accounts: messages, prices, conversations, templates. */
export class CreateWhatsappMetaFigures1795651200001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- The accounts whose figures are pulled. The row is what a pull is claimed by.
      CREATE TABLE whatsapp_meta_pulls (
        account_id uuid NOT NULL,
        waba_id uuid NOT NULL,
        -- Null while nobody owns it.
        next_pull_at timestamptz DEFAULT now(),
        -- Whoever pulls at present; taken over after lease_until.
        lease_id uuid,
        lease_until timestamptz,
        pulled_at timestamptz,
        -- What keeps Meta from answering, in a word of ours and in a sentence.
        problem_code text CONSTRAINT whatsapp_meta_pulls_problem_known
          CHECK (problem_code IN ('permission', 'token', 'limited', 'unavailable', 'rejected')),
        problem text,
        problem_since timestamptz,
        failures integer NOT NULL DEFAULT 0,
        CONSTRAINT whatsapp_meta_pulls_pkey PRIMARY KEY (account_id, waba_id),
        CONSTRAINT whatsapp_meta_pulls_waba FOREIGN KEY (account_id, waba_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_meta_pulls_due ON whatsapp_meta_pulls (next_pull_at) WHERE next_pull_at IS NOT NULL;

      -- How far each kind of figures was read. Meta's counts of messages are read by number, whose digits are the part.
      CREATE TABLE whatsapp_meta_series (
        account_id uuid NOT NULL,
        waba_id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT whatsapp_meta_series_kind_known
          CHECK (kind IN ('analytics', 'conversation', 'pricing', 'template')),
        part text NOT NULL,
        state text NOT NULL CONSTRAINT whatsapp_meta_series_state_known
          CHECK (state IN ('pending', 'read', 'refused', 'disabled')),
        -- Why it is refused.
        message text,
        read_at timestamptz,
        -- Not asked for again before: after a refusal.
        retry_at timestamptz,
        failures integer NOT NULL DEFAULT 0,
        covered_from timestamptz,
        covered_until timestamptz,
        -- Meta refuses what is older than covered_from.
        is_past_over boolean NOT NULL DEFAULT false,
        -- Where a round through many templates was broken off, and until when it had asked.
        cursor text,
        cursor_until timestamptz,
        CONSTRAINT whatsapp_meta_series_pkey PRIMARY KEY (account_id, waba_id, kind, part),
        CONSTRAINT whatsapp_meta_series_pull FOREIGN KEY (account_id, waba_id)
          REFERENCES whatsapp_meta_pulls (account_id, waba_id) ON DELETE CASCADE
      );

      -- The figures. Rows of the view detail are as Meta told them, for half an hour, or of templates for a day; all others are
      -- their sums: by category and type in all, by number, by country, and each also by days of UTC.
      CREATE TABLE whatsapp_meta_figures (
        account_id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT whatsapp_meta_figures_kind_known
          CHECK (kind IN ('analytics', 'conversation', 'pricing', 'template')),
        view text NOT NULL CONSTRAINT whatsapp_meta_figures_view_known
          CHECK (view IN ('detail', 'total', 'number', 'country')),
        granularity text NOT NULL CONSTRAINT whatsapp_meta_figures_granularity_known
          CHECK (granularity IN ('half_hour', 'day')),
        waba_id uuid NOT NULL,
        start_at timestamptz NOT NULL,
        -- What a point is told apart by; empty where Meta does not say, or the view adds it up. Numbers are digits only.
        phone_number text NOT NULL DEFAULT '',
        country text NOT NULL DEFAULT '',
        category text NOT NULL DEFAULT '',
        type text NOT NULL DEFAULT '',
        direction text NOT NULL DEFAULT '',
        tier text NOT NULL DEFAULT '',
        template_id text NOT NULL DEFAULT '',
        end_at timestamptz NOT NULL,
        sent bigint,
        delivered bigint,
        read bigint,
        clicks bigint,
        -- By button.
        clicked jsonb,
        -- Messages that have a price, or conversations.
        volume bigint,
        -- Null: Meta did not tell.
        cost numeric,
        -- How much of the volume Meta tells no cost of.
        unpriced bigint NOT NULL DEFAULT 0,
        -- That of the account when it was read.
        currency text,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT whatsapp_meta_figures_pkey PRIMARY KEY (account_id, kind, view, granularity, waba_id, start_at,
          phone_number, country, category, type, direction, tier, template_id),
        CONSTRAINT whatsapp_meta_figures_waba FOREIGN KEY (account_id, waba_id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_meta_figures_of_waba ON whatsapp_meta_figures (account_id, waba_id);
      CREATE INDEX whatsapp_meta_figures_of_template ON whatsapp_meta_figures (account_id, template_id, start_at)
        WHERE kind = 'template';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE whatsapp_meta_figures, whatsapp_meta_series, whatsapp_meta_pulls');
  }
}
