import type { ApiClient, TestUser } from '../api-client';
import { leastEnvironment, startBuiltService, untilReady } from '../built-service';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import {
  NAMED,
  NAMED_LISTS,
  type ServedDocument,
  type ServedRoute,
  addressOf,
  routesOf,
} from '../served-routes';
import { type PlantedTenant, plantTenant } from '../tenant-world';
import { type TestApp, freePort, startTestApp } from '../test-app';
import { createTestDatabase, testRedisUrl } from '../test-database';

jest.setTimeout(180_000);

/** The service's own, whoever's accounts they tell of: for its admins, and nobody else. */
const OPERATORS = [
  /^\w+ \/api\/users/,
  /^\w+ \/api\/meta\/webhook\/(deliveries|stats)/,
  /^GET \/api\/meta\/auth\/signup-cancellations$/,
  // Besides those of their accounts, they see what is no account's: audit-log.int-spec.ts.
  /^GET \/api\/meta\/audit-events(\.csv)?$/,
];
/** Ids that are nobody's: Meta's number of an error, a signed name. */
const NOBODYS = [/^GET \/api\/meta\/whatsapp\/errors\/\{code\}$/];
/** By ids of Meta's that are not stored here: Meta decides by the token of whoever asks, which is never another tenant's. */
const ASKED_AT_META = [/ \/api\/meta\/instagram\/media\/\{id\}/];
/** The owner's Page would have to be connected for it, with a token that Meta knows. */
const NEEDS_A_PAGE = [/^GET \/api\/meta\/facebook\/posts\/\{id\}\/comments$/];
/** What a viewer writes is the viewer's own, or changes nothing. */
const OF_VIEWERS = [
  'DELETE /api/auth/api-keys/{id}',
  'POST /api/auth/password',
  'POST /api/meta/conversations/{id}/read',
  'POST /api/meta/conversations/{id}/unread',
  'POST /api/meta/notifications/{id}/read',
  'POST /api/meta/notifications/read-all',
  'PUT /api/meta/notifications/preferences',
  'POST /api/meta/sentiment/analyze',
  'POST /api/meta/whatsapp/templates/lint',
  'POST /api/meta/whatsapp/templates/preview',
  'POST /api/meta/whatsapp/templates/{id}/preview',
];

const isOneOf = (patterns: readonly RegExp[], name: string): boolean =>
  patterns.some((each) => each.test(name));

const SCOPES = [
  'whatsapp_business_management',
  'whatsapp_business_messaging',
  'business_management',
  'pages_show_list',
  'pages_messaging',
  'pages_manage_metadata',
  'pages_read_engagement',
  'instagram_basic',
  'instagram_manage_comments',
  'instagram_manage_messages',
];

/** The whole document is only there in the build: Nest's Swagger plugin makes it of comments, types and validators. */
async function servedDocument(): Promise<ServedDocument> {
  const database = await createTestDatabase();
  const service = startBuiltService(
    leastEnvironment({ databaseUrl: database.url, redisUrl: testRedisUrl(), port: await freePort() }),
  );
  try {
    await untilReady(service, 90_000);
    return JSON.parse((await service.api.get('/api/docs-json')).text) as ServedDocument;
  } finally {
    service.kill('SIGTERM');
    await service.exitCode;
    await database.drop();
  }
}

