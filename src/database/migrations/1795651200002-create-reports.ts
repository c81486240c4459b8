import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Figures as files: asked for once, or by a schedule. */
export class CreateReports1795651200002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE report_schedules (
        account_id uuid NOT NULL CONSTRAINT report_schedules_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        -- On whose access its reports are built: whoever made it, or changed it last.
        responsible_id uuid NOT NULL CONSTRAINT report_schedules_responsible REFERENCES users ON DELETE CASCADE,
        title text NOT NULL,
        -- Datasets, granularity, platforms, channels.
        wish jsonb NOT NULL,
        format text NOT NULL CONSTRAINT report_schedules_format_known CHECK (format IN ('csv', 'json', 'html')),
        relative_range text NOT NULL,
        cron text NOT NULL,
        time_zone text NOT NULL,
        recipient_ids uuid[] NOT NULL,
        is_enabled boolean NOT NULL DEFAULT true,
        -- Why it was stopped, where nobody did that.
        stopped jsonb,
        -- Null while it is not enabled.
        next_run_at timestamptz,
        last_run_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT report_schedules_pkey PRIMARY KEY (account_id, id),
        CONSTRAINT report_schedules_due CHECK (is_enabled = (next_run_at IS NOT NULL))
      );
      CREATE INDEX report_schedules_next ON report_schedules (next_run_at) WHERE next_run_at IS NOT NULL;
      CREATE INDEX report_schedules_of_user ON report_schedules (responsible_id);

      CREATE TABLE reports (
        account_id uuid NOT NULL CONSTRAINT reports_account REFERENCES meta_accounts ON DELETE CASCADE,
        id uuid NOT NULL,
        requested_by uuid NOT NULL CONSTRAINT reports_requester REFERENCES users ON DELETE CASCADE,
        schedule_id uuid,
        -- The time of the schedule that it stands for; null where somebody asked for it.
        due_at timestamptz,
        title text NOT NULL,
        wish jsonb NOT NULL,
        format text NOT NULL CONSTRAINT reports_format_known CHECK (format IN ('csv', 'json', 'html')),
        time_zone text NOT NULL,
        from_at timestamptz NOT NULL,
        until_at timestamptz NOT NULL,
        recipient_ids uuid[] NOT NULL,
        state text NOT NULL DEFAULT 'queued' CONSTRAINT reports_state_known
          CHECK (state IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'expired', 'removed')),
        datasets_done integer NOT NULL DEFAULT 0,
        tables_done integer NOT NULL DEFAULT 0,
        -- Known once the last dataset was read.
        tables_total integer,
        rows_done bigint NOT NULL DEFAULT 0,
        -- How often it was begun. Files are named by it: those of an attempt that was broken off are nobody's.
        attempt integer NOT NULL DEFAULT 0,
        -- How often it was broken off by the end of a process, and by an error.
        crashes integer NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        -- Names who works on it: nobody else's claim may store anything.
        claim uuid,
        available_at timestamptz NOT NULL DEFAULT now(),
        error jsonb,
        -- There may be files that nobody offers any more.
        has_leftovers boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz,
        expires_at timestamptz NOT NULL,
        CONSTRAINT reports_pkey PRIMARY KEY (account_id, id),
        -- One time of a schedule makes one report, whichever process wakes.
        CONSTRAINT reports_by_due_time UNIQUE (account_id, schedule_id, due_at),
        CONSTRAINT reports_schedule FOREIGN KEY (account_id, schedule_id)
          REFERENCES report_schedules (account_id, id) ON DELETE SET NULL (schedule_id)
      );
      CREATE INDEX reports_of_user ON reports (requested_by);
      CREATE INDEX reports_due ON reports (available_at) WHERE state IN ('queued', 'running');
      CREATE INDEX reports_under_way ON reports (account_id) WHERE state IN ('queued', 'running');
      CREATE INDEX reports_to_expire ON reports (expires_at);
      CREATE INDEX reports_to_remove ON reports (updated_at) WHERE state = 'removed';
      CREATE INDEX reports_with_leftovers ON reports (updated_at) WHERE has_leftovers;

      -- A row is there before its file is: no file is ever without one.
      CREATE TABLE report_files (
        account_id uuid NOT NULL,
        report_id uuid NOT NULL,
        attempt integer NOT NULL,
        place integer NOT NULL,
        storage_key text NOT NULL,
        -- Which table of which dataset; null where the file has all of them.
        table_name text,
        title text NOT NULL,
        file_name text NOT NULL,
        row_count bigint NOT NULL DEFAULT 0,
        -- In bytes; null until the file is whole.
        size bigint,
        CONSTRAINT report_files_pkey PRIMARY KEY (account_id, report_id, attempt, place),
        CONSTRAINT report_files_report FOREIGN KEY (account_id, report_id)
          REFERENCES reports (account_id, id) ON DELETE CASCADE
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE report_files, reports, report_schedules');
  }
}
