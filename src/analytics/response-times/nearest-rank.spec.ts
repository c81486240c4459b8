import * as fc from 'fast-check';
import { nearestRanks } from './nearest-rank';

it.each<[number[], number, number]>([
  [[5], 5, 5],
  [[2, 1], 1, 2],
  [[3, 1, 2], 2, 3],
  [[10, 1, 9, 2, 8, 3, 7, 4, 6, 5], 5, 9],
  [[11, 1, 2, 10, 3, 9, 4, 8, 5, 7, 6], 6, 10],
])('takes a value that occurred, of %j', (values, median, p90) => {
  expect(nearestRanks(Int32Array.from(values), [0.5, 0.9])).toEqual([median, p90]);
});

const MANY = 5_000;
const inOrder = (values: Int32Array, share: number): number | undefined =>
  values.slice().sort()[Math.ceil(share * values.length) - 1];

it('finds in thousands what stands there when they are in order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: MANY }),
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      fc.integer(),
      (count, largest, seed) => {
        let state = seed;
        const values = Int32Array.from({ length: count }, () => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
          return (state >>> 8) % largest;
        });
        const expected = [0.1, 0.5, 0.9, 1].map((share) => inOrder(values, share));
        expect(nearestRanks(values, [0.1, 0.5, 0.9, 1])).toEqual(expected);
      },
    ),
  );
});

it.each<[string, (index: number) => number]>([
  ['rising', (index) => index],
  ['falling', (index) => MANY - index],
  ['all alike', () => 7],
  ['rising and falling', (index) => Math.min(index, MANY - index)],
  ['in two kinds', (index) => index % 2],
])('finds it where values are %s', (_, value) => {
  const values = Int32Array.from({ length: MANY }, (__, index) => value(index));
  const expected = [inOrder(values, 0.5), inOrder(values, 0.9)];
  expect(nearestRanks(values, [0.5, 0.9])).toEqual(expected);
});
