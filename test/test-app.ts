import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { type AppOverrides, createApp } from '../src/app.setup';
import { ApiClient } from './api-client';
import { type TestDatabase, createTestDatabase, testRedisUrl } from './test-database';

export interface TestApp {
  /** Where it listens, without a slash at the end. */
  url: string;
  app: NestFastifyApplication;
  db: DataSource;
  api: ApiClient;
  /** The environment that it was started with. */
  env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface TestAppOptions {
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
  const database = options.database ?? (await createTestDatabase());
  const port = await freePort();
  const env = { ...testEnvironment(database.url, port), ...options.env };
  try {
    const app = await createApp(env, options.modules === undefined ? {} : { modules: options.modules });
    await app.listen(port, '127.0.0.1');
    const url = `http://127.0.0.1:${port}`;
    return {
      url,
      app,
      db: app.get<DataSource>(getDataSourceToken()),
      api: new ApiClient(url),
      env,
      async close() {
        await app.close();
        if (options.database === undefined) await database.drop();
      },
    };
  } catch (error) {
    if (options.database === undefined) await database.drop();
    throw error;
  }
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
