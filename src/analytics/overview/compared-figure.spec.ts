import { NO_METRIC_COUNTS } from './analytics-metrics';
import { comparedFigure, comparedFigures } from './compared-figure';

it.each([
  [12, 10, 2, 0.2],
  [0, 10, -10, -1],
  [12, 0, 12, null],
  [0, 0, 0, null],
  [0.5, null, null, null],
  [null, 0.5, null, null],
  [null, null, null, null],
])('%p after %p is a change of %p, relative %p', (value, previous, change, changeRate) => {
  expect(comparedFigure(value, previous)).toEqual({ value, previous, change, changeRate });
});

it('compares rates as rates, not as counts', () => {
  const now = { ...NO_METRIC_COUNTS, sent: 10, sent_delivered: 9, delivered: 20 };
  expect(comparedFigures(['sent', 'deliveryRate'], now, NO_METRIC_COUNTS)).toEqual({
    sent: { value: 10, previous: 0, change: 10, changeRate: null },
    deliveryRate: { value: 0.9, previous: null, change: null, changeRate: null },
  });
});
