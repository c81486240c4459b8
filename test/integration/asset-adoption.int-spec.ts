import { Outbox } from '../../src/domain-events/outbox';
import { AssetDiscoveryService } from '../../src/whatsapp/accounts/asset-discovery.service';
import { eventually } from '../eventually';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { TcpProxy } from '../tcp-proxy';
import { type TestApp, startTestApp } from '../test-app';
import { testRedisUrl } from '../test-database';

let redis: TcpProxy;
let app: TestApp;
let tenant: Tenant;

beforeAll(async () => {
  redis = await TcpProxy.to(testRedisUrl());
  app = await startTestApp({ env: { REDIS_URL: redis.urlFor(testRedisUrl()) } });
  tenant = await aTenant(app.db);
});
afterAll(async () => {
  await redis.restore();
  await app.close();
  await redis.cut();
});

const adopt = (kind: 'phone_number' | 'page', metaId: string): Promise<void> =>
  app.db.transaction((tx) =>
    app.app
      .get(Outbox)
      .record(tx, [{ kind: 'asset.adopted', accountId: tenant.accountId, payload: { kind, metaId } }]),
  );

it('looks through the account again when a webhook has brought in a number that nobody knew', async () => {
  const discover = jest
    .spyOn(app.app.get(AssetDiscoveryService), 'discover')
    .mockResolvedValue({ wabaIds: [], failures: [] });
  await adopt('page', '1');
  await adopt('phone_number', '2');
  await eventually(
    () => discover.mock.calls,
    (calls) => calls.length > 0,
  );
  expect(discover.mock.calls).toEqual([[tenant.accountId]]);

  // Redis forgets jobs, the event does not: it is told again.
  await redis.cut();
  await adopt('phone_number', '3');
  const failures = (): Promise<unknown[]> =>
    app.db.query(`SELECT FROM outbox_failures WHERE subscriber = 'whatsapp-adoption'`);
  await eventually(failures, (rows) => rows.length === 1, { timeoutMs: 20_000 });
  expect(discover).toHaveBeenCalledTimes(1);
  await redis.restore();
  await eventually(
    () => discover.mock.calls,
    (calls) => calls.length >= 2,
    { timeoutMs: 30_000 },
  );
  expect(await eventually(failures, (rows) => rows.length === 0)).toEqual([]);
});
