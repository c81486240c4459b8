import { ADDED_UP, type RollupDimension } from '../counting/message-counters';
import { COUNTERS, type Counter } from './rollup-counts';
import { SUM_COLUMNS, type SumColumn } from './sum-block';

/** Sums of messages and comments of one dimension, told apart by what is asked for and no more. */
export interface SumSet {
  dimension: RollupDimension;
  /** In the order of all of them. */
  columns: readonly SumColumn[];
}

/** What else sums of some dimensions can be is nothing. */
const COUNTERS_OF: Partial<Record<RollupDimension, readonly Counter[]>> = {
  error: ['failed', 'unsent_failed'],
  sentiment: ['received', 'comments'],
};

export const countersOfDimension = (dimension: RollupDimension): readonly Counter[] =>
  COUNTERS_OF[dimension] ?? COUNTERS;

/** @param columns what is grouped by or chosen from */
export function sumSet(dimension: RollupDimension, columns: readonly (SumColumn | undefined)[]): SumSet {
  return {
    dimension,
    columns: SUM_COLUMNS.filter((column) => column === 'platform' || columns.includes(column)),
  };
}

/** Whether it is read from sums over all assets. */
export function isOverAssets({ dimension, columns }: SumSet): boolean {
  return dimension === 'account' || (!columns.includes('asset') && ADDED_UP.includes(dimension));
}
