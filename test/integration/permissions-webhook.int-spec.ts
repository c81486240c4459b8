import { TokenRefreshScheduler } from '../../src/meta-auth/token-refresh.scheduler';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

let app: TestApp;
let client: ApiClient;

beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  client = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());

describe('a permission that somebody takes back at Meta', () => {
  it('is noticed by its webhook: the token is checked soon, and people are told what is missing', async () => {
    const accountId = await connectedAccount(app, client);
    await client.get('/api/meta/whatsapp/account');
    await client.post('/api/meta/webhook/configure', { verifyToken: 'a-token', fields: { messages: true } });
    const nextCheck = async (): Promise<Date> =>
      (
        await app.db.query<{ next_refresh_at: Date }[]>(
          'SELECT next_refresh_at FROM meta_accounts WHERE id = $1',
          [accountId],
        )
      )[0]!.next_refresh_at;
    expect((await nextCheck()).getTime()).toBeGreaterThan(Date.now() + 60_000);

    sandboxOf(app).revokePermission({ permission: 'whatsapp_business_messaging' });
    await eventually(nextCheck, (at) => at.getTime() <= Date.now() + 60_000);

    await eventually(
      async () => {
        await app.app.get(TokenRefreshScheduler).runDue();
        return (await client.get<{ permissions: string[] }>('/api/meta/auth/status')).body.data.permissions;
      },
      (permissions) => !permissions.includes('whatsapp_business_messaging'),
    );
    expect(
      await app.db.query(`SELECT payload FROM domain_events WHERE kind = 'account.reauth_required'`),
    ).toMatchObject([{ payload: { missingPermissions: ['whatsapp_business_messaging'] } }]);
  });
});
