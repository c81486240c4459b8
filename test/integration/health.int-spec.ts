import { type TestDatabase, createTestDatabase, testRedisUrl } from '../test-database';
import { eventually } from '../eventually';
import { TcpProxy } from '../tcp-proxy';
import { type TestApp, startTestApp } from '../test-app';

describe('health', () => {
  let database: TestDatabase;
  let toDatabase: TcpProxy;
  let toRedis: TcpProxy;
  let app: TestApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    toDatabase = await TcpProxy.to(database.url);
    toRedis = await TcpProxy.to(testRedisUrl());
    app = await startTestApp({
      database: { ...database, url: toDatabase.urlFor(database.url) },
      env: { REDIS_URL: toRedis.urlFor(testRedisUrl()) },
    });
    await app.api.registerAdmin();
  });
  afterAll(async () => {
    await app.close();
    await toDatabase.cut();
    await toRedis.cut();
    await database.drop();
  });

  const ready = () => app.api.get('/health/ready');
  const login = () => app.api.post('/api/auth/login', { email: 'a@example.com', password: 'some password' });

  it('says that the process lives, without a credential', async () => {
    const answer = await app.api.get('/health/live');
    expect([answer.status, answer.body]).toEqual([200, { success: true, data: { status: 'up' } }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('is ready once PostgreSQL and Redis answer and the schema is there', async () => {
    expect((await ready()).body).toEqual({
      success: true,
      data: { status: 'ready', parts: { database: 'up', redis: 'up', migrations: 'up' } },
    });
  });

  it('names Redis while it is away, and recovers with it', async () => {
    await toRedis.cut();
    const answer = await ready();
    expect([answer.status, answer.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(answer.body.error.details).toEqual({ parts: { database: 'up', redis: 'down', migrations: 'up' } });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await app.api.get('/health/live')).status).toBe(200);
    await toRedis.restore();
    await eventually(ready, ({ status }) => status === 200);
  });

  it('names PostgreSQL while it is away; requests are 503 and work again after', async () => {
    await toDatabase.cut();
    const answer = await ready();
    expect(answer.body.error.details).toMatchObject({ parts: { database: 'down', redis: 'up' } });
    const refused = await login();
    expect([refused.status, refused.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(refused.text).not.toMatch(/ECONN|127\.0\.0\.1|terminated/);
    await toDatabase.restore();
    await eventually(ready, ({ status }) => status === 200);
    expect((await login()).status).toBe(401);
  });

  it('is all that a process without the role api answers', async () => {
    const worker = await startTestApp({ env: { APP_ROLES: 'worker,scheduler' } });
    try {
      expect((await worker.api.get('/health/ready')).status).toBe(200);
      for (const path of ['/api/auth/me', '/api/docs', '/api/docs-json', '/api/nowhere', '/healthy'])
        expect((await worker.api.get(path)).body).toMatchObject({
          success: false,
          error: { code: 'NOT_FOUND' },
        });
    } finally {
      await worker.close();
    }
  });
});

it('two processes that start at once on an empty database both come up', async () => {
  const database = await createTestDatabase();
  try {
    const apps = await Promise.all([startTestApp({ database }), startTestApp({ database })]);
    for (const app of apps) expect((await app.api.get('/health/ready')).status).toBe(200);
    for (const app of apps) await app.close();
  } finally {
    await database.drop();
  }
});
