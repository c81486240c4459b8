import { type AccountId, newId } from '../../database/ids';
import { addedUp } from './added-up';
import { DayVersions, type FigureDays } from './figure-days.repository';
import { MOST_BYTES, RememberedSums, type SumSource } from './remembered-sums.service';
import type { SumRow } from './sum-block';
import { runsOf, runsOfTotals } from './sum-steps';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const ACCOUNT = newId<AccountId>();
const MARCH = Date.UTC(2026, 2, 1);
/** Long after all of it. */
const NOW = Date.UTC(2026, 11, 1);
const every = (ms: number, count: number, first = MARCH): Date[] =>
  Array.from({ length: count + 1 }, (_, step) => new Date(first + step * ms));

interface Load {
  account: AccountId;
  bounds: readonly Date[];
  end(): void;
  fail(): void;
}

/** Days that have a version, and sums that tell which versions they are of. Loading ends when it is told to, or at once. */
class Stage {
  readonly loads: Load[] = [];
  readonly versions = new Map<number, number>();
  isHeld = false;
  rowsOf: (bounds: readonly Date[]) => SumRow[] = (bounds) =>
    bounds
      .slice(0, -1)
      .map((from, step) => ({ step, names: { platform: 'whatsapp' }, counts: { n: this.of(from) } }));
  readonly sums = new RememberedSums({
    versions: () => Promise.resolve(this.found()),
  } as Partial<FigureDays> as FigureDays);

  /** @param days from the first of March */
  constructor(days: number) {
    for (let day = 0; day < days; day++) this.change(day, 1);
  }

  change(day: number, version: number): void {
    this.versions.set(MARCH / DAY_MS + day, version);
  }

  source(key = 'numbers'): SumSource {
    return {
      key,
      columns: ['platform'],
      counters: ['n'],
      load: (account, bounds) =>
        new Promise((resolve, reject) => {
          const rows = this.rowsOf(bounds);
          const end = (): void => {
            resolve(rows);
          };
          const fail = (): void => {
            reject(new Error('The connection is gone.'));
          };
          this.loads.push({ account, bounds, end, fail });
          if (!this.isHeld) end();
        }),
    };
  }

  /** By step; those without sums are left out. */
  async ask(bounds: readonly Date[], account = ACCOUNT, key?: string): Promise<Record<number, number>> {
    const blocks = await this.sums.read(account, this.source(key), runsOf(bounds));
    const found = addedUp(blocks, { counters: ['n'], groups: [], only: [], pointOf: (step) => step });
    return Object.fromEntries(found.map(({ point, counts }) => [point, counts.n]));
  }

  /** How many steps each statement was for. */
  get steps(): number[] {
    return this.loads.map(({ bounds }) => bounds.length - 1);
  }

  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  async endAll(): Promise<void> {
    // One that ends may let the next begin, which is met here, too.
    for (const load of this.loads) {
      load.end();
      await this.settle();
    }
  }

  private of(from: Date): number {
    return this.versions.get(Math.floor(from.getTime() / DAY_MS)) ?? 0;
  }

  private found(): DayVersions {
    const packed = Buffer.alloc(12 * this.versions.size);
    [...this.versions].forEach(([day, version], place) => {
      packed.writeInt32BE(day, place * 12);
      packed.writeBigInt64BE(BigInt(version), place * 12 + 4);
    });
    return new DayVersions(packed);
  }
}

it('loads what it is asked for once, in one statement', async () => {
  const stage = new Stage(3);
  for (let time = 0; time < 3; time++)
    expect(await stage.ask(every(DAY_MS, 3))).toEqual({ 0: 1, 1: 1, 2: 1 });
  expect(stage.loads.map(({ account, bounds }) => ({ account, bounds }))).toEqual([
    { account: ACCOUNT, bounds: every(DAY_MS, 3) },
  ]);
});

