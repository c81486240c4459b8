import { newId } from '../../src/database/ids';
import { JobQueue } from '../../src/queue/job-queue';
import { type Served, readMetrics, valueOf } from '../metrics-reader';
import { type TestApp, startTestApp } from '../test-app';
import { type TestDatabase, createTestDatabase } from '../test-database';

const PREFIX = 'meta_backend_';
/** One of each source that is read from PostgreSQL or Redis. */
const SHARED = [
  'inbox_pending',
  'inbox_set_aside',
  'sends_messages',
  'sends_oldest_due_seconds',
  'outbox_lag_seconds',
  'meta_accounts',
  'tokens_expiring',
  'endpoints',
  'queue_jobs',
  'database_bytes',
  'partition_headroom_seconds',
];

describe('metrics of what all processes share', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  let served: Served[];
  beforeAll(async () => {
    database = await createTestDatabase();
    // Nobody works, so that what is planted stays.
    const redis = { REDIS_PREFIX: `m-${newId()}` };
    for (const role of ['scheduler', 'api'])
      apps.push(await startTestApp({ database, env: { ...redis, APP_ROLES: role } }));
    await plant(apps[0]!);
    served = await Promise.all(apps.map(({ api }) => readMetrics(api)));
  }, 180_000);
  afterAll(async () => {
    for (const app of apps) await app.close();
    await database.drop();
  });

  const told = (name: string, labels: Record<string, string> = {}): number =>
    valueOf(served[0]!, PREFIX + name, labels) ?? NaN;

  it('are told by schedulers alone, so that adding up processes counts nothing twice', () => {
    for (const name of SHARED)
      expect([name, ...served.map((each) => valueOf(each, PREFIX + name) !== undefined)]).toEqual([
        name,
        true,
        false,
      ]);
  });

  it('tell the inbox by lane: how many wait, fail, and how long', () => {
    expect(told('inbox_pending', { lane: 'message' })).toBe(2);
    expect(told('inbox_retrying', { lane: 'message' })).toBe(1);
    expect(told('inbox_oldest_seconds', { lane: 'message' })).toBeGreaterThanOrEqual(3_600);
    expect(told('inbox_pending', { lane: 'bulk' })).toBe(0);
    expect(told('inbox_oldest_seconds', { lane: 'bulk' })).toBe(0);
    expect(told('inbox_set_aside', { state: 'dead' })).toBe(1);
    expect(told('inbox_set_aside', { state: 'quarantined' })).toBe(0);
  });

  it('tell messages to send: by state, and the oldest of each lane over all senders', () => {
    expect(told('sends_messages', { state: 'queued' })).toBe(3);
    expect(told('sends_messages', { state: 'unknown' })).toBe(1);
    expect(told('sends_oldest_due_seconds', { lane: 'reply' })).toBeGreaterThanOrEqual(600);
    expect(told('sends_oldest_due_seconds', { lane: 'reply' })).toBeLessThan(3_600);
    expect(told('sends_oldest_due_seconds', { lane: 'campaign' })).toBe(0);
    expect(told('sends_oldest_due_seconds', { lane: 'authentication' })).toBe(0);
  });

  it('tell tokens: the first that ends, and accounts by state', () => {
    expect(told('meta_accounts', { state: 'active' })).toBe(2);
    expect(told('meta_accounts', { state: 'expired' })).toBe(1);
    expect(told('tokens_expiring')).toBe(1);
    const left = told('token_soonest_expiry_seconds');
    expect(left).toBeGreaterThan(86_400);
    expect(left).toBeLessThan(2 * 86_400);
  });

  it('tell the queues: how many jobs, and how long the next one has waited', () => {
    expect(told('queue_jobs', { queue: 'template-sync', state: 'waiting' })).toBe(1);
    expect(told('queue_jobs', { queue: 'template-sync', state: 'delayed' })).toBe(1);
    expect(told('queue_oldest_waiting_seconds', { queue: 'template-sync' })).toBeGreaterThan(0);
    expect(told('queue_oldest_waiting_seconds', { queue: 'reports' })).toBe(0);
  });
});

async function plant({ app, db }: TestApp): Promise<void> {
  const delivery = (state: string, attempts: number): Promise<unknown> =>
    db.query(
      `INSERT INTO webhook_deliveries (id, digest, body, lane, state, attempts, next_attempt_at, received_at)
       VALUES ($1, sha256($2::bytea), '{}', 'message', $3, $4, now() + interval '1 hour', now() - interval '1 hour')`,
      [newId(), Buffer.from(newId()), state, attempts],
    );
  await delivery('pending', 0);
  await delivery('pending', 3);
  await delivery('dead', 12);

  const send = (state: string, lane: number, available: string): Promise<unknown> =>
    db.query(
      `INSERT INTO message_sends (account_id, message_id, asset_id, platform, request, state, lane, recipient, available_at)
       VALUES ($1, $2, $3, 'whatsapp', '{}', $4, $5, '1', now() + $6::interval)`,
      [newId(), newId(), newId(), state, lane, available],
    );
  await send('queued', 1, '-5 minutes');
  await send('queued', 1, '-10 minutes');
  await send('queued', 2, '1 hour');
  await send('unknown', 1, '-2 hours');

  const [user]: { id: string }[] = await db.query(
    `INSERT INTO users (id, email, name, role) VALUES ($1, 'owner@example.com', 'Owner', 'admin') RETURNING id`,
    [newId()],
  );
  const account = (status: string, expiry: string | null, isDeleted = false): Promise<unknown> =>
    db.query(
      `INSERT INTO meta_accounts (id, user_id, login_kind, meta_app_id, meta_user_id, token_kind, status, token_expiry, deleted_at)
       VALUES ($1, $2, 'facebook', '1', $3, 'user', $4, now() + $5::interval, CASE WHEN $6 THEN now() END)`,
      [newId(), user?.id, newId(), status, expiry, isDeleted],
    );
  await account('active', '36 hours');
  await account('active', null);
  await account('expired', '-1 hour');
  await account('active', '1 hour', true);

  const jobs = app.get(JobQueue, { strict: false });
  await jobs.add('template-sync', 'sync', { accountId: 'a', wabaId: 'w' });
  await jobs.add('template-sync', 'sync', { accountId: 'a', wabaId: 'w' }, { delayMs: 600_000 });
}
