import { Redis } from 'ioredis';
import { Client } from 'pg';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox';
import { SEED } from '../../sandbox/world-seed';
import { AppConfig } from '../../src/config/app-config';
import { parseEnv } from '../../src/config/env';
import { TokenCipher } from '../../src/crypto/token-cipher';
import { SECRET_COLUMNS } from '../../src/meta-auth/token-reencryption.service';
import type { ApiClient, TestUser } from '../api-client';
import { type BuiltService, startBuiltService, untilReady } from '../built-service';
import { Canaries, type Output, databaseOutputs, redisOutputs } from '../canaries';
import { eventually } from '../eventually';
import { ALLOWED_ADDRESS } from '../hostile-server';
import { Follower } from '../realtime-follower';
import { SentimentModel } from '../sentiment-model';
import { signatureOf } from '../signed-webhook';
import { freePort } from '../test-app';
import { type TestDatabase, createTestDatabase, testRedisUrl } from '../test-database';
import { WebhookReceiver } from '../webhook-receiver';

jest.setTimeout(240_000);

const REDIRECT_URI = 'https://app.example.com/callback';
const APP_ID = '1234567890';

const canaries = new Canaries();
const outputs: Output[] = [];
const receiver = new WebhookReceiver();
let database: TestDatabase;
let sandbox: Sandbox;
let model: SentimentModel;
let service: BuiltService;
let env: Record<string, string>;
let follower: Follower;
const realFetch = globalThis.fetch;

/** With a password in it, which servers of tests do not ask for. */
function withPassword(address: string, name: string): string {
  const url = new URL(address);
  if (url.password === '') url.password = canaries.plant(name);
  else canaries.watch(name, url.password);
  return url.toString();
}

