import { distributionOf } from './duration-figures';

it('tells how many took how long, the last step without an end', () => {
  const steps = distributionOf({
    firstResponse: [1, 1, 2, 2, 2, 3, 5],
    response: [4, 6, 6, 6, 6, 6, 6],
    resolution: [],
  });
  expect(steps.map(({ fromSeconds, untilSeconds }) => [fromSeconds, untilSeconds])).toEqual([
    [0, 60],
    [60, 300],
    [300, 900],
    [900, 3_600],
    [3_600, 14_400],
    [14_400, 86_400],
    [86_400, null],
  ]);
  expect(steps.map(({ firstResponse }) => firstResponse)).toEqual([1, 0, 1, 0, 0, 1, 2]);
  expect(steps.map(({ response }) => response)).toEqual([4, 2, 0, 0, 0, 0, 0]);
  expect(steps.map(({ resolution }) => resolution)).toEqual([0, 0, 0, 0, 0, 0, 0]);
});
