import { DataSource } from 'typeorm';
import type { Env } from '../config/env';
import { dataSourceOptions } from '../database/data-source';
import { pingRedis } from '../operations/redis-ping';
import { type Finding, about } from './finding';
import { migrationsFinding, monthsAhead, partitionsFinding } from './service-checks/database.check';

const LONGEST_PING_MS = 3_000;
const CONNECTIONS = 1;

/**
 * What has to be right before the application can be put together at all. Putting it together would also bring the tables
 * up to date, which is not the doctor's business.
 * @returns what is wrong; empty when the application can be started
 */
export async function preflight(env: Env): Promise<Finding[]> {
  const [database, redis] = await Promise.all([databaseProblems(env), redisProblems(env)]);
  return [...database, ...redis];
}

async function databaseProblems(env: Env): Promise<Finding[]> {
  const database = new DataSource(dataSourceOptions(env.DATABASE_URL, CONNECTIONS));
  try {
    await database.initialize();
  } catch (error) {
    return [
      about(
        'database',
        'PostgreSQL',
      )({
        severity: 'error',
        title: 'PostgreSQL cannot be reached',
        explanation: `Nothing works without it: deliveries are answered 503. ${messageOf(error)}`,
        fix: 'Start PostgreSQL, or put DATABASE_URL right: host, port, database, role and password.',
      }),
    ];
  }
  try {
    const rows: { is_there: boolean }[] = await database.query(
      `SELECT to_regclass('migrations') IS NOT NULL AS is_there`,
    );
    // Asking TypeORM would make the table of migrations.
    if (rows[0]?.is_there !== true || (await database.showMigrations())) return [migrationsFinding(true)];
    const months = await monthsAhead(database.manager, new Date());
    return months === 0 ? [partitionsFinding(months)] : [];
  } finally {
    await database.destroy();
  }
}

async function redisProblems(env: Env): Promise<Finding[]> {
  try {
    await pingRedis(env.REDIS_URL, LONGEST_PING_MS);
    return [];
  } catch (error) {
    return [
      about(
        'redis',
        'Redis',
      )({
        severity: 'error',
        title: 'Redis does not answer',
        explanation: `Deliveries are still taken and processed, by sweeps, seconds later; live updates, rate limits and pacing do not work. ${messageOf(error)}`,
        fix: 'Start Redis, or put REDIS_URL right: host, port, password, rediss:// for TLS.',
      }),
    ];
  }
}

/** Of a connection that failed: an address and a reason, never a password. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : '';
}
