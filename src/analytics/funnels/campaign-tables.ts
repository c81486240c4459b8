import type { AnalyticsTable } from '../tables/analytics-table';
import type { CampaignFunnels } from './funnel-results';
import { FUNNEL_COLUMNS, FUNNEL_STEPS, funnelCells } from './funnel-figures';

export const CAMPAIGN_TABLES = ['campaigns'] as const;

export function campaignTables({ campaigns }: CampaignFunnels): AnalyticsTable[] {
  return [
    {
      name: 'campaigns',
      title: 'Campaigns',
      columns: [
        { key: 'campaignId', title: 'Id', unit: 'text' },
        { key: 'name', title: 'Campaign', unit: 'text' },
        { key: 'state', title: 'State', unit: 'text' },
        { key: 'startedAt', title: 'Started', unit: 'time' },
        { key: 'templateName', title: 'Template', unit: 'text' },
        { key: 'templateLanguage', title: 'Language', unit: 'text' },
        { key: 'total', title: 'Recipients', unit: 'count' },
        { key: 'skipped', title: 'Left out', unit: 'count' },
        { key: 'unknown', title: 'Unknown whether sent', unit: 'count' },
        { key: 'cancelled', title: 'Cancelled', unit: 'count' },
        ...FUNNEL_COLUMNS,
      ],
      rows: campaigns.map((campaign) => [
        campaign.campaignId,
        campaign.name,
        campaign.state,
        campaign.startedAt,
        campaign.template?.name ?? null,
        campaign.template?.language ?? null,
        campaign.audience?.total ?? null,
        campaign.audience?.skipped ?? null,
        campaign.audience?.unknown ?? null,
        campaign.audience?.cancelled ?? null,
        ...funnelCells(campaign),
      ]),
      chart: { kind: 'bar', x: 'name', y: FUNNEL_STEPS },
    },
  ];
}
