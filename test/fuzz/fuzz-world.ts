import { Client } from 'pg';
import { TokenCipher } from '../../src/crypto/token-cipher';
import { EndpointSigner } from '../../src/notifications/endpoints/endpoint-signer';
import type { TestUser } from '../api-client';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { NAMED, NAMED_LISTS, type ServedRoute, addressOf, routesOf } from '../served-routes';
import { type PlantedTenant, plantTenant } from '../tenant-world';
import { type TestApp, startTestApp } from '../test-app';
import { createTestDatabase } from '../test-database';
import type { FuzzDocument, FuzzedRoute } from './fuzz-document';
import { isRecord } from './answer-check';
import type { SoundRequest } from './variations';

/** What takes longer is a query that no index helps, or one whose work the caller can choose. */
const LONGEST_STATEMENT_MS = 4_000;
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** The real application with two tenants of which every table has something; requests are the first one's. */
export interface FuzzWorld {
  app: TestApp;
  own: PlantedTenant;
  other: PlantedTenant;
  /** Has no account; for routes about users. */
  spare: TestUser;
  /** As the document has them: requests that are as it says. */
  soundRequests(route: FuzzedRoute): SoundRequest[];
  /** How many rows each table has. */
  rowCounts(): Promise<Record<string, number>>;
  /** Logs in again: a request may have ended the session. */
  refreshSession(): Promise<void>;
  close(): Promise<void>;
}

export async function startFuzzWorld(document: FuzzDocument): Promise<FuzzWorld> {
  const database = await createTestDatabase();
  const app = await startTestApp({ sandbox: true, database, env: { APP_ROLES: 'api', ...NO_LIMITS } });
  try {
    await limitStatements(app, database.url);
    const owner = await app.api.registerAdmin({ name: 'PlantedA owner' });
    const otherOwner = await app.api.as(owner).createUser('admin');
    const spare = await app.api.as(owner).createUser('viewer');
    const own = await tenantOf(app, owner, 'A');
    const other = await tenantOf(app, otherOwner, 'B');
    await makeSecretsReadable(app);
    const served = new Map(routesOf(document).map((route) => [route.name, route]));
    let session = owner;
    const tables = await tablesOf(app);
    return {
      app,
      own,
      other,
      spare,
      soundRequests: (route) =>
        soundRequestsOf(route, served.get(route.name), own, spare, session.accessToken),
      rowCounts: () => countsOf(app, tables),
      refreshSession: async () => {
        const { status } = await app.api.as(session).get('/api/auth/me');
        if (status !== 200) session = await app.api.login(owner.email, owner.password);
      },
      close: async () => {
        await app.close();
        await database.drop();
      },
    };
  } catch (error) {
    await app.close();
    await database.drop();
    throw error;
  }
}

/** Requests come by the thousand from one address here. */
const NO_LIMITS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'RATE_LIMIT_STANDARD_ADDRESS',
    'RATE_LIMIT_STANDARD_USER',
    'RATE_LIMIT_LOGIN_ADDRESS',
    'RATE_LIMIT_REFRESH_ADDRESS',
    'RATE_LIMIT_CONNECT_ADDRESS',
    'RATE_LIMIT_CONNECT_USER',
    'RATE_LIMIT_SEARCH_USER',
    'RATE_LIMIT_HEAVY_USER',
    'RATE_LIMIT_META_ADDRESS',
    'RATE_LIMIT_REALTIME_ADDRESS',
  ].map((name) => [name, '1000000/60']),
);

/** Connections that are open by now are ended: the service takes new ones, which have the limit. */
async function limitStatements(app: TestApp, url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const name = new URL(url).pathname.slice(1);
    await client.query(`ALTER DATABASE ${name} SET statement_timeout = ${LONGEST_STATEMENT_MS}`);
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
  } finally {
    await client.end();
  }
  for (let tries = 0; tries < 20; tries += 1) {
    const isThere = await app.db.query('SELECT 1').then(
      () => true,
      () => false,
    );
    if (isThere) return;
  }
}

async function tenantOf(app: TestApp, owner: TestUser, letter: 'A' | 'B'): Promise<PlantedTenant> {
  const { id: personId } = sandboxOf(app).createPerson({ name: `Planted${letter}` });
  const accountId = await connectedAccount(app, app.api.as(owner), { personId });
  return plantTenant(app, { ownerId: owner.id, accountId, letter });
}

