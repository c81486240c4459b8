import { SEED } from '../../sandbox/world-seed';
import type { AccountId } from '../../src/database/ids';
import { Clock } from '../../src/meta-auth/clock';
import { MetaTokenService } from '../../src/meta-auth/meta-token.service';
import { PermissionsChangedHandler } from '../../src/meta-auth/permissions-changed.handler';
import { TokenRefreshScheduler } from '../../src/meta-auth/token-refresh.scheduler';
import { WebhookHandlerRegistry } from '../../src/webhooks/webhook-handler.registry';
import type { ApiClient } from '../api-client';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

interface AccountRow {
  status: string;
  status_reason: string | null;
  access_token: string | null;
  token_expiry: Date | null;
  next_refresh_at: Date | null;
  refresh_failures: number;
  permissions: string[];
}

describe('the life of a token', () => {
  let app: TestApp;
  let client: ApiClient;
  let accountId: AccountId;
  beforeAll(async () => {
    app = await startTestApp({
      sandbox: true,
      env: {
        META_TIMEOUT_MS: '1000',
        INSTAGRAM_APP_ID: '55501',
        INSTAGRAM_APP_SECRET: 'instagram-secret',
        // Without a worker, which would look for assets behind every connect: here calls are counted.
        APP_ROLES: 'api,scheduler',
      },
    });
    client = app.api.as(await app.api.registerAdmin());
    // The service lives in the stand-in's time, which can be moved.
    jest.spyOn(app.app.get(Clock), 'now').mockImplementation(() => new Date(sandboxOf(app).now()));
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('DELETE FROM meta_accounts');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    accountId = (await connectedAccount(app, client)) as AccountId;
    sandboxOf(app).clearCalls();
  });

  const row = async (id: string = accountId): Promise<AccountRow> => {
    const rows: AccountRow[] = await app.db.query('SELECT * FROM meta_accounts WHERE id = $1', [id]);
    return rows[0]!;
  };
  const events = async (): Promise<{ kind: string; payload: Record<string, unknown> }[]> =>
    app.db.query(
      `SELECT kind, payload FROM domain_events
        WHERE account_id = $1 AND kind NOT IN ('account.connected', 'account.members_changed') ORDER BY id`,
      [accountId],
    );
  const refresh = (id: string = accountId) =>
    client.post<{ expiresAt: string | null }>('/api/meta/auth/refresh-token', { accountId: id });
  const runSchedule = () => app.app.get(TokenRefreshScheduler).runDue();
  const tokens = () => app.app.get(MetaTokenService);
  const daysLeft = (at: Date | string | null) =>
    (new Date(at ?? 0).getTime() - sandboxOf(app).now()) / DAY_MS;

  describe('in the hands of the schedule', () => {
    it('lives on for half a year without anybody looking', async () => {
      for (let day = 0; day < 180; day += 5) {
        await sandboxOf(app).advance(5 * DAY_MS);
        await runSchedule();
      }
      expect(await row()).toMatchObject({ status: 'active', refresh_failures: 0 });
      expect(daysLeft((await row()).token_expiry)).toBeGreaterThan(9);
      // Renewing a token does not renew the access to the person's data: Meta gives ninety days, and that is told once.
      expect((await events()).filter(({ kind }) => kind === 'account.reauth_required')).toEqual([
        {
          kind: 'account.reauth_required',
          payload: { reason: 'data_access_expired', missingPermissions: [] },
        },
      ]);
      await expect(tokens().tokenFor(accountId)).resolves.toMatch(/^EAA/);
    }, 120_000);

    it('is not asked about before it is due', async () => {
      await runSchedule();
      expect(sandboxOf(app).calls()).toEqual([]);
      await sandboxOf(app).advance(30 * HOUR_MS);
      await runSchedule();
      await runSchedule();
      expect(sandboxOf(app).calls({ path: /debug_token/ })).toHaveLength(1);
      expect(sandboxOf(app).calls({ path: /oauth\/access_token/ })).toHaveLength(0);
    });

    it('is asked about by one node only', async () => {
      await sandboxOf(app).advance(30 * HOUR_MS);
      await Promise.all([runSchedule(), runSchedule(), runSchedule()]);
      expect(sandboxOf(app).calls({ path: /debug_token/ })).toHaveLength(1);
    });

    it('is found dead, and that is told once', async () => {
      sandboxOf(app).revokePermission({ personId: SEED.personId });
      await sandboxOf(app).advance(30 * HOUR_MS);
      await runSchedule();
      await sandboxOf(app).advance(30 * HOUR_MS);
      await runSchedule();
      expect(await row()).toMatchObject({ status: 'revoked', status_reason: 'app_removed', permissions: [] });
      expect(await events()).toEqual([
        { kind: 'account.reauth_required', payload: { reason: 'app_removed', missingPermissions: [] } },
      ]);
    });

    it('lives again after a security check, without a new login', async () => {
      const dead = sandboxOf(app).tokens();
      for (const { token } of dead) sandboxOf(app).revokeToken(token, 459);
      await sandboxOf(app).advance(30 * HOUR_MS);
      await runSchedule();
      expect(await row()).toMatchObject({ status: 'expired', status_reason: 'checkpoint' });
      sandboxOf(app).failNext({
        path: /debug_token$/,
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify({
          data: {
            is_valid: true,
            app_id: '1234567890',
            type: 'USER',
            expires_at: 0,
            scopes: ['pages_show_list'],
          },
        }),
      });
      sandboxOf(app).failNext({
        path: /permissions$/,
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify({ data: [{ permission: 'pages_show_list', status: 'granted' }] }),
      });
      await sandboxOf(app).advance(30 * HOUR_MS);
      await runSchedule();
      expect(await row()).toMatchObject({ status: 'active' });
    });

    it('tells which permissions were lost, and keeps the account', async () => {
      sandboxOf(app).revokePermission({ permission: 'whatsapp_business_messaging', personId: SEED.personId });
      await sandboxOf(app).advance(30 * HOUR_MS);
      await runSchedule();
      expect(await row()).toMatchObject({ status: 'active', status_reason: 'permissions_lost' });
      expect((await row()).permissions).not.toContain('whatsapp_business_messaging');
      await sandboxOf(app).advance(30 * HOUR_MS);
      await runSchedule();
      expect(await events()).toEqual([
        {
          kind: 'account.reauth_required',
          payload: { reason: 'permissions_lost', missingPermissions: ['whatsapp_business_messaging'] },
        },
      ]);
      await connectedAccount(app, client);
      expect(await row()).toMatchObject({ status_reason: null });
    });

    it('is left alone while Meta is down, more and more patiently', async () => {
      const before = await row();
      const waits: number[] = [];
      sandboxOf(app).failNext({ path: /debug_token$/, code: 4, times: 100 });
      await sandboxOf(app).advance(30 * HOUR_MS);
      for (let failure = 1; failure <= 6; failure += 1) {
        await runSchedule();
        const { refresh_failures, next_refresh_at, status } = await row();
        expect([refresh_failures, status]).toEqual([failure, 'active']);
        const wait = (next_refresh_at?.getTime() ?? 0) - sandboxOf(app).now();
        waits.push(wait);
        await sandboxOf(app).advance(wait + 1);
      }
      expect(waits[0]).toBeLessThanOrEqual(60_000);
      expect(waits[5]).toBeGreaterThanOrEqual(16 * 60_000);
      expect((await row()).access_token).toBe(before.access_token);
      sandboxOf(app).clearFaults();
      await runSchedule();
      expect(await row()).toMatchObject({ refresh_failures: 0, status: 'active' });
      expect(await events()).toEqual([]);
    });

    it('is not blamed for an app secret that Meta does not accept', async () => {
      sandboxOf(app).updateApp('1234567890', { appSecret: 'rotated-at-meta-only' });
      await sandboxOf(app).advance(30 * HOUR_MS);
      await runSchedule();
      expect(await row()).toMatchObject({ status: 'active', refresh_failures: 1 });
      sandboxOf(app).updateApp('1234567890', { appSecret: 'test-app-secret' });
    });

    it('of Instagram Login is refreshed as Instagram wants it', async () => {
      const sandbox = sandboxOf(app);
      sandbox.createApp({ appId: '55501', appSecret: 'instagram-secret' });
      const { code } = sandbox.issueCode({
        appId: '55501',
        redirectUri: 'https://app.example.com/callback',
        instagramId: SEED.instagramId,
        scopes: ['instagram_business_basic'],
      });
      const answer = await client.post<{ accountId: string }>('/api/meta/auth/connect', {
        code,
        redirectUri: 'https://app.example.com/callback',
        platform: 'instagram',
      });
      const id = answer.body.data.accountId;
      // Too young to be refreshed, which is no error.
      expect((await refresh(id)).status).toBe(200);
      for (let day = 0; day < 180; day += 5) {
        await sandbox.advance(5 * DAY_MS);
        await runSchedule();
      }
      expect(await row(id)).toMatchObject({ status: 'active' });
      expect(daysLeft((await row(id)).token_expiry)).toBeGreaterThan(9);
      for (const { token } of sandbox.tokens()) sandbox.revokeToken(token, 460);
      await sandbox.advance(2 * DAY_MS);
      await runSchedule();
      expect(await row(id)).toMatchObject({ status: 'expired', status_reason: 'password_changed' });
    }, 120_000);

    it('is looked at soon after Meta tells that a permission was taken back', async () => {
      const { next_refresh_at: before } = await row();
      expect(before!.getTime()).toBeGreaterThan(sandboxOf(app).now() + HOUR_MS);
      const told = (verb: string) => [
        {
          kind: 'permissions.changed' as const,
          occurredAt: new Date(),
          asset: null,
          parent: null,
          deliveryId: accountId as never,
          owner: null,
          payload: { metaUserId: SEED.personId, permission: 'pages_messaging', verb, targetIds: [] },
        },
      ];
      expect(app.app.get(WebhookHandlerRegistry).hasHandlerFor('permissions.changed')).toBe(true);
      const handler = app.app.get(PermissionsChangedHandler);
      await app.db.transaction((tx) => handler.handle(told('granted'), tx));
      expect((await row()).next_refresh_at).toEqual(before);
      await app.db.transaction((tx) => handler.handle(told('revoked'), tx));
      expect((await row()).next_refresh_at!.getTime()).toBeLessThanOrEqual(sandboxOf(app).now());
    });
  });
});
