import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { migrateDatabase } from '../../src/database/migrate.command';
import { createMonthPartitions, partitionName, startOfMonth } from '../../src/database/month-partitions';
import { PartitionScheduler } from '../../src/database/partition.scheduler';
import { StatisticsScheduler } from '../../src/database/statistics.scheduler';
import { type DatabaseWithRoles, asAdministrator, createDatabaseWithRoles } from '../database-roles';
import { eventually } from '../eventually';
import { message, messageWhen, sent, withStatus } from '../factories/messaging.factory';
import { type TestApp, startTestApp } from '../test-app';

const REDIRECT_URI = 'https://app.example.com/callback';
const silent = (): void => undefined;

let database: DatabaseWithRoles;
const running: TestApp[] = [];
beforeEach(async () => {
  database = await createDatabaseWithRoles();
});
afterEach(async () => {
  for (const app of running.splice(0)) await app.close();
  await database.drop();
});

const migrate = (): Promise<void> =>
  migrateDatabase({ DATABASE_URL: database.appUrl, MIGRATION_DATABASE_URL: database.ownerUrl }, silent);
const start = async (env: Record<string, string> = {}): Promise<TestApp> => {
  const app = await startTestApp({
    sandbox: true,
    database: { url: database.appUrl, drop: () => Promise.resolve() },
    env,
  });
  running.push(app);
  return app;
};
/** As the role of the service: what it answers, or with which code it is refused. */
const asService = (sql: string): Promise<string> =>
  asAdministrator(database.appUrl, (client) =>
    client.query(sql).then(
      ({ rowCount }) => `${rowCount ?? 0} rows`,
      (error: unknown) =>
        typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown',
    ),
  );
const REFUSED = '42501';

describe('a service whose role owns nothing', () => {
  it('connects, receives, sends, searches and counts, with nothing but rights to rows', async () => {
    await migrate();
    const { api, sandbox, db } = await start();
    if (sandbox === undefined) throw new Error('No stand-in was started.');
    const client = api.as(await api.registerAdmin());
    const { code } = sandbox.control.issueCode({ redirectUri: REDIRECT_URI });
    const connected = await client.post('/api/meta/auth/connect', { code, redirectUri: REDIRECT_URI });
    expect(connected).toMatchObject({ status: 200, body: { data: { status: 'connected' } } });
    await client.post('/api/meta/webhook/configure', {
      verifyToken: 'a-verify-token',
      fields: { messages: true },
    });
    const from = { phone: '+16505550123', name: 'Ana' };
    expect(sandbox.control.playMessage({ from, content: { body: 'Do you deliver pineapples?' } }).told).toBe(
      1,
    );
    const found = await eventually(
      () => client.get<{ items: unknown[] }>('/api/meta/conversations/search?q=pineapples'),
      ({ text }) => text.includes('pineapples?'),
    );
    expect(found.status).toBe(200);
    const id = await sent(client, { to: from.phone, type: 'text', text: { body: 'We do.' } });
    await messageWhen(client, id, withStatus('read'));
    expect((await message(client, id)).status).toBe('read');
    const overview = await client.get('/api/meta/analytics/overview?startDate=2026-01-01&endDate=2026-01-02');
    expect(overview.status).toBe(200);
    const [dead]: { n: number }[] = await db.query(
      `SELECT count(*)::int AS n FROM webhook_deliveries WHERE state <> 'processed'`,
    );
    expect(dead?.n).toBe(0);
    expect((await api.get('/health/ready')).status).toBe(200);
  });

  it('cannot change or remove a table, make roles, read passwords or files, or become somebody else', async () => {
    await migrate();
    expect(await asService('SELECT * FROM webhook_deliveries')).toBe('0 rows');
    for (const sql of [
      'DROP TABLE webhook_deliveries',
      'TRUNCATE messages',
      'ALTER TABLE users ADD COLUMN extra text',
      'CREATE TABLE mine (id int)',
      'CREATE INDEX ON messages (id)',
      'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
      'CREATE ROLE other',
      'ALTER ROLE CURRENT_USER SUPERUSER',
      'SELECT rolpassword FROM pg_authid',
      `SELECT pg_read_file('postgresql.conf')`,
      `COPY users TO PROGRAM 'true'`,
      `SET ROLE ${database.owner}`,
      `INSERT INTO migrations (timestamp, name) VALUES (1, 'x')`,
      'DELETE FROM migrations',
      'CREATE SCHEMA mine',
    ])
      expect({ sql, answer: await asService(sql) }).toEqual({ sql, answer: REFUSED });
  });

  it('may do the same with tables and partitions that are made later', async () => {
    await migrate();
    const owner = new DataSource(dataSourceOptions(database.ownerUrl, 2));
    await owner.initialize();
    try {
      await owner.query('CREATE TABLE made_later (id bigint GENERATED ALWAYS AS IDENTITY, name text)');
      await owner.query('CREATE SEQUENCE numbers_made_later');
    } finally {
      await owner.destroy();
    }
    expect(await asService(`INSERT INTO made_later (name) VALUES ('x')`)).toBe('1 rows');
    expect(await asService(`SELECT nextval('numbers_made_later')`)).toBe('1 rows');
    expect(await asService('DROP TABLE made_later')).toBe(REFUSED);
  });

  it('is given its rights where tables were there before it: an installation with one role gets a second', async () => {
    await migrateDatabase({ DATABASE_URL: database.ownerUrl }, silent);
    expect(await asService('SELECT * FROM users')).toBe(REFUSED);
    await migrate();
    expect(await asService('SELECT * FROM users')).toBe('0 rows');
    expect(await asService('DELETE FROM migrations')).toBe(REFUSED);
    await migrate(); // Nothing to do, which is no error.
  });
});

