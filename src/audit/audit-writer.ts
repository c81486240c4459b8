import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { newId } from '../database/ids';
import { type AuditActor, type AuditEnd, type AuditIntent, resourceTypeOf } from './audit-event';
import { GatheredWrites } from './gathered-writes';
import { storable } from './secret-fields';

/** An event as one row of the statement that writes it. */
type IntentRow = Record<string, unknown>;
type EndRow = Record<string, unknown>;

export interface OwnDeed {
  actor: AuditActor;
  action: string;
  /** What does it: a command, a schedule, a callback. */
  operation: string;
  accountId?: string | null;
  resourceId?: string | null;
  before?: Readonly<Record<string, unknown>> | null;
  after?: Readonly<Record<string, unknown>> | null;
}

const COLUMNS = `id uuid, account_id uuid, sole_account_of uuid, actor_kind text, actor_id uuid, actor_name text,
  actor_role text, api_key_id uuid, action text, operation text, resource_type text, resource_id text, outcome text,
  status smallint, error_code text, address text, request_id text, request jsonb, before jsonb, after jsonb,
  started_at timestamptz, finished_at timestamptz`;
const NAMES = `id, account_id, actor_kind, actor_id, actor_name, actor_role, api_key_id, action, operation, resource_type,
  resource_id, outcome, status, error_code, address, request_id, request, before, after, started_at, finished_at`;

/** Somebody with one account means that one, whatever else the request says. */
const INSERT = `INSERT INTO audit_events (${NAMES})
  SELECT r.id, coalesce(r.account_id, (
           SELECT (array_agg(m.account_id))[1] FROM account_members m
            WHERE m.user_id = r.sole_account_of HAVING count(*) = 1)),
         r.actor_kind, r.actor_id, r.actor_name, r.actor_role, r.api_key_id, r.action, r.operation, r.resource_type,
         r.resource_id, r.outcome, r.status, r.error_code, r.address, r.request_id, r.request, r.before, r.after,
         r.started_at, r.finished_at
    FROM jsonb_to_recordset($1::jsonb) AS r (${COLUMNS})`;

/** Writes down what was done. */
@Injectable()
export class AuditWriter {
  private readonly log = new Logger('Audit');
  private readonly intents: GatheredWrites<IntentRow>;
  private readonly ends: GatheredWrites<EndRow>;

  constructor(@InjectDataSource() private readonly database: DataSource) {
    this.intents = new GatheredWrites((rows) => this.insert(this.database.manager, rows));
    this.ends = new GatheredWrites((rows) => this.finishAll(rows));
  }

  /**
   * Commits that something is about to be done.
   * @param soleAccountOf a user: where no account is named, the event is one of the user's only account
   */
  async begin(intent: AuditIntent, soleAccountOf: string | null = null): Promise<void> {
    await this.intents.add({ ...rowOf(intent), sole_account_of: soleAccountOf, outcome: 'unknown' });
  }

  /** Commits what became of it. Never throws: it is done already, and without this the event says `unknown`. */
  async finish(id: string, end: AuditEnd): Promise<void> {
    try {
      await this.ends.add({ id, ...endOf(end) });
    } catch (error) {
      this.log.error({ eventId: id, err: error }, 'What became of an audited request was not written down');
    }
  }

  /** Commits something that is over, in one. */
  async record(intent: AuditIntent, end: AuditEnd, soleAccountOf: string | null = null): Promise<void> {
    const { actor, ...rest } = endOf(end);
    await this.intents.add({
      ...rowOf(intent),
      ...(actor === undefined ? {} : actorOf(end.actor ?? intent.actor)),
      ...without(rest, undefined),
      sole_account_of: soleAccountOf,
    });
  }

  /** What the service itself, or Meta, has done; in the transaction that does it, so that neither is without the other. */
  async recordOwn(tx: EntityManager, deeds: readonly OwnDeed[]): Promise<void> {
    if (deeds.length === 0) return;
    const now = new Date();
    await this.insert(
      tx,
      deeds.map((deed) => ({
        ...rowOf({ ...deed, id: newId(), startedAt: now }),
        outcome: 'succeeded',
        after: deed.after ?? null,
        finished_at: now,
      })),
    );
  }

  /** For commands: an event from before it begins until it is over. */
  async during<Result>(
    deed: OwnDeed,
    work: () => Promise<Result>,
    tell: (result: Result) => Readonly<Record<string, unknown>>,
  ): Promise<Result> {
    const id = newId();
    await this.begin({ ...deed, id, startedAt: new Date() });
    try {
      const result = await work();
      await this.finish(id, { outcome: 'succeeded', after: tell(result) });
      return result;
    } catch (error) {
      await this.finish(id, { outcome: 'failed' });
      throw error;
    }
  }

  private async insert(db: EntityManager, rows: readonly IntentRow[]): Promise<void> {
    await db.query(INSERT, [JSON.stringify(rows)]);
  }

  private async finishAll(rows: readonly EndRow[]): Promise<void> {
    await this.database.query(
      `UPDATE audit_events e
          SET outcome = r.outcome, status = r.status, error_code = r.error_code, finished_at = r.finished_at,
              account_id = coalesce(r.account_id, e.account_id), resource_id = coalesce(r.resource_id, e.resource_id),
              before = r.before, after = r.after
         FROM jsonb_to_recordset($1::jsonb) AS r (${COLUMNS})
        WHERE e.id = ANY($2::uuid[]) AND e.id = r.id AND e.outcome = 'unknown'`,
      [JSON.stringify(rows), rows.map(({ id }) => id)],
    );
  }
}

function rowOf(intent: AuditIntent): IntentRow {
  return {
    id: intent.id,
    account_id: intent.accountId ?? null,
    ...actorOf(intent.actor),
    action: intent.action,
    operation: intent.operation,
    resource_type: resourceTypeOf(intent.action),
    resource_id: idText(intent.resourceId) ?? null,
    address: intent.address ?? null,
    request_id: intent.requestId ?? null,
    request: intent.request ?? null,
    before: intent.before ?? null,
    started_at: intent.startedAt,
  };
}

/** It came in an address, perhaps. */
function idText(id: string | null | undefined): string | undefined {
  return id == null ? undefined : storable(id.slice(0, 200));
}

function actorOf({ kind, id, name, role, apiKeyId }: AuditActor): IntentRow {
  return {
    actor_kind: kind,
    actor_id: id ?? null,
    actor_name: name ?? null,
    actor_role: role ?? null,
    api_key_id: apiKeyId ?? null,
  };
}

function endOf(end: AuditEnd): EndRow {
  return {
    outcome: end.outcome,
    status: end.status ?? null,
    error_code: end.errorCode ?? null,
    resource_id: idText(end.resourceId),
    account_id: end.accountId ?? undefined,
    actor: end.actor,
    before: end.before ?? null,
    after: end.after ?? null,
    finished_at: new Date(),
  };
}

function without(row: EndRow, nothing: undefined): EndRow {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== nothing));
}
