import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ExtendWhatsappTemplates1795392000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- When Meta moves it to correct_category, as announced a day before.
      ALTER TABLE whatsapp_templates ADD category_changes_at timestamptz;
      -- Callers may name a template by Meta's id, too.
      CREATE INDEX whatsapp_templates_of_meta_id ON whatsapp_templates (account_id, template_id);

      -- Every creation, written down before Meta is asked: what became of it is found out even if nobody lived to hear it.
      CREATE TABLE whatsapp_template_creations (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        waba_id uuid NOT NULL,
        name text NOT NULL,
        language text NOT NULL,
        idempotency_key text,
        request_digest bytea NOT NULL,
        state text NOT NULL CONSTRAINT whatsapp_template_creations_state_known
          CHECK (state IN ('calling', 'unknown', 'created')),
        -- While somebody is asking Meta: until when nobody else does.
        lease_until timestamptz NOT NULL,
        -- What the caller was answered.
        answer jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT whatsapp_template_creations_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_template_creations_waba FOREIGN KEY (account_id, waba_id)
          REFERENCES whatsapp_business_accounts (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_template_creations_of_waba
        ON whatsapp_template_creations (account_id, waba_id, created_at);
      CREATE UNIQUE INDEX whatsapp_template_creations_by_key
        ON whatsapp_template_creations (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

      -- Edits of approved templates, of which Meta takes few.
      CREATE TABLE whatsapp_template_edits (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        template_id uuid NOT NULL,
        edited_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT whatsapp_template_edits_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_template_edits_template FOREIGN KEY (account_id, template_id)
          REFERENCES whatsapp_templates (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_template_edits_of_template
        ON whatsapp_template_edits (account_id, template_id, edited_at);

      -- Names that Meta keeps blocked after a deletion.
      CREATE TABLE whatsapp_template_names (
        account_id uuid NOT NULL,
        waba_id uuid NOT NULL,
        name text NOT NULL,
        -- Meta blocks names of templates that had been approved; of others it may take the name again.
        was_approved boolean NOT NULL,
        blocked_until timestamptz NOT NULL,
        CONSTRAINT whatsapp_template_names_pkey PRIMARY KEY (account_id, waba_id, name),
        CONSTRAINT whatsapp_template_names_waba FOREIGN KEY (account_id, waba_id)
          REFERENCES whatsapp_business_accounts (account_id, id) ON DELETE CASCADE
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'DROP TABLE whatsapp_template_names, whatsapp_template_edits, whatsapp_template_creations',
    );
    await db.query('DROP INDEX whatsapp_templates_of_meta_id');
    await db.query('ALTER TABLE whatsapp_templates DROP COLUMN category_changes_at');
  }
}
