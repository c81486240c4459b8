import { VersionedMemory } from './versioned-memory';

class Loaded {
  readonly value: Promise<string>;
  end!: (value: string) => void;
  fail!: (error: Error) => void;

  constructor() {
    this.value = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  }
}

const memory = (mostBytes = 1_000): VersionedMemory<string> =>
  new VersionedMemory(mostBytes, (value) => value.length);

it('knows what was loaded, in the version that it was loaded in', async () => {
  const remembered = memory();
  expect(await remembered.load('a', '1', Promise.resolve('one'))).toBe('one');
  expect(remembered.known('a', '1')).toBe('one');
  expect(remembered.known('a', '2')).toBeUndefined();
  expect(remembered.known('b', '1')).toBeUndefined();
  expect(remembered.beingLoaded('a', '1')).toBeUndefined();
  expect(remembered.bytes).toBe(3);
});

it('shares what is being loaded with whoever read the same version, and knows it only when it is there', async () => {
  const remembered = memory();
  const loaded = new Loaded();
  const first = remembered.load('a', '1', loaded.value);
  expect(remembered.known('a', '1')).toBeUndefined();
  expect(remembered.beingLoaded('a', '2')).toBeUndefined();
  expect(remembered.beingLoaded('b', '1')).toBeUndefined();
  const second = remembered.beingLoaded('a', '1');
  loaded.end('one');
  expect(await Promise.all([first, second])).toEqual(['one', 'one']);
});

it.each([
  ['the earlier', 'the later'],
  ['the later', 'the earlier'],
])('keeps the later of two versions where %s ends before %s', async (firstToEnd) => {
  const remembered = memory();
  const [earlier, later] = [new Loaded(), new Loaded()];
  const both = [remembered.load('a', '1', earlier.value), remembered.load('a', '2', later.value)];
  const ends = [
    () => {
      earlier.end('one');
    },
    () => {
      later.end('two');
    },
  ];
  if (firstToEnd === 'the later') ends.reverse();
  for (const end of ends) {
    end();
    await new Promise((resolve) => setImmediate(resolve));
  }
  // Each question has what it asked for.
  expect(await Promise.all(both)).toEqual(['one', 'two']);
  expect([remembered.known('a', '1'), remembered.known('a', '2')]).toEqual([undefined, 'two']);
  expect(remembered.beingLoaded('a', '2')).toBeUndefined();
});

it('tells everyone who waits that something could not be loaded, and does not remember it', async () => {
  const remembered = memory();
  const loaded = new Loaded();
  const first = remembered.load('a', '1', loaded.value);
  const told = Promise.allSettled([first, remembered.beingLoaded('a', '1') ?? Promise.resolve()]);
  loaded.fail(new Error('The connection is gone.'));
  expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect([remembered.known('a', '1'), remembered.beingLoaded('a', '1')]).toEqual([undefined, undefined]);
  await remembered.load('a', '1', Promise.resolve('one'));
  expect(remembered.known('a', '1')).toBe('one');
});

it('goes on loading the later version, and keeps what it remembers, where an earlier one fails', async () => {
  const remembered = memory();
  await remembered.load('a', '0', Promise.resolve('none'));
  const [earlier, later] = [new Loaded(), new Loaded()];
  const failing = remembered.load('a', '1', earlier.value);
  const lasting = remembered.load('a', '2', later.value);
  earlier.fail(new Error('The connection is gone.'));
  await expect(failing).rejects.toThrow('The connection is gone.');
  expect(remembered.known('a', '0')).toBe('none');
  expect(remembered.beingLoaded('a', '2')).toBe(lasting);
  later.end('two');
  await lasting;
  expect(remembered.known('a', '2')).toBe('two');
});

it('forgets what was asked for the longest ago where it would take too much', async () => {
  const remembered = memory(100);
  for (const key of ['a', 'b', 'c']) await remembered.load(key, '1', Promise.resolve('x'.repeat(40)));
  expect(['a', 'b', 'c'].map((key) => remembered.known(key, '1')?.length)).toEqual([undefined, 40, 40]);
  expect(remembered.bytes).toBe(80);
  // Another version comes in the place of the one before.
  await remembered.load('b', '2', Promise.resolve('x'.repeat(60)));
  expect([remembered.bytes, remembered.known('c', '1')?.length]).toEqual([100, 40]);
  // What is more than all is given to whoever asked.
  expect(await remembered.load('d', '1', Promise.resolve('x'.repeat(101)))).toHaveLength(101);
  expect(remembered.known('d', '1')).toBeUndefined();
  expect(remembered.bytes).toBeLessThanOrEqual(100);
});
