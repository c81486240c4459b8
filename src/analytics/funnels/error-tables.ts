import type { AnalyticsTable, TableColumn } from '../tables/analytics-table';
import type { ErrorFigures } from './funnel-results';

export const ERROR_TABLES = ['errors', 'by-channel', 'by-template'] as const;

const text = (key: string, title: string): TableColumn => ({ key, title, unit: 'text' });
const CODE: readonly TableColumn[] = [text('code', 'Code'), text('title', 'Error')];
const COUNT: TableColumn = { key: 'count', title: 'Failed', unit: 'count' };

export function errorTables({ groups }: ErrorFigures): AnalyticsTable[] {
  return [
    {
      name: 'errors',
      title: 'Failed messages by error',
      columns: [
        ...CODE,
        COUNT,
        { key: 'share', title: 'Share', unit: 'share' },
        text('cause', 'Cause'),
        text('whoMustAct', 'Who must act'),
        text('action', 'What they do'),
        text('advice', 'Whether sending again helps'),
        { key: 'lastSeenAt', title: 'Last seen', unit: 'time' },
      ],
      rows: groups.map(({ explanation, count, share, lastSeenAt }) => [
        explanation.code,
        explanation.title,
        count,
        share,
        explanation.cause,
        explanation.whoMustAct,
        explanation.action,
        explanation.retry.advice,
        lastSeenAt,
      ]),
      chart: { kind: 'bar', x: 'code', y: ['count'] },
    },
    {
      name: 'by-channel',
      title: 'By number, Page and Instagram account',
      columns: [
        ...CODE,
        text('channelId', 'Id'),
        text('kind', 'Kind'),
        text('externalId', "Meta's id"),
        text('name', 'Name'),
        COUNT,
      ],
      rows: groups.flatMap(({ explanation, byNumber }) =>
        byNumber.map(({ channel, count }) => [
          explanation.code,
          explanation.title,
          channel.id,
          channel.kind,
          channel.externalId,
          channel.name ?? channel.externalId,
          count,
        ]),
      ),
    },
    {
      name: 'by-template',
      title: 'By template',
      columns: [...CODE, text('name', 'Template'), text('language', 'Language'), COUNT],
      rows: groups.flatMap(({ explanation, byTemplate }) =>
        byTemplate.map(({ name, language, count }) => [
          explanation.code,
          explanation.title,
          name,
          language,
          count,
        ]),
      ),
    },
  ];
}
