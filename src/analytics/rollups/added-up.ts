import { indexIn } from '../memory/name-column';
import type { SumBlock, SumColumn } from './sum-block';

/** Sums of steps that follow each other. */
export interface PlacedBlock {
  block: SumBlock;
  /** Which of all steps is the first of the block. */
  first: number;
}

export interface WantedNames {
  column: SumColumn;
  isWanted: (name: string) => boolean;
}

/** Those of a list. */
export function namesIn(column: SumColumn, names: readonly string[]): WantedNames {
  const wanted = new Set(names);
  return { column, isWanted: (name) => wanted.has(name) };
}

export interface WantedSums<Name extends string> {
  counters: readonly Name[];
  /** What sums are told apart by, one in the other. */
  groups: readonly SumColumn[];
  /** Which names are wanted; of columns that are not here, all. */
  only: readonly WantedNames[];
  /** The point that a step belongs to, below 2^20. */
  pointOf: (step: number) => number;
}

export interface AddedUp<Name extends string> {
  point: number;
  names: string[];
  counts: Record<Name, number>;
}

const MOST_POINTS = 2 ** 20;
/** Of one column. Numbers of groups and of names together stay below 2^53. */
const MOST_NAMES = 2 ** 26;
const NO_COLUMN: { index: undefined; number: readonly number[] } = { index: undefined, number: [] };
const UNWANTED = -1;

/** Each point and group that rows have a part in, in no order. */
export function addedUp<Name extends string>(
  blocks: readonly PlacedBlock[],
  { counters, groups, only, pointOf }: WantedSums<Name>,
): AddedUp<Name>[] {
  const known = groups.map(() => new Map<string, number>());
  /** Of groups of several columns: by the number of those before, and that of one more. */
  const combined = groups.slice(1).map(() => new Map<number, number>());
  /** By the number of the group, and in it by that of the point. */
  const sums = new Map<number, Float64Array>();
  for (const { block, first } of blocks) {
    const placeOf = counters.map((name) => block.counters.indexOf(name));
    const width = block.counters.length;
    const filters = only.map(({ column, isWanted }) => {
      const names = block.names[column];
      return { index: names?.index, isWanted: names?.names.map(isWanted) ?? [] };
    });
    const grouped = groups.map((column, place) => {
      const names = block.names[column];
      const numbers = known[place] ?? new Map<string, number>();
      return { index: names?.index, number: names?.names.map((name) => indexIn(numbers, name)) ?? [] };
    });
    const isWanted = (row: number): boolean => {
      for (const filter of filters)
        if (filter.isWanted[filter.index?.[row] ?? UNWANTED] !== true) return false;
      return true;
    };
    const groupOf = (row: number): number => {
      let group = 0;
      for (let place = 0; place < grouped.length; place++) {
        const { index, number } = grouped[place] ?? NO_COLUMN;
        const own = number[index?.[row] ?? UNWANTED] ?? 0;
        const inner = combined[place - 1];
        group = inner === undefined ? own : indexIn(inner, group * MOST_NAMES + own);
      }
      return group;
    };
    for (let row = 0; row < block.rows; row++) {
      if (!isWanted(row)) continue;
      const key = groupOf(row) * MOST_POINTS + pointOf(first + (block.step?.[row] ?? 0));
      let sum = sums.get(key);
      if (sum === undefined) sums.set(key, (sum = new Float64Array(counters.length)));
      for (let counter = 0; counter < counters.length; counter++) {
        const place = placeOf[counter] ?? UNWANTED;
        if (place !== UNWANTED) sum[counter] = (sum[counter] ?? 0) + (block.values[row * width + place] ?? 0);
      }
    }
  }
  const namesOf = groupNames(known, combined);
  return [...sums].map(([key, sum]) => {
    const group = Math.floor(key / MOST_POINTS);
    const counts = {} as Record<Name, number>;
    counters.forEach((name, place) => (counts[name] = sum[place] ?? 0));
    return { point: key - group * MOST_POINTS, names: namesOf(group), counts };
  });
}

function groupNames(
  known: readonly ReadonlyMap<string, number>[],
  combined: readonly ReadonlyMap<number, number>[],
): (group: number) => string[] {
  const lists = known.map((numbers) => [...numbers.keys()]);
  const pairs = combined.map((numbers) => [...numbers.keys()]);
  return (group) => {
    const names: string[] = [];
    let rest = group;
    for (let place = lists.length - 1; place >= 0; place--) {
      const pair = pairs[place - 1]?.[rest] ?? rest;
      names.unshift(lists[place]?.[pair % MOST_NAMES] ?? '');
      rest = Math.floor(pair / MOST_NAMES);
    }
    return names;
  };
}