beforeAll(async () => {
  globalThis.fetch = recordingFetch;
  database = await createTestDatabase();
  await receiver.start();
  model = await SentimentModel.start();
  const port = await freePort();
  const appSecret = canaries.plant('META_APP_SECRET');
  sandbox = await startSandbox({ apps: [{ appId: APP_ID, appSecret }] });
  const key = (name: string): string =>
    `${name}:${canaries.watch(`ENCRYPTION_KEYS ${name}`, Buffer.from(canaries.plant(`raw ${name}`).slice(0, 32)).toString('base64'))}`;
  env = {
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: withPassword(database.url, 'password of DATABASE_URL'),
    REDIS_URL: withPassword(testRedisUrl(), 'password of REDIS_URL'),
    REDIS_PREFIX: `test-canaries-${port}`,
    META_APP_ID: APP_ID,
    META_APP_SECRET: appSecret,
    META_APP_SECRETS_PREVIOUS: canaries.plant('META_APP_SECRETS_PREVIOUS'),
    META_GRAPH_URL: sandbox.url,
    META_OAUTH_URL: sandbox.url,
    META_TIMEOUT_MS: '2000',
    INSTAGRAM_APP_ID: '987654321',
    INSTAGRAM_APP_SECRET: canaries.plant('INSTAGRAM_APP_SECRET'),
    INSTAGRAM_GRAPH_URL: sandbox.url,
    INSTAGRAM_OAUTH_URL: sandbox.url,
    OAUTH_REDIRECT_URIS: REDIRECT_URI,
    ENCRYPTION_KEYS: `${key('k2')},${key('k1')}`,
    JWT_SECRET: canaries.plant('JWT_SECRET'),
    JWT_SECRETS_PREVIOUS: canaries.plant('JWT_SECRETS_PREVIOUS'),
    METRICS_TOKEN: canaries.plant('METRICS_TOKEN'),
    SENTIMENT_API_URL: model.url,
    SENTIMENT_API_KEY: canaries.plant('SENTIMENT_API_KEY'),
    MEDIA_STORAGE: 's3',
    // Nothing listens there: every file fails.
    MEDIA_S3_ENDPOINT: 'http://127.0.0.1:9',
    MEDIA_S3_BUCKET: 'canaries',
    MEDIA_S3_ACCESS_KEY_ID: canaries.plant('MEDIA_S3_ACCESS_KEY_ID'),
    MEDIA_S3_SECRET_ACCESS_KEY: canaries.plant('MEDIA_S3_SECRET_ACCESS_KEY'),
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${canaries.plant('OTEL_EXPORTER_OTLP_HEADERS')}`,
    OUTBOUND_ALLOW_HTTP: 'true',
    OUTBOUND_ALLOWED_ADDRESSES: ALLOWED_ADDRESS,
    ENDPOINT_TIMEOUT_MS: '1500',
    LOG_LEVEL: 'trace',
  };
  service = startBuiltService(env);
  await untilReady(service, 90_000);
});
afterAll(async () => {
  globalThis.fetch = realFetch;
  service.kill('SIGKILL');
  await service.exitCode;
  follower.drop();
  await receiver.close();
  await model.close();
  await sandbox.close();
  await database.drop();
});

/** Keeps every answer that the service gives. */
const recordingFetch: typeof fetch = async (input, init) => {
  const response = await realFetch(input, init);
  const url = input instanceof Request ? input.url : input.toString();
  if (url.startsWith(env.PUBLIC_URL ?? 'nowhere')) {
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    outputs.push({
      where: `answer to ${init?.method ?? 'GET'} ${new URL(url).pathname}`,
      text: `${headers}\n\n${await response.clone().text()}`,
    });
  }
  return response;
};

const watched = (name: string, value: unknown, allowed: RegExp | null): string =>
  canaries.watch(name, String(value), allowed);

/** Logs in, or fails to, in every way; and makes users and keys. */
async function loginsAndKeys(): Promise<{ admin: TestUser; client: ApiClient }> {
  const password = canaries.plant('password of a user');
  const wrong = canaries.plant('password that is wrong');
  const email = 'canary@example.com';
  await service.api.post('/api/auth/register', { email, password, name: 'Canary owner' });
  await service.api.post('/api/auth/register', { email, password: wrong, name: 'Again' });
  await service.api.post('/api/auth/login', { email, password: wrong });
  await service.api.post('/api/auth/login', {
    email,
    password: wrong,
    token: canaries.plant('unknown field'),
  });
  await service.api.raw('/api/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"email":"${email}","password":"${wrong}"`,
  });
  await service.api.raw('/api/auth/login', { method: 'POST', body: `password=${wrong}` });
  const first = await service.api.login(email, password);
  const refreshed = await service.api.post('/api/auth/refresh', { refreshToken: first.refreshToken });
  const admin = {
    ...first,
    accessToken: String(refreshed.body.data.accessToken),
    refreshToken: String(refreshed.body.data.refreshToken),
  };
  const makes = /POST \/api\/auth\/(?:login|refresh|register)/;
  watched('access token', first.accessToken, makes);
  watched('access token after a refresh', admin.accessToken, makes);
  watched('refresh token', first.refreshToken, makes);
  watched('refresh token after a refresh', admin.refreshToken, makes);
  const client = service.api.as(admin);
  const key = await client.post('/api/auth/api-keys', { name: 'canary', role: 'agent' });
  watched('API key', key.body.data.key, /POST \/api\/auth\/api-keys$/);
  await service.api.withApiKey(String(key.body.data.key)).get('/api/auth/me');
  await service.api.withApiKey(canaries.plant('API key that is none')).get('/api/auth/me');
  await service.api
    .with({ authorization: `Bearer ${canaries.plant('token that is none')}` })
    .get('/api/users');
  await service.api.with({ cookie: `session=${canaries.plant('cookie')}` }).get('/api/nowhere');
  const user = await client.post('/api/users', {
    email: 'second@example.com',
    name: 'Second',
    role: 'viewer',
    password: canaries.plant('password of another user'),
  });
  await client.patch(`/api/users/${String(user.body.data.id)}`, {
    password: canaries.plant('password that is new'),
  });
  await client.get(`/api/users?access_token=${canaries.plant('token in a query')}`);
  await client.post('/api/auth/logout', { refreshToken: canaries.plant('refresh token that is none') });
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: env.PUBLIC_URL ?? '' };
  for (const each of [password, wrong])
    await service.api.raw('/admin/login', {
      method: 'POST',
      headers: form,
      body: new URLSearchParams({ email, password: each }).toString(),
    });
  return { admin, client };
}

