import { OutboxRelay } from '../../src/domain-events/outbox-relay.service';
import { OutboxSubscribers } from '../../src/domain-events/outbox-subscribers';
import { eventually } from '../eventually';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { tell } from '../factories/outbox.factory';
import { TcpProxy } from '../tcp-proxy';
import { type TestApp, startTestApp } from '../test-app';
import { type TestDatabase, createTestDatabase, testRedisUrl } from '../test-database';

/** Keeps what it is told, by process. */
function listen(app: TestApp): string[] {
  const told: string[] = [];
  app.app.get(OutboxSubscribers).register({
    name: 'listener',
    kinds: ['template.updated'],
    from: 'beginning',
    handle: (events) => {
      told.push(...events.map(({ payload }) => payload.name));
      return Promise.resolve();
    },
  });
  return told;
}

describe('a process that takes requests and one that works', () => {
  let database: TestDatabase;
  let redis: TcpProxy;
  let api: TestApp;
  let worker: TestApp;
  let tenant: Tenant;
  let told: { api: string[]; worker: string[] };
  const prefix = `wake-${process.pid}`;

  beforeAll(async () => {
    // What no job brings is not told here at all.
    jest.spyOn(OutboxRelay.prototype, 'sweep').mockResolvedValue();
    database = await createTestDatabase();
    redis = await TcpProxy.to(testRedisUrl());
    const env = { REDIS_PREFIX: prefix };
    api = await startTestApp({
      database,
      env: { ...env, APP_ROLES: 'api', REDIS_URL: redis.urlFor(testRedisUrl()) },
    });
    worker = await startTestApp({ database, env: { ...env, APP_ROLES: 'worker' } });
    tenant = await aTenant(api.db);
    told = { api: listen(api), worker: listen(worker) };
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await worker.close();
    await api.close();
    await redis.cut();
    await database.drop();
  });

  it('are joined by a job as soon as the transaction is committed, and not before', async () => {
    const wake = jest.spyOn(worker.app.get(OutboxRelay), 'relay');
    await api.db.transaction(async (tx) => {
      await tx.transaction((nested) => tell(nested, tenant, 'a'));
      expect(wake).not.toHaveBeenCalled();
    });
    await eventually(
      () => told.worker,
      (names) => names.length === 1,
    );
    await api.db.transaction((tx) => tell(tx, tenant, 'b'));
    await eventually(
      () => told.worker,
      (names) => names.length === 2,
    );
    expect(told).toEqual({ api: [], worker: ['a', 'b'] });
  });

  it('lose nothing while Redis is away: the worker looks by itself', async () => {
    await redis.cut();
    await api.db.transaction((tx) => tell(tx, tenant, 'without Redis'));
    expect(told.worker).not.toContain('without Redis');
    jest.mocked(OutboxRelay.prototype.sweep).mockRestore();
    await worker.app.get(OutboxRelay).sweep();
    await api.app.get(OutboxRelay).sweep();
    await eventually(
      () => told.worker,
      (names) => names.includes('without Redis'),
    );
    expect(told.api).toEqual([]);
    await redis.restore();
  });
});
