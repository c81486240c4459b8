import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { MIGRATIONS } from '../../src/database/migrations';
import { migrateSchema } from '../../src/database/schema-migration';
import { type TestDatabase, createTestDatabase } from '../test-database';

class OfOneTable1999000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE users ADD one text');
  }
  async down(): Promise<void> {
    // Nobody goes back.
  }
}

class OfTwoTables1999000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE users ADD two text');
    await db.query('ALTER TABLE api_keys ADD two text');
  }
  async down(): Promise<void> {
    // Nobody goes back.
  }
}

class BesideAll1999000000002 implements MigrationInterface {
  transaction = false;
  async up(db: QueryRunner): Promise<void> {
    await db.query('CREATE INDEX CONCURRENTLY users_by_one ON users (one)');
  }
  async down(): Promise<void> {
    // Nobody goes back.
  }
}

/** The release before works on, and holds what it has locked for longer than anybody may wait. */
describe('migrating beside a service that runs', () => {
  let database: TestDatabase;
  let live: DataSource;
  let other: QueryRunner;
  beforeAll(async () => {
    database = await createTestDatabase();
    live = await new DataSource(dataSourceOptions(database.url, 4)).initialize();
    await migrateSchema(live, null, () => undefined);
  });
  beforeEach(async () => {
    other = live.createQueryRunner();
    await other.startTransaction();
  });
  afterEach(async () => {
    if (other.isTransactionActive) await other.rollbackTransaction();
    await other.release();
  });
  afterAll(async () => {
    await live.destroy();
    await database.drop();
  });

  async function migrate(migration: new () => MigrationInterface): Promise<string[]> {
    const lines: string[] = [];
    const migrations = [...MIGRATIONS, migration];
    const owner = await new DataSource({ ...dataSourceOptions(database.url, 2), migrations }).initialize();
    try {
      await migrateSchema(owner, null, (line) => lines.push(line));
    } finally {
      await owner.destroy();
    }
    return lines;
  }

  it('lets others at the table for which it waits, and migrates when it is free', async () => {
    await other.query('SELECT FROM users');
    const migrated = migrate(OfOneTable1999000000000);
    await sleep(500);
    const read = live.query('SELECT count(*) FROM users').then(() => 'read');
    expect(await Promise.race([read, sleep(15_000, 'kept waiting', { ref: false })])).toBe('read');
    await other.commitTransaction();
    expect(await migrated).toEqual(['Migrated: OfOneTable1999000000000']);
    await live.query('SELECT one FROM users');
  });

  it('gives way in a deadlock, and tries again', async () => {
    await other.query(`SET LOCAL deadlock_timeout = '1min'`); // The migration is the one that finds out.
    await other.query('SELECT FROM api_keys');
    const migrated = migrate(OfTwoTables1999000000001);
    await sleep(300);
    await other.query('SELECT FROM users');
    await other.commitTransaction();
    expect(await migrated).toEqual(['Migrated: OfTwoTables1999000000001']);
    await live.query('SELECT u.two, k.two FROM users u, api_keys k');
  });

  it('does not cut off what runs outside a transaction, which could not be repeated', async () => {
    await other.query('LOCK TABLE users IN ROW EXCLUSIVE MODE');
    const migrated = migrate(BesideAll1999000000002);
    await sleep(3_000);
    await other.commitTransaction();
    expect(await migrated).toEqual(['Migrated: BesideAll1999000000002']);
    const [index]: { valid: boolean }[] = await live.query(
      `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'users_by_one'::regclass`,
    );
    expect(index).toEqual({ valid: true });
  });
});
