import type { DataSource } from 'typeorm';
import { type AccountId, newId } from '../../database/ids';
import { DayVersions, FigureDays } from './figure-days.repository';

const DAY_MS = 86_400_000;
const ACCOUNT = newId<AccountId>();
const day = (text: string): number => Date.parse(text) / DAY_MS;
const at = (text: string): number => Date.parse(text);

function packed(versions: Record<string, bigint>): Buffer {
  return Buffer.concat(
    Object.entries(versions).map(([name, version]) => {
      const each = Buffer.alloc(12);
      each.writeInt32BE(day(name));
      each.writeBigInt64BE(version, 4);
      return each;
    }),
  );
}

describe('versions of a time', () => {
  const versions = new DayVersions(packed({ '2026-03-01': 5n, '2026-03-02': 6n, '1969-12-31': 7n }));

  it('are those of all days of UTC that it touches, and of no other', () => {
    const of = (from: string, until: string): string | null => versions.of(at(from), at(until));
    const first = of('2026-03-01T00:00Z', '2026-03-02T00:00Z');
    const both = of('2026-03-01T23:45Z', '2026-03-02T00:15Z');
    expect(first).not.toBeNull();
    expect(both).not.toBe(first);
    expect(of('2026-02-25T00:00Z', '2026-03-02T00:00Z')).toBe(first);
    expect(of('2026-03-01T05:00Z', '2026-03-04T05:00Z')).toBe(both);
    expect(of('2026-03-02T00:00Z', '2026-03-03T00:00Z')).not.toBe(first);
    expect(of('1969-12-31T23:00Z', '1970-01-01T00:00Z')).not.toBeNull();
  });

  it('are none where nothing ever was', () => {
    expect(versions.of(at('2026-03-03T00:00Z'), at('2026-04-01T00:00Z'))).toBeNull();
    expect(versions.of(at('2026-03-01T00:00Z'), at('2026-03-01T00:00Z'))).toBeNull();
    expect(new DayVersions(null).of(at('2026-03-01T00:00Z'), at('2026-03-02T00:00Z'))).toBeNull();
  });

  it('are others for another version, and for the same one of another day', () => {
    const told = (versionOf: Record<string, bigint>): string | null =>
      new DayVersions(packed(versionOf)).of(at('2026-03-01T00:00Z'), at('2026-04-01T00:00Z'));
    const all = [
      told({ '2026-03-01': 5n }),
      told({ '2026-03-02': 5n }),
      told({ '2026-03-01': 5n, '2026-03-02': 5n }),
      told({ '2026-03-01': 6n }),
      // Microseconds: more than 2^32 of them, and more than two numbers of which the second is left out.
      told({ '2026-03-01': 1_771_545_600_000_000n }),
      told({ '2026-03-01': 1_771_545_600_000_001n }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('questions for versions', () => {
  interface Statement {
    parameters: [AccountId, Date, Date];
    answer(found: Buffer | null): void;
    fail(): void;
  }

  function aStage(): { days: FigureDays; statements: Statement[] } {
    const statements: Statement[] = [];
    const query = (_: string, parameters: Statement['parameters']): Promise<unknown> =>
      new Promise((resolve, reject) => {
        statements.push({
          parameters,
          answer: (found) => {
            resolve([{ packed: found }]);
          },
          fail: () => {
            reject(new Error('The connection is gone.'));
          },
        });
      });
    return { days: new FigureDays({ query } as Partial<DataSource> as DataSource), statements };
  }
  const range = (from: string, until: string): { from: Date; until: Date } => ({
    from: new Date(from),
    until: new Date(until),
  });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('are one statement over the widest range where they come in one go', async () => {
    const { days, statements } = aStage();
    const ranges = [
      range('2026-03-05', '2026-03-07'),
      range('2026-03-06', '2026-03-20'),
      range('2026-02-01', '2026-02-02'),
      range('2026-03-06', '2026-03-07'),
    ];
    const asked = ranges.map((each) => days.versions(ACCOUNT, each));
    await settle();
    expect(statements.map(({ parameters }) => parameters)).toEqual([
      [ACCOUNT, new Date('2026-02-01'), new Date('2026-03-20')],
    ]);
    statements[0]?.answer(packed({ '2026-03-19': 5n }));
    for (const versions of await Promise.all(asked))
      expect(versions.of(at('2026-03-19'), at('2026-03-20'))).not.toBeNull();
    // What was asked with is left as it was.
    expect(ranges[0]).toEqual(range('2026-03-05', '2026-03-07'));
  });

  it('are read anew afterwards, also while those before are being read', async () => {
    const { days, statements } = aStage();
    const first = days.versions(ACCOUNT, range('2026-03-01', '2026-03-02'));
    await settle();
    const second = days.versions(ACCOUNT, range('2026-03-01', '2026-03-02'));
    await settle();
    expect(statements).toHaveLength(2);
    statements[1]?.answer(packed({ '2026-03-01': 6n }));
    statements[0]?.answer(packed({ '2026-03-01': 5n }));
    const [before, after] = (await Promise.all([first, second])).map((versions) =>
      versions.of(at('2026-03-01'), at('2026-03-02')),
    );
    expect(before).not.toBe(after);
    void days.versions(ACCOUNT, range('2026-03-01', '2026-03-02'));
    await settle();
    expect(statements).toHaveLength(3);
  });

  it('are read account by account', async () => {
    const { days, statements } = aStage();
    const other = newId<AccountId>();
    void days.versions(ACCOUNT, range('2026-03-01', '2026-03-02'));
    void days.versions(other, range('2026-04-01', '2026-04-02'));
    await settle();
    expect(statements.map(({ parameters }) => parameters)).toEqual([
      [ACCOUNT, new Date('2026-03-01'), new Date('2026-03-02')],
      [other, new Date('2026-04-01'), new Date('2026-04-02')],
    ]);
  });

  it('fail together, and those afterwards do not', async () => {
    const { days, statements } = aStage();
    const asked = [1, 2].map(() => days.versions(ACCOUNT, range('2026-03-01', '2026-03-02')));
    const told = Promise.allSettled(asked);
    await settle();
    statements[0]?.fail();
    expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = days.versions(ACCOUNT, range('2026-03-01', '2026-03-02'));
    await settle();
    statements[1]?.answer(null);
    expect((await again).of(at('2026-03-01'), at('2026-03-02'))).toBeNull();
  });
});