/** Connects an account, or fails to, and sets everything that is secret of it. */
async function accounts(client: ApiClient): Promise<void> {
  await client.post('/api/meta/auth/connect', {
    code: canaries.plant('code that is none'),
    redirectUri: REDIRECT_URI,
  });
  const { code } = sandbox.control.issueCode({ redirectUri: REDIRECT_URI });
  watched('code', code, null);
  const connected = await client.post('/api/meta/auth/connect', { code, redirectUri: REDIRECT_URI });
  expect([connected.status, connected.text]).toEqual([200, expect.anything()]);
  await client.get('/api/meta/whatsapp/account');
  const verifyToken = canaries.plant('verify token', /GET \/api\/meta\/webhook$/);
  await client.post('/api/meta/webhook/configure', { verifyToken, fields: { messages: true } });
  await client.get('/api/meta/webhook');
  for (const token of [verifyToken, canaries.plant('verify token that is wrong')])
    await service.api.get(
      `/api/meta/webhook/events?hub.mode=subscribe&hub.challenge=1&hub.verify_token=${encodeURIComponent(token)}`,
    );
  const number = `/api/meta/whatsapp/phone-numbers/${SEED.phoneNumberId}`;
  await client.put(`${number}/two-step-pin`, { pin: canaries.plantPin('PIN') });
  await client.post(`${number}/two-step-pin/reveal`);
  await client.post(`${number}/register`, { pin: canaries.plantPin('PIN that is wrong') });
  await client.put(`${number}/callback-override`, {
    url: 'https://callbacks.example.com/whatsapp',
    verifyToken: canaries.plant('verify token of an override'),
  });
  await client.post('/api/meta/whatsapp/flows/encryption', {});
  await client.post('/api/meta/auth/refresh-token', {});
  await service.api.raw('/api/meta/auth/deauthorize', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `signed_request=${canaries.plant('signed request')}.eyJ1c2VyX2lkIjoiMSJ9`,
  });
}

/** A customer's system that is told of events, and one that fails. */
async function endpoints(client: ApiClient): Promise<void> {
  const made = /(?:POST|GET|PATCH) \/api\/meta\/notifications\/endpoints(?:\/[^/]+\/secret\/rotate)?$/;
  for (const path of ['/well', '/failing']) {
    const address = `${path}?key=${canaries.plant(`key in the address of ${path}`, SHOWN_ADDRESS)}`;
    // Some tell their callers what they were sent.
    receiver.answer(address, ({ headers }, response) => {
      response
        .writeHead(path === '/failing' ? 500 : 200)
        .end(JSON.stringify({ authorization: headers.authorization, headers }));
    });
    const endpoint = await client.post('/api/meta/notifications/endpoints', {
      url: receiver.url(address),
      eventTypes: ['*'],
      headers: { authorization: `Bearer ${canaries.plant(`header of ${path}`)}` },
    });
    expect([endpoint.status, endpoint.text]).toEqual([201, expect.anything()]);
    const id = String(endpoint.body.data.id);
    watched(`secret of ${path}`, endpoint.body.data.secret, made);
    await client.post(`/api/meta/notifications/endpoints/${id}/test`);
    const rotated = await client.post(`/api/meta/notifications/endpoints/${id}/secret/rotate`, {
      overlapSeconds: 600,
    });
    watched(`new secret of ${path}`, rotated.body.data.secret, made);
    await client.get(`/api/meta/notifications/endpoints/${id}`);
  }
}
/** Its owner's, who gave it: in the list of endpoints and in what is stored of them. */
const SHOWN_ADDRESS = /\/api\/meta\/notifications\/endpoints|^notification_endpoints\.url$/;

