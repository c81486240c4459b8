import { readFileSync } from 'node:fs';
import { SignJWT } from 'jose';
import { newId } from '../../src/database/ids';
import type { ApiClient, TestUser } from '../api-client';
import { aRouterTable } from '../router-table';
import { type ServedDocument, type ServedRoute, routesOf } from '../served-routes';
import { Follower, type ConnectError } from '../realtime-follower';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(180_000);

const ROLES = ['viewer', 'agent', 'admin'] as const;
type Role = (typeof ROLES)[number];
/** How the service names itself in its own tokens. */
const OWN = 'meta-business-backend';

/**
 * What the router answers and the API's document does not tell of: pages for browsers and machines of the operator's. Each
 * has its own rule, tested where it is made: metrics.int-spec.ts, queue-dashboard.int-spec.ts.
 */
const NOT_IN_DOCUMENT = [
  /^GET \/api\/docs(?:$|[/-])/,
  /^GET \/metrics$/,
  /^(?:GET|POST) \/admin\/(?:login|logout)$/,
  /^(?:GET|POST|PUT|PATCH|DELETE) \/admin\/queues(?:\/\*)?$/,
];

const router = aRouterTable();
let app: TestApp;
let routes: (ServedRoute & { role: Role | undefined })[];
let users: Record<Role, TestUser>;
let keys: Record<Role, string>;
let roleless: TestUser;

beforeAll(async () => {
  app = await startTestApp({ env: { APP_ROLES: 'api' }, modules: [router.module] });
  const document = (await app.api.get('/api/docs-json')).body as unknown as ServedDocument;
  routes = routesOf(document).map((route) => ({
    ...route,
    role: roleIn(document.paths[route.path]?.[route.method.toLowerCase()]),
  }));
  const admin = await app.api.registerAdmin();
  const asAdmin = app.api.as(admin);
  users = { admin, agent: await asAdmin.createUser('agent'), viewer: await asAdmin.createUser('viewer') };
  keys = { admin: '', agent: '', viewer: '' };
  // All are of an admin: what counts is what the key may.
  for (const role of ROLES)
    keys[role] = String((await asAdmin.post('/api/auth/api-keys', { name: role, role })).body.data.key);
  roleless = await asAdmin.createUser('agent');
});
afterAll(() => app.close());

function roleIn(operation: object | undefined): Role | undefined {
  const role: unknown = operation === undefined ? undefined : Reflect.get(operation, 'x-required-role');
  return ROLES.find((each) => each === role);
}

const guarded = (): typeof routes => routes.filter(({ isPublic }) => !isPublic);
const addressOf = ({ path }: ServedRoute): string => path.replace(/\{\w+\}/g, newId());
const ask = (client: ApiClient, route: ServedRoute) =>
  client.raw(addressOf(route), {
    method: route.method,
    ...(route.body === null ? {} : { headers: { 'content-type': 'application/json' }, body: '{}' }),
  });

/** Some at once: there are thousands to ask. */
async function together<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
    }),
  );
}

const ON_EVERY_ROUTE = new Set([
  'no credential',
  'the algorithm none',
  'a signature of another key',
  'a foreign issuer',
  'an expired token',
]);

const KEY = new TextEncoder().encode('a-secret-for-tests-that-is-long-enough');
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1_000);

async function signed(
  claims: { iss?: string; aud?: string; exp?: number; sub?: string } = {},
  key: Uint8Array = KEY,
  alg = 'HS256',
): Promise<string> {
  const payload = {
    iss: OWN,
    aud: OWN,
    exp: now() + 600,
    iat: now() - 60,
    sub: users.admin.id,
    role: 'admin',
    ...claims,
  };
  return new SignJWT(payload).setProtectedHeader({ alg, typ: 'JWT' }).sign(key);
}

