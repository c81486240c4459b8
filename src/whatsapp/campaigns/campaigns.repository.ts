import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type DataSource, type EntityManager, In } from 'typeorm';
import type { AccountId, AssetId, CampaignId, UserId } from '../../database/ids';
import { newId } from '../../database/ids';
import { CampaignProgressEntity } from '../entities/campaign-progress.entity';
import { CampaignEntity, type CampaignState } from '../entities/campaign.entity';
import type { CampaignKey } from './campaign-imports.repository';

/** A campaign with how far it is. */
export interface CampaignView {
  campaign: CampaignEntity;
  progress: CampaignProgressEntity;
  /** Meta's id of the number. */
  phoneNumberId: string;
  throughputLevel: string | null;
  isOnBizApp: boolean;
  /** A list is being read at present. */
  isImporting: boolean;
}

/** What people decide of a campaign. */
export interface CampaignDraft {
  name: string;
  assetId: AssetId;
  wabaId: AssetId;
  templateName: string;
  templateLanguage: string;
  components: Record<string, unknown>[];
  defaults: Record<string, string>;
}

interface NumberRow {
  campaign_id: CampaignId;
  phone_number_id: string;
  throughput_level: string | null;
  is_on_biz_app: boolean | null;
  is_importing: boolean;
}

type Updated<Row> = [rows: Row[], count: number];

