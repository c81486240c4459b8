import { channelName } from '../overview/metric-columns';
import type { AnalyticsTable, TableCell, TableColumn } from '../tables/analytics-table';
import { OWN_FIGURES, type OwnFigure, type OwnFigures } from './comment-engagement';
import { META_FIGURES, type MetaFigure, type MetaFigures } from './engagement-metrics';
import type { Engagement } from './engagement-results';

export const ENGAGEMENT_TABLES = ['posts', 'by-channel'] as const;

const OWN_TITLES: Record<OwnFigure, string> = {
  comments: 'Comments',
  answered: 'Answered',
  hidden: 'Hidden',
  removed: 'Removed',
  replies: 'Replies',
  positive: 'Positive',
  neutral: 'Neutral',
  negative: 'Negative',
};
const META_TITLES: Record<MetaFigure, string> = {
  views: 'Views',
  reach: 'Reach',
  reactions: 'Reactions',
  interactions: 'Interactions',
  comments: 'Comments by Meta',
  shares: 'Shares',
  saves: 'Saves',
  clicks: 'Clicks',
};

const FIGURES: readonly TableColumn[] = [
  ...OWN_FIGURES.map((key): TableColumn => ({ key, title: OWN_TITLES[key], unit: 'count' })),
  ...META_FIGURES.map((name): TableColumn => ({
    key: `meta${name.replace(/^./, (letter) => letter.toUpperCase())}`,
    title: META_TITLES[name],
    unit: 'count',
  })),
];

export function engagementTables({ posts, byChannel }: Engagement): AnalyticsTable[] {
  return [
    {
      name: 'posts',
      title: 'Posts and media',
      columns: [
        { key: 'postId', title: "Meta's id", unit: 'text' },
        { key: 'channel', title: 'Page or account', unit: 'text' },
        { key: 'kind', title: 'Kind', unit: 'text' },
        { key: 'publishedAt', title: 'Published', unit: 'time' },
        { key: 'text', title: 'Text', unit: 'text' },
        ...FIGURES,
        { key: 'asOf', title: "Meta's figures as of", unit: 'time' },
      ],
      rows: posts.map(({ externalId, channel, object, text, own, meta, asOf }) => [
        externalId,
        channelName(channel),
        object?.product ?? object?.kind ?? null,
        object?.publishedAt ?? null,
        text,
        ...cellsOf(own, meta),
        asOf,
      ]),
      chart: { kind: 'bar', x: 'postId', y: ['comments', 'answered'] },
    },
    {
      name: 'by-channel',
      title: 'Pages and Instagram accounts',
      columns: [
        { key: 'channelId', title: 'Id', unit: 'text' },
        { key: 'kind', title: 'Kind', unit: 'text' },
        { key: 'name', title: 'Name', unit: 'text' },
        { key: 'posts', title: 'Posts and media', unit: 'count' },
        ...FIGURES,
        { key: 'knownDays', title: "Days of Meta's figures", unit: 'count' },
      ],
      rows: byChannel.map(({ channel, posts: count, own, meta, knownDays }) => [
        channel.id,
        channel.kind,
        channelName(channel),
        count,
        ...cellsOf(own, meta),
        knownDays,
      ]),
      chart: { kind: 'bar', x: 'name', y: ['comments', 'answered'] },
    },
  ];
}

const cellsOf = (own: OwnFigures, meta: MetaFigures): TableCell[] => [
  ...OWN_FIGURES.map((name) => own[name]),
  ...META_FIGURES.map((name) => meta[name]),
];
