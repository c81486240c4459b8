import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { parseDatabaseEnv } from '../config/database-env';
import { runCommand } from '../config/run-command';
import { dataSourceOptions } from './data-source';
import { migrateSchema } from './schema-migration';

/**
 * `npm run migrate`: what the service does at its start where it owns the tables. Needs the two addresses and none of the
 * other settings, so that whoever migrates is given no other secret.
 */
export async function migrateDatabase(
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<void> {
  const { DATABASE_URL, MIGRATION_DATABASE_URL } = parseDatabaseEnv(env);
  // First, as who: a role that is missing or refused is told before anything is changed.
  const serviceRole = MIGRATION_DATABASE_URL === undefined ? null : await roleOf(DATABASE_URL);
  await connected(MIGRATION_DATABASE_URL ?? DATABASE_URL, (owner) => migrateSchema(owner, serviceRole, say));
  say(serviceRole === null ? 'Up to date' : `Up to date; ${serviceRole} may read and write rows`);
}

async function roleOf(url: string): Promise<string> {
  return connected(url, async (database) => {
    const [answer]: { role: string }[] = await database.query('SELECT current_user AS role');
    if (answer === undefined) throw new Error('PostgreSQL does not say who is connected.');
    return answer.role;
  });
}

async function connected<Result>(
  url: string,
  work: (database: DataSource) => Promise<Result>,
): Promise<Result> {
  const database = await new DataSource(dataSourceOptions(url, 2)).initialize();
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}

runCommand(module, (env, _, say) => migrateDatabase(env, say));
