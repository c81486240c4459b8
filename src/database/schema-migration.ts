import type { DataSource } from 'typeorm';
import { createMonthPartitions } from './month-partitions';
import { grantToService } from './service-grants';

/** Any fixed number: all who migrate at once wait for each other on it. */
const MIGRATION_LOCK = 7_205_000;

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
    const done = await owner.runMigrations();
    for (const { name } of done) say(`Migrated: ${name}`);
    const partitions = await createMonthPartitions(owner.manager, new Date());
    if (partitions.length > 0) say(`Created ${partitions.length} month partitions`);
    if (serviceRole !== null) await grantToService(holder.manager, serviceRole);
  } finally {
    // Before the release, or the pooled connection would keep the lock and every later start would hang.
    await holder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await holder.release();
  }
}
