import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import type { TemplateEntity } from '../entities/template.entity';
import type { AcceptedTemplate, FoundTemplate, TemplateDraft, TemplateEdit } from './template-api';
import { type TouchedRow, templateUpdates, touchedOf } from './template-update.events';
import type { WabaKey } from './templates.repository';

const TOUCHED = `t.account_id, t.id, t.template_id, t.name, t.language, true AS changed, t.status, t.category,
  t.correct_category, t.quality_score, before.status AS old_status, before.category AS old_category,
  before.correct_category AS old_correct_category, before.quality_score AS old_quality_score`;

/** Stores what Meta has answered to a call, and tells the product of it in the same transaction. */
@Injectable()
export class TemplateWritesRepository {
  constructor(private readonly outbox: Outbox) {}

  /**
   * Stores a template that Meta has accepted. A sync or webhook may have been faster; then its row is completed, and a
   * status that arrived since `askedAt` is newer than Meta's answer.
   */
  async recordCreated(
    tx: EntityManager,
    { accountId, id: wabaId }: WabaKey,
    draft: TemplateDraft,
    accepted: AcceptedTemplate,
    askedAt: Date,
  ): Promise<{ id: string; createdAt: Date }> {
    const rows: { id: string; created_at: Date }[] = await tx.query(
      `INSERT INTO whatsapp_templates AS t
         (account_id, id, waba_id, template_id, name, language, category, status, parameter_format,
          message_send_ttl_seconds, components, synced_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, clock_timestamp())
       ON CONFLICT (account_id, waba_id, name, language) WHERE deleted_at IS NULL DO UPDATE SET
         template_id = excluded.template_id,
         category = excluded.category,
         status = CASE WHEN t.template_id = excluded.template_id AND t.status_received_at >= $12
                       THEN t.status ELSE excluded.status END,
         rejected_reason = CASE WHEN t.template_id = excluded.template_id THEN t.rejected_reason END,
         status_details = CASE WHEN t.template_id = excluded.template_id THEN t.status_details END,
         parameter_format = coalesce(excluded.parameter_format, t.parameter_format),
         message_send_ttl_seconds = excluded.message_send_ttl_seconds,
         components = excluded.components,
         synced_at = clock_timestamp(), updated_at = now()
       RETURNING id, created_at`,
      [
        accountId,
        newId(),
        wabaId,
        accepted.templateId,
        draft.name,
        draft.language,
        accepted.category,
        accepted.status,
        draft.parameterFormat ?? null,
        draft.messageSendTtlSeconds ?? null,
        JSON.stringify(draft.components),
        askedAt,
      ],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('The template was not stored.');
    return { id: row.id, createdAt: row.created_at };
  }

  /** Stores an edit that Meta has accepted: it is in review again, unless the verdict came since `askedAt`. */
  async recordEdited(
    tx: EntityManager,
    { accountId, id }: TemplateEntity,
    edit: TemplateEdit,
    askedAt: Date,
  ): Promise<void> {
    await this.tell(
      tx,
      await tx.query(
        `WITH before AS MATERIALIZED (
           SELECT * FROM whatsapp_templates WHERE account_id = $1 AND id = $2 FOR UPDATE)
         UPDATE whatsapp_templates t SET
           category = coalesce($3, t.category),
           components = coalesce($4, t.components),
           message_send_ttl_seconds = coalesce($5, t.message_send_ttl_seconds),
           status = CASE WHEN t.status_received_at >= $6 THEN t.status ELSE 'PENDING' END,
           rejected_reason = CASE WHEN t.status_received_at >= $6 THEN t.rejected_reason END,
           status_details = CASE WHEN t.status_received_at >= $6 THEN t.status_details END,
           updated_at = now()
          FROM before WHERE t.account_id = before.account_id AND t.id = before.id
         RETURNING ${TOUCHED}`,
        [
          accountId,
          id,
          edit.category ?? null,
          edit.components === undefined ? null : JSON.stringify(edit.components),
          edit.messageSendTtlSeconds ?? null,
          askedAt,
        ],
      ),
    );
  }

  /** @returns how many there were; those that are gone already are left as they are */
  async recordDeleted(tx: EntityManager, templates: readonly TemplateEntity[]): Promise<number> {
    const [gone]: [TouchedRow[], number] = await tx.query(
      `WITH before AS MATERIALIZED (
         SELECT * FROM whatsapp_templates
          WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND deleted_at IS NULL
          ORDER BY account_id, id FOR UPDATE)
       UPDATE whatsapp_templates t SET status = 'DELETED', deleted_at = now(), updated_at = now()
         FROM before WHERE t.account_id = before.account_id AND t.id = before.id
       RETURNING ${TOUCHED}`,
      [templates.map(({ accountId }) => accountId), templates.map(({ id }) => id)],
    );
    await this.tell(tx, [gone, gone.length]);
    return gone.length;
  }

  /** One template as Meta has it, outside a sync. A status that a webhook brought since `askedAt` is newer. */
  async refresh(
    tx: EntityManager,
    template: TemplateEntity,
    found: FoundTemplate,
    askedAt: Date,
  ): Promise<void> {
    await this.tell(
      tx,
      await tx.query(
        `WITH before AS MATERIALIZED (
           SELECT * FROM whatsapp_templates WHERE account_id = $1 AND id = $2 FOR UPDATE)
         UPDATE whatsapp_templates t SET
           status = CASE WHEN t.status_received_at >= $7 THEN t.status ELSE $3 END,
           rejected_reason = CASE WHEN t.status_received_at >= $7 THEN t.rejected_reason ELSE $6 END,
           category = $4, components = $5, synced_at = clock_timestamp(), updated_at = now()
          FROM before WHERE t.account_id = before.account_id AND t.id = before.id
         RETURNING ${TOUCHED}`,
        [
          template.accountId,
          template.id,
          found.status,
          found.category,
          JSON.stringify(found.components),
          found.rejectedReason,
          askedAt,
        ],
      ),
    );
  }

  private async tell(tx: EntityManager, [rows]: [TouchedRow[], number]): Promise<void> {
    const touched = rows.map(touchedOf).filter(({ previous, current }) => !isSame(previous, current));
    await this.outbox.record(tx, templateUpdates(touched));
  }
}

function isSame(previous: object | null, current: object): boolean {
  return JSON.stringify(previous) === JSON.stringify(current);
}
