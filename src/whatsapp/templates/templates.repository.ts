import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { type AccountId, type AssetId, isUuid } from '../../database/ids';
import { TemplateEntity } from '../entities/template.entity';

/** Which WABA of which account, by our ids. */
export interface WabaKey {
  accountId: AccountId;
  id: AssetId;
}

/** The same with Meta's id, for calls. */
export interface WabaRef extends WabaKey {
  wabaId: string;
}

export interface TemplateFilter {
  statuses?: readonly string[];
  category?: string;
  /** Part of the name. */
  name?: string;
  language?: string;
}

/** Accounts that have known one WABA, one after the other. */
const MOST_OWNERS = 10;

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

  /**
   * A template of one of the accounts, with the WABA that holds it.
   * @param id our id, or Meta's
   * @param includesDeleted also one that is gone, unless another bears Meta's id by now
   */
  async find(
    accountIds: readonly AccountId[],
    id: string,
    includesDeleted = false,
  ): Promise<{ template: TemplateEntity; waba: WabaRef } | null> {
    const query = this.database.manager
      .createQueryBuilder(TemplateEntity, 'template')
      .where('template.account_id = ANY(:accountIds)', { accountIds })
      .andWhere(isUuid(id) ? 'template.id = :id' : 'template.template_id = :id', { id })
      .orderBy('template.deleted_at', 'DESC', 'NULLS FIRST')
      .limit(MOST_OWNERS);
    const found = await (includesDeleted ? query.withDeleted() : query).getMany();
    for (const template of found) {
      const wabaId = await this.wabaIdOf(template);
      // An account that owned the WABA before still has what it knew of it then.
      if (wabaId !== null)
        return { template, waba: { accountId: template.accountId, id: template.wabaId, wabaId } };
    }
    return null;
  }

  /** The live languages of a name. */
  async named({ accountId, id }: WabaKey, name: string): Promise<TemplateEntity[]> {
    return this.matching({ accountId, id }, {})
      .andWhere('template.name = :name', { name })
      .orderBy('template.language')
      .getMany();
  }

  async countNames({ accountId, id }: WabaKey): Promise<number> {
    const rows: { count: string }[] = await this.database.query(
      `SELECT count(DISTINCT name) AS count FROM whatsapp_templates
        WHERE account_id = $1 AND waba_id = $2 AND deleted_at IS NULL`,
      [accountId, id],
    );
    return Number(rows[0]?.count ?? 0);
  }

  /** @returns Meta's id of the WABA, or null when the account no longer owns it */
  private async wabaIdOf({ accountId, wabaId }: TemplateEntity): Promise<string | null> {
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

  /** Makes the next list read the templates from Meta, after something about them became uncertain. */
  async markStale(manager: EntityManager | null, wabas: readonly WabaKey[]): Promise<void> {
    if (wabas.length === 0) return;
    await (manager ?? this.database.manager).query(
      `UPDATE whatsapp_business_accounts SET templates_synced_at = NULL
        WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      [wabas.map(({ accountId }) => accountId), wabas.map(({ id }) => id)],
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