/** Messages in and out, files, moods, reports; then the same while Meta is away. */
async function traffic(client: ApiClient): Promise<void> {
  const say = (text: string) =>
    client.post('/api/meta/whatsapp/messages', { to: '+16505551234', type: 'text', text: { body: text } });
  await client.post('/api/meta/conversations/labels', { name: 'Canaries' });
  sandbox.control.playMessage({
    from: { phone: '16505551234', name: 'Ana' },
    content: { body: 'Hello there' },
  });
  await say('Hello');
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [] });
  for (const secret of [env.META_APP_SECRET, env.META_APP_SECRETS_PREVIOUS, 'nobody'])
    await service.api.raw('/api/meta/webhook/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signatureOf(body, secret) },
      body,
    });
  await client.post('/api/meta/whatsapp/media', {
    kind: 'image',
    url: `http://user:${canaries.plant('password in an address')}@${ALLOWED_ADDRESS}:${receiver.port}/a.jpg`,
  });
  await client.post('/api/meta/whatsapp/media', {
    kind: 'image',
    url: `http://${ALLOWED_ADDRESS}:9/image.jpg?signature=${canaries.plant('signature of an address')}`,
  });
  await model.behave([
    { kind: 'status', status: 401, body: { error: `no such key ${env.SENTIMENT_API_KEY ?? ''}` } },
    { kind: 'reset' },
  ]);
  for (let count = 0; count < 2; count++)
    await client.post('/api/meta/sentiment/analyze', { texts: ['I like it', 'no'] });
  await client.post('/api/meta/analytics/reports', {
    datasets: ['overview'],
    format: 'json',
    range: 'yesterday',
  });
  // As Meta does: what it was sent comes back in its errors.
  for (const code of [190, 100, 1, 4]) {
    sandbox.control.failNext({ code });
    await client.post('/api/meta/whatsapp/account/sync', {});
  }
  sandbox.control.clearFaults();
}

async function everythingThatIsRead(client: ApiClient): Promise<void> {
  const document = JSON.parse((await service.api.get('/api/docs-json')).text) as {
    paths: Record<string, Record<string, unknown>>;
  };
  for (const [path, methods] of Object.entries(document.paths))
    if ('get' in methods && !path.includes('{')) await client.get(path);
  await service.api.get('/metrics');
  await service.api.with({ authorization: `Bearer ${env.METRICS_TOKEN ?? ''}` }).get('/metrics');
  await service.api.get('/api/docs');
  await service.api.get('/health/ready');
}

