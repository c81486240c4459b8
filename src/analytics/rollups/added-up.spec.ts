import * as fc from 'fast-check';
import { type AddedUp, type PlacedBlock, type WantedSums, addedUp } from './added-up';
import { SUM_COLUMNS, type SumColumn, type SumRow, blockOf } from './sum-block';

const COUNTERS = ['received', 'sent', 'read'] as const;
type Name = (typeof COUNTERS)[number];

const NAMES: Record<SumColumn, readonly string[]> = {
  platform: ['whatsapp', 'messenger', 'instagram'],
  asset: ['a', 'b', 'c', 'd', 'e'],
  // Names that would be taken for others where parts of a key are put together without care.
  template: ['\t', 'hi\tde', 'hi\ten', 'a'],
  label: ['', 'a', '0', '1'],
};

const rows = fc.record({
  step: fc.nat(5),
  names: fc.record({
    platform: fc.constantFrom(...NAMES.platform),
    asset: fc.constantFrom(...NAMES.asset),
    template: fc.constantFrom(...NAMES.template),
    label: fc.constantFrom(...NAMES.label),
  }),
  // Mostly 0, so that blocks lack counters that others have.
  counts: fc.record({
    received: fc.oneof(fc.constant(0), fc.nat(9)),
    sent: fc.oneof(fc.constant(0), fc.nat(9)),
    read: fc.oneof(fc.constant(0), fc.nat(2 ** 40)),
  }),
});
const blocks = fc.array(
  fc.record({
    first: fc.nat(40),
    rows: fc.array(rows, { minLength: 1, maxLength: 20, size: 'max' }),
    isOfOneStep: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6, size: 'max' },
);
type Blocks = typeof blocks extends fc.Arbitrary<infer T> ? T : never;
/** Mostly all. */
const someOf = (names: readonly string[]): fc.Arbitrary<string[] | null> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.subarray([...names]) });
const questions = fc.record({
  counters: fc.subarray([...COUNTERS], { minLength: 1 }),
  groups: fc.shuffledSubarray([...SUM_COLUMNS]),
  only: fc.record({
    platform: someOf(NAMES.platform),
    asset: someOf(NAMES.asset),
    template: someOf(NAMES.template),
    label: someOf(NAMES.label),
  }),
  isByHalf: fc.boolean(),
});
type Question = typeof questions extends fc.Arbitrary<infer T> ? T : never;

const pointOf = ({ isByHalf }: Question): ((step: number) => number) =>
  isByHalf ? (step) => Math.floor(step / 2) : (step) => step;

const placed = (all: Blocks): PlacedBlock[] =>
  all.map(({ first, rows: own }) => ({ first, block: blockOf<Name>(own, SUM_COLUMNS, COUNTERS) }));
/** Rows of a block that is of one step have no step of their own. */
const shaped = (all: Blocks): Blocks =>
  all.map((each) =>
    each.isOfOneStep ? { ...each, rows: each.rows.map((row) => ({ ...row, step: 0 })) } : each,
  );

function wanted(question: Question): WantedSums<Name> {
  return {
    counters: question.counters,
    groups: question.groups,
    only: SUM_COLUMNS.flatMap((column) => {
      const names = question.only[column];
      return names === null ? [] : [{ column, isWanted: (name: string) => names.includes(name) }];
    }),
    pointOf: pointOf(question),
  };
}

/** One row after the other. */
function naive(all: Blocks, question: Question): AddedUp<Name>[] {
  const sums = new Map<string, AddedUp<Name>>();
  const hasPart = (row: SumRow): boolean =>
    SUM_COLUMNS.every((column) => question.only[column]?.includes(row.names[column] ?? '') ?? true);
  for (const { first, rows: own } of all)
    for (const row of own) {
      if (!hasPart(row) || COUNTERS.every((name) => row.counts[name] === 0)) continue;
      const point = pointOf(question)(first + row.step);
      const names = question.groups.map((column) => row.names[column]);
      const key = JSON.stringify([point, names]);
      const counts = Object.fromEntries(question.counters.map((name) => [name, 0])) as Record<Name, number>;
      const sum = sums.get(key) ?? { point, names, counts };
      for (const name of question.counters) sum.counts[name] += row.counts[name];
      sums.set(key, sum);
    }
  return [...sums.values()];
}

const sorted = (found: readonly AddedUp<Name>[]): unknown[] =>
  found
    .map((each): [string, AddedUp<Name>] => [JSON.stringify([each.point, each.names]), each])
    .sort(([one], [other]) => (one < other ? -1 : 1));

it('adds up what adding row by row does, whatever blocks, groups and names', () => {
  let found = 0;
  fc.assert(
    fc.property(blocks.map(shaped), questions, (all, question) => {
      const sums = addedUp(placed(all), wanted(question));
      expect(sorted(sums)).toEqual(sorted(naive(all, question)));
      found += sums.length;
    }),
    { numRuns: 500 },
  );
  expect(found).toBeGreaterThan(2_000);
});

it('has a group for each of many names in several columns, and no two for one', () => {
  const own = Array.from({ length: 3_000 }, (_, row) => ({
    step: 0,
    names: { asset: `asset ${row % 100}`, label: `label ${row}` },
    counts: { received: row, sent: 0, read: 0 },
  }));
  const part = (rowsOfPart: typeof own): PlacedBlock => ({
    first: 2 ** 20 - 1,
    block: blockOf<Name>(rowsOfPart, ['asset', 'label'], COUNTERS),
  });
  const sums = addedUp([part(own), part([...own].reverse())], {
    counters: ['received'],
    groups: ['label', 'asset'],
    only: [],
    pointOf: (step) => step,
  });
  expect(sums).toHaveLength(2_999);
  for (const { point, names, counts } of sums) {
    const row = counts.received / 2;
    expect([point, ...names]).toEqual([2 ** 20 - 1, `label ${row}`, `asset ${row % 100}`]);
  }
});