it('loads nothing for days that have no version, but with those around them', async () => {
  const stage = new Stage(2);
  stage.change(5, 1);
  expect(await stage.ask(every(DAY_MS, 7))).toEqual({ 0: 1, 1: 1, 5: 1 });
  expect(stage.loads.map(({ bounds }) => bounds)).toEqual([every(DAY_MS, 6)]);
  expect(await new Stage(0).ask(every(DAY_MS, 7))).toEqual({});
  expect(await stage.ask(every(DAY_MS, 0))).toEqual({});
  // There is something in them once they have one.
  stage.change(6, 4);
  expect(await stage.ask(every(DAY_MS, 7))).toEqual({ 0: 1, 1: 1, 5: 1, 6: 4 });
  expect(stage.loads.slice(1).map(({ bounds }) => bounds)).toEqual([every(DAY_MS, 1, MARCH + 6 * DAY_MS)]);
});

it('loads again only what has changed, whatever else is asked for with it', async () => {
  const stage = new Stage(10);
  await stage.ask(every(DAY_MS, 10));
  stage.change(4, 2);
  expect(await stage.ask(every(DAY_MS, 10))).toMatchObject({ 3: 1, 4: 2, 5: 1 });
  // Steps that were loaded for another question.
  expect(await stage.ask(every(DAY_MS, 3, MARCH + 3 * DAY_MS))).toEqual({ 0: 1, 1: 2, 2: 1 });
  expect(stage.loads.slice(1).map(({ bounds }) => bounds)).toEqual([every(DAY_MS, 1, MARCH + 4 * DAY_MS)]);
});

it('loads again what touches a day that has changed with its last minutes only', async () => {
  const stage = new Stage(3);
  const bounds = every(DAY_MS, 2, MARCH + HOUR_MS);
  await stage.ask(bounds);
  stage.change(2, 2);
  await stage.ask(bounds);
  expect(stage.loads.slice(1).map((load) => load.bounds)).toEqual([bounds.slice(1)]);
});

it('keeps accounts, sources and steps of other bounds apart', async () => {
  const stage = new Stage(2);
  const other = newId<AccountId>();
  await stage.ask(every(DAY_MS, 2));
  await stage.ask(every(DAY_MS, 2), other);
  await stage.ask(every(DAY_MS, 2), ACCOUNT, 'letters');
  await stage.ask(every(DAY_MS, 1, MARCH + HOUR_MS));
  await stage.ask(every(2 * DAY_MS, 1));
  expect(stage.loads.map(({ account }) => account)).toEqual([ACCOUNT, other, ACCOUNT, ACCOUNT, ACCOUNT]);
});

it('gives the sums of hours to their steps, and remembers those of a day together', async () => {
  const stage = new Stage(3);
  stage.change(1, 2);
  // Five hours at the end of the first day, and so on.
  const bounds = every(HOUR_MS, 30, MARCH + 19 * HOUR_MS);
  const expected = Object.fromEntries(
    Array.from({ length: 30 }, (_, step) => [step, step < 5 || step >= 29 ? 1 : 2]),
  );
  expect(await stage.ask(bounds)).toEqual(expected);
  stage.change(2, 3);
  expect(await stage.ask(bounds)).toEqual({ ...expected, 29: 3 });
  expect(stage.steps).toEqual([30, 1]);
});

it('asks for at most 31 steps at once, with two such statements beside each other', async () => {
  const stage = new Stage(100);
  stage.isHeld = true;
  const asked = stage.ask(every(DAY_MS, 100));
  await stage.settle();
  expect(stage.steps).toEqual([31, 31]);
  stage.loads[1]?.end();
  await stage.settle();
  expect(stage.steps).toEqual([31, 31, 7]);
  await stage.endAll();
  expect(stage.steps).toEqual([31, 31, 7, 31]);
  expect(Object.keys(await asked)).toHaveLength(100);
});

