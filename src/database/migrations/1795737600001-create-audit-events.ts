import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changed what: one row for every write that somebody asked for, begun before it is done and finished after it. */
export class CreateAuditEvents1795737600001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // No foreign keys: a row outlives whoever and whatever it is about. The account is null for what is the service's own.
    await db.query(`
      CREATE TABLE audit_events (
        id uuid CONSTRAINT audit_events_pkey PRIMARY KEY,
        account_id uuid,
        actor_kind text NOT NULL
          CONSTRAINT audit_events_actor_known CHECK (actor_kind IN ('user', 'api_key', 'anonymous', 'meta', 'system')),
        actor_id uuid,
        actor_name text,
        actor_role text,
        api_key_id uuid,
        action text NOT NULL,
        operation text NOT NULL,
        resource_type text NOT NULL,
        resource_id text,
        outcome text NOT NULL DEFAULT 'unknown'
          CONSTRAINT audit_events_outcome_known CHECK (outcome IN ('unknown', 'succeeded', 'refused', 'failed')),
        status smallint,
        error_code text,
        address text,
        request_id text,
        request jsonb,
        before jsonb,
        after jsonb,
        started_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        redacted_at timestamptz,
        CONSTRAINT audit_events_finished_once CHECK ((outcome = 'unknown') = (finished_at IS NULL))
      )`);
    await db.query(`
      CREATE INDEX audit_events_by_account ON audit_events (account_id, id);
      CREATE INDEX audit_events_by_actor ON audit_events (account_id, actor_id, id) WHERE actor_id IS NOT NULL;
      CREATE INDEX audit_events_by_resource ON audit_events (account_id, resource_type, resource_id, id);
      CREATE INDEX audit_events_by_action ON audit_events (account_id, action, id);
      CREATE INDEX audit_events_unsuccessful ON audit_events (account_id, outcome, id) WHERE outcome <> 'succeeded';
      -- The service's own, in order: a null of the indexes above is no place to begin reading in order at.
      CREATE INDEX audit_events_of_service ON audit_events (id) WHERE account_id IS NULL;
      CREATE INDEX audit_events_of_service_by_actor ON audit_events (actor_id, id) WHERE account_id IS NULL;
      CREATE INDEX audit_events_of_service_by_action ON audit_events (action, id) WHERE account_id IS NULL;
      CREATE INDEX audit_events_of_service_by_resource ON audit_events (resource_type, resource_id, id)
        WHERE account_id IS NULL`);
    // Against accidents and defects of ours, not against whoever owns the database.
    await db.query(`
      CREATE FUNCTION audit_events_keep() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          IF current_setting('audit.may_remove', true) IS DISTINCT FROM 'on' THEN
            RAISE EXCEPTION 'Audit events are removed by their retention only' USING ERRCODE = 'integrity_constraint_violation';
          END IF;
          RETURN OLD;
        END IF;
        IF OLD.outcome = 'unknown' THEN RETURN NEW; END IF;
        -- Of a finished one only what it says of a person may go.
        IF to_jsonb(NEW) - '{request,before,after,redacted_at}'::text[] IS DISTINCT FROM
           to_jsonb(OLD) - '{request,before,after,redacted_at}'::text[]
           OR NEW.redacted_at IS NULL OR coalesce(NEW.request, NEW.before, NEW.after) IS NOT NULL THEN
          RAISE EXCEPTION 'A finished audit event does not change' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER audit_events_keep BEFORE UPDATE OR DELETE ON audit_events
        FOR EACH ROW EXECUTE FUNCTION audit_events_keep()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE audit_events');
    await db.query('DROP FUNCTION audit_events_keep()');
  }
}
