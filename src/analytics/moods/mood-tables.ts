import type { AnalyticsTable, TableCell, TableColumn } from '../tables/analytics-table';
import type { MoodFigures } from './mood-figures';
import type { Moods } from './mood-results';

export const MOOD_TABLES = ['points', 'totals', 'by-platform'] as const;

const FIGURES: readonly (TableColumn & { key: keyof MoodFigures })[] = [
  { key: 'total', title: 'Texts', unit: 'count' },
  { key: 'read', title: 'Read', unit: 'count' },
  { key: 'positive', title: 'Positive', unit: 'count' },
  { key: 'neutral', title: 'Neutral', unit: 'count' },
  { key: 'negative', title: 'Negative', unit: 'count' },
  { key: 'positiveShare', title: 'Share of positive', unit: 'share' },
  { key: 'neutralShare', title: 'Share of neutral', unit: 'share' },
  { key: 'negativeShare', title: 'Share of negative', unit: 'share' },
  { key: 'mean', title: 'Mean, -1 to 1', unit: 'count' },
];
const SOURCE: TableColumn = { key: 'source', title: 'Of', unit: 'text' };
const SOURCES = ['together', 'messages', 'comments'] as const;

export function moodTables({ timestamps, points, totals, byPlatform }: Moods): AnalyticsTable[] {
  return [
    {
      name: 'points',
      title: 'Sentiment over time',
      columns: [{ key: 'timestamp', title: 'From', unit: 'time' }, ...FIGURES],
      rows: timestamps.map((timestamp, index) => [timestamp, ...cellsOf(points.together[index])]),
      chart: { kind: 'line', x: 'timestamp', y: ['positive', 'neutral', 'negative'] },
    },
    {
      name: 'totals',
      title: 'Sentiment of messages and comments',
      columns: [SOURCE, ...FIGURES],
      rows: SOURCES.map((source) => [source, ...cellsOf(totals[source])]),
    },
    {
      name: 'by-platform',
      title: 'Sentiment by platform',
      columns: [{ key: 'platform', title: 'Platform', unit: 'text' }, SOURCE, ...FIGURES],
      rows: byPlatform.flatMap(({ platform, figures }) =>
        SOURCES.map((source) => [platform, source, ...cellsOf(figures[source])]),
      ),
    },
  ];
}

const cellsOf = (figures: MoodFigures | undefined): TableCell[] =>
  FIGURES.map(({ key }) => figures?.[key] ?? null);
