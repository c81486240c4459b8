import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import type { FoundTemplate } from './template-api';
import { type TouchedRow, templateUpdates, touchedOf } from './template-update.events';
import type { WabaKey } from './templates.repository';

/** How long a sync may be silent before another process takes over. Each page renews it. */
const LEASE_MS = 60_000;

export interface SyncState {
  /** When the list was last read to its end. */
  syncedAt: Date | null;
  /** Somebody is reading it at present. */
  isRunning: boolean;
  /** When this was so, by the database's clock. */
  at: Date;
}

@Injectable()
export class TemplateSyncRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** @returns null for a WABA that is no longer stored */
  async state({ accountId, id }: WabaKey): Promise<SyncState | null> {
    const rows: { synced_at: Date | null; running: boolean; at: Date }[] = await this.database.query(
      `SELECT clock_timestamp() AS at, templates_synced_at AS synced_at,
              coalesce(templates_sync_lease_until > clock_timestamp(), false) AS running
         FROM whatsapp_business_accounts WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL`,
      [accountId, id],
    );
    const [row] = rows;
    return row === undefined ? null : { syncedAt: row.synced_at, isRunning: row.running, at: row.at };
  }

  /**
   * Makes this process the only one that syncs the WABA. A lease in the row instead of a lock: a lock would hold a
   * database connection for as long as Meta takes.
   * @param notBefore a list read since then serves as well as another one
   * @returns when it began, by the database's clock, or null when somebody else is at it or has been since
   */
  async begin({ accountId, id }: WabaKey, notBefore: Date): Promise<Date | null> {
    const [rows]: [{ began_at: Date }[], number] = await this.database.query(
      `UPDATE whatsapp_business_accounts
          SET templates_sync_lease_until = clock_timestamp() + $3 * interval '1 millisecond'
        WHERE account_id = $1 AND id = $2
          AND (templates_sync_lease_until IS NULL OR templates_sync_lease_until <= clock_timestamp())
          AND (templates_synced_at IS NULL OR templates_synced_at < $4)
        RETURNING clock_timestamp() AS began_at`,
      [accountId, id, LEASE_MS, notBefore],
    );
    return rows[0]?.began_at ?? null;
  }

  /** Gives the lease back after a failure, so that the next one need not wait for its end. */
  async abandon({ accountId, id }: WabaKey): Promise<void> {
    await this.database.query(
      'UPDATE whatsapp_business_accounts SET templates_sync_lease_until = NULL WHERE account_id = $1 AND id = $2',
      [accountId, id],
    );
  }

  /**
   * Stores one page of Meta's list in one statement. A status that a webhook brought after `readAt`, when the page was asked
   * for, is newer than the page and stays.
   * @param renewsLease false outside a sync of the whole list
   */
  async storePage(
    waba: WabaKey,
    found: readonly FoundTemplate[],
    readAt: Date,
    renewsLease = true,
  ): Promise<void> {
    const rows = [...new Map(found.map((row) => [`${row.name}\n${row.language}`, row])).values()]
      .filter(({ status }) => status !== 'DELETED')
      .map((row) => ({ id: newId(), ...columnsOf(row) }));
    const json = JSON.stringify(rows);
    await this.database.transaction(async (tx) => {
      if (renewsLease) await this.renewLease(tx, waba);
      // One that comes back (after a reconnect, say) keeps our id; one that is still being deleted does not come back.
      await tx.query(
        `UPDATE whatsapp_templates t SET deleted_at = NULL
           FROM jsonb_to_recordset($3::jsonb) AS found (template_id text, name text, language text, status text)
          WHERE t.account_id = $1 AND t.waba_id = $2 AND t.deleted_at IS NOT NULL
            AND t.template_id = found.template_id AND found.status <> 'PENDING_DELETION'
            AND NOT EXISTS (SELECT FROM whatsapp_templates other
                             WHERE other.account_id = $1 AND other.waba_id = $2 AND other.name = found.name
                               AND other.language = found.language AND other.deleted_at IS NULL)`,
        [waba.accountId, waba.id, json],
      );
      const changed: TouchedRow[] = await tx.query(
        `WITH found AS MATERIALIZED (
           SELECT * FROM jsonb_to_recordset($3::jsonb) AS found (
             id uuid, template_id text, name text, language text, category text, previous_category text,
             correct_category text, status text, rejected_reason text, quality_score text, parameter_format text,
             message_send_ttl_seconds integer, components jsonb)
            WHERE NOT (status = 'PENDING_DELETION' AND EXISTS (
              SELECT FROM whatsapp_templates gone WHERE gone.account_id = $1 AND gone.waba_id = $2
                 AND gone.template_id = found.template_id AND gone.deleted_at IS NOT NULL))
         ), before AS MATERIALIZED (
           SELECT t.name, t.language, t.status, t.category, t.correct_category, t.quality_score
             FROM whatsapp_templates t JOIN found USING (name, language)
            WHERE t.account_id = $1 AND t.waba_id = $2 AND t.deleted_at IS NULL
         ), stored AS (
           INSERT INTO whatsapp_templates AS t
             (account_id, id, waba_id, template_id, name, language, category, previous_category, correct_category,
              status, rejected_reason, quality_score, parameter_format, message_send_ttl_seconds, components, synced_at)
           SELECT $1, id, $2, template_id, name, language, category, previous_category, correct_category,
                  status, rejected_reason, quality_score, parameter_format, message_send_ttl_seconds, components,
                  clock_timestamp()
             FROM found ORDER BY name, language
           ON CONFLICT (account_id, waba_id, name, language) WHERE deleted_at IS NULL DO UPDATE SET
             template_id = excluded.template_id,
             category = excluded.category,
             previous_category = coalesce(excluded.previous_category, t.previous_category),
             correct_category = excluded.correct_category,
             category_changes_at = CASE WHEN t.correct_category = excluded.correct_category
                                        THEN t.category_changes_at END,
             status = CASE WHEN t.status_received_at >= $4 THEN t.status ELSE excluded.status END,
             rejected_reason = CASE WHEN t.status_received_at >= $4 THEN t.rejected_reason
                                    ELSE excluded.rejected_reason END,
             status_details = CASE WHEN t.status_received_at >= $4 OR t.status = excluded.status
                                   THEN t.status_details END,
             quality_score = coalesce(excluded.quality_score, t.quality_score),
             parameter_format = coalesce(excluded.parameter_format, t.parameter_format),
             message_send_ttl_seconds = coalesce(excluded.message_send_ttl_seconds, t.message_send_ttl_seconds),
             components = excluded.components,
             synced_at = clock_timestamp(),
             updated_at = CASE WHEN (t.category, t.status, t.quality_score, t.components)
                                 IS DISTINCT FROM
                               (excluded.category, excluded.status, excluded.quality_score, excluded.components)
                               THEN now() ELSE t.updated_at END
           RETURNING account_id, id, template_id, name, language, status, category, correct_category, quality_score
         )
         SELECT stored.account_id, stored.id, stored.template_id, name, language, true AS changed, stored.status,
                stored.category, stored.correct_category, stored.quality_score, before.status AS old_status,
                before.category AS old_category, before.correct_category AS old_correct_category,
                before.quality_score AS old_quality_score
           FROM stored JOIN before USING (name, language)
          WHERE (stored.status, stored.category, stored.quality_score, stored.correct_category)
                IS DISTINCT FROM (before.status, before.category, before.quality_score, before.correct_category)`,
        [waba.accountId, waba.id, json, readAt],
      );
      await this.outbox.record(tx, templateUpdates(changed.map(touchedOf)));
    });
  }

  /**
   * After the last page: what was not seen since `beganAt` is gone at Meta. Never called for a list that broke off.
   * @returns when the sync ended
   */
  async complete({ accountId, id }: WabaKey, beganAt: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [gone]: [TouchedRow[], number] = await tx.query(
        `WITH gone AS MATERIALIZED (
           SELECT account_id, id, status, category, correct_category, quality_score FROM whatsapp_templates
            WHERE account_id = $1 AND waba_id = $2 AND deleted_at IS NULL
              AND (synced_at IS NULL OR synced_at < $3)
            ORDER BY account_id, id FOR UPDATE)
         UPDATE whatsapp_templates t SET status = 'DELETED', deleted_at = now(), updated_at = now()
           FROM gone WHERE t.account_id = gone.account_id AND t.id = gone.id
          RETURNING t.account_id, t.id, t.template_id, t.name, t.language, true AS changed, t.status, t.category,
                    t.correct_category, t.quality_score, gone.status AS old_status, gone.category AS old_category,
                    gone.correct_category AS old_correct_category, gone.quality_score AS old_quality_score`,
        [accountId, id, beganAt],
      );
      await tx.query(
        `UPDATE whatsapp_business_accounts
            SET templates_synced_at = clock_timestamp(), templates_sync_lease_until = NULL
          WHERE account_id = $1 AND id = $2`,
        [accountId, id],
      );
      await this.outbox.record(tx, templateUpdates(gone.map(touchedOf)));
    });
  }

  private async renewLease(tx: EntityManager, { accountId, id }: WabaKey): Promise<void> {
    await tx.query(
      `UPDATE whatsapp_business_accounts
          SET templates_sync_lease_until = clock_timestamp() + $3 * interval '1 millisecond'
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, LEASE_MS],
    );
  }
}

function columnsOf(found: FoundTemplate): Record<string, unknown> {
  return {
    template_id: found.templateId,
    name: found.name,
    language: found.language,
    category: found.category,
    previous_category: found.previousCategory,
    correct_category: found.correctCategory,
    status: found.status,
    rejected_reason: found.rejectedReason,
    quality_score: found.qualityScore,
    parameter_format: found.parameterFormat,
    message_send_ttl_seconds: found.messageSendTtlSeconds,
    components: found.components,
  };
}
