import type { AnalyticsTable, ColumnUnit, TableCell, TableColumn } from '../tables/analytics-table';
import { type AnalyticsMetric, METRIC_DEFINITIONS } from './analytics-metrics';
import type { ComparedFigure } from './compared-figure';
import { channelName, metricColumn } from './metric-columns';
import { CAMPAIGN_METRICS, OVERVIEW_METRICS, type Overview, type OverviewFigures } from './overview-figures';

export const OVERVIEW_TABLES = [
  'totals',
  'rates',
  'times',
  'by-platform',
  'by-channel',
  'campaigns',
  'campaign-rates',
  'now',
] as const;

/** Figures of one unit: a column cannot be written in several. */
const compared = (unit: ColumnUnit): TableColumn[] => [
  { key: 'metric', title: 'Name', unit: 'text' },
  { key: 'title', title: 'Figure', unit: 'text' },
  { key: 'value', title: 'In the range', unit },
  { key: 'previous', title: 'In the time before', unit },
  { key: 'change', title: 'Change', unit },
  { key: 'changeRate', title: 'Relative change', unit: 'change' },
];

export function overviewTables(overview: Overview): AnalyticsTable[] {
  const { totals, campaigns, now, byPlatform, byChannel } = overview;
  const values = OVERVIEW_METRICS.map(metricColumn);
  return [
    {
      name: 'totals',
      title: 'Totals, and the time before',
      columns: compared('count'),
      rows: rowsOf(totals, OVERVIEW_METRICS, 'count'),
    },
    {
      name: 'rates',
      title: 'Rates, and the time before',
      columns: compared('share'),
      rows: rowsOf(totals, OVERVIEW_METRICS, 'share'),
    },
    {
      name: 'times',
      title: 'Times, and the time before',
      columns: compared('seconds'),
      rows: rowsOf(totals, OVERVIEW_METRICS, 'seconds'),
    },
    {
      name: 'by-platform',
      title: 'By platform',
      columns: [{ key: 'platform', title: 'Platform', unit: 'text' }, ...values],
      rows: byPlatform.map(({ platform, figures }) => [platform, ...valuesOf(figures)]),
      chart: { kind: 'bar', x: 'platform', y: ['received', 'sent', 'comments'] },
    },
    {
      name: 'by-channel',
      title: 'By number, Page and Instagram account',
      columns: [
        { key: 'channelId', title: 'Id', unit: 'text' },
        { key: 'kind', title: 'Kind', unit: 'text' },
        { key: 'externalId', title: "Meta's id", unit: 'text' },
        { key: 'name', title: 'Name', unit: 'text' },
        ...values,
      ],
      rows: byChannel.map(({ channel, figures }) => [
        channel.id,
        channel.kind,
        channel.externalId,
        channelName(channel),
        ...valuesOf(figures),
      ]),
      chart: { kind: 'bar', x: 'name', y: ['received', 'sent', 'comments'] },
    },
    {
      name: 'campaigns',
      title: 'Campaigns, and the time before',
      columns: compared('count'),
      rows: [
        comparedRow('started', 'Campaigns started', campaigns.started),
        ...rowsOf(campaigns, CAMPAIGN_METRICS, 'count'),
      ],
    },
    {
      name: 'campaign-rates',
      title: 'Rates of campaigns, and the time before',
      columns: compared('share'),
      rows: rowsOf(campaigns, CAMPAIGN_METRICS, 'share'),
    },
    {
      name: 'now',
      title: 'Conversations at the moment',
      columns: [
        { key: 'open', title: 'Open', unit: 'count' },
        { key: 'unassigned', title: "Nobody's", unit: 'count' },
        { key: 'snoozed', title: 'Snoozed', unit: 'count' },
      ],
      rows: [[now.open, now.unassigned, now.snoozed]],
    },
  ];
}

function rowsOf<Metric extends AnalyticsMetric>(
  figures: Record<Metric, ComparedFigure>,
  metrics: readonly Metric[],
  unit: ColumnUnit,
): TableCell[][] {
  return metrics
    .filter((metric) => METRIC_DEFINITIONS[metric].unit === unit)
    .map((metric) => comparedRow(metric, METRIC_DEFINITIONS[metric].title, figures[metric]));
}

function comparedRow(
  name: string,
  title: string,
  { value, previous, change, changeRate }: ComparedFigure,
): TableCell[] {
  return [name, title, value, previous, change, changeRate];
}

const valuesOf = (figures: OverviewFigures): TableCell[] =>
  OVERVIEW_METRICS.map((metric) => figures[metric].value);