describe('two tenants', () => {
  let app: TestApp;
  let routes: ServedRoute[];
  let a: PlantedTenant;
  let b: PlantedTenant;
  let ofA: ApiClient;
  const ofB: Record<'admin' | 'agent' | 'viewer', ApiClient> = {} as never;

  beforeAll(async () => {
    routes = routesOf(await servedDocument()).filter(({ isPublic }) => !isPublic);
    // Nobody works on what is planted here.
    app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
    const admin = await app.api.registerAdmin({ name: 'PlantedA owner' });
    const other = await app.api.as(admin).createUser('admin');
    a = await tenantOf(admin, 'A');
    b = await tenantOf(other, 'B');
    ofA = app.api.as(admin);
    ofB.admin = app.api.as(other);
    for (const role of ['agent', 'viewer'] as const) {
      const user = await app.api.as(admin).createUser(role);
      await app.db.query(
        `INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'member')`,
        [b.accountId, user.id],
      );
      ofB[role] = app.api.as(user);
    }
  });
  afterAll(() => app.close());

  async function tenantOf(owner: TestUser, letter: 'A' | 'B'): Promise<PlantedTenant> {
    const { id: personId } = sandboxOf(app).createPerson({ name: `Planted${letter}` });
    const accountId = await connectedAccount(app, app.api.as(owner), { personId, scopes: SCOPES });
    return plantTenant(app, { ownerId: owner.id, accountId, letter });
  }

  /** What a route cannot do without in its query, of a tenant's where it is something of one. */
  const requiredQuery = ({ queryParameters }: ServedRoute, tenant: PlantedTenant, but?: string): string =>
    queryParameters
      .filter(({ name, isRequired }) => isRequired && name !== but)
      .map(({ name }) => `&${name}=${encodeURIComponent(NAMED[name]?.(tenant) ?? 'planted')}`)
      .join('');

  const withIds = (): ServedRoute[] =>
    routes.filter(
      ({ name, pathParameters }) =>
        pathParameters.length > 0 && !isOneOf(OPERATORS, name) && !isOneOf(NOBODYS, name),
    );

  const ask = (client: ApiClient, route: ServedRoute, address: string, body: object | null) =>
    client.raw(address, {
      method: route.method,
      ...(route.body === null
        ? {}
        : {
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body ?? route.body.example),
          }),
    });

  /** Everything that is A's, row by row, but for when it was last used. */
  const stateOfA = async (): Promise<Record<string, string>> => {
    const state: Record<string, string> = {};
    for (const table of Object.keys(a.rows).filter(
      (name) => name !== 'meta_accounts' && 'account_id' in (a.rows[name] ?? {}),
    )) {
      const [row]: { rows: string }[] = await app.db.query(
        `SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') AS rows FROM ${table} t WHERE account_id = $1`,
        [a.accountId],
      );
      state[table] = row?.rows ?? '';
    }
    return state;
  };

  it('knows of something of a tenant for every parameter of every route', () => {
    expect(routes.length).toBeGreaterThan(250);
    expect(
      withIds()
        .filter((route) => addressOf(route, a) === undefined)
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it('have ids of things that are there: their owner reads each of them', async () => {
    const missed: string[] = [];
    for (const route of withIds().filter(
      ({ method, name }) => method === 'GET' && !isOneOf(NEEDS_A_PAGE, name),
    )) {
      const { status, text } = await ofA.get(`${addressOf(route, a) ?? ''}?${requiredQuery(route, a)}`);
      // What only Meta knows was asked for with the owner's token: it was found here whose it is.
      if (status === 404 && !text.includes('"meta":'))
        missed.push(`${route.name} ${status} ${text.slice(0, 200)}`);
    }
    expect(missed).toEqual([]);
  });

  it('answer for what is the other one’s as for what is not there, and leave it as it is', async () => {
    const before = await stateOfA();
    const wrong: string[] = [];
    for (const route of withIds()) {
      for (const role of ['admin', 'agent'] as const) {
        const { status, text } = await ask(
          ofB[role],
          route,
          `${addressOf(route, a) ?? ''}?${requiredQuery(route, a)}`,
          null,
        );
        const isRefused =
          status === 404 ||
          (status === 403 && role === 'agent') ||
          (isOneOf(ASKED_AT_META, route.name) && text.includes('"code":"META_REJECTED"'));
        if (!isRefused || text.includes(a.mark))
          wrong.push(`${role} ${route.name}: ${status} ${text.slice(0, 300)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await stateOfA()).toEqual(before);
  });

  it('get nothing of each other by naming it in a query', async () => {
    const wrong: string[] = [];
    for (const route of routes.filter(({ method, name }) => method === 'GET' && !isOneOf(OPERATORS, name))) {
      const address = addressOf(route, b);
      if (address === undefined) continue;
      for (const { name } of route.queryParameters) {
        const value = NAMED[name]?.(a);
        if (value === undefined) continue;
        const query = requiredQuery(route, b, name);
        const { status, text } = await ofB.admin.get(
          `${address}?${name}=${encodeURIComponent(value)}${query}`,
        );
        const isForbidden = status === 403 || status >= 500;
        if (text.includes(a.mark) || (isForbidden && name === 'accountId'))
          wrong.push(`${route.name} ${name}: ${status} ${text.slice(0, 300)}`);
        // An account that is not the user's is as if it were not there, on every route that takes one.
        if (name === 'accountId' && ![400, 404].includes(status))
          wrong.push(`${route.name} ${name}: ${status} ${text.slice(0, 300)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('get nothing of each other by naming it in a body', async () => {
    const before = await stateOfA();
    const wrong: string[] = [];
    for (const route of routes.filter(({ name, body }) => body !== null && !isOneOf(OPERATORS, name))) {
      const address = addressOf(route, b);
      if (address === undefined || route.body === null) continue;
      for (const field of route.body.fields) {
        const one = NAMED[field]?.(a);
        const many = NAMED_LISTS[field]?.(a);
        if (one === undefined && many === undefined) continue;
        const body = { ...route.body.example, [field]: one ?? [many] };
        const { status, text } = await ask(ofB.admin, route, address, body);
        if (text.includes(a.mark) || (field === 'accountId' && ![400, 404].includes(status)))
          wrong.push(`${route.name} ${field}: ${status} ${text.slice(0, 300)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await stateOfA()).toEqual(before);
  });

  it('see nothing of each other in any list', async () => {
    const leaks: string[] = [];
    let own = 0;
    for (const route of routes.filter(
      ({ method, pathParameters }) => method === 'GET' && pathParameters.length === 0,
    )) {
      for (const [role, client] of Object.entries(ofB)) {
        if (role === 'admin' && isOneOf(OPERATORS, route.name)) continue;
        const { text } = await client.get(`${route.path}?${requiredQuery(route, b)}`);
        if (text.includes(a.mark)) leaks.push(`${role} ${route.name}: ${text.slice(0, 300)}`);
        if (text.includes(b.mark)) own += 1;
      }
    }
    expect(leaks).toEqual([]);
    // Or nothing would have been looked at.
    expect(own).toBeGreaterThan(30);
  });

  it('are both strangers without a credential', async () => {
    const open: string[] = [];
    for (const route of routes) {
      const address = addressOf(route, a) ?? route.path.replace(/\{\w+\}/g, a.accountId);
      const { status, text } = await ask(app.api, route, address, null);
      if (status !== 401 || text.includes(a.mark)) open.push(`${route.name}: ${status}`);
    }
    expect(open).toEqual([]);
  });

  it('let a viewer change nothing', async () => {
    const allowed: string[] = [];
    for (const route of routes.filter(({ method }) => method !== 'GET')) {
      const address = addressOf(route, b) ?? route.path.replace(/\{\w+\}/g, b.accountId);
      const { status } = await ask(ofB.viewer, route, address, null);
      if (status !== 403) allowed.push(route.name);
    }
    expect(allowed.filter((name) => !OF_VIEWERS.includes(name))).toEqual([]);
  });
});