/** Each is nobody’s, though most look like an admin’s. */
async function badCredentials(): Promise<Record<string, Record<string, string>>> {
  const [header = '', payload = '', signature = ''] = users.admin.accessToken.split('.');
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const claims = { iss: OWN, aud: OWN, exp: now() + 600, sub: users.admin.id, role: 'admin' };
  const asAdmin = app.api.as(users.admin);
  const revoked = await asAdmin.post('/api/auth/api-keys', { name: 'revoked', role: 'admin' });
  await asAdmin.delete(`/api/auth/api-keys/${String(revoked.body.data.id)}`);
  const expired = await asAdmin.post('/api/auth/api-keys', { name: 'expired', role: 'admin' });
  await app.db.query(`UPDATE api_keys SET expires_at = now() - interval '1 minute' WHERE id = $1`, [
    expired.body.data.id,
  ]);
  await asAdmin.delete(`/api/users/${roleless.id}`);
  return {
    'no credential': {},
    'an empty one': { authorization: '' },
    'a token without its signature': bearer(`${header}.${payload}.`),
    'the algorithm none': bearer(`${base64({ alg: 'none', typ: 'JWT' })}.${base64(claims)}.`),
    'the algorithm None, signed by nobody': bearer(
      `${base64({ alg: 'None', typ: 'JWT' })}.${base64(claims)}.AA`,
    ),
    'a signature of another key': bearer(await signed({}, new TextEncoder().encode('x'.repeat(40)))),
    'another algorithm under the right key': bearer(
      await signed({}, new Uint8Array([...KEY, ...KEY]), 'HS512'),
    ),
    'a foreign issuer': bearer(await signed({ iss: 'https://login.example.com/' })),
    'a foreign audience': bearer(await signed({ aud: 'another-service' })),
    'an expired token': bearer(await signed({ exp: now() - 1 })),
    'a token of nobody': bearer(await signed({ sub: newId() })),
    'a token of no user’s id': bearer(await signed({ sub: 'admin' })),
    'another role written into a token': bearer(
      `${header}.${base64({ ...claims, role: 'admin', sub: users.admin.id })}.${signature}`,
    ),
    'a refresh token': bearer(users.admin.refreshToken),
    'an API key as a token': bearer(keys.admin),
    'a token as an API key': { 'x-api-key': users.admin.accessToken },
    'a password': {
      authorization: `Basic ${Buffer.from(`${users.admin.email}:${users.admin.password}`).toString('base64')}`,
    },
    'an unknown API key': { 'x-api-key': 'mbb_nothing-like-this' },
    'a revoked API key': { 'x-api-key': String(revoked.body.data.key) },
    'an expired API key': { 'x-api-key': String(expired.body.data.key) },
    'the token of a removed user': bearer(roleless.accessToken),
    'credentials of two users': { ...bearer(users.viewer.accessToken), 'x-api-key': keys.admin },
  };
}

describe('the routes', () => {
  it('are all in the document, but for pages of browsers and machines', () => {
    const documented = new Set(routes.map(({ name }) => name));
    const left = [...router.table.routes].filter((name) => !documented.has(name));
    expect(left.filter((name) => !NOT_IN_DOCUMENT.some((each) => each.test(name)))).toEqual([]);
    // And what the document tells of is there.
    expect([...documented].filter((name) => !router.table.routes.has(name))).toEqual([]);
    expect(documented.size).toBeGreaterThan(250);
  });

  it('say who may call them: a role, or everybody', () => {
    expect(
      routes.filter(({ isPublic, role }) => isPublic === (role !== undefined)).map(({ name }) => name),
    ).toEqual([]);
  });

  it('are open to everybody exactly where docs/security.md says so', () => {
    const text = readFileSync('docs/security.md', 'utf8');
    const section = /^## Addresses without a credential$([\s\S]*?)(?=^## )/m.exec(text)?.[1] ?? '';
    const told = [...section.matchAll(/^- `([A-Z]+ \/\S*)`/gm)].map(([, name]) => name);
    expect([...told].sort()).toEqual(
      routes
        .filter(({ isPublic }) => isPublic)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('are closed to whoever has no valid credential', async () => {
    const open: string[] = [];
    for (const [index, [what, headers]] of Object.entries(await badCredentials()).entries()) {
      const client = app.api.with(headers);
      // One guard is before all of them: what it makes of a credential is asked of all, and of some.
      const asked = guarded().filter((_route, at) => ON_EVERY_ROUTE.has(what) || at % 20 === index % 20);
      await together(asked, async (route) => {
        const { status, body } = await ask(client, route);
        if (status !== 401 || body.error.code !== 'UNAUTHORIZED')
          open.push(`${what}: ${route.name} ${status}`);
      });
    }
    expect(open).toEqual([]);
  });

  it.each(ROLES)(
    'let the role %s do what is open from it on, by token and by key, and nothing more',
    async (role) => {
      const wrong: string[] = [];
      for (const [how, client] of [
        ['token', app.api.as(users[role])],
        ['key', app.api.withApiKey(keys[role])],
      ] as const)
        await together(guarded(), async (route) => {
          const { status, text } = await ask(client, route);
          const isShut = status === 403 && text.includes('"This needs the role');
          const mayCall = ROLES.indexOf(role) >= ROLES.indexOf(route.role ?? 'admin');
          if (isShut === mayCall || status === 401 || status >= 500)
            wrong.push(`${how} ${route.name}: ${status} ${text.slice(0, 120)}`);
        });
      expect(wrong).toEqual([]);
    },
  );

  it('count the smaller of both roles where a token comes with a key', async () => {
    const both = app.api.as(users.admin).with({ 'x-api-key': keys.viewer });
    expect((await both.get('/api/users')).status).toBe(403);
    expect((await app.api.as(users.admin).with({ 'x-api-key': keys.admin }).get('/api/users')).status).toBe(
      200,
    );
  });
});

describe('a live connection', () => {
  it('is refused with every credential that a request is refused with', async () => {
    const admitted: string[] = [];
    for (const [what, headers] of Object.entries(await badCredentials())) {
      const follower = new Follower('');
      const answer = await follower
        .connect(app.url, { auth: { token: undefined }, headers, transports: ['polling'] })
        .then(
          () => null,
          (error: unknown) => error as ConnectError,
        );
      if (answer?.data?.code !== 'UNAUTHORIZED') admitted.push(`${what}: ${String(answer)}`);
      follower.drop();
    }
    expect(admitted).toEqual([]);
  });
});