@Injectable()
export class CampaignsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async insert(
    tx: EntityManager,
    accountId: AccountId,
    draft: CampaignDraft & { scheduledAt: Date | null; createdBy: UserId },
  ): Promise<CampaignId> {
    const id = newId<CampaignId>();
    await tx.query(
      `INSERT INTO campaigns (account_id, id, name, asset_id, waba_id, template_name, template_language, components,
                              defaults, state, scheduled_at, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        accountId,
        id,
        draft.name,
        draft.assetId,
        draft.wabaId,
        draft.templateName,
        draft.templateLanguage,
        JSON.stringify(draft.components),
        JSON.stringify(draft.defaults),
        draft.scheduledAt === null ? 'draft' : 'scheduled',
        draft.scheduledAt,
        draft.createdBy,
      ],
    );
    await tx.query('INSERT INTO campaign_progress (account_id, campaign_id) VALUES ($1, $2)', [
      accountId,
      id,
    ]);
    return id;
  }

  /** null for one that is not there, was deleted, or is of an account not named. */
  async find(accountIds: readonly AccountId[], id: string): Promise<CampaignView | null> {
    const campaign = await this.database.manager.findOneBy(CampaignEntity, {
      accountId: In([...accountIds]),
      id: id as CampaignId,
    });
    if (campaign === null) return null;
    const [view] = await this.viewsOf([campaign]);
    return view ?? null;
  }

  /** Newest first. */
  async page(
    accountIds: readonly AccountId[],
    filter: { state?: CampaignState; limit: number; before?: string; after?: string },
  ): Promise<CampaignView[]> {
    const query = this.database.manager
      .createQueryBuilder(CampaignEntity, 'campaign')
      .where('campaign.account_id = ANY(:accountIds)', { accountIds })
      .andWhere('campaign.deleted_at IS NULL');
    if (filter.state !== undefined) query.andWhere('campaign.state = :state', { state: filter.state });
    if (filter.before !== undefined) query.andWhere('campaign.id < :before', { before: filter.before });
    if (filter.after !== undefined) query.andWhere('campaign.id > :after', { after: filter.after });
    // What has come since is read from the place on; shown it is the newest first all the same.
    const order = filter.after === undefined ? 'DESC' : 'ASC';
    const campaigns = await query.orderBy('campaign.id', order).take(filter.limit).getMany();
    return this.viewsOf(order === 'DESC' ? campaigns : campaigns.reverse());
  }

  /**
   * Takes a campaign from one of the states to another, if it still is in one of them: of two who try, one does.
   * @param changes further columns, in SQL; `$5` and on are `values`
   * @returns whether it was done
   */
  async move(
    tx: EntityManager,
    { accountId, id }: CampaignKey,
    { from, to }: { from: readonly CampaignState[]; to: CampaignState },
    changes = '',
    values: readonly unknown[] = [],
  ): Promise<boolean> {
    const [, count]: Updated<unknown> = await tx.query(
      `UPDATE campaigns SET state = $4, version = version + 1, updated_at = now()${changes}
        WHERE account_id = $1 AND id = $2 AND state = ANY($3::text[]) AND deleted_at IS NULL`,
      [accountId, id, from, to, ...values],
    );
    return count > 0;
  }

  /** @returns false when the campaign is not in one of the states any more, or somebody has changed it since */
  async change(
    { accountId, id }: CampaignKey,
    version: number,
    states: readonly CampaignState[],
    draft: CampaignDraft & { scheduledAt: Date | null; state: CampaignState },
  ): Promise<boolean> {
    const [, count]: Updated<unknown> = await this.database.query(
      `UPDATE campaigns
          SET name = $5, asset_id = $6, waba_id = $7, template_name = $8, template_language = $9, components = $10,
              defaults = $11, scheduled_at = $12, state = $13, version = version + 1, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND version = $3 AND state = ANY($4::text[]) AND deleted_at IS NULL`,
      [
        accountId,
        id,
        version,
        states,
        draft.name,
        draft.assetId,
        draft.wabaId,
        draft.templateName,
        draft.templateLanguage,
        JSON.stringify(draft.components),
        JSON.stringify(draft.defaults),
        draft.scheduledAt,
        draft.state,
      ],
    );
    return count > 0;
  }

  async remove({ accountId, id }: CampaignKey, states: readonly CampaignState[]): Promise<boolean> {
    const [, count]: Updated<unknown> = await this.database.query(
      `UPDATE campaigns SET deleted_at = now(), version = version + 1, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND state = ANY($3::text[]) AND deleted_at IS NULL`,
      [accountId, id, states],
    );
    return count > 0;
  }

  private async viewsOf(campaigns: readonly CampaignEntity[]): Promise<CampaignView[]> {
    if (campaigns.length === 0) return [];
    const keys = [campaigns.map(({ accountId }) => accountId), campaigns.map(({ id }) => id)];
    const progress = await this.database.manager
      .createQueryBuilder(CampaignProgressEntity, 'progress')
      .where(
        '(progress.account_id, progress.campaign_id) IN (SELECT * FROM unnest(:accounts::uuid[], :ids::uuid[]))',
        { accounts: keys[0], ids: keys[1] },
      )
      .getMany();
    const numbers: NumberRow[] = await this.database.query(
      `SELECT c.id AS campaign_id, n.phone_number_id, n.throughput_level, n.is_on_biz_app,
              EXISTS (SELECT FROM campaign_imports i WHERE i.account_id = c.account_id AND i.campaign_id = c.id
                        AND i.state = 'running') AS is_importing
         FROM unnest($1::uuid[], $2::uuid[]) AS asked (account_id, id)
         JOIN campaigns c USING (account_id, id)
         JOIN whatsapp_phone_numbers n ON n.account_id = c.account_id AND n.id = c.asset_id`,
      keys,
    );
    const progressById = new Map(progress.map((row) => [row.campaignId, row]));
    const numberById = new Map(numbers.map((row) => [row.campaign_id, row]));
    return campaigns.flatMap((campaign) => {
      const row = progressById.get(campaign.id);
      const number = numberById.get(campaign.id);
      if (row === undefined || number === undefined) return [];
      return [
        {
          campaign,
          progress: row,
          phoneNumberId: number.phone_number_id,
          throughputLevel: number.throughput_level,
          isOnBizApp: number.is_on_biz_app === true,
          isImporting: number.is_importing,
        },
      ];
    });
  }
}
