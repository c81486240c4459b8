import { type DataSource, type Migration, MigrationExecutor, type QueryRunner } from 'typeorm';
import { createMonthPartitions } from './month-partitions';
import { untilUnlocked } from './patience';
import { grantToService } from './service-grants';

/** Any fixed number: all who migrate at once wait for each other on it. */
const MIGRATION_LOCK = 7_205_000;
/**
 * The release before this one works on these tables meanwhile. A migration that waits for one of them keeps everybody else
 * from it, and one that has the first of two tables may wait for whoever has the second: it gives way, and tries again.
 */
const PATIENCE = { lockTimeoutMs: 2_000, attempts: 100, retryPauseMs: 1_000 };

/**
 * Brings the schema up to date, makes the partitions of the coming months, and lets the service's role at their rows. Safe
 * to run in any number of processes at once: a session lock makes the others wait, and PostgreSQL frees it if this
 * process dies.
 * @param owner connected as the role that owns the tables, or makes the first
 * @param serviceRole who else reads and writes the rows; null when it is the owner itself
 */
export async function migrateSchema(
  owner: DataSource,
  serviceRole: string | null,
  say: (line: string) => void,
): Promise<void> {
  const holder = owner.createQueryRunner();
  await holder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    const executor = new MigrationExecutor(owner, holder);
    for (const migration of await executor.getPendingMigrations()) {
      await runMigration(executor, holder, migration);
      say(`Migrated: ${migration.name}`);
    }
    const partitions = await createMonthPartitions(owner.manager, new Date());
    if (partitions.length > 0) say(`Created ${partitions.length} month partitions`);
    if (serviceRole !== null) await grantToService(holder.manager, serviceRole);
  } finally {
    // Before the release, or the pooled connection would keep the lock and every later start would hang.
    await holder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await holder.release();
  }
}

async function runMigration(
  executor: MigrationExecutor,
  db: QueryRunner,
  migration: Migration,
): Promise<void> {
  // What runs outside a transaction is not repeated: a part of it may be done. CONCURRENTLY waits without being in the way.
  if (migration.instance?.transaction === false) {
    await executor.executeMigration(migration);
    return;
  }
  await untilUnlocked(PATIENCE, undefined, async () => {
    await db.startTransaction();
    try {
      await db.query(`SET LOCAL lock_timeout = ${PATIENCE.lockTimeoutMs}`);
      await executor.executeMigration(migration);
      await db.commitTransaction();
    } catch (error) {
      await db.rollbackTransaction();
      throw error;
    }
  });
}
