import { belowEnds, figuresOf } from './measured-durations';

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
