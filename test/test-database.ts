import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  /** A `postgres://` address of an empty database of its own. */
  url: string;
  drop(): Promise<void>;
}

/** The server that `npm test` starts. Not `DATABASE_URL`: a test must never reach a database that somebody uses. */
export function testDatabaseServer(): string {
  return required('TEST_DATABASE_URL');
}

export function testRedisUrl(): string {
  return required('TEST_REDIS_URL');
}

function required(name: 'TEST_DATABASE_URL' | 'TEST_REDIS_URL'): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(
      `${name} is not set. Run the tests with npm test, which starts PostgreSQL and Redis for them.`,
    );
  return value;
}

/** Makes an empty database. Nothing in it until a migration runs. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = testDatabaseServer();
  const name = `${process.env.TEST_DATABASE_PREFIX ?? 'mbb_test_'}${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    drop: () => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
