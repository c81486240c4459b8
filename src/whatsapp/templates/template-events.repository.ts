import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AccountId, type AssetId, newId } from '../../database/ids';
import type { TemplateComponent, TemplateStatusDetails } from '../entities/template.entity';
import { type TouchedRow, type TouchedTemplate, touchedOf } from './template-update.events';

/** Which template a webhook is about. */
export interface TemplateKey {
  accountId: AccountId;
  /** Our id of the WABA. */
  waba: AssetId;
  /** Meta's id. */
  templateId: string;
  occurredAt: Date;
}

export interface StatusChange extends TemplateKey {
  status: string;
  rejectedReason: string | null;
  details: TemplateStatusDetails | null;
  category: string | null;
  /** Both known, or the row cannot be made when the template is not stored yet. */
  name: string | null;
  language: string | null;
}

export interface QualityChange extends TemplateKey {
  score: string;
}

export interface CategoryChange extends TemplateKey {
  category: string;
  previousCategory: string | null;
  /** null: none is announced any more. */
  correctCategory: string | null;
  /** When it is to happen. */
  effectiveAt: Date | null;
}

export interface ComponentsChange extends TemplateKey {
  components: TemplateComponent[];
}

/** Applies a batch of webhooks about templates in one statement each, whatever order they arrived in. */
@Injectable()
export class TemplateEventsRepository {
  /** @returns those that are stored; older news than what is stored changes nothing */
  async applyStatuses(tx: EntityManager, changes: readonly StatusChange[]): Promise<TouchedTemplate[]> {
    return this.apply(
      tx,
      changes.map((change) => ({
        ...keyOf(change),
        status: change.status,
        rejected_reason: change.rejectedReason,
        details: change.details,
        category: change.category,
      })),
      'status text, rejected_reason text, details jsonb, category text',
      'status_changed_at',
      `status = e.status,
       rejected_reason = e.rejected_reason,
       status_details = e.details,
       status_received_at = clock_timestamp(),
       previous_category = CASE WHEN e.category <> t.category AND e.takes_category THEN t.category
                                ELSE t.previous_category END,
       category = CASE WHEN e.takes_category THEN coalesce(e.category, t.category) ELSE t.category END,
       deleted_at = CASE WHEN e.status = 'DELETED' THEN now() END`,
      `(t.status, t.rejected_reason, t.status_details) IS DISTINCT FROM (e.status, e.rejected_reason, e.details)
         OR e.category <> t.category`,
    );
  }

  async applyQuality(tx: EntityManager, changes: readonly QualityChange[]): Promise<TouchedTemplate[]> {
    return this.apply(
      tx,
      changes.map((change) => ({ ...keyOf(change), score: change.score })),
      'score text',
      'quality_changed_at',
      'quality_score = e.score',
      't.quality_score IS DISTINCT FROM e.score',
    );
  }

  async applyCategories(tx: EntityManager, changes: readonly CategoryChange[]): Promise<TouchedTemplate[]> {
    return this.apply(
      tx,
      changes.map((change) => ({
        ...keyOf(change),
        category: change.category,
        previous_category: change.previousCategory,
        correct_category: change.correctCategory,
        effective_at: change.effectiveAt?.toISOString() ?? null,
      })),
      'category text, previous_category text, correct_category text, effective_at timestamptz',
      'category_changed_at',
      `category = e.category,
       previous_category = coalesce(e.previous_category,
                                    CASE WHEN e.category <> t.category THEN t.category END, t.previous_category),
       correct_category = e.correct_category,
       category_changes_at = e.effective_at`,
      '(t.category, t.correct_category) IS DISTINCT FROM (e.category, e.correct_category)',
    );
  }

  async applyComponents(tx: EntityManager, changes: readonly ComponentsChange[]): Promise<TouchedTemplate[]> {
    return this.apply(
      tx,
      changes.map((change) => ({ ...keyOf(change), components: change.components })),
      'components jsonb',
      'components_changed_at',
      'components = e.components',
      't.components IS DISTINCT FROM e.components',
    );
  }

  /** What is stored of the templates' components, locked until the transaction ends. Key: account and Meta's id. */
  async lockComponents(
    tx: EntityManager,
    keys: readonly TemplateKey[],
  ): Promise<Map<string, TemplateComponent[]>> {
    const rows: { account_id: string; template_id: string; components: TemplateComponent[] }[] =
      await tx.query(
        `SELECT account_id, template_id, components FROM whatsapp_templates
        WHERE (account_id, waba_id, template_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]))
          AND deleted_at IS NULL
        ORDER BY account_id, id FOR UPDATE`,
        [keys.map((key) => key.accountId), keys.map((key) => key.waba), keys.map((key) => key.templateId)],
      );
    return new Map(rows.map((row) => [`${row.account_id}:${row.template_id}`, row.components]));
  }

