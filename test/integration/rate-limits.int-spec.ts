import type { ApiAnswer, ApiClient, TestUser } from '../api-client';
import { type TestDatabase, createTestDatabase, testRedisUrl } from '../test-database';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

/** No test lasts as long as these windows, and no test waits for Redis in vain. */
const QUOTAS = {
  RATE_LIMIT_REDIS_TIMEOUT_MS: '10000',
  RATE_LIMIT_STANDARD_ADDRESS: '30/3600',
  RATE_LIMIT_STANDARD_USER: '12/3600',
  RATE_LIMIT_LOGIN_ADDRESS: '9/3600',
  RATE_LIMIT_REFRESH_ADDRESS: '4/3600',
  RATE_LIMIT_CONNECT_ADDRESS: '20/3600',
  RATE_LIMIT_CONNECT_USER: '3/3600',
  RATE_LIMIT_SEARCH_USER: '4/3600',
  RATE_LIMIT_HEAVY_USER: '2/3600',
};

describe('requests', () => {
  let database: TestDatabase;
  let one: TestApp;
  let other: TestApp;
  /** Where nothing is counted, to prepare tests with. */
  let backstage: TestApp;
  let admin: TestUser;
  let lastAddress = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    one = await startTestApp({ database, env: QUOTAS });
    other = await startTestApp({
      database,
      env: { ...QUOTAS, REDIS_PREFIX: one.env.REDIS_PREFIX ?? '', REDIS_URL: testRedisUrl() },
    });
    backstage = await startTestApp({ database, env: { RATE_LIMITS: 'false' } });
    admin = await backstage.api.registerAdmin();
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await backstage.close();
    await database.drop();
  });

  /** A client at an address that nobody has had: the tests come from a neighbour, whose word on that is taken. */
  function from(app: TestApp, address = newAddress()): ApiClient {
    return app.api.with({ 'x-forwarded-for': address });
  }
  function newAddress(): string {
    lastAddress += 1;
    return `198.51.${100 + Math.floor(lastAddress / 250)}.${1 + (lastAddress % 250)}`;
  }
  async function newUser(role: 'admin' | 'viewer' = 'admin'): Promise<TestUser> {
    return backstage.api.as(admin).createUser(role);
  }
  /** So many requests, in turn to both processes. */
  async function statuses(count: number, ask: (app: TestApp) => Promise<ApiAnswer>): Promise<number[]> {
    const seen: number[] = [];
    for (let index = 0; index < count; index++) seen.push((await ask(index % 2 === 0 ? one : other)).status);
    return seen;
  }
  const times = (count: number, status: number): number[] => Array<number>(count).fill(status);

  describe('of an address', () => {
    it('are counted over all processes, before it is known who sends them', async () => {
      const address = newAddress();
      const seen = await statuses(33, (app) => from(app, address).get('/api/auth/me'));
      expect(seen).toEqual([...times(30, 401), ...times(3, 429)]);
    });

    it('that asks for what is not there are counted as well', async () => {
      const address = newAddress();
      await statuses(30, (app) => from(app, address).get('/api/nowhere'));
      expect((await from(one, address).get('/api/nowhere')).status).toBe(429);
      expect((await from(other, address).get('/api/docs-json')).status).toBe(429);
    });

    it('leave those of another alone', async () => {
      const address = newAddress();
      await statuses(31, (app) => from(app, address).get('/api/auth/me'));
      expect((await from(one).get('/api/auth/me')).status).toBe(401);
    });

    it('are counted by the network where it is of IPv6', async () => {
      let host = 0;
      const seen = await statuses(31, (app) => {
        host += 1;
        return from(app, `2001:db8:7:7:${host.toString(16)}::1`).get('/api/auth/me');
      });
      expect(seen.at(-1)).toBe(429);
      expect((await from(one, '2001:db8:7:8::1').get('/api/auth/me')).status).toBe(401);
    });

    it('are not those of an address that the client makes up', async () => {
      const believing = { ...QUOTAS, TRUSTED_PROXIES: 'none' };
      const sceptic = await startTestApp({ database, env: believing });
      try {
        for (let index = 0; index < 30; index++) await from(sceptic).get('/api/auth/me');
        expect((await from(sceptic).get('/api/auth/me')).status).toBe(429);
      } finally {
        await sceptic.close();
      }
    });

    it('are fewer for logins, which does not touch others', async () => {
      const address = newAddress();
      let number = 0;
      const login = (app: TestApp): Promise<ApiAnswer> => {
        number += 1;
        return from(app, address).post('/api/auth/login', {
          email: `nobody-${number}@example.com`,
          password: 'wrong',
        });
      };
      expect(await statuses(11, login)).toEqual([...times(9, 401), 429, 429]);
      expect((await from(one, address).get('/api/auth/me')).status).toBe(401);
      const refresh = (app: TestApp): Promise<ApiAnswer> =>
        from(app, address).post('/api/auth/refresh', { refreshToken: 'none' });
      expect(await statuses(5, refresh)).toEqual([...times(4, 401), 429]);
    });

    it('are refused before their body is read', async () => {
      const address = newAddress();
      await statuses(30, (app) => from(app, address).get('/api/auth/me'));
      const answer = await from(one, address).raw('/api/users', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{ this is no JSON',
      });
      expect(answer.status).toBe(429);
    });
  });

  describe('of a user', () => {
    it('are counted over all processes and addresses', async () => {
      const user = await newUser();
      const seen = await statuses(14, (app) => from(app).as(user).get('/api/auth/me'));
      expect(seen).toEqual([...times(12, 200), 429, 429]);
      expect((await from(one).as(admin).get('/api/auth/me')).status).toBe(200);
    });

    it('are counted even where the role is too small', async () => {
      const viewer = await newUser('viewer');
      const seen = await statuses(13, (app) => from(app).as(viewer).get('/api/users'));
      expect(seen).toEqual([...times(12, 403), 429]);
    });

    it('by an API key are counted apart from the user, and from those of another key', async () => {
      const user = await newUser();
      const create = async (): Promise<string> =>
        String(
          (await backstage.api.as(user).post('/api/auth/api-keys', { name: 'K', role: 'viewer' })).body.data
            .key,
        );
      const [key, second] = [await create(), await create()];
      expect(await statuses(13, (app) => from(app).withApiKey(key).get('/api/auth/me'))).toEqual([
        ...times(12, 200),
        429,
      ]);
      expect((await from(one).withApiKey(second).get('/api/auth/me')).status).toBe(200);
      expect((await from(one).as(user).get('/api/auth/me')).status).toBe(200);
    });

    it.each([
      ['connect', 3, '/api/meta/auth/url'],
      ['search', 4, '/api/meta/conversations/search?q=hello'],
      ['heavy', 2, '/api/meta/sentiment/corrections/export'],
    ])('are fewer of the class %s, which is counted apart', async (name, limit, path) => {
      const user = await newUser();
      const seen = await statuses(limit + 1, (app) => from(app).as(user).get(path));
      expect(seen.slice(0, -1)).not.toContain(429);
      expect(seen.at(-1)).toBe(429);
      const refused = await from(one).as(user).get(path);
      expect(refused.headers.get('ratelimit-policy')).toContain(`"${name}-user";q=${limit};w=3600`);
      expect((await from(one).as(user).get('/api/auth/me')).status).toBe(200);
    });
  });

  describe('answers', () => {
    it('say what is left of each quota', async () => {
      const user = await newUser();
      const address = newAddress();
      await from(one, address).as(user).get('/api/auth/me');
      const { headers } = await from(other, address).as(user).get('/api/auth/me');
      expect(headers.get('ratelimit-policy')).toBe(
        '"standard-address";q=30;w=3600, "standard-user";q=12;w=3600',
      );
      expect(headers.get('ratelimit')).toMatch(
        /^"standard-address";r=28;t=3(?:600|5\d\d), "standard-user";r=10;t=3(?:600|5\d\d)$/,
      );
      expect(headers.get('retry-after')).toBeNull();
    });

    it('that refuse are in the envelope, and say when to come again', async () => {
      const address = newAddress();
      await statuses(30, (app) => from(app, address).get('/api/auth/me'));
      const { status, headers, body } = await from(one, address).get('/api/auth/me');
      const retryAfterSeconds = Number(headers.get('retry-after'));
      expect(retryAfterSeconds).toBeGreaterThan(3_400);
      expect(retryAfterSeconds).toBeLessThanOrEqual(3_600);
      expect([status, body]).toEqual([
        429,
        {
          success: false,
          error: {
            code: 'RATE_LIMITED',
            message: expect.stringContaining('30 in 3600 s') as unknown,
            details: { limit: 30, windowSeconds: 3_600, retryAfterSeconds, scope: 'address' },
          },
        },
      ]);
      expect(headers.get('ratelimit')).toMatch(/^"standard-address";r=0;t=\d+$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    });

    it('can be read by pages of the origins that may call', async () => {
      const app = await startTestApp({ env: { ...QUOTAS, CORS_ORIGINS: 'https://app.example.com' } });
      try {
        const client = app.api.with({ origin: 'https://app.example.com' });
        for (let index = 0; index < 30; index++) await client.get('/api/auth/me');
        const refused = await client.get('/api/auth/me');
        expect(refused.status).toBe(429);
        expect(refused.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
        const readable = refused.headers.get('access-control-expose-headers') ?? '';
        for (const name of ['retry-after', 'ratelimit', 'ratelimit-policy'])
          expect(readable.split(/, */)).toContain(name);
        const preflight = await client.raw('/api/auth/me', {
          method: 'OPTIONS',
          headers: { 'access-control-request-method': 'GET' },
        });
        expect(preflight.status).toBe(204);
      } finally {
        await app.close();
      }
    });
  });

  it('of Meta and of probes are never refused', async () => {
    const address = newAddress();
    await statuses(31, (app) => from(app, address).get('/api/auth/me'));
    const client = from(one, address);
    for (let index = 0; index < 35; index++) {
      expect((await client.get('/health/live')).status).toBe(200);
      expect((await client.get('/api/meta/webhook/events?hub.mode=subscribe')).status).toBe(403);
    }
    // With a query it takes the way of every other request.
    for (const path of ['/api/meta/webhook/events', '/api/meta/webhook/events?x=1']) {
      const delivered = await deliver(client, '{"object":"page","entry":[]}', { path });
      expect([delivered.status, delivered.headers.get('ratelimit')]).toEqual([200, null]);
    }
    expect((await client.post('/api/meta/auth/deauthorize')).status).not.toBe(429);
  });

  it('are not counted where that is switched off', async () => {
    const app = await startTestApp({ env: { ...QUOTAS, RATE_LIMITS: 'false' } });
    try {
      for (let index = 0; index < 31; index++) await app.api.get('/api/auth/me');
      const answer = await app.api.get('/api/auth/me');
      expect([answer.status, answer.headers.get('ratelimit')]).toEqual([401, null]);
    } finally {
      await app.close();
    }
  });
});