describe('secrets', () => {
  it('are in nothing that the service says or stores, on good days and on bad ones', async () => {
    const { admin, client } = await loginsAndKeys();
    await accounts(client);
    follower = new Follower(admin.accessToken);
    await follower.connect(service.api.url);
    await endpoints(client);
    await traffic(client);
    await eventually(
      () => receiver.received.length,
      (count) => count > 0,
    );
    await everythingThatIsRead(client);
    // Meta is away from here on.
    await sandbox.close();
    await client.post('/api/meta/auth/refresh-token', {});
    await client.post('/api/meta/whatsapp/account/sync', {});
    await client.get('/api/meta/whatsapp/account?refresh=true');
    sandbox = await startSandbox({ apps: [] });

    const db = new Client({ connectionString: database.url });
    await db.connect();
    const redis = new Redis(testRedisUrl());
    try {
      const stored = await storedSecrets(db);
      // Or nothing of what is encrypted would be looked for.
      expect(stored).toBeGreaterThanOrEqual(3);
      outputs.push(...(await databaseOutputs(db)), ...(await redisOutputs(redis, env.REDIS_PREFIX ?? '')));
    } finally {
      await db.end();
      redis.disconnect();
    }
    service.kill('SIGTERM');
    await service.exitCode;
    outputs.push(
      ...service
        .stdout()
        .split('\n')
        .map((text) => ({ where: 'log', text })),
      ...service
        .stderr()
        .split('\n')
        .map((text) => ({ where: 'standard error', text })),
      { where: 'live events', text: JSON.stringify([follower.events, follower.signals]) },
      ...receiver.received.map(({ path, body }) => ({
        where: `outbound webhook ${path.split('?')[0] ?? ''}`,
        text: body,
      })),
    );
    // Each of them was really looked at.
    for (const kind of [
      'answer',
      'log',
      'audit_events.',
      'redis',
      'outbound webhook',
      'notification_endpoints.',
    ])
      expect([kind, outputs.some(({ where }) => where.startsWith(kind))]).toEqual([kind, true]);
    expect(outputs.filter(({ where }) => where === 'log').length).toBeGreaterThan(50);
    expect(canaries.names.length).toBeGreaterThan(40);
    expect(canaries.leaksIn(outputs)).toEqual([]);
  });

  it('would be found if they were there', () => {
    const probe = new Canaries();
    const secret = probe.plant('probe');
    const pin = probe.plantPin('pin');
    const told = [
      secret,
      Buffer.from(`xyz${secret}`.slice(3)).toString('base64'),
      Buffer.from(secret).toString('hex'),
      pin,
    ];
    for (const text of told) expect(probe.leaksIn([{ where: 'here', text: `"${text}"` }])).toHaveLength(1);
    expect(probe.leaksIn([{ where: 'here', text: `1${pin}1 and ${secret.slice(0, 20)}` }])).toEqual([]);
  });

  it('are not told by a start that fails', async () => {
    const broken = {
      'a database that is away': {
        DATABASE_URL: `postgres://u:${canaries.plant('password of no database')}@127.0.0.1:9/none`,
      },
      'a Redis that is away': { REDIS_URL: `redis://:${canaries.plant('password of no Redis')}@127.0.0.1:9` },
      'settings that are wrong': {
        JWT_SECRET: canaries.plant('JWT_SECRET that is short').slice(0, 20),
        ENCRYPTION_KEYS: canaries.plant('key that is none'),
      },
    };
    for (const [what, wrong] of Object.entries(broken)) {
      const started = startBuiltService({ ...env, PORT: String(await freePort()), ...wrong });
      let hasEnded = false;
      void started.exitCode.then(() => (hasEnded = true));
      // One that waits for what is away says so, and is not waited for.
      await eventually(
        () => hasEnded || /"level":"(?:warn|error|fatal)"/.test(started.stdout()),
        (is) => is,
        { timeoutMs: 60_000, intervalMs: 200 },
      );
      started.kill('SIGKILL');
      await started.exitCode;
      const said = [started.stdout(), started.stderr()].join('\n');
      expect([what, said.length > 20]).toEqual([what, true]);
      expect(canaries.leaksIn([{ where: what, text: said }])).toEqual([]);
    }
  });
});

/** Opens what is stored encrypted, to look for it everywhere else. */
async function storedSecrets(db: Client): Promise<number> {
  const cipher = new TokenCipher(new AppConfig(parseEnv(env)));
  let count = 0;
  for (const { table, column } of SECRET_COLUMNS) {
    const { rows } = await db.query<{ id: string; secret: string }>(
      `SELECT id, ${column} AS secret FROM ${table} WHERE ${column} IS NOT NULL`,
    );
    for (const { id, secret } of rows) {
      const plain = cipher.decrypt(secret, `${table}:${id}:${column}`);
      // What is known by now has its own rule on where it is shown.
      if (plain.startsWith('Canary') || plain.startsWith('whsec_') || plain.length < 12) continue;
      count += 1;
      canaries.watch(`${table}.${column} ${count}`, plain);
    }
  }
  return count;
}
