import { chosenMetrics } from './series-groupings';

it('tells metrics once and in one order, however they were asked for', () => {
  expect(chosenMetrics(['deliveryRate', 'received', 'deliveryRate'], undefined)).toEqual([
    'received',
    'deliveryRate',
  ]);
});

it('tells the usual ones when none are named', () => {
  expect(chosenMetrics(undefined, undefined)).toEqual(['received', 'sent', 'delivered', 'read', 'failed']);
  expect(chosenMetrics([], 'error')).toEqual(['failed']);
  expect(chosenMetrics(undefined, 'template')).toContain('replied');
});

it.each([
  ['clickRate', undefined],
  ['received', 'agent'],
  ['casesOpened', 'template'],
  ['sent', 'sentiment'],
  ['sent', 'error'],
] as const)('refuses %s by %s, and says what there is', (metric, groupBy) => {
  expect(() => chosenMetrics([metric], groupBy)).toThrow(
    expect.objectContaining({ code: 'VALIDATION_FAILED' }) as Error,
  );
  expect(() => chosenMetrics([metric], groupBy)).toThrow(/choose from [a-zA-Z, ]+\./);
});
