import { io } from 'socket.io-client';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { deliver } from '../signed-webhook';
import { TcpProxy } from '../tcp-proxy';
import { type TestDatabase, createTestDatabase, testRedisUrl } from '../test-database';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(180_000);

const LIMIT = 5;
const QUOTAS = {
  RATE_LIMIT_REDIS_TIMEOUT_MS: '1000',
  RATE_LIMIT_STANDARD_ADDRESS: `${LIMIT}/3600`,
};

describe('while Redis is away, requests', () => {
  let database: TestDatabase;
  let redis: TcpProxy;
  let apps: TestApp[] = [];
  let lastAddress = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    redis = await TcpProxy.to(testRedisUrl());
  });
  afterEach(async () => {
    redis.release();
    await redis.restore();
    for (const app of apps) await app.close();
    apps = [];
  });
  afterAll(async () => {
    await redis.cut();
    await database.drop();
  });

  async function start(env: Record<string, string>): Promise<TestApp> {
    const REDIS_PREFIX = apps[0]?.env.REDIS_PREFIX;
    const app = await startTestApp({
      database,
      env: {
        ...QUOTAS,
        ...env,
        REDIS_URL: redis.urlFor(testRedisUrl()),
        ...(REDIS_PREFIX === undefined ? {} : { REDIS_PREFIX }),
      },
    });
    apps.push(app);
    return app;
  }
  function newAddress(): string {
    lastAddress += 1;
    return `203.0.113.${lastAddress}`;
  }
  const at = (app: TestApp, address: string): ApiClient => app.api.with({ 'x-forwarded-for': address });
  async function statuses(app: TestApp, address: string, count: number): Promise<number[]> {
    const seen: number[] = [];
    for (let index = 0; index < count; index++)
      seen.push((await at(app, address).get('/api/auth/me')).status);
    return seen;
  }
  const ALLOWED = Array<number>(LIMIT).fill(401);

  it.each([
    ['cannot be reached', () => redis.cut()],
    [
      'hangs',
      () => {
        redis.hold();
        return Promise.resolve();
      },
    ],
  ])('are counted by each process alone if it %s, and together again afterwards', async (_, lose) => {
    const [one, other] = [await start({}), await start({})];
    const before = newAddress();
    expect(await statuses(one, before, LIMIT)).toEqual(ALLOWED);

    await lose();
    const address = newAddress();
    expect(await statuses(one, address, LIMIT + 1)).toEqual([...ALLOWED, 429]);
    expect(await statuses(other, address, LIMIT + 1)).toEqual([...ALLOWED, 429]);
    expect((await deliver(one.api, '{"object":"page","entry":[]}')).status).toBe(200);

    redis.release();
    await redis.restore();
    // What was counted before is in Redis still.
    await eventually(
      async () => (await at(other, before).get('/api/auth/me')).status,
      (status) => status === 429,
    );
  });

  it('are refused where that is set, but Meta and the probes are not', async () => {
    const app = await start({ RATE_LIMIT_ON_REDIS_LOSS: 'closed' });
    const address = newAddress();
    expect(await statuses(app, address, 1)).toEqual([401]);

    await redis.cut();
    const refused = await eventually(
      () => at(app, address).get('/api/auth/me'),
      ({ status }) => status === 503,
    );
    expect(refused.body.error.code).toBe('SERVICE_UNAVAILABLE');
    expect(refused.headers.get('retry-after')).toBe('5');
    const login = await at(app, address).post('/api/auth/login', { email: 'a@example.com', password: 'b' });
    expect(login.status).toBe(503);
    expect((await at(app, address).get('/health/live')).status).toBe(200);
    expect((await deliver(app.api, '{"object":"page","entry":[1]}')).status).toBe(200);

    await redis.restore();
    await eventually(
      () => statuses(app, address, 1),
      ([status]) => status === 401,
    );
  });
});

describe('connections to /realtime', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({
      env: { RATE_LIMIT_REALTIME_ADDRESS: '6/3600', RATE_LIMIT_REDIS_TIMEOUT_MS: '10000' },
    });
  });
  afterAll(() => app.close());

  /** What a client is told that comes with this token; null when it may stay. */
  async function refusalOf(address: string, token: string): Promise<unknown> {
    const socket = io(`${app.url}/realtime`, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { 'x-forwarded-for': address },
    });
    try {
      return await new Promise((resolve) => {
        socket.on('ready', () => {
          resolve(null);
        });
        socket.on('connect_error', (error) => {
          resolve((error as { data?: { code?: string } }).data?.code ?? 'no handshake');
        });
      });
    } finally {
      socket.close();
    }
  }

  it('and the credentials that are tried on them are counted by address', async () => {
    const { accessToken } = await app.api.registerAdmin();
    const seen: unknown[] = [];
    for (let index = 0; index < 4; index++) seen.push(await refusalOf('203.0.113.200', 'guess'));
    // Each is counted as a connection and as a try.
    expect(seen).toEqual(['UNAUTHORIZED', 'UNAUTHORIZED', 'UNAUTHORIZED', 'no handshake']);
    expect(await refusalOf('203.0.113.200', accessToken)).toBe('no handshake');
    expect(await refusalOf('203.0.113.201', accessToken)).toBeNull();
  });

  it('that stay open are no way to try one credential after the other', async () => {
    const client = app.api.with({ 'x-forwarded-for': '203.0.113.202' });
    const opened = await client.raw('/socket.io/?EIO=4&transport=polling', { method: 'GET' });
    const sid = /"sid":"([^"]+)"/.exec(opened.text)?.[1] ?? '';
    const path = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    const codes: unknown[] = [];
    for (let index = 0; index < 7; index++) {
      await client.raw(path, { method: 'POST', body: '40/realtime,{"token":"guess"}' });
      const answer = await client.raw(path, { method: 'GET' });
      codes.push(/"code":"(\w+)"/.exec(answer.text)?.[1]);
    }
    expect(codes).toEqual([...Array<string>(5).fill('UNAUTHORIZED'), 'RATE_LIMITED', 'RATE_LIMITED']);
  });
});
