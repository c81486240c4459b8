import type { AnalyticsScope } from '../scope/analytics-scope';

/** What the figures of a column are: how they are written down follows from it. */
export type ColumnUnit = 'text' | 'time' | 'count' | 'share' | 'seconds' | 'money' | 'change';

export interface TableColumn {
  /** As the JSON answer calls it; the header of CSV. */
  key: string;
  /** For people. */
  title: string;
  unit: ColumnUnit;
}

/** A cell: null where there is nothing to tell, which is not 0. */
export type TableCell = string | number | boolean | Date | null;

/** How a table looks as a picture. */
export interface TableChart {
  kind: 'line' | 'bar';
  /** Key of the column along the bottom: a time or a name. */
  x: string;
  /** Keys of the columns that are drawn. */
  y: readonly string[];
  /** Key of a column by whose values the rows are several lines or bars of one colour each. */
  series?: string;
}

/** Figures as rows: what CSV, reports and charts are made of. */
export interface AnalyticsTable {
  /** In the address of CSV and in the names of files: `[a-z-]+`, unique in its dataset. */
  name: string;
  /** For people. */
  title: string;
  columns: readonly TableColumn[];
  /** A cell for each column, in order. Read once. */
  rows: Iterable<readonly TableCell[]> | AsyncIterable<readonly TableCell[]>;
  chart?: TableChart;
}

export const DATASETS = [
  'overview',
  'timeseries',
  'response-times',
  'engagement',
  'sentiment',
  'templates',
  'campaigns',
  'agents',
  'errors',
  'costs',
  'differences',
] as const;
export type DatasetName = (typeof DATASETS)[number];

/** All figures of one kind, for CSV and reports. The first table is the one that is meant when none is named. */
export interface AnalyticsDataset {
  readonly name: DatasetName;
  /** For people. */
  readonly title: string;
  tables(scope: AnalyticsScope): Promise<AnalyticsTable[]>;
}
