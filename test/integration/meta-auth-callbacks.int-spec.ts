import { createHmac } from 'node:crypto';
import { SEED } from '../../sandbox/world-seed';
import { MetaAccountsService } from '../../src/meta-auth/meta-accounts.service';
import { TokenRefreshScheduler } from '../../src/meta-auth/token-refresh.scheduler';
import type { ApiClient } from '../api-client';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { TEST_APP_SECRET, type TestApp, startTestApp } from '../test-app';

const OLD_SECRET = 'the-secret-before';

function signedRequest(payload: object, secret = TEST_APP_SECRET): string {
  const encoded = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${createHmac('sha256', secret).update(encoded).digest('base64url')}.${encoded}`;
}

function aboutPerson(issuedAt: number, userId: string = SEED.personId): object {
  return { algorithm: 'HMAC-SHA256', issued_at: issuedAt, user_id: userId };
}

describe('when a person leaves at Meta', () => {
  let app: TestApp;
  let client: ApiClient;
  let accountId: string;
  beforeAll(async () => {
    app = await startTestApp({
      sandbox: true,
      env: { APP_ROLES: 'api,scheduler', META_APP_SECRETS_PREVIOUS: OLD_SECRET },
    });
    client = app.api.as(await app.api.registerAdmin());
    sandboxOf(app).updateApp('1234567890', {
      deauthorizeUrl: `${app.url}/api/meta/auth/deauthorize`,
      dataDeletionUrl: `${app.url}/api/meta/auth/data-deletion`,
    });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    jest.restoreAllMocks();
    await app.db.query('DELETE FROM meta_accounts');
    await app.db.query('DELETE FROM data_deletion_requests');
    accountId = await connectedAccount(app, client);
  });

  const send = (which: 'deauthorize' | 'data-deletion', text: string) =>
    app.api.raw(`/api/meta/auth/${which}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ signed_request: text }).toString(),
    });
  const accounts = async (): Promise<Record<string, unknown>[]> =>
    app.db.query('SELECT * FROM meta_accounts');
  const ends = async (): Promise<unknown[]> =>
    app.db.query(`SELECT payload FROM domain_events WHERE kind = 'account.disconnected'`);

  it.each(['deauthorize', 'data-deletion'] as const)('%s is obeyed only if Meta signed it', async (which) => {
    const good = signedRequest(aboutPerson(1));
    const [signature, payload] = good.split('.');
    const forged = Buffer.from(JSON.stringify(aboutPerson(2))).toString('base64url');
    for (const [text, status] of [
      [signedRequest(aboutPerson(3), 'another-secret'), 401],
      [`${signature}.${forged}`, 401],
      [`${signature}`, 401],
      [`.${payload}`, 401],
      [signedRequest({ ...aboutPerson(4), algorithm: 'none' }), 401],
      [signedRequest({ algorithm: 'HMAC-SHA256', issued_at: 5 }), 401],
      ['nonsense', 401],
      ['', 400],
    ] as const) {
      const answer = await send(which, text);
      expect([text, answer.status, answer.body.success]).toEqual([text, status, false]);
    }
    const missing = await app.api.raw(`/api/meta/auth/${which}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'other=1',
    });
    expect([missing.status, missing.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(await accounts()).toMatchObject([{ status: 'active', deleted_at: null }]);
    expect(await app.db.query('SELECT 1 FROM data_deletion_requests')).toEqual([]);
  });

  describe('deauthorize', () => {
    it('kills the tokens of everybody connected as that person, and says so', async () => {
      const other = app.api.as(await client.createUser('agent'));
      await connectedAccount(app, other);
      const result = await sandboxOf(app).deauthorize();
      expect(result?.status).toBe(200);
      const wiped = { status: 'revoked', status_reason: 'app_removed', access_token: null, permissions: [] };
      expect(await accounts()).toMatchObject([wiped, wiped]);
      expect(await ends()).toEqual([
        { payload: { reason: 'deauthorized' } },
        { payload: { reason: 'deauthorized' } },
      ]);
      const status = await client.get('/api/meta/auth/status');
      expect(status.body.data).toMatchObject({
        connected: false,
        accountId,
        status: 'revoked',
        platforms: { whatsapp: false },
      });
      const refresh = await client.post('/api/meta/auth/refresh-token', { accountId });
      expect([refresh.status, refresh.body.error.code]).toEqual([424, 'META_REAUTH_REQUIRED']);
    });

    it('sent again does not harm a login that came since', async () => {
      const request = signedRequest(aboutPerson(1_700_000_001), OLD_SECRET);
      expect((await send('deauthorize', request)).status).toBe(200);
      expect(await connectedAccount(app, client)).toBe(accountId);
      expect((await send('deauthorize', request)).status).toBe(200);
      // The same request, its signature spelled differently: the last character has bits that nobody reads.
      const [signature = '', payload] = request.split('.');
      const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(
        signature.at(-1)!,
      );
      const twin = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[last ^ 1]!;
      await send('deauthorize', `${signature.slice(0, -1)}${twin}.${payload}`);
      expect(await accounts()).toMatchObject([{ status: 'active' }]);
      expect(await ends()).toHaveLength(1);
    });

    it('of a person nobody knows is accepted', async () => {
      expect((await send('deauthorize', signedRequest(aboutPerson(7, '99')))).status).toBe(200);
      expect(await accounts()).toMatchObject([{ status: 'active' }]);
    });
  });

  describe('data deletion', () => {
    it('deletes what is held, and gives Meta its receipt and the person a page', async () => {
      const result = await sandboxOf(app).requestDataDeletion();
      expect(result?.status).toBe(200);
      const receipt = JSON.parse(result?.body ?? '') as Record<string, string>;
      expect(Object.keys(receipt).sort()).toEqual(['confirmation_code', 'url']);
      expect(receipt.url).toBe(`${app.url}/api/meta/auth/data-deletion/${receipt.confirmation_code}`);

      const [row, ...more] = await accounts();
      expect(more).toEqual([]);
      expect(row).toMatchObject({ name: null, access_token: null, permissions: [], granular_scopes: [] });
      expect(JSON.stringify(row)).not.toContain(SEED.personId);
      expect(row?.deleted_at).not.toBeNull();
      expect(await ends()).toEqual([{ payload: { reason: 'data_deletion' } }]);
      expect((await client.get('/api/meta/auth/status')).body.data).toEqual({ connected: false });
      const requests = await app.db.query(
        'SELECT status, meta_user_id, accounts_deleted FROM data_deletion_requests',
      );
      expect(requests).toEqual([{ status: 'completed', meta_user_id: null, accounts_deleted: 1 }]);

      const json = await app.api.get(`/api/meta/auth/data-deletion/${receipt.confirmation_code}`);
      expect(json.body).toEqual({
        success: true,
        data: { status: 'completed', requestedAt: expect.any(String), completedAt: expect.any(String) },
      });
      const page = await app.api.raw(new URL(receipt.url!).pathname, {
        headers: { accept: 'text/html,*/*' },
      });
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(page.text).toContain('Your data was deleted');
    });

    it('is the same receipt for the same request, and one deletion', async () => {
      const request = signedRequest(aboutPerson(1_700_000_002));
      const first = await send('data-deletion', request);
      await connectedAccount(app, client);
      const [again, andAgain] = await Promise.all([
        send('data-deletion', request),
        send('data-deletion', request),
      ]);
      expect([again.text, andAgain.text]).toEqual([first.text, first.text]);
      expect((await client.get('/api/meta/auth/status')).body.data).toMatchObject({ connected: true });
      expect(await ends()).toHaveLength(1);
    });

    it('also reaches what was disconnected before, and nothing of it comes back', async () => {
      await client.delete(`/api/meta/auth/accounts/${accountId}`);
      await send('data-deletion', signedRequest(aboutPerson(1_700_000_003)));
      expect(await accounts()).toMatchObject([{ name: null, meta_user_id: `deleted:${accountId}` }]);
      expect(await ends()).toEqual([{ payload: { reason: 'user' } }]);
      expect(await connectedAccount(app, client)).not.toBe(accountId);
    });

    it('is carried out by the schedule where the request broke off', async () => {
      const broken = jest
        .spyOn(app.app.get(MetaAccountsService), 'bury')
        .mockRejectedValue(new Error('the power went out'));
      const answer = await send('data-deletion', signedRequest(aboutPerson(1_700_000_004)));
      const { confirmation_code: code } = JSON.parse(answer.text) as { confirmation_code: string };
      const status = () => app.api.get(`/api/meta/auth/data-deletion/${code}`);
      expect((await status()).body.data).toMatchObject({ status: 'received', completedAt: null });
      expect(await accounts()).toMatchObject([{ status: 'active', name: 'Dana Demo' }]);
      broken.mockRestore();
      await app.app.get(TokenRefreshScheduler).runDue();
      expect((await status()).body.data).toMatchObject({ status: 'completed' });
      expect(await accounts()).toMatchObject([{ status: 'revoked', name: null }]);
    });

    it('knows no code that was never given out', async () => {
      const answer = await app.api.get('/api/meta/auth/data-deletion/no-such-code');
      expect([answer.status, answer.body.error.code]).toEqual([404, 'NOT_FOUND']);
    });
  });
});
