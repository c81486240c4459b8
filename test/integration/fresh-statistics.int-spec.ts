import type { DataSource } from 'typeorm';
import { analyseFreshTables } from '../../src/database/fresh-statistics';
import { eventually } from '../eventually';
import { openMigratedDatabase } from '../migrated-database';

let db: DataSource;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
});
afterAll(async () => {
  await close();
});

const rowsOf = async (table: string): Promise<number> => {
  const [row] = await db.query<{ reltuples: number }[]>(
    'SELECT reltuples FROM pg_class WHERE oid = $1::regclass',
    [table],
  );
  return row!.reltuples;
};
/** PostgreSQL counts changes a moment after they were made. */
const analysed = (name: string): Promise<string[] | null> =>
  eventually(
    () => analyseFreshTables(db),
    (names) => names?.some((found) => found.endsWith(name)) === true,
  );

describe('statistics of new tables', () => {
  it('are made once there is something in them, and again after they have become other tables', async () => {
    await db.query(
      `INSERT INTO webhook_digests SELECT sha256(n::text::bytea), gen_random_uuid() FROM generate_series(1, 500) n`,
    );
    await analysed('webhook_digests');
    expect(await rowsOf('webhook_digests')).toBe(500);
    expect(await analyseFreshTables(db)).toEqual([]);
    await db.query(
      `INSERT INTO webhook_digests SELECT sha256(n::text::bytea), gen_random_uuid() FROM generate_series(501, 600) n`,
    );
    await db.query('SELECT pg_stat_force_next_flush()');
    expect(await analyseFreshTables(db)).toEqual([]);
    await db.query(
      `INSERT INTO webhook_digests SELECT sha256(n::text::bytea), gen_random_uuid() FROM generate_series(601, 5000) n`,
    );
    await analysed('webhook_digests');
    expect(await rowsOf('webhook_digests')).toBe(5_000);
  });

  it('are left to the one who is at it', async () => {
    const other = db.createQueryRunner();
    await other.query('SELECT pg_advisory_lock(7205022)');
    expect(await analyseFreshTables(db)).toBeNull();
    await other.query('SELECT pg_advisory_unlock(7205022)');
    await other.release();
    expect(await analyseFreshTables(db)).toEqual([]);
  });
});
