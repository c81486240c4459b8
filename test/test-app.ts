import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DataSource } from 'typeorm';
import { type Sandbox, startSandbox } from '../sandbox/sandbox';
import { type AppOverrides, createApp } from '../src/app.setup';
import { repeatLostRaces } from '../src/database/lost-race';
import { ApiClient } from './api-client';
import { type TestDatabase, createTestDatabase, testRedisUrl } from './test-database';

export interface TestApp {
  /** Where it listens, without a slash at the end. */
  url: string;
  app: NestFastifyApplication;
  db: DataSource;
  api: ApiClient;
  /** The stand-in for Meta, where one was asked for. */
  sandbox?: Sandbox;
  /** The environment that it was started with. */
  env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface TestAppOptions {
  /** Starts a stand-in for Meta beside the application, for the same Meta app. */
  sandbox?: boolean;
  /** Settings beside, or in place of, those of the tests. */
  env?: Readonly<Record<string, string>>;
  modules?: AppOverrides['modules'];
  /** Several apps on one database, as several processes would be; whoever made it drops it. */
  database?: TestDatabase;
}

export const TEST_APP_ID = '1234567890';
export const TEST_APP_SECRET = 'test-app-secret';

/** The real application on a real port, with a database and a Redis prefix of its own. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  try {
    const database = options.database ?? (await createTestDatabase());
    if (options.database === undefined) closers.push(() => database.drop());
    const port = await freePort();
    const sandbox = options.sandbox === true ? await startStandIn(closers) : undefined;
    const env = {
      ...testEnvironment(database.url, port),
      ...(sandbox === undefined ? {} : sandboxEnvironment(sandbox.url)),
      ...options.env,
    };
    const app = await createApp(env, options.modules === undefined ? {} : { modules: options.modules });
    closers.push(() => app.close());
    await app.listen(port, '127.0.0.1');
    const url = `http://127.0.0.1:${port}`;
    return {
      url,
      app,
      db: patient(app.get<DataSource>(getDataSourceToken())),
      api: new ApiClient(url),
      env,
      close,
      ...(sandbox === undefined ? {} : { sandbox }),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const CLEARS_OWNERS = /^DELETE FROM (?:assets|meta_accounts)$/;

/**
 * What a test does beside the application may meet what the application still does in the background, as clearing tables
 * between two tests does: it is done again, as the application does its own. And threads of comments become conversations
 * a moment after they were stored, which hold on to their Page: nobody makes one until its owner is gone as well.
 */
function patient(database: DataSource): DataSource {
  const query: DataSource['query'] = (statement, values, runner) =>
    repeatLostRaces(() => {
      if (!CLEARS_OWNERS.test(statement)) return database.query(statement, values, runner);
      return database.transaction(async (tx) => {
        await tx.query('LOCK TABLE conversations IN SHARE ROW EXCLUSIVE MODE');
        await tx.query('DELETE FROM conversations');
        return tx.query(statement, values);
      });
    });
  return Object.assign(Object.create(database) as DataSource, { query });
}

async function startStandIn(closers: (() => Promise<void>)[]): Promise<Sandbox> {
  const sandbox = await startSandbox({ apps: [{ appId: TEST_APP_ID, appSecret: TEST_APP_SECRET }] });
  closers.push(() => sandbox.close());
  return sandbox;
}

function sandboxEnvironment(url: string): Record<string, string> {
  return { META_GRAPH_URL: url, META_OAUTH_URL: url, INSTAGRAM_GRAPH_URL: url, INSTAGRAM_OAUTH_URL: url };
}

/** A complete environment for one application. */
export function testEnvironment(databaseUrl: string, port: number): Record<string, string> {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: '10',
    REDIS_URL: testRedisUrl(),
    REDIS_PREFIX: `test-${randomBytes(6).toString('hex')}`,
    META_APP_ID: TEST_APP_ID,
    META_APP_SECRET: TEST_APP_SECRET,
    // Nothing listens there: a test that does not start a stand-in reaches nobody.
    META_GRAPH_URL: 'http://127.0.0.1:9',
    META_OAUTH_URL: 'http://127.0.0.1:9',
    INSTAGRAM_GRAPH_URL: 'http://127.0.0.1:9',
    INSTAGRAM_OAUTH_URL: 'http://127.0.0.1:9',
    OAUTH_REDIRECT_URIS: 'https://app.example.com/callback',
    ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    JWT_SECRET: 'a-secret-for-tests-that-is-long-enough',
    MEDIA_DIR: join(tmpdir(), 'meta-backend-tests'),
    // Rows that a test looks at change by nothing but what it does; tests of the lane switch it on.
    SENTIMENT_MESSAGES: 'false',
    // Tests are many clients at one address, and log in far more often than people.
    RATE_LIMIT_STANDARD_ADDRESS: '1000000/60',
    RATE_LIMIT_STANDARD_USER: '1000000/60',
    RATE_LIMIT_LOGIN_ADDRESS: '100000/60',
    RATE_LIMIT_REFRESH_ADDRESS: '100000/60',
    RATE_LIMIT_CONNECT_ADDRESS: '100000/60',
    RATE_LIMIT_CONNECT_USER: '100000/60',
    RATE_LIMIT_SEARCH_USER: '100000/60',
    RATE_LIMIT_HEAVY_USER: '100000/60',
    RATE_LIMIT_REALTIME_ADDRESS: '100000/60',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
  };
}

/** Asked for before the application is made, since its own address is one of its settings. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
