import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { dataSourceOptions } from './data-source';

/** Migrating takes two at once: one holds the lock. Retention of months and statistics come beside them. */
const CONNECTIONS = 4;

/**
 * Who may change tables. With MIGRATION_DATABASE_URL that is a connection of its own, and the role in DATABASE_URL reads
 * and writes rows, nothing more; without it the two are one.
 */
@Injectable()
export class SchemaOwner implements OnApplicationShutdown {
  private opened: Promise<DataSource> | undefined;

  constructor(
    @InjectDataSource() private readonly service: DataSource,
    private readonly config: AppConfig,
  ) {}

  /** Whether the tables belong to somebody else than the role that reads and writes their rows. */
  get isSeparate(): boolean {
    return this.config.env.MIGRATION_DATABASE_URL !== undefined;
  }

  /** Opened at the first call: processes that never change tables hold no such connection. */
  async connection(): Promise<DataSource> {
    const { MIGRATION_DATABASE_URL: url } = this.config.env;
    if (url === undefined) return this.service;
    this.opened ??= new DataSource(dataSourceOptions(url, CONNECTIONS))
      .initialize()
      .catch((error: unknown) => {
        this.opened = undefined; // The next call tries again: PostgreSQL may only be away.
        throw error;
      });
    return this.opened;
  }

  /** Asked of PostgreSQL, so that no setting can say otherwise: the role owns the tables, or may make the first one. */
  async mayChangeSchema(): Promise<boolean> {
    const database = await this.connection();
    const [answer]: { may: boolean | null }[] = await database.query(
      `SELECT CASE WHEN to_regclass('migrations') IS NULL THEN has_schema_privilege(current_schema(), 'CREATE')
                   ELSE (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('migrations'))
               END AS may`,
    );
    return answer?.may === true;
  }

  /** The role that DATABASE_URL connects as. */
  async serviceRole(): Promise<string> {
    const [answer]: { role: string }[] = await this.service.query('SELECT current_user AS role');
    if (answer === undefined) throw new Error('PostgreSQL does not say who is connected.');
    return answer.role;
  }

  async onApplicationShutdown(): Promise<void> {
    const opened = await this.opened?.catch(() => undefined);
    await opened?.destroy();
  }
}
