import type { DataSource } from 'typeorm';
import { createMonthPartitions, partitionName, startOfMonth } from '../../src/database/month-partitions';
import { openMigratedDatabase } from '../migrated-database';
import { type TestApp, startTestApp } from '../test-app';

interface Constraint {
  table: string;
  name: string;
  columns: string[];
  target: string;
}

/** Partitions repeat what their parent has. */
const PARENTS_ONLY = `c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace`;

async function constraints(db: DataSource, type: 'p' | 'u' | 'f'): Promise<Constraint[]> {
  return db.query(
    `SELECT c.relname AS table, k.conname AS name, coalesce(t.relname, '') AS target,
            (SELECT array_agg(a.attname::text ORDER BY u.ord) FROM unnest(k.conkey) WITH ORDINALITY u (num, ord)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num) AS columns
       FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class t ON t.oid = k.confrelid
      WHERE k.contype = $1 AND ${PARENTS_ONLY}`,
    [type],
  );
}

describe('the schema', () => {
  let db: DataSource;
  let close: () => Promise<void>;
  let tenantTables: Set<string>;

  beforeAll(async () => {
    ({ db, close } = await openMigratedDatabase());
    const rows: { relname: string }[] = await db.query(
      `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE a.attname = 'account_id' AND a.attnum > 0 AND ${PARENTS_ONLY}`,
    );
    tenantTables = new Set(rows.map(({ relname }) => relname));
  });
  afterAll(async () => {
    await close();
  });

  it('lets no row of one tenant point into the data of another: every key between tenant tables holds the account', async () => {
    const within = (await constraints(db, 'f')).filter(
      ({ table, target }) => tenantTables.has(table) && tenantTables.has(target),
    );
    expect(within.length).toBeGreaterThan(5);
    for (const { name, columns } of within) expect([name, columns[0]]).toEqual([name, 'account_id']);
  });

  it('keeps the rows of one tenant together: primary and unique keys of tenant tables begin with the account', async () => {
    // The outbox is read in order over all tenants; and the audit log has events that are no tenant's.
    const exempt = new Set(['domain_events_pkey', 'audit_events_pkey']);
    const keys = [...(await constraints(db, 'p')), ...(await constraints(db, 'u'))];
    for (const { name, table, columns } of keys.filter(
      (key) => tenantTables.has(key.table) && !exempt.has(key.name),
    ))
      expect([table, name, columns[0]]).toEqual([table, name, 'account_id']);
  });

  it('has an index that begins with the columns of every foreign key, or deleting a parent would scan', async () => {
    const indexes: { table: string; columns: string[] }[] = await db.query(
      `SELECT c.relname AS table,
              (SELECT array_agg(a.attname::text ORDER BY u.ord) FROM unnest(i.indkey::int2[]) WITH ORDINALITY u (num, ord)
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num) AS columns
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE ${PARENTS_ONLY}
          -- One that only leaves out nulls has every row that refers to something.
          AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$')`,
    );
    const missing = (await constraints(db, 'f')).filter(
      ({ table, columns }) =>
        !indexes.some(
          (index) => index.table === table && columns.every((column, at) => index.columns[at] === column),
        ),
    );
    // Rows of users are never deleted, only marked; what an asset has goes with its account.
    const accepted = new Set([
      'meta_accounts_user',
      'conversations_agent',
      'oauth_states_user',
      'conversations_asset',
      'comment_metrics_asset',
    ]);
    expect(missing.map(({ name }) => name).filter((name) => !accepted.has(name))).toEqual([]);
  });

  it('is asked by connections that let PostgreSQL compile nothing', async () => {
    expect(await db.query('SHOW jit')).toEqual([{ jit: 'off' }]);
  });

  it('has partitions from last month to half a year ahead, and makes only those that are missing', async () => {
    const now = new Date();
    const partitions: { relname: string }[] = await db.query(
      `SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'`,
    );
    const names = new Set(partitions.map(({ relname }) => relname));
    for (const offset of [-1, 0, 6])
      expect(names).toContain(partitionName('messages', startOfMonth(now, offset)));
    expect(await createMonthPartitions(db.manager, now)).toEqual([]);
    expect(await createMonthPartitions(db.manager, startOfMonth(now, 1))).toHaveLength(3);
  });

  it('can be taken back to nothing and made again', async () => {
    const count = db.migrations.length;
    for (let index = 0; index < count; index++) await db.undoLastMigration();
    const left: { relname: string }[] = await db.query(
      `SELECT c.relname FROM pg_class c WHERE ${PARENTS_ONLY} AND c.relname <> 'migrations'`,
    );
    expect(left).toEqual([]);
    expect(await db.runMigrations()).toHaveLength(count);
  });
});

describe('entities', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(async () => {
    await app.close();
  });

  it('agree with the tables that the migrations make: every column, its type and whether it may be null', async () => {
    const columns: { table_name: string; column_name: string; data_type: string; is_nullable: string }[] =
      await app.db.query(
        `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public'`,
      );
    const actual = new Map(
      columns.map((row) => [
        `${row.table_name}.${row.column_name}`,
        `${row.data_type.replace('timestamp with time zone', 'timestamptz')}${row.is_nullable === 'YES' ? ' null' : ''}`,
      ]),
    );
    const expected = app.db.entityMetadatas.flatMap((entity) =>
      entity.columns.map((column): [string, string] => [
        `${entity.tableName}.${column.databaseName}`,
        `${String(column.type)}${column.isNullable ? ' null' : ''}`,
      ]),
    );
    expect(expected.length).toBeGreaterThan(100);
    expect(
      expected
        .filter(([name, type]) => actual.get(name) !== type)
        .map(([name, type]) => [name, type, actual.get(name)]),
    ).toEqual([]);
    // And nothing in an entity's table is left out of it.
    const tables = new Set(app.db.entityMetadatas.map(({ tableName }) => tableName));
    const known = new Set(expected.map(([name]) => name));
    expect(
      [...actual.keys()].filter((name) => tables.has(name.split('.')[0] ?? '') && !known.has(name)),
    ).toEqual([]);
  });
});
