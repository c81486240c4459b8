import type { AnalyticsTable, TableCell, TableColumn } from '../tables/analytics-table';
import type { DifferencePoint, DifferenceReport, Differences } from './differences';

export const DIFFERENCE_TABLES = [
  'by-number',
  'by-template',
  'by-number-and-time',
  'by-template-and-time',
] as const;

const TIME: TableColumn = { key: 'timestamp', title: 'Time', unit: 'time' };
const NUMBER: TableColumn[] = [
  { key: 'channelId', title: 'Id', unit: 'text' },
  { key: 'phoneNumber', title: 'Number', unit: 'text' },
  { key: 'name', title: 'Name', unit: 'text' },
];
const TEMPLATE: TableColumn[] = [
  { key: 'template', title: 'Template', unit: 'text' },
  { key: 'language', title: 'Language', unit: 'text' },
];
const FIGURES: TableColumn[] = [
  ...(['sent', 'delivered', 'read'] as const).flatMap((key): TableColumn[] => [
    { key, title: `${key.charAt(0).toUpperCase()}${key.slice(1)}`, unit: 'count' },
    {
      key: `${key}AtMeta`,
      title: `${key.charAt(0).toUpperCase()}${key.slice(1)}, as Meta counts`,
      unit: 'count',
    },
    { key: `${key}Difference`, title: 'Difference', unit: 'count' },
  ]),
  { key: 'reasons', title: 'Why', unit: 'text' },
  { key: 'isComplete', title: 'Complete', unit: 'text' },
];

function cells({ sent, delivered, read, reasons, isComplete }: Differences): TableCell[] {
  return [
    ...[sent, delivered, read].flatMap(({ ours, meta, difference }) => [ours, meta, difference]),
    reasons.length === 0 ? null : reasons.join(' '),
    isComplete,
  ];
}

function byTime<Each extends { points: DifferencePoint[] | null }>(
  all: readonly Each[],
  name: (each: Each) => TableCell[],
): TableCell[][] {
  return all.flatMap((each) =>
    (each.points ?? []).map((point) => [point.timestamp, ...name(each), ...cells(point)]),
  );
}

/** Tables by time are without numbers and templates for which there would be too many points. */
export function differenceTables({ numbers, templates }: DifferenceReport): AnalyticsTable[] {
  const numberCells = ({ number }: DifferenceReport['numbers'][number]): TableCell[] => [
    number.id,
    number.digits === '' ? null : number.digits,
    number.name,
  ];
  const templateCells = ({ name, language }: DifferenceReport['templates'][number]): TableCell[] => [
    name,
    language,
  ];
  return [
    {
      name: 'by-number',
      title: 'Ours and Meta’s figures by number',
      columns: [...NUMBER, ...FIGURES],
      rows: numbers.map((each) => [...numberCells(each), ...cells(each)]),
    },
    {
      name: 'by-template',
      title: 'Ours and Meta’s figures by template',
      columns: [...TEMPLATE, ...FIGURES],
      rows: templates.map((each) => [...templateCells(each), ...cells(each)]),
    },
    {
      name: 'by-number-and-time',
      title: 'Ours and Meta’s figures by number over time',
      columns: [TIME, ...NUMBER, ...FIGURES],
      rows: byTime(numbers, numberCells),
    },
    {
      name: 'by-template-and-time',
      title: 'Ours and Meta’s figures by template over time',
      columns: [TIME, ...TEMPLATE, ...FIGURES],
      rows: byTime(templates, templateCells),
    },
  ];
}
