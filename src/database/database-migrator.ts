import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { createMonthPartitions } from './month-partitions';

/** Any fixed number: all processes of this service that start at once wait for each other on it. */
const MIGRATION_LOCK = 7_205_000;

@Injectable()
export class DatabaseMigrator implements OnModuleInit {
  private readonly log = new Logger(DatabaseMigrator.name);

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** The database's module is global, whose hooks Nest runs first: all others find their tables. */
  async onModuleInit(): Promise<void> {
    await this.migrate();
  }

  /**
   * Brings the schema up to date and makes the partitions of the coming months. Runs in every process at start, before
   * it listens or takes jobs; a session lock makes the others wait, and PostgreSQL frees it if this process dies.
   */
  async migrate(): Promise<void> {
    const holder = this.database.createQueryRunner();
    await holder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      const done = await this.database.runMigrations();
      for (const { name } of done) this.log.log(`Migrated: ${name}`);
      const partitions = await createMonthPartitions(this.database.manager, new Date());
      if (partitions.length > 0) this.log.log(`Created ${partitions.length} month partitions`);
    } finally {
      // Before the release, or the pooled connection would keep the lock and every later start would hang.
      await holder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await holder.release();
    }
  }

  async hasPendingMigrations(): Promise<boolean> {
    return this.database.showMigrations();
  }
}
