import { type NameColumn, bytesOfColumn, columnFor, indexIn } from '../memory/name-column';

export const SUM_COLUMNS = ['platform', 'asset', 'template', 'label'] as const;
/** What sums may be told apart by. `template`: name and language with a tabulator between them. */
export type SumColumn = (typeof SUM_COLUMNS)[number];

/** Sums of one step of time. */
export interface SumRow<Name extends string = string> {
  step: number;
  /** Of the columns that are told apart. */
  names: Partial<Record<SumColumn, string>>;
  counts: Record<Name, number>;
}

/** Sums of the steps of a run. */
export interface SumBlock {
  rows: number;
  /** Of each row; undefined where all are of the first. */
  step: Uint16Array | undefined;
  /** Of what is told apart. */
  names: Partial<Record<SumColumn, NameColumn>>;
  /** Those that are something somewhere. */
  counters: readonly string[];
  /** Row by row, of each its counters. */
  values: Float64Array;
}

export const NO_SUMS: SumBlock = {
  rows: 0,
  step: undefined,
  names: {},
  counters: [],
  values: new Float64Array(0),
};

/** About what a block, its arrays, its key and its version take beside what they hold. */
const BLOCK_BYTES = 1_000;

/** @param columns what rows are told apart by */
export function blockOf<Name extends string>(
  all: readonly SumRow<Name>[],
  columns: readonly SumColumn[],
  counters: readonly Name[],
): SumBlock {
  // Sums of differences may have come to nothing.
  const rows = all.filter((row) => counters.some((name) => row.counts[name] !== 0));
  if (rows.length === 0) return NO_SUMS;
  const present = counters.filter((name) => rows.some((row) => row.counts[name] !== 0));
  const values = new Float64Array(rows.length * present.length);
  rows.forEach((row, at) => {
    present.forEach((name, place) => (values[at * present.length + place] = row.counts[name]));
  });
  return {
    rows: rows.length,
    step: rows.some(({ step }) => step > 0) ? Uint16Array.from(rows, ({ step }) => step) : undefined,
    names: Object.fromEntries(columns.map((column) => [column, columnOf(rows, column)])),
    counters: present,
    values,
  };
}

function columnOf(rows: readonly SumRow[], column: SumColumn): NameColumn {
  const known = new Map<string, number>();
  const indexes = rows.map((row) => indexIn(known, row.names[column] ?? ''));
  const found = columnFor([...known.keys()], rows.length);
  found.index.set(indexes);
  return found;
}

export function bytesOfBlock({ step, names, values }: SumBlock): number {
  const ofNames = Object.values(names).reduce((sum, column) => sum + bytesOfColumn(column), 0);
  return BLOCK_BYTES + (step?.byteLength ?? 0) + ofNames + values.byteLength;
}
