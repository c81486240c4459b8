import type { Client } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from './migrations';

/** What PostgreSQL shows for the service's connections. */
export const APPLICATION_NAME = 'meta-business-backend';

/**
 * One description for the app, the migration CLI and the tests. The schema is only ever made by migrations.
 * @param url a `postgres://` address
 * @param poolSize connections this process may hold
 */
export function dataSourceOptions(
  url: string,
  poolSize: number,
  applicationName = APPLICATION_NAME,
): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    synchronize: false,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    logging: false,
    poolSize,
    applicationName,
    connectTimeoutMS: 5_000,
    extra: {
      // A caller waits at most this long for a free connection, then the answer is 503 instead of a hanging request.
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      // Statements that look through many short ranges of an index look dear to the planner, and it would compile each of
      // them anew, which takes longer than they do.
      onConnect: (client: Client) => client.query('SET jit = off'),
    },
  };
}
