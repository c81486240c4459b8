import { type AccountId, newId } from '../../database/ids';
import { type DurationMonth, monthOf } from './duration-month';
import type { DurationMonthsRepository, VersionedMonth } from './duration-months.repository';
import { DurationMonths } from './duration-months.service';

const ACCOUNT = newId<AccountId>();
const RANGE = { from: new Date('2026-01-01'), until: new Date('2027-01-01') };
const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `20${10 + Math.floor(index / 12)}-${1 + (index % 12)}-01`);

/** A database whose months have a version, and durations that tell which version they are of. Loading ends when it is told to. */
class Stage {
  readonly loads: { months: readonly string[]; end(): void; fail(): void }[] = [];
  versions: VersionedMonth[];
  readonly months = new DurationMonths({
    versions: () => Promise.resolve(this.versions.map((each) => ({ ...each }))),
    load: (_: AccountId, __: string, months: readonly string[]) =>
      new Promise<DurationMonth[]>((resolve, reject) => {
        const found = months.map((month) => monthWith(Number(this.versionOf(month))));
        this.loads.push({
          months,
          end: () => {
            resolve(found);
          },
          fail: () => {
            reject(new Error('The connection is gone.'));
          },
        });
      }),
  } as Partial<DurationMonthsRepository> as DurationMonthsRepository);

  constructor(months: readonly string[]) {
    this.versions = months.map((month) => ({ record: 'answers', month, version: '1' }));
  }

  changeAll(version: string): void {
    this.versions = this.versions.map((each) => ({ ...each, version }));
  }

  async ask(): Promise<(number | undefined)[]> {
    const { answers } = await this.months.read(ACCOUNT, RANGE);
    return answers.map(({ seconds }) => seconds[0]);
  }

  /** What is asked for is being loaded as far as it goes without an end of what is. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  async end(): Promise<void> {
    // One that ends may let the next begin, which is met here, too.
    for (const load of this.loads) {
      load.end();
      await this.settle();
    }
  }

  private versionOf(name: string): string | undefined {
    return this.versions.find(({ month }) => month === name)?.version;
  }
}

function monthWith(seconds: number): DurationMonth {
  const durations = Buffer.alloc(8);
  durations.writeUInt32BE(seconds * 2, 4);
  return monthOf(0, [{ platform: 'whatsapp', agent: '', durations, channels: Buffer.alloc(16) }]);
}

it('loads a month once, whoever asks while it is loading and afterwards', async () => {
  const stage = new Stage(names(2));
  const asked = [stage.ask(), stage.ask()];
  await stage.settle();
  await stage.end();
  expect(await Promise.all(asked)).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(await stage.ask()).toEqual([1, 1]);
  expect(stage.loads).toHaveLength(1);
});

it('loads only what changed', async () => {
  const stage = new Stage(names(3));
  const first = stage.ask();
  await stage.settle();
  await stage.end();
  await first;
  stage.versions = stage.versions.map((each, index) => (index === 1 ? { ...each, version: '2' } : each));
  const second = stage.ask();
  await stage.settle();
  await stage.end();
  expect(await second).toEqual([1, 2, 1]);
  expect(stage.loads.map(({ months }) => months.length)).toEqual([3, 1]);
});

it('does not take what began to be loaded before a change for what is there after it', async () => {
  const stage = new Stage(names(1));
  const before = stage.ask();
  await stage.settle();
  stage.changeAll('2');
  const after = stage.ask();
  await stage.settle();
  expect(stage.loads).toHaveLength(2);
  // The later one ends first, and stays.
  stage.loads[1]?.end();
  expect(await after).toEqual([2]);
  stage.loads[0]?.end();
  expect(await before).toEqual([1]);
  expect(await stage.ask()).toEqual([2]);
  expect(stage.loads).toHaveLength(2);
});

it('asks for few months at once, and for two such lots beside each other', async () => {
  const stage = new Stage(names(24));
  const asked = stage.ask();
  await stage.settle();
  expect(stage.loads.map(({ months }) => months.length)).toEqual([6, 6]);
  await stage.end();
  expect(await asked).toHaveLength(24);
  expect(stage.loads.map(({ months }) => months.length)).toEqual([6, 6, 6, 6]);
});

it('does not remember that something could not be loaded', async () => {
  const stage = new Stage(names(1));
  const failing = stage.ask();
  await stage.settle();
  stage.loads[0]?.fail();
  await expect(failing).rejects.toThrow('The connection is gone.');
  const again = stage.ask();
  await stage.settle();
  stage.loads[1]?.end();
  expect(await again).toEqual([1]);
});
