import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { type AccountId, type AssetId, newId } from '../../database/ids';
import { TemplateEntity } from '../entities/template.entity';
import type { AcceptedTemplate, FoundTemplate, TemplateDraft, TemplateEdit } from './template-api';

/** Which WABA of which account, by our ids. */
export interface WabaKey {
  accountId: AccountId;
  id: AssetId;
}

export interface TemplateFilter {
  statuses?: readonly string[];
  category?: string;
  /** Part of the name. */
  name?: string;
  language?: string;
}

@Injectable()
export class TemplatesRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** A page, newest first, and how many there are in all. */
  async list(
    waba: WabaKey,
    filter: TemplateFilter,
    { limit, offset }: { limit: number; offset: number },
  ): Promise<[TemplateEntity[], number]> {
    return this.matching(waba, filter)
      .orderBy('template.createdAt', 'DESC')
      .addOrderBy('template.id', 'DESC')
      .limit(limit)
      .offset(offset)
      .getManyAndCount();
  }

  async hasAny(waba: WabaKey): Promise<boolean> {
    return this.matching(waba, {}).getExists();
  }

  async find(accountIds: readonly AccountId[], id: string): Promise<TemplateEntity | null> {
    return this.database.manager
      .createQueryBuilder(TemplateEntity, 'template')
      .where('template.account_id = ANY(:accountIds) AND template.id = :id', { accountIds, id })
      .getOne();
  }

  /** @returns Meta's id of the WABA, or null when the account no longer owns it */
  async wabaIdOf({ accountId, wabaId }: TemplateEntity): Promise<string | null> {
    const rows: { waba_id: string }[] = await this.database.query(
      'SELECT waba_id FROM whatsapp_business_accounts WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL',
      [accountId, wabaId],
    );
    return rows[0]?.waba_id ?? null;
  }

  /** The database's clock, which all processes share. Taken before a call to Meta, it tells what came in meanwhile. */
  async now(): Promise<Date> {
    const rows: { now: Date }[] = await this.database.query('SELECT clock_timestamp() AS now');
    const [row] = rows;
    if (row === undefined) throw new Error('PostgreSQL did not tell the time.');
    return row.now;
  }

  /**
   * Stores a template that Meta has accepted. A sync or webhook may have been faster; then its row is completed, and a
   * status that arrived since `askedAt` is newer than Meta's answer.
   */
  async recordCreated(
    { accountId, id: wabaId }: WabaKey,
    draft: TemplateDraft,
    accepted: AcceptedTemplate,
    askedAt: Date,
  ): Promise<{ id: string; createdAt: Date }> {
    const rows: { id: string; created_at: Date }[] = await this.database.query(
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
  async recordEdited({ accountId, id }: TemplateEntity, edit: TemplateEdit, askedAt: Date): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_templates SET
         category = coalesce($3, category),
         components = coalesce($4, components),
         message_send_ttl_seconds = coalesce($5, message_send_ttl_seconds),
         status = CASE WHEN status_received_at >= $6 THEN status ELSE 'PENDING' END,
         rejected_reason = CASE WHEN status_received_at >= $6 THEN rejected_reason END,
         status_details = CASE WHEN status_received_at >= $6 THEN status_details END,
         updated_at = now()
       WHERE account_id = $1 AND id = $2`,
      [
        accountId,
        id,
        edit.category ?? null,
        edit.components === undefined ? null : JSON.stringify(edit.components),
        edit.messageSendTtlSeconds ?? null,
        askedAt,
      ],
    );
  }

  async recordDeleted({ accountId, id }: TemplateEntity): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_templates SET status = 'DELETED', deleted_at = now(), updated_at = now()
        WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL`,
      [accountId, id],
    );
  }

  /** Makes the next list read the templates from Meta, after something about them became uncertain. */
  async markStale(manager: EntityManager | null, wabas: readonly WabaKey[]): Promise<void> {
    if (wabas.length === 0) return;
    await (manager ?? this.database.manager).query(
      `UPDATE whatsapp_business_accounts SET templates_synced_at = NULL
        WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      [wabas.map(({ accountId }) => accountId), wabas.map(({ id }) => id)],
    );
  }

  /** One template as Meta has it, outside a sync. */
  async refresh(template: TemplateEntity, found: FoundTemplate): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_templates SET status = $3, category = $4, components = $5, rejected_reason = $6,
              synced_at = clock_timestamp(), updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [
        template.accountId,
        template.id,
        found.status,
        found.category,
        JSON.stringify(found.components),
        found.rejectedReason,
      ],
    );
  }

  private matching({ accountId, id }: WabaKey, filter: TemplateFilter): SelectQueryBuilder<TemplateEntity> {
    const query = this.database.manager
      .createQueryBuilder(TemplateEntity, 'template')
      .where('template.account_id = :accountId AND template.waba_id = :id', { accountId, id });
    if (filter.statuses !== undefined)
      query.andWhere('template.status = ANY(:statuses)', { statuses: filter.statuses });
    if (filter.category !== undefined) query.andWhere('template.category = :category', filter);
    if (filter.language !== undefined) query.andWhere('template.language = :language', filter);
    if (filter.name !== undefined) {
      query.andWhere('template.name ILIKE :pattern', {
        pattern: `%${filter.name.replace(/[\\%_]/g, '\\$&')}%`,
      });
    }
    return query;
  }
}
