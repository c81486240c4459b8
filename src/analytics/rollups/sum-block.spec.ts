import { NO_SUMS, type SumRow, blockOf, bytesOfBlock } from './sum-block';

const COUNTERS = ['received', 'sent', 'read'] as const;
type Row = SumRow<(typeof COUNTERS)[number]>;

const row = (step: number, asset: string, counts: Partial<Row['counts']>): Row => ({
  step,
  names: { platform: 'whatsapp', asset },
  counts: { received: 0, sent: 0, read: 0, ...counts },
});

it('holds rows by step, name and counter, without counters that are nothing anywhere', () => {
  const { values, names, step, ...rest } = blockOf(
    [row(0, 'a', { received: 3 }), row(2, 'b', { read: 5 }), row(2, 'a', { received: 1, read: 2 })],
    ['platform', 'asset'],
    COUNTERS,
  );
  expect(rest).toEqual({ rows: 3, counters: ['received', 'read'] });
  expect([...values]).toEqual([3, 0, 0, 5, 1, 2]);
  expect([...(step ?? [])]).toEqual([0, 2, 2]);
  expect(names.asset?.names).toEqual(['a', 'b']);
  expect([...(names.asset?.index ?? [])]).toEqual([0, 1, 0]);
  expect(names.platform?.names).toEqual(['whatsapp']);
  expect(names.label).toBeUndefined();
});

it('leaves out rows whose differences came to nothing, and their names', () => {
  const { rows, names, values } = blockOf(
    [row(0, 'gone', {}), row(0, 'a', { sent: 2 }), row(1, 'gone, too', {})],
    ['asset'],
    COUNTERS,
  );
  expect([rows, names.asset?.names, [...values]]).toEqual([1, ['a'], [2]]);
  expect(blockOf([row(3, 'a', {})], ['asset'], COUNTERS)).toBe(NO_SUMS);
  expect(blockOf([], ['asset'], COUNTERS)).toBe(NO_SUMS);
});

it('has no steps where all rows are of the first', () => {
  expect(blockOf([row(0, 'a', { sent: 1 })], ['asset'], COUNTERS).step).toBeUndefined();
});

it('holds sums that are larger than a whole number of 32 bits', () => {
  expect([...blockOf([row(0, 'a', { sent: 2 ** 45 + 1 })], ['asset'], COUNTERS).values]).toEqual([
    2 ** 45 + 1,
  ]);
});

it('tells apart more names than short numbers do', () => {
  const count = 2 ** 16 + 1;
  const all = Array.from({ length: count }, (_, index) => row(0, `asset ${index}`, { sent: 1 }));
  const { names } = blockOf(all, ['asset'], COUNTERS);
  expect(names.asset?.names[names.asset.index[count - 1] ?? 0]).toBe(`asset ${count - 1}`);
});

it('takes at least what its arrays do', () => {
  const all = Array.from({ length: 1_000 }, (_, index) =>
    row(index % 7, `asset ${index % 10}`, { sent: 1, read: 1 }),
  );
  const block = blockOf(all, ['platform', 'asset'], COUNTERS);
  // Numbers of 8 bytes, steps and names of 2.
  const arrays = 1_000 * (2 * 8 + 2 + 2 * 2);
  expect(bytesOfBlock(block)).toBeGreaterThan(arrays);
  expect(bytesOfBlock(block)).toBeLessThan(arrays + 3_000);
  // Nothing is remembered, too, and takes a place.
  expect(bytesOfBlock(NO_SUMS)).toBeGreaterThan(0);
});
