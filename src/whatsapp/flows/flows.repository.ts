import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type AccountId, type AssetId, isUuid, newId } from '../../database/ids';
import { FlowEntity, type FlowValidationError } from '../entities/flow.entity';
import type { FoundFlow } from './flows-api';

export interface WabaOfFlows {
  accountId: AccountId;
  /** Ours. */
  id: AssetId;
  /** Meta's. */
  wabaId: string;
}

/** A flow with the business account that holds it. */
export interface OwnedFlow {
  flow: FlowEntity;
  waba: WabaOfFlows;
}

export interface FlowFilter {
  status: string | undefined;
  limit: number;
  offset: number;
}

/** An account that had the WABA before still has what it knew of it then. */
const IS_OWNED = `EXISTS (SELECT FROM assets a WHERE a.account_id = flow.account_id
  AND a.id = flow.whatsapp_business_account_id AND a.released_at IS NULL)`;

@Injectable()
export class FlowsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** By the database's clock, which also dates what webhooks change. */
  async now(): Promise<Date> {
    const [row]: { now: Date }[] = await this.database.query('SELECT clock_timestamp() AS now');
    return row?.now ?? new Date();
  }

  /** Newest first. */
  async list({ accountId, id }: WabaOfFlows, filter: FlowFilter): Promise<[FlowEntity[], number]> {
    const query = this.database.manager
      .createQueryBuilder(FlowEntity, 'flow')
      .where('flow.account_id = :accountId AND flow.whatsapp_business_account_id = :id', { accountId, id })
      .orderBy('flow.id', 'DESC')
      .limit(filter.limit)
      .offset(filter.offset);
    if (filter.status !== undefined) query.andWhere('flow.status = :status', { status: filter.status });
    return query.getManyAndCount();
  }

  /** @param id ours, or Meta's */
  async find(accountIds: readonly AccountId[], id: string): Promise<OwnedFlow | null> {
    if (accountIds.length === 0) return null;
    const flow = await this.database.manager
      .createQueryBuilder(FlowEntity, 'flow')
      .where('flow.account_id = ANY(:accountIds)', { accountIds })
      .andWhere(isUuid(id) ? 'flow.id = :id' : 'flow.flow_id = :id', { id })
      .andWhere(IS_OWNED)
      .getOne();
    return flow === null ? null : this.withWaba(flow);
  }

  /** For WhatsApp, which names nothing but our id. */
  async findForEndpoint(id: string): Promise<OwnedFlow | null> {
    const flow = await this.database.manager
      .createQueryBuilder(FlowEntity, 'flow')
      .addSelect('flow.forwardSecret')
      .where('flow.id = :id', { id })
      .andWhere(IS_OWNED)
      .getOne();
    return flow === null ? null : this.withWaba(flow);
  }

  /**
   * Stores what Meta has. A status that a webhook told after `readAt`, and a deletion made after it, are newer and stay.
   * @returns our ids by Meta's
   */
  async store(waba: WabaOfFlows, found: readonly FoundFlow[], readAt: Date): Promise<Map<string, string>> {
    if (found.length === 0) return new Map();
    const rows = [...new Map(found.map((flow) => [flow.flowId, flow])).values()].map((flow) => ({
      id: newId(),
      flow_id: flow.flowId,
      name: flow.name,
      status: flow.status,
      categories: flow.categories,
      validation_errors: flow.validationErrors,
      json_version: flow.jsonVersion,
      data_api_version: flow.dataApiVersion,
      endpoint_uri: flow.endpointUri,
    }));
    const stored: { id: string; flow_id: string }[] = await this.database.query(
      `INSERT INTO whatsapp_flows AS f
         (account_id, id, whatsapp_business_account_id, flow_id, name, status, status_changed_at, categories,
          validation_errors, json_version, data_api_version, endpoint_uri, synced_at)
       SELECT $1, id, $2, flow_id, name, status, $4, categories, validation_errors, json_version, data_api_version,
              endpoint_uri, $4
         FROM jsonb_to_recordset($3::jsonb) AS found (
           id uuid, flow_id text, name text, status text, categories jsonb, validation_errors jsonb,
           json_version text, data_api_version text, endpoint_uri text)
        ORDER BY flow_id
       ON CONFLICT (account_id, flow_id) DO UPDATE SET
         whatsapp_business_account_id = excluded.whatsapp_business_account_id,
         name = excluded.name,
         status = CASE WHEN f.status_changed_at > $4 THEN f.status ELSE excluded.status END,
         status_changed_at = greatest(f.status_changed_at, $4),
         categories = excluded.categories, validation_errors = excluded.validation_errors,
         json_version = excluded.json_version, data_api_version = excluded.data_api_version,
         endpoint_uri = excluded.endpoint_uri, synced_at = excluded.synced_at, updated_at = now(),
         deleted_at = CASE WHEN f.deleted_at > $4 THEN f.deleted_at END
       RETURNING id, flow_id`,
      [waba.accountId, waba.id, JSON.stringify(rows), readAt],
    );
    return new Map(stored.map((row) => [row.flow_id, row.id]));
  }

  /** The list was read to its end: what was not on it, and was not made since, is gone. */
  async completeSync({ accountId, id }: WabaOfFlows, beganAt: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(
        `UPDATE whatsapp_flows SET deleted_at = now(), updated_at = now()
          WHERE account_id = $1 AND whatsapp_business_account_id = $2 AND deleted_at IS NULL AND synced_at < $3`,
        [accountId, id, beganAt],
      );
      await tx.query(
        `UPDATE whatsapp_business_accounts SET flows_synced_at = greatest(flows_synced_at, $3)
          WHERE account_id = $1 AND id = $2`,
        [accountId, id, beganAt],
      );
    });
  }

  async recordValidation(
    { accountId, id }: FlowEntity,
    validationErrors: readonly FlowValidationError[],
  ): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_flows SET validation_errors = $3::jsonb, updated_at = now() WHERE account_id = $1 AND id = $2`,
      [accountId, id, JSON.stringify(validationErrors)],
    );
  }

  async recordDeletion({ accountId, id }: FlowEntity): Promise<void> {
    await this.database.query(
      'UPDATE whatsapp_flows SET deleted_at = clock_timestamp(), updated_at = now() WHERE account_id = $1 AND id = $2',
      [accountId, id],
    );
  }

  /** @param secret encrypted; null takes the endpoint away */
  async recordEndpoint(
    { accountId, id }: FlowEntity,
    url: string | null,
    secret: string | null,
  ): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_flows SET forward_url = $3, forward_secret = $4, updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, url, secret],
    );
  }

  /** A newer one takes the place of an older one; they are told one by one. */
  async recordClientError({ accountId, id }: FlowEntity, error: object): Promise<void> {
    await this.database.query(
      'UPDATE whatsapp_flows SET last_client_error = $3::jsonb, updated_at = now() WHERE account_id = $1 AND id = $2',
      [accountId, id, JSON.stringify(error)],
    );
  }

  private async withWaba(flow: FlowEntity): Promise<OwnedFlow | null> {
    const [row]: { waba_id: string }[] = await this.database.query(
      'SELECT waba_id FROM whatsapp_business_accounts WHERE account_id = $1 AND id = $2',
      [flow.accountId, flow.whatsappBusinessAccountId],
    );
    if (row === undefined) return null;
    const { accountId, whatsappBusinessAccountId: id } = flow;
    return { flow, waba: { accountId, id, wabaId: row.waba_id } };
  }
}
