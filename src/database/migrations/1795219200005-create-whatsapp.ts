import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateWhatsapp1795219200005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE whatsapp_business_accounts (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        waba_id text NOT NULL,
        name text,
        currency text,
        timezone_id text,
        status text NOT NULL,
        messaging_limit text,
        health_status jsonb,
        status_changed_at timestamptz,
        subscribed_at timestamptz,
        templates_synced_at timestamptz,
        -- Who reads the list of templates from Meta holds this; a dead holder is replaced once it has passed.
        templates_sync_lease_until timestamptz,
        synced_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT whatsapp_business_accounts_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_business_accounts_by_meta_id UNIQUE (account_id, waba_id),
        -- The row and its asset have one id.
        CONSTRAINT whatsapp_business_accounts_asset FOREIGN KEY (account_id, id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE
      );

      CREATE TABLE whatsapp_phone_numbers (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        whatsapp_business_account_id uuid NOT NULL,
        phone_number_id text NOT NULL,
        phone_number text,
        display_name text,
        business_profile jsonb NOT NULL DEFAULT '{}',
        status text NOT NULL,
        quality_rating text,
        name_status text,
        code_verification_status text,
        platform_type text,
        throughput_level text,
        messaging_limit text,
        messaging_limit_changed_at timestamptz,
        name_changed_at timestamptz,
        account_mode text,
        is_official_business_account boolean,
        is_on_biz_app boolean,
        is_pin_enabled boolean,
        pin text,
        synced_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT whatsapp_phone_numbers_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_phone_numbers_by_meta_id UNIQUE (account_id, phone_number_id),
        CONSTRAINT whatsapp_phone_numbers_asset FOREIGN KEY (account_id, id)
          REFERENCES assets (account_id, id) ON DELETE CASCADE,
        CONSTRAINT whatsapp_phone_numbers_waba FOREIGN KEY (account_id, whatsapp_business_account_id)
          REFERENCES whatsapp_business_accounts (account_id, id) ON DELETE CASCADE
      );
      CREATE INDEX whatsapp_phone_numbers_of_waba
        ON whatsapp_phone_numbers (account_id, whatsapp_business_account_id);

      CREATE TABLE whatsapp_templates (
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        waba_id uuid NOT NULL,
        template_id text NOT NULL,
        name text NOT NULL,
        language text NOT NULL,
        category text NOT NULL,
        previous_category text,
        correct_category text,
        status text NOT NULL,
        rejected_reason text,
        status_details jsonb,
        quality_score text,
        parameter_format text,
        message_send_ttl_seconds integer,
        components jsonb NOT NULL DEFAULT '[]',
        -- Meta's time of the newest webhook of each sort: an older one that arrives late changes nothing.
        status_changed_at timestamptz,
        quality_changed_at timestamptz,
        category_changed_at timestamptz,
        components_changed_at timestamptz,
        -- Our time of the last status webhook: a list read from Meta before it must not undo it.
        status_received_at timestamptz,
        synced_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT whatsapp_templates_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT whatsapp_templates_waba FOREIGN KEY (account_id, waba_id)
          REFERENCES whatsapp_business_accounts (account_id, id) ON DELETE CASCADE
      );
      CREATE UNIQUE INDEX whatsapp_templates_by_name ON whatsapp_templates (account_id, waba_id, name, language)
        WHERE deleted_at IS NULL;
      CREATE INDEX whatsapp_templates_by_meta_id ON whatsapp_templates (account_id, waba_id, template_id);
      CREATE INDEX whatsapp_templates_listed ON whatsapp_templates (account_id, waba_id, created_at DESC, id DESC)
        WHERE deleted_at IS NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE whatsapp_templates, whatsapp_phone_numbers, whatsapp_business_accounts');
  }
}
