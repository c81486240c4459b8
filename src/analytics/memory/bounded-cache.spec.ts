import { BoundedCache } from './bounded-cache';

const cache = (mostBytes: number): BoundedCache<Uint8Array> =>
  new BoundedCache(mostBytes, (value) => value.byteLength);
const bytes = (count: number): Uint8Array => new Uint8Array(count);

it('forgets what was asked for the longest ago, as far as it needs the place', () => {
  const remembered = cache(100);
  for (const key of ['a', 'b', 'c']) remembered.set(key, bytes(30));
  remembered.get('a');
  remembered.set('d', bytes(40));
  expect(['a', 'b', 'c', 'd'].map((key) => remembered.get(key)?.byteLength)).toEqual([30, undefined, 30, 40]);
  expect(remembered.bytes).toBe(100);
});

it('counts what comes in the place of something else once', () => {
  const remembered = cache(100);
  for (const size of [60, 80, 50]) remembered.set('a', bytes(size));
  expect([remembered.bytes, remembered.get('a')?.byteLength]).toEqual([50, 50]);
  remembered.set('b', bytes(50));
  expect(remembered.get('a')).toBeDefined();
});

it('does not remember what is larger than all that it may', () => {
  const remembered = cache(100);
  remembered.set('a', bytes(101));
  expect([remembered.get('a'), remembered.bytes]).toEqual([undefined, 0]);
});

it('never takes more than it may', () => {
  const remembered = cache(1_000);
  for (let index = 0; index < 500; index++) {
    remembered.set(`${index % 37}`, bytes((index * 7919) % 400));
    expect(remembered.bytes).toBeLessThanOrEqual(1_000);
  }
});