it('loads once what several questions ask for at once', async () => {
  const stage = new Stage(70);
  stage.isHeld = true;
  const whole = [stage.ask(every(DAY_MS, 70)), stage.ask(every(DAY_MS, 70))];
  await stage.settle();
  // A part of it, of which some is being loaded and some waits for that.
  const part = stage.ask(every(DAY_MS, 40, MARCH + 30 * DAY_MS));
  await stage.settle();
  await stage.endAll();
  expect((await Promise.all(whole)).map((found) => Object.keys(found).length)).toEqual([70, 70]);
  expect(Object.keys(await part)).toHaveLength(40);
  expect(stage.steps).toEqual([31, 31, 8]);
});

it('does not take what began to be loaded before a change for what is there after it', async () => {
  const stage = new Stage(1);
  stage.isHeld = true;
  const before = stage.ask(every(DAY_MS, 1));
  await stage.settle();
  stage.change(0, 2);
  const after = stage.ask(every(DAY_MS, 1));
  await stage.settle();
  expect(stage.loads).toHaveLength(2);
  // The later one ends first, and stays.
  stage.loads[1]?.end();
  expect(await after).toEqual({ 0: 2 });
  stage.loads[0]?.end();
  expect(await before).toEqual({ 0: 1 });
  expect(await stage.ask(every(DAY_MS, 1))).toEqual({ 0: 2 });
  expect(stage.loads).toHaveLength(2);
});

it('adds up totals from months and pairs of days, which other totals share', async () => {
  const stage = new Stage(70);
  const total = async (from: number, until: number): Promise<void> => {
    await stage.sums.read(ACCOUNT, stage.source(), runsOfTotals([new Date(from), new Date(until)], NOW).runs);
  };
  await total(MARCH, Date.UTC(2026, 4, 5));
  expect(stage.steps).toEqual([2, 2]);
  await total(Date.UTC(2026, 3, 1), Date.UTC(2026, 4, 3));
  expect(stage.steps).toEqual([2, 2]);
});

it('remembers no more than it may', async () => {
  const stage = new Stage(40);
  // More than a megabyte each.
  stage.rowsOf = (bounds) =>
    bounds.slice(0, -1).flatMap((_, step) =>
      Array.from({ length: 20_000 }, (__, row) => ({
        step,
        names: { platform: `${row}` },
        counts: { n: 1 },
      })),
    );
  for (let day = 0; day < 40; day++) {
    expect(await stage.ask(every(DAY_MS, 1, MARCH + day * DAY_MS))).toEqual({ 0: 20_000 });
    expect(stage.sums.bytes).toBeLessThanOrEqual(MOST_BYTES);
  }
  expect(stage.sums.bytes).toBeGreaterThan(MOST_BYTES / 2);
});

describe('where something cannot be loaded', () => {
  const unhandled = jest.fn();
  beforeEach(() => {
    unhandled.mockClear();
    process.on('unhandledRejection', unhandled);
  });
  afterEach(() => {
    process.off('unhandledRejection', unhandled);
  });

  it.each([0, 1])('tells everyone who asked, also of statements that waited for it (%d)', async (failing) => {
    const stage = new Stage(100);
    stage.isHeld = true;
    const asked = [
      stage.ask(every(DAY_MS, 100)),
      stage.ask(every(DAY_MS, 100)),
      stage.ask(every(DAY_MS, 62)),
    ];
    const told = Promise.allSettled(asked);
    await stage.settle();
    stage.loads[failing]?.fail();
    expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    for (const load of stage.loads) {
      load.fail();
      await stage.settle();
    }
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('loads it for the next question, and keeps what it had', async () => {
    const stage = new Stage(40);
    await stage.ask(every(DAY_MS, 31));
    stage.isHeld = true;
    const failing = stage.ask(every(DAY_MS, 40));
    const told = Promise.allSettled([failing]);
    await stage.settle();
    stage.loads[1]?.fail();
    expect(await told).toEqual([{ status: 'rejected', reason: new Error('The connection is gone.') }]);
    stage.isHeld = false;
    expect(Object.keys(await stage.ask(every(DAY_MS, 40)))).toHaveLength(40);
    expect(stage.steps).toEqual([31, 9, 9]);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
