import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type AccountId, type CampaignId, isUuid } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import type { CampaignState } from '../../whatsapp/entities/campaign.entity';
import { durationScope } from '../response-times/response-times.service';
import { NO_COUNTS } from '../rollups/rollup-counts';
import { RollupReader } from '../rollups/rollup-reader';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import type { AnalyticsDataset, AnalyticsTable } from '../tables/analytics-table';
import { campaignTables } from './campaign-tables';
import { FUNNEL_COUNTERS, type Funnel, funnelOf } from './funnel-figures';
import type { CampaignAudience, CampaignFunnel, CampaignFunnels } from './funnel-results';

interface CampaignRow extends CampaignAudience {
  id: string;
  name: string;
  state: CampaignState;
  deleted_at: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  template_name: string;
  template_language: string;
  asset_id: string;
}

const MOST_CAMPAIGNS = 1_000;

@Injectable()
export class CampaignFunnelsService implements AnalyticsDataset, OnModuleInit {
  readonly name = 'campaigns';
  readonly title = 'Campaigns';

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly datasets: AnalyticsDatasets,
    private readonly rollups: RollupReader,
  ) {}

  onModuleInit(): void {
    this.datasets.register(this);
  }

  async tables(scope: AnalyticsScope, campaignId?: string): Promise<AnalyticsTable[]> {
    return campaignTables(await this.read(scope, campaignId));
  }

  /**
   * Those that sent in the range, the most first; or one, whether it did or not.
   * @throws NotFoundError for a campaign that the account has never had
   */
  async read(scope: AnalyticsScope, campaignId?: string): Promise<CampaignFunnels> {
    const counts = await this.rollups.totalsBy(
      {
        ...durationScope(scope),
        from: scope.range.from,
        until: scope.range.until,
        ...(campaignId === undefined ? {} : { label: campaignId }),
      },
      'campaign',
      'label',
      FUNNEL_COUNTERS,
    );
    const ids = campaignId === undefined ? [...counts.keys()] : [campaignId];
    const shown = ids.slice(0, MOST_CAMPAIGNS);
    const rows = await this.rowsOf(scope.accountId, shown);
    if (campaignId !== undefined && !rows.has(campaignId))
      throw new NotFoundError('There is no such campaign.');
    return {
      campaigns: shown.map((id) => ({
        campaignId: id,
        ...described(rows.get(id)),
        ...funnelOf(counts.get(id) ?? NO_COUNTS),
      })),
      furtherCampaigns: ids.length - shown.length,
    };
  }

  /** Deleted ones, too: what they sent is still sent. */
  private async rowsOf(accountId: AccountId, ids: readonly string[]): Promise<Map<string, CampaignRow>> {
    const known = ids.filter(isUuid) as CampaignId[];
    if (known.length === 0) return new Map();
    const rows: CampaignRow[] = await this.database.query(
      `SELECT c.id, c.name, c.state, c.deleted_at, c.started_at, c.finished_at, c.template_name, c.template_language, c.asset_id,
              coalesce(p.total, 0) AS total, coalesce(p.pending, 0) AS pending, coalesce(p.skipped, 0) AS skipped,
              coalesce(p.unknown, 0) AS unknown, coalesce(p.cancelled, 0) AS cancelled
         FROM campaigns c LEFT JOIN campaign_progress p ON p.account_id = c.account_id AND p.campaign_id = c.id
        WHERE c.account_id = $1 AND c.id = ANY($2::uuid[])`,
      [accountId, known],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }
}

function described(row: CampaignRow | undefined): Omit<CampaignFunnel, keyof Funnel | 'campaignId'> {
  if (row === undefined)
    return {
      name: null,
      state: null,
      isDeleted: true,
      startedAt: null,
      finishedAt: null,
      template: null,
      channelId: null,
      audience: null,
    };
  const { total, pending, skipped, unknown, cancelled } = row;
  return {
    name: row.name,
    state: row.state,
    isDeleted: row.deleted_at !== null,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    template: { name: row.template_name, language: row.template_language },
    channelId: row.asset_id,
    audience: { total, pending, skipped, unknown, cancelled },
  };
}
