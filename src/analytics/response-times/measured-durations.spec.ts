import * as fc from 'fast-check';
import { DISTRIBUTION_ENDS } from './duration-figures';
import { figuresOf, measured } from './measured-durations';

const belowEnds = (values: Int32Array): number[] => measured(values).below;

it.each<[number[], number, number]>([
  [[5], 5, 5],
  [[1, 2], 1, 2],
  [[1, 2, 3], 2, 3],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5, 9],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 6, 10],
])('takes the nearest rank of %j: a value that occurred', (values, medianSeconds, p90Seconds) => {
  expect(figuresOf(Int32Array.from(values))).toMatchObject({ medianSeconds, p90Seconds });
});

it('adds up more seconds than 32 bits hold', () => {
  const { meanSeconds, count } = figuresOf(Int32Array.from([2_000_000_000, 2_000_000_000]));
  expect([meanSeconds, count]).toEqual([2_000_000_000, 2]);
});

it('has no figures of nothing, which are not 0', () => {
  expect(figuresOf(new Int32Array())).toEqual({
    count: 0,
    meanSeconds: null,
    medianSeconds: null,
    p90Seconds: null,
  });
});

it('counts those that take less than each end, which does not belong to the step before it', () => {
  expect(belowEnds(Int32Array.from([0, 59, 60, 60, 300, 86_399, 86_400, 90_000]))).toEqual([
    2, 4, 5, 5, 5, 6, 8,
  ]);
  expect(belowEnds(new Int32Array())).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

it('tells thousands as what stands there when they are in order', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(300, 400, 5_000, 40_000),
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      fc.integer(),
      (count, largest, seed) => {
        let state = seed;
        const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff);
        // Some large, most small.
        const values = Int32Array.from({ length: count }, () => (next() >>> 8) % (1 + (next() % largest)));
        const sorted = [...values].sort((one, other) => one - other);
        const expected = {
          count,
          meanSeconds: sorted.reduce((sum, value) => sum + value, 0) / count,
          medianSeconds: sorted[Math.ceil(count / 2) - 1],
          p90Seconds: sorted[Math.ceil(count * 0.9) - 1],
        };
        const { figures, below } = measured(values);
        expect(figures).toEqual(expected);
        expect(below).toEqual([
          ...DISTRIBUTION_ENDS.map((end) => sorted.filter((value) => value < end).length),
          count,
        ]);
        expect(figuresOf(values)).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});