describe('tables that are not up to date', () => {
  it('are waited for by processes that may not change them', async () => {
    const starting = start({ MIGRATION_WAIT_SECONDS: '60' });
    await eventually(
      () => asAdministrator(database.url, (client) => waitingSessions(client, database.app)),
      (sessions) => sessions > 0,
    );
    await migrate();
    const { api } = await starting;
    expect((await api.get('/health/ready')).status).toBe(200);
  });

  it('end the start with what to do about it, if nobody comes', async () => {
    await expect(start({ MIGRATION_WAIT_SECONDS: '0' })).rejects.toThrow(
      /The tables are older than this release.*Run npm run migrate/,
    );
  });
});

describe('the months', () => {
  const OLD = startOfMonth(new Date(), -8);
  const monthExists = async (): Promise<boolean> =>
    (await asService(`SELECT * FROM ${partitionName('webhook_deliveries', OLD)}`)) === '0 rows';
  const makeOldMonth = async (): Promise<void> => {
    const owner = new DataSource(dataSourceOptions(database.ownerUrl, 2));
    await owner.initialize();
    try {
      await createMonthPartitions(owner.manager, startOfMonth(OLD, 1));
    } finally {
      await owner.destroy();
    }
  };

  it('are removed, and tables analysed, by a scheduler that was given the owner’s address', async () => {
    await migrate();
    await makeOldMonth();
    expect(await monthExists()).toBe(true);
    const { app } = await start({ MIGRATION_DATABASE_URL: database.ownerUrl, APP_ROLES: 'scheduler' });
    await app.get(PartitionScheduler).createAhead();
    await app.get(PartitionScheduler).removeOld();
    expect(await monthExists()).toBe(false);
    await asService(
      `INSERT INTO webhook_digests SELECT sha256(n::text::bytea), gen_random_uuid() FROM generate_series(1, 500) n`,
    );
    await eventually(
      async () => {
        await app.get(StatisticsScheduler).look();
        return asService(
          `SELECT 1 FROM pg_class WHERE oid = 'webhook_digests'::regclass AND reltuples = 500`,
        );
      },
      (answer) => answer === '1 rows',
    );
  });

  it('stay with one that was not', async () => {
    await migrate();
    await makeOldMonth();
    const { app } = await start({ APP_ROLES: 'scheduler' });
    await app.get(PartitionScheduler).removeOld();
    expect(await monthExists()).toBe(true);
  });
});

interface Queryable {
  query(sql: string, values: unknown[]): Promise<{ rows: { n: number }[] }>;
}
async function waitingSessions(client: Queryable, role: string): Promise<number> {
  const { rows } = await client.query('SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1', [
    role,
  ]);
  return rows[0]?.n ?? 0;
}