/** What is planted as text where something encrypted belongs would be an error of ours wherever it is read. */
async function makeSecretsReadable({ app, db }: TestApp): Promise<void> {
  const cipher = app.get(TokenCipher, { strict: false });
  const signer = app.get(EndpointSigner, { strict: false });
  const idsOf = async (table: string): Promise<string[]> =>
    (await db.query<{ id: string }[]>(`SELECT id FROM ${table}`)).map(({ id }) => id);
  for (const id of await idsOf('webhook_configs'))
    await db.query('UPDATE webhook_configs SET verify_token = $2 WHERE id = $1', [
      id,
      cipher.encrypt('planted-verify-token', `webhook_configs:${id}:verify_token`),
    ]);
  for (const id of await idsOf('notification_endpoints'))
    await db.query(
      'UPDATE notification_endpoints SET secret = $2, previous_secret = NULL, headers = NULL WHERE id = $1',
      [id, signer.encryptSecret(id, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
    );
  await db.query(
    'UPDATE whatsapp_business_accounts SET callback_verify_token = NULL, callback_verify_token_hash = NULL',
  );
  await db.query(
    'UPDATE whatsapp_phone_numbers SET callback_verify_token = NULL, callback_verify_token_hash = NULL, pin = NULL, pin_pending = NULL',
  );
  await db.query('UPDATE whatsapp_flows SET forward_secret = NULL');
  // Of a file that is not there.
  await db.query(`UPDATE media_uploads SET storage_key = 'uploads/' || id`);
  await db.query('UPDATE whatsapp_onboardings SET pin = NULL');
  await db.query('UPDATE message_opt_ins SET token = NULL');
  await db.query('DELETE FROM whatsapp_flow_keys');
}

async function tablesOf({ db }: TestApp): Promise<string[]> {
  const rows: { name: string }[] = await db.query(
    `SELECT c.relname AS name FROM pg_class c
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function countsOf({ db }: TestApp, tables: readonly string[]): Promise<Record<string, number>> {
  const rows: { name: string; rows: string }[] = await db.query(
    tables.map((name) => `SELECT '${name}' AS name, count(*) AS rows FROM "${name}"`).join(' UNION ALL '),
  );
  return Object.fromEntries(rows.map(({ name, rows: count }) => [name, Number(count)]));
}

function soundRequestsOf(
  route: FuzzedRoute,
  served: ServedRoute | undefined,
  own: PlantedTenant,
  spare: TestUser,
  accessToken: string,
): SoundRequest[] {
  if (served === undefined) throw new Error(`${route.name} is not served`);
  const fallback = route.path.startsWith('/api/users/') ? spare.id : NOBODY;
  const path = addressOf(served, own) ?? route.path.replace(/\{\w+\}/g, fallback);
  const query = Object.fromEntries(
    route.parameters
      .filter((each) => each.in === 'query' && each.required === true)
      .map(({ name, schema, example }) => [
        name,
        NAMED[name]?.(own) ??
          NAMED_LISTS[name]?.(own) ??
          textOf(example ?? schema?.example ?? schema?.enum?.[0]),
      ]),
  );
  const headers = route.isPublic ? {} : { authorization: `Bearer ${accessToken}` };
  const content = route.bodies['application/json'];
  const bodies =
    content === undefined
      ? [undefined]
      : [content.example, ...Object.values(content.examples ?? {}).map(({ value }) => value)]
          .filter(isRecord)
          .map((example) => withOwnIds(example, own));
  return (bodies.length === 0 ? [{}] : bodies).map((body) => ({ route, path, query, headers, body }));
}

/** What the document shows as an example is nobody's; where a name stands for something of a tenant's, it becomes theirs. */
function withOwnIds(example: Record<string, unknown>, own: PlantedTenant): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => {
      if (typeof value === 'string') return [name, NAMED[name]?.(own) ?? value];
      const one = NAMED_LISTS[name]?.(own);
      return [name, Array.isArray(value) && one !== undefined ? [one] : value];
    }),
  );
}

function textOf(example: unknown): string {
  return typeof example === 'string' || typeof example === 'number' ? String(example) : 'planted';
}
