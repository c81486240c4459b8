import { createServer } from 'node:net';
import { Client } from 'pg';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox';
import { SEED } from '../../sandbox/world-seed';
import type { ApiClient, TestUser } from '../api-client';
import {
  type BuiltService,
  leastEnvironment,
  readyStatus,
  startBuiltService,
  untilReady,
} from '../built-service';
import { eventually } from '../eventually';
import { MESSAGES, message, messageWhen, sent, withStatus } from '../factories/messaging.factory';
import { TcpProxy } from '../tcp-proxy';
import { freePort } from '../test-app';
import { type TestDatabase, createTestDatabase, testDatabaseServer, testRedisUrl } from '../test-database';

/**
 * What the build runs is compiled by TypeScript; every other test runs what SWC makes of the same sources. So the main
 * path is walked once more here, on the built files, from outside, knowing only the documented settings.
 */

const REDIRECT_URI = 'https://app.example.com/callback';
const SHUTDOWN_MS = 25_000;

describe('the built service', () => {
  let database: TestDatabase;
  let sandbox: Sandbox | undefined;
  const running: BuiltService[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const service of running.splice(0)) {
      service.kill('SIGKILL');
      await service.exitCode;
    }
    await sandbox?.close();
    sandbox = undefined;
    await database.drop();
  });

  const start = (env: Record<string, string>): BuiltService => {
    const service = startBuiltService(env);
    running.push(service);
    return service;
  };
  const environment = async (more: Record<string, string> = {}) => ({
    ...leastEnvironment({ databaseUrl: database.url, redisUrl: testRedisUrl(), port: await freePort() }),
    ...more,
  });
  /** With a stand-in for Meta that knows the same app. */
  const environmentWithMeta = async (more: Record<string, string> = {}) => {
    const env = await environment(more);
    sandbox = await startSandbox({ apps: [{ appId: env.META_APP_ID, appSecret: env.META_APP_SECRET }] });
    return { ...env, META_GRAPH_URL: sandbox.url };
  };
  const control = () => {
    if (sandbox === undefined) throw new Error('No stand-in was started.');
    return sandbox.control;
  };
  const stop = async (service: BuiltService): Promise<void> => {
    const begun = Date.now();
    service.kill('SIGTERM');
    expect(await service.exitCode).toBe(0);
    expect(Date.now() - begun).toBeLessThan(SHUTDOWN_MS);
  };
  const connectionsLeft = async (): Promise<string[]> => {
    const client = new Client({ connectionString: testDatabaseServer() });
    await client.connect();
    try {
      const { rows } = await client.query<{ state: string }>(
        `SELECT state FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
        [new URL(database.url).pathname.slice(1)],
      );
      return rows.map(({ state }) => state);
    } finally {
      await client.end();
    }
  };
  const connect = async (client: ApiClient): Promise<string> => {
    const { code } = control().issueCode({ redirectUri: REDIRECT_URI });
    const connected = await client.post('/api/meta/auth/connect', { code, redirectUri: REDIRECT_URI });
    expect(connected).toMatchObject({ status: 200, body: { data: { status: 'connected' } } });
    expect((await client.get('/api/meta/whatsapp/account')).status).toBe(200);
    return code;
  };
  const receive = async (service: BuiltService, client: ApiClient): Promise<void> => {
    const configured = await client.post('/api/meta/webhook/configure', {
      verifyToken: CANARY.verifyToken,
      fields: { messages: true },
    });
    expect(configured.body.data).toMatchObject({ status: 'active' });
    const played = control().playMessage({
      from: { phone: CANARY.customer, name: CANARY.name },
      content: { body: CANARY.inbound },
    });
    expect(played.told).toBe(1);
    const [conversation] = await eventually(
      async () =>
        (await client.get<{ conversations: { id: string }[] }>('/api/meta/conversations')).body.data
          .conversations,
      (found) => found.length > 0,
    );
    const thread = await client.get(`/api/meta/conversations/${conversation?.id ?? ''}/messages`);
    expect(thread.text).toContain(CANARY.inbound);
  };

  it.each([
    ['as it comes', {}],
    ['at its most talkative', { LOG_LEVEL: 'trace' }],
  ])(
    'connects, receives, sends and is read; %s, it writes no secret and nothing personal into its log',
    async (_, more: Record<string, string>) => {
      const env = await environmentWithMeta(more);
      const service = start(env);
      await untilReady(service);
      const user: TestUser = await service.api.registerAdmin({
        email: CANARY.email,
        password: CANARY.password,
        name: CANARY.name,
      });
      const client = service.api.as(user);
      const code = await connect(client);
      await receive(service, client);
      const body = { to: CANARY.customer, type: 'text', text: { body: CANARY.outbound } };
      // Meta's webhooks come in whatever order: what was told late stands in its place all the same.
      const found = await messageWhen(
        client,
        await sent(client, body),
        ({ statuses }) => statuses.length === 5,
      );
      expect(found.statuses.map(({ status }) => status)).toEqual([
        'queued',
        'accepted',
        'sent',
        'delivered',
        'read',
      ]);
      await failInEveryWay(service, client);
      await stop(service);

      // PostgreSQL notices a moment later that the process is gone.
      await eventually(connectionsLeft, (left) => left.length === 0);
      const output = service.stdout() + service.stderr();
      expect(output).toContain('Listening on');
      expect(output).toContain('"url":"/api/meta/whatsapp/messages"');
      const secrets = {
        ...CANARY,
        customer: CANARY.customer.slice(1),
        businessNumber: SEED.displayPhoneNumber.replace(/\D/g, ''),
        appSecret: env.META_APP_SECRET,
        jwtSecret: env.JWT_SECRET,
        encryptionKey: env.ENCRYPTION_KEYS.slice('k1:'.length),
        accessToken: user.accessToken,
        refreshToken: user.refreshToken,
        code,
        ...Object.fromEntries(
          control()
            .tokens()
            .map(({ token }, index) => [`token of Meta's ${index}`, token]),
        ),
      };
      const leaked = Object.entries(secrets).filter(([, value]) => output.includes(value));
      expect(leaked).toEqual([]);
    },
  );

  /** What goes wrong is logged, and quotes what it went wrong with. */
  const failInEveryWay = async (service: BuiltService, client: ApiClient): Promise<void> => {
    const { customer, outbound, verifyToken } = CANARY;
    const body = { to: customer, type: 'text', text: { body: outbound } };
    control().failNext({ path: /messages$/, code: 131026, message: `No ${customer}` });
    const refused = await sent(client, body);
    await messageWhen(client, refused, withStatus('failed'));
    control().failNext({ path: /messages$/, status: 502, body: `<html>${customer} ${outbound}</html>` });
    await messageWhen(client, await sent(client, body), withStatus('unknown'));
    control().failNext({ path: /oauth\/access_token$/, code: 100, message: 'Refused' });
    await client.post('/api/meta/auth/connect', { code: CANARY.code, redirectUri: REDIRECT_URI });
    await service.api.get(
      `/api/whatsapp/webhook?hub.mode=subscribe&hub.verify_token=${verifyToken}x&hub.challenge=1`,
    );
    await service.api.post('/api/auth/login', { email: CANARY.email, password: `${CANARY.password}!` });
    await service.api.withApiKey('mbb_a-key-that-is-none').get('/api/auth/me');
    await client.post(MESSAGES, { ...body, surprise: outbound });
    await client.get(`/api/meta/conversations?platform=${encodeURIComponent(customer)}`);
  };

  it('names each setting that is missing or malformed, never what was given, and exits with 1', async () => {
    const missing = start({});
    expect(await missing.exitCode).toBe(1);
    const given = Object.keys(await environment());
    const optional = ['PORT', 'PUBLIC_URL', 'META_GRAPH_URL', 'REDIS_PREFIX'];
    for (const name of given.filter((each) => !optional.includes(each)))
      expect(missing.stderr()).toMatch(new RegExp(`^ {2}${name}: missing; `, 'm'));

    // A prefix may be any word.
    const names = given.filter((name) => name !== 'REDIS_PREFIX');
    const malformed = start(Object.fromEntries(names.map((name) => [name, 'canary'])));
    expect(await malformed.exitCode).toBe(1);
    for (const name of names)
      expect(malformed.stderr()).toMatch(new RegExp(`^ {2}${name}: malformed; `, 'm'));
    expect(malformed.stderr() + malformed.stdout()).not.toContain('canary');
  });

  it('says in one sentence that its port is taken, exits with 1 and leaves no connection', async () => {
    const env = await environment();
    const other = createServer();
    await new Promise<void>((done) => other.listen(Number(env.PORT), '0.0.0.0', done));
    try {
      const service = start(env);
      expect(await service.exitCode).toBe(1);
      expect(service.stderr()).toMatch(/^Port \d+ is taken by another program\.[^\n]*\n$/);
      await eventually(connectionsLeft, (left) => left.length === 0);
    } finally {
      other.close();
    }
  });

  it('two that start at the same time on an empty database migrate it once, and both become ready', async () => {
    const services = [start(await environment()), start(await environment())];
    await Promise.all(services.map((service) => untilReady(service)));
    const migrated = services.map((service) => service.stdout().match(/Migrated: /g)?.length ?? 0);
    expect(Math.min(...migrated)).toBe(0);
    expect(Math.max(...migrated)).toBeGreaterThan(0);
    for (const service of services) await stop(service);
  });

  it('shares the work between roles: one process takes the orders, another without an API carries them out', async () => {
    const env = await environmentWithMeta({ APP_ROLES: 'api' });
    const api = start(env);
    await untilReady(api);
    const worker = start({ ...env, APP_ROLES: 'worker', PORT: String(await freePort()) });
    await untilReady(worker);
    const client = api.api.as(await api.api.registerAdmin());
    for (const path of ['/api/auth/me', '/api/meta/whatsapp/account', '/api/docs', '/api/docs-json'])
      expect(await worker.api.as({ accessToken: 'x' }).get(path)).toMatchObject({
        status: 404,
        body: { success: false, error: { code: 'NOT_FOUND' } },
      });
    expect((await worker.api.get('/health/live')).status).toBe(200);

    await connect(client);
    await receive(api, client);
    const body = { to: CANARY.customer, type: 'text', text: { body: 'Hello' } };
    await stop(worker);
    const id = await sent(client, body);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await message(client, id)).toMatchObject({ status: 'queued' });
    const next = start({ ...env, APP_ROLES: 'worker', PORT: String(await freePort()) });
    await untilReady(next);
    await messageWhen(client, id, withStatus('read'));
    expect(control().sentMessages({ to: CANARY.customer })).toHaveLength(1);
  });

  describe('while PostgreSQL cannot be reached', () => {
    it('waits for it some twenty seconds, then says so without the password and exits with 1', async () => {
      const service = start(
        await environment({ DATABASE_URL: 'postgres://someone:a-canary-password@127.0.0.1:9/none' }),
      );
      const begun = Date.now();
      expect(await service.exitCode).toBe(1);
      expect(Date.now() - begun).toBeGreaterThan(10_000);
      expect(service.stderr()).toBe(
        'PostgreSQL does not answer at the address in DATABASE_URL. Start it, or correct the address.\n',
      );
      expect(service.stdout()).not.toContain('a-canary-password');
    });

    it('starts once it is there', async () => {
      const proxy = await TcpProxy.to(database.url);
      const env = await environment({ DATABASE_URL: proxy.urlFor(database.url) });
      await proxy.cut();
      try {
        const service = start(env);
        await eventually(service.stdout, (output) => output.includes('Unable to connect to the database'));
        expect(await readyStatus(service)).toBe(0);
        await proxy.restore();
        await untilReady(service);
        await stop(service);
      } finally {
        await proxy.cut();
      }
    });
  });

  it('starts without Redis, is not ready, and becomes so once Redis is there', async () => {
    const proxy = await TcpProxy.to(testRedisUrl());
    await proxy.cut();
    try {
      const service = start(await environment({ REDIS_URL: proxy.urlFor(testRedisUrl()) }));
      await eventually(
        () => readyStatus(service),
        (status) => status === 503,
        { timeoutMs: 30_000 },
      );
      const answer = await service.api.get('/health/ready');
      expect(answer.body.error.details).toEqual({
        parts: { database: 'up', redis: 'down', migrations: 'up' },
      });
      await proxy.restore();
      await untilReady(service);
      await stop(service);
    } finally {
      await proxy.cut();
    }
  });
});

/** Found in no log, whatever happens. */
const CANARY = {
  email: 'canary.person@example.com',
  password: 'quokka-lantern-zephyr-41',
  name: 'Canary Personova',
  verifyToken: 'canary-of-a-verify-token',
  code: 'canary-of-a-code',
  customer: '+16505550199',
  inbound: 'canary words of a customer',
  outbound: 'canary words of an agent',
};
