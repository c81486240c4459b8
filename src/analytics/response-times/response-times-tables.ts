import type { AnalyticsScope } from '../scope/analytics-scope';
import type { AnalyticsTable, TableCell, TableColumn } from '../tables/analytics-table';
import {
  DURATION_KINDS,
  type DurationFigures,
  type DurationKind,
  type DurationsByKind,
} from './duration-figures';
import type { ResponseTimesReader } from './response-time-results';

export const RESPONSE_TIMES_TABLES = [
  'totals',
  'distribution',
  'points',
  'waiting',
  'by-agent',
  'by-channel',
  'by-platform',
] as const;

const KIND_TITLES: Record<DurationKind, string> = {
  firstResponse: 'First response',
  response: 'Every response',
  resolution: 'Resolution',
};

const text = (key: string, title: string): TableColumn => ({ key, title, unit: 'text' });

const FIGURE_COLUMNS: readonly TableColumn[] = [
  { key: 'count', title: 'Number', unit: 'count' },
  { key: 'meanSeconds', title: 'Mean', unit: 'seconds' },
  { key: 'medianSeconds', title: 'Median', unit: 'seconds' },
  { key: 'p90Seconds', title: '90 % took at most', unit: 'seconds' },
];

/** `firstResponseMedianSeconds` and so on: the figures of all kinds in one row. */
export const DURATION_COLUMNS: readonly TableColumn[] = DURATION_KINDS.flatMap((kind) =>
  FIGURE_COLUMNS.map(({ key, title, unit }) => ({
    key: `${kind}${key.charAt(0).toUpperCase()}${key.slice(1)}`,
    title: `${KIND_TITLES[kind]}: ${title.toLowerCase()}`,
    unit,
  })),
);

const MEDIANS = ['firstResponseMedianSeconds', 'responseMedianSeconds'] as const;

/** Each table asks for its figures when its rows are read: whoever wants one does not wait for the others. */
export function responseTimesTables(scope: AnalyticsScope, reader: ResponseTimesReader): AnalyticsTable[] {
  return [
    {
      name: 'totals',
      title: 'In the whole range',
      columns: [text('kind', 'Time to'), ...FIGURE_COLUMNS],
      rows: later(async () => {
        const { totals } = await reader.overTime(scope);
        return DURATION_KINDS.map((kind) => [KIND_TITLES[kind], ...cellsOf(totals[kind])]);
      }),
    },
    {
      name: 'distribution',
      title: 'How long it took',
      columns: [
        { key: 'fromSeconds', title: 'From', unit: 'seconds' },
        { key: 'untilSeconds', title: 'To less than', unit: 'seconds' },
        ...DURATION_KINDS.map((kind) => ({ key: kind, title: KIND_TITLES[kind], unit: 'count' as const })),
      ],
      rows: later(async () =>
        (await reader.overTime(scope)).distribution.map((step) => [
          step.fromSeconds,
          step.untilSeconds,
          ...DURATION_KINDS.map((kind) => step[kind]),
        ]),
      ),
      chart: { kind: 'bar', x: 'fromSeconds', y: ['firstResponse', 'response'] },
    },
    {
      name: 'points',
      title: 'Over time',
      columns: [{ key: 'timestamp', title: 'Time', unit: 'time' }, ...DURATION_COLUMNS],
      rows: later(async () =>
        (await reader.overTime(scope)).points.map((point) => [point.timestamp, ...durationCells(point)]),
      ),
      chart: { kind: 'line', x: 'timestamp', y: MEDIANS },
    },
    {
      name: 'waiting',
      title: 'Customers who wait at the moment',
      columns: [
        { key: 'count', title: 'Number', unit: 'count' },
        { key: 'oldestSince', title: 'The longest since', unit: 'time' },
        text('oldestConversationId', 'Its conversation'),
      ],
      rows: later(async () => {
        const { count, oldest } = await reader.waiting(scope);
        return [[count, oldest?.since ?? null, oldest?.conversationId ?? null]];
      }),
    },
    {
      name: 'by-agent',
      title: 'By agent',
      columns: [text('userId', 'Id'), text('name', 'Name'), ...DURATION_COLUMNS],
      rows: later(async () =>
        (await reader.byAgent(scope)).map((agent) => [agent.userId, agent.name, ...durationCells(agent)]),
      ),
      chart: { kind: 'bar', x: 'name', y: MEDIANS },
    },
    {
      name: 'by-channel',
      title: 'By number, Page and Instagram account',
      columns: [
        text('channelId', 'Id'),
        text('kind', 'Kind'),
        text('externalId', "Meta's id"),
        text('name', 'Name'),
        ...DURATION_COLUMNS,
      ],
      rows: later(async () =>
        (await reader.byChannel(scope)).map(({ channel, ...durations }) => [
          channel.id,
          channel.kind,
          channel.externalId,
          channel.name ?? channel.externalId,
          ...durationCells(durations),
        ]),
      ),
      chart: { kind: 'bar', x: 'name', y: MEDIANS },
    },
    {
      name: 'by-platform',
      title: 'By platform',
      columns: [text('platform', 'Platform'), ...DURATION_COLUMNS],
      rows: later(async () =>
        (await reader.byPlatform(scope)).map(({ platform, ...durations }) => [
          platform,
          ...durationCells(durations),
        ]),
      ),
      chart: { kind: 'bar', x: 'platform', y: MEDIANS },
    },
  ];
}

async function* later(read: () => Promise<TableCell[][]>): AsyncGenerator<TableCell[]> {
  yield* await read();
}

function cellsOf({ count, meanSeconds, medianSeconds, p90Seconds }: DurationFigures): TableCell[] {
  return [count, meanSeconds, medianSeconds, p90Seconds];
}

export function durationCells(durations: DurationsByKind): TableCell[] {
  return DURATION_KINDS.flatMap((kind) => cellsOf(durations[kind]));
}
