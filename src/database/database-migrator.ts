import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { hasPartitionsOf } from './month-partitions';
import { migrateSchema } from './schema-migration';
import { SchemaNotReadyError } from './schema-not-ready.error';
import { SchemaOwner } from './schema-owner';

const LOOK_EVERY_MS = 1_000;

@Injectable()
export class DatabaseMigrator implements OnModuleInit {
  private readonly log = new Logger(DatabaseMigrator.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly owner: SchemaOwner,
    private readonly config: AppConfig,
  ) {}

  /** The database's module is global, whose hooks Nest runs first: all others find their tables. */
  async onModuleInit(): Promise<void> {
    if (await this.owner.mayChangeSchema()) await this.migrate();
    else await this.untilMigrated();
  }

  /** Brings the schema up to date, before this process listens or takes jobs. */
  async migrate(): Promise<void> {
    const serviceRole = this.owner.isSeparate ? await this.owner.serviceRole() : null;
    await migrateSchema(await this.owner.connection(), serviceRole, (line) => {
      this.log.log(line);
    });
  }

  async hasPendingMigrations(): Promise<boolean> {
    return this.database.showMigrations();
  }

  /** @throws SchemaNotReadyError when the tables' owner takes longer than MIGRATION_WAIT_SECONDS */
  private async untilMigrated(): Promise<void> {
    const { MIGRATION_WAIT_SECONDS: seconds } = this.config.env;
    const end = Date.now() + seconds * 1_000;
    for (let isFirst = true; !(await this.isReady()); isFirst = false) {
      if (Date.now() >= end) throw new SchemaNotReadyError(seconds);
      if (isFirst) this.log.log('Waiting for the owner of the tables to bring them up to date');
      await sleep(LOOK_EVERY_MS);
    }
  }

  private async isReady(): Promise<boolean> {
    const [row]: { is_there: boolean }[] = await this.database.query(
      // Without rights a name is found and its table cannot be read: it is not ready for us.
      `SELECT coalesce(has_table_privilege(to_regclass('migrations'), 'SELECT'), false) AS is_there`,
    );
    if (row?.is_there !== true || (await this.hasPendingMigrations())) return false;
    return hasPartitionsOf(this.database.manager, new Date());
  }
}