  /**
   * Rows for templates that Meta speaks of before we have heard of them: their creation's answer may still be on its way,
   * or they were made elsewhere. Creation or the next sync completes them.
   */
  async insertSkeletons(tx: EntityManager, changes: readonly StatusChange[]): Promise<TouchedTemplate[]> {
    if (changes.length === 0) return [];
    const rows = changes.map((change) => ({
      ...keyOf(change),
      id: newId(),
      name: change.name,
      language: change.language,
      status: change.status,
      rejected_reason: change.rejectedReason,
      details: change.details,
      category: change.category,
    }));
    const inserted: TouchedRow[] = await tx.query(
      `INSERT INTO whatsapp_templates
         (account_id, id, waba_id, template_id, name, language, category, status, rejected_reason, status_details,
          status_changed_at, status_received_at, synced_at)
       SELECT e.account_id, e.id, e.waba_id, e.template_id, e.name, e.language, coalesce(e.category, 'UNKNOWN'), e.status,
              e.rejected_reason, e.details, e.occurred_at, clock_timestamp(), clock_timestamp()
         FROM jsonb_to_recordset($1::jsonb) AS e (
           account_id uuid, waba_id uuid, template_id text, occurred_at timestamptz, id uuid, name text, language text,
           status text, rejected_reason text, details jsonb, category text)
         -- The WABA may be claimed and not read yet.
         JOIN whatsapp_business_accounts w ON w.account_id = e.account_id AND w.id = e.waba_id
        -- What was deleted here does not come back by a late webhook.
        WHERE NOT EXISTS (SELECT FROM whatsapp_templates gone
                           WHERE gone.account_id = e.account_id AND gone.waba_id = e.waba_id
                             AND gone.template_id = e.template_id)
        ORDER BY e.account_id, e.name, e.language
       ON CONFLICT (account_id, waba_id, name, language) WHERE deleted_at IS NULL DO NOTHING
       RETURNING account_id, id, template_id, name, language, true AS changed, status, category, correct_category,
                 quality_score, NULL AS old_status, NULL AS old_category, NULL AS old_correct_category,
                 NULL AS old_quality_score`,
      [JSON.stringify(rows)],
    );
    return inserted.map(touchedOf);
  }

  /**
   * The one statement behind all of them. Rows are locked in one order, or two batches could wait for each other; what is
   * older than the stored time of the same sort is matched but not applied.
   */
  private async apply(
    tx: EntityManager,
    events: readonly Record<string, unknown>[],
    columns: string,
    changedAt: string,
    assignments: string,
    difference: string,
  ): Promise<TouchedTemplate[]> {
    if (events.length === 0) return [];
    const takesCategory = columns.includes('category text')
      ? '(t.category_changed_at IS NULL OR t.category_changed_at <= e.occurred_at)'
      : 'false';
    const rows: TouchedRow[] = await tx.query(
      `WITH matched AS MATERIALIZED (
         SELECT t.id AS row_id, e.*, ${takesCategory} AS takes_category,
                (t.${changedAt} IS NULL OR t.${changedAt} <= e.occurred_at) AS is_newer,
                coalesce(${difference}, false) AS differs,
                t.status AS old_status, t.category AS old_category, t.correct_category AS old_correct_category,
                t.quality_score AS old_quality_score
           FROM jsonb_to_recordset($1::jsonb) AS e (
             account_id uuid, waba_id uuid, template_id text, occurred_at timestamptz, ${columns})
           JOIN whatsapp_templates t USING (account_id, waba_id, template_id)
          WHERE t.deleted_at IS NULL
          ORDER BY t.account_id, t.id
          FOR UPDATE OF t
       ), applied AS (
         UPDATE whatsapp_templates t SET ${assignments},
                ${changedAt} = e.occurred_at,
                updated_at = CASE WHEN e.differs THEN now() ELSE t.updated_at END
           FROM matched e
          WHERE t.account_id = e.account_id AND t.id = e.row_id AND e.is_newer
         RETURNING t.account_id, t.id, t.template_id, t.name, t.language, e.differs AS changed, t.status, t.category,
                   t.correct_category, t.quality_score, e.old_status, e.old_category, e.old_correct_category,
                   e.old_quality_score
       )
       SELECT * FROM applied
       UNION ALL
       SELECT t.account_id, t.id, t.template_id, t.name, t.language, false, t.status, t.category, t.correct_category,
              t.quality_score, e.old_status, e.old_category, e.old_correct_category, e.old_quality_score
         FROM matched e JOIN whatsapp_templates t ON t.account_id = e.account_id AND t.id = e.row_id
        WHERE NOT e.is_newer`,
      [JSON.stringify(events)],
    );
    return rows.map(touchedOf);
  }
}

function keyOf(key: TemplateKey): Record<string, unknown> {
  return {
    account_id: key.accountId,
    waba_id: key.waba,
    template_id: key.templateId,
    occurred_at: key.occurredAt.toISOString(),
  };
}
