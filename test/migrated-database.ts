import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source';
import { createMonthPartitions } from '../src/database/month-partitions';
import { createTestDatabase } from './test-database';

/** A new database with the schema in it, for tests that need tables and no application. */
export async function openMigratedDatabase(): Promise<{ db: DataSource; close(): Promise<void> }> {
  const { url, drop } = await createTestDatabase();
  const db = new DataSource(dataSourceOptions(url, 10));
  await db.initialize();
  await db.runMigrations();
  await createMonthPartitions(db.manager, new Date());
  return {
    db,
    close: async () => {
      await db.destroy();
      await drop();
    },
  };
}
