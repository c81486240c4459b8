import type { AccountId } from '../../src/database/ids';
import { GraphReauthRequiredError } from '../../src/graph-client/graph.error';
import { Clock } from '../../src/meta-auth/clock';
import { MetaTokenService } from '../../src/meta-auth/meta-token.service';
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
  const tokens = () => app.app.get(MetaTokenService);
  const daysLeft = (at: Date | string | null) =>
    (new Date(at ?? 0).getTime() - sandboxOf(app).now()) / DAY_MS;

  describe('when somebody refreshes it', () => {
    it('is renewed, and the answer says until when', async () => {
      const before = await row();
      await sandboxOf(app).advance(5 * DAY_MS);
      const answer = await refresh();
      expect(answer.status).toBe(200);
      expect(daysLeft(answer.body.data.expiresAt)).toBeGreaterThan(59);
      expect((await row()).access_token).not.toBe(before.access_token);
      expect(await events()).toEqual([
        { kind: 'account.token_refreshed', payload: { expiresAt: answer.body.data.expiresAt } },
      ]);
    });

    it('needs no name while there is one account', async () => {
      expect((await client.post('/api/meta/auth/refresh-token', {})).status).toBe(200);
    });

    it('is looked at only, if it does not expire', async () => {
      await app.db.query('DELETE FROM meta_accounts');
      const systemUser = await connectedAccount(app, client, { tokenKind: 'SYSTEM_USER' });
      sandboxOf(app).clearCalls();
      const answer = await refresh(systemUser);
      expect(answer.body.data).toEqual({ expiresAt: null });
      expect(
        sandboxOf(app)
          .calls()
          .map(({ path }) => path.replace(/^\//, '')),
      ).toEqual(['debug_token']);
    });

    it('brings a system user token with an end to sixty days more', async () => {
      await app.db.query('DELETE FROM meta_accounts');
      const systemUser = await connectedAccount(app, client, {
        tokenKind: 'SYSTEM_USER',
        expiresInSeconds: 40 * 86_400,
      });
      await sandboxOf(app).advance(2 * DAY_MS);
      expect(daysLeft((await refresh(systemUser)).body.data.expiresAt)).toBeGreaterThan(59);
      const [exchange] = sandboxOf(app)
        .calls({ path: /oauth\/access_token/ })
        .slice(-1);
      expect(exchange?.query).toMatchObject({ set_token_expires_in_60_days: 'true' });
    });

    it.each([
      [463, 'expired', 'token_expired'],
      [460, 'expired', 'password_changed'],
      [467, 'expired', 'logged_out'],
      [null, 'expired', 'token_invalid'],
      [458, 'revoked', 'app_removed'],
    ])('and Meta says 190/%s, the account becomes %s', async (subcode, status, reason) => {
      for (const { token } of sandboxOf(app).tokens()) sandboxOf(app).revokeToken(token, subcode);
      const answer = await refresh();
      expect([answer.status, answer.body.error.code]).toEqual([424, 'META_REAUTH_REQUIRED']);
      expect(await row()).toMatchObject({ status, status_reason: reason, next_refresh_at: null });
      expect(await events()).toEqual([
        { kind: 'account.reauth_required', payload: { reason, missingPermissions: [] } },
      ]);
      const shown = await client.get('/api/meta/auth/status');
      expect(shown.body.data).toMatchObject({ connected: false, accountId, status, statusReason: reason });
      await expect(tokens().tokenFor(accountId)).rejects.toMatchObject({
        code: 'META_REAUTH_REQUIRED',
        status: 424,
      });
      // Told once.
      await refresh();
      expect(await events()).toHaveLength(1);
    });

    it.each([
      ['a 5xx', { status: 502 }],
      ['a broken connection', { drop: 'before' as const }],
      ['an overloaded Meta', { code: 2 }],
      ['a used-up limit', { code: 4 }],
    ])('stays as it was after %s', async (_case, fault) => {
      const before = await row();
      sandboxOf(app).failNext({ path: /oauth\/access_token$/, times: 10, ...fault });
      const answer = await refresh();
      expect([429, 503]).toContain(answer.status);
      expect(await row()).toEqual(before);
      expect(await events()).toEqual([]);
      sandboxOf(app).clearFaults();
      expect((await refresh()).status).toBe(200);
    });

    it('never replaces the token of a login that came meanwhile', async () => {
      sandboxOf(app).failNext({ path: /oauth\/access_token$/, delayMs: 300 });
      const slow = refresh();
      await new Promise((resolve) => setTimeout(resolve, 100));
      sandboxOf(app).clearFaults();
      await connectedAccount(app, client);
      const connected = await row();
      await sandboxOf(app).advance(1_000);
      await slow;
      expect((await row()).access_token).toBe(connected.access_token);
    });
  });

  describe('in the hands of the platform modules', () => {
    const dead = new GraphReauthRequiredError('expired', {
      meta: { code: 190, subcode: 463, type: null, title: null, message: 'x', fbtraceId: null },
    });
    const forbidden = new GraphReauthRequiredError('no permission', {
      meta: { code: 200, subcode: null, type: null, title: null, message: 'x', fbtraceId: null },
    });

    it('marks the account when Meta declares the token dead', async () => {
      const call = tokens().withToken(accountId, () => Promise.reject(dead));
      await expect(call).rejects.toBe(dead);
      expect(await row()).toMatchObject({ status: 'expired', status_reason: 'token_expired' });
      const never = jest.fn<Promise<void>, [string]>();
      await expect(tokens().withToken(accountId, never)).rejects.toMatchObject({
        code: 'META_REAUTH_REQUIRED',
        details: { status: 'expired', reason: 'token_expired' },
      });
      expect(never).not.toHaveBeenCalled();
    });

    it('has the token looked at when a permission is missing, and does not condemn it', async () => {
      await sandboxOf(app).advance(HOUR_MS);
      await expect(tokens().withToken(accountId, () => Promise.reject(forbidden))).rejects.toBe(forbidden);
      const { status, next_refresh_at } = await row();
      expect(status).toBe('active');
      expect(next_refresh_at!.getTime()).toBeLessThanOrEqual(sandboxOf(app).now());
    });

    it('does not hold an old failure against a new token', async () => {
      const old = await tokens().tokenFor(accountId);
      await expect(
        tokens().withToken(accountId, async () => {
          await connectedAccount(app, client);
          throw dead;
        }),
      ).rejects.toBe(dead);
      await tokens().markReauthRequired(accountId, dead, old);
      expect(await row()).toMatchObject({ status: 'active' });
      await tokens().markReauthRequired(accountId, dead, await tokens().tokenFor(accountId));
      expect(await row()).toMatchObject({ status: 'expired' });
    });
  });
});
