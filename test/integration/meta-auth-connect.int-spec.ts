import type { ApiClient } from '../api-client';
import {
  type ConnectedAnswer,
  REDIRECT_URI,
  connect,
  connectedAccount,
  sandboxOf,
} from '../factories/meta-login';
import { TEST_APP_ID, type TestApp, startTestApp } from '../test-app';

const CONNECT = '/api/meta/auth/connect';
const DAY_MS = 86_400_000;

interface UrlAnswer {
  url: string;
  state: string;
}

describe('connecting a Meta account', () => {
  let app: TestApp;
  let client: ApiClient;
  let admin: ApiClient;
  beforeAll(async () => {
    // Without a worker, which would look for assets behind every connect: here calls are counted.
    app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    client = app.api.as(await admin.createUser('agent'));
    jest.restoreAllMocks();
    await app.db.query('UPDATE assets SET released_at = now()');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
  });

  const exchanges = () => sandboxOf(app).calls({ path: /^\/?oauth\/access_token/ });
  const accountRows = async (): Promise<Record<string, unknown>[]> =>
    app.db.query('SELECT * FROM meta_accounts WHERE deleted_at IS NULL ORDER BY id');
  const problem = (answer: { status: number; body: { error: { code: string; details: unknown } } }) => ({
    status: answer.status,
    code: answer.body.error.code,
    details: answer.body.error.details,
  });
  const beginLogin = async (who: ApiClient = client) =>
    (await who.get<UrlAnswer>(`/api/meta/auth/url?redirectUri=${encodeURIComponent(REDIRECT_URI)}`)).body
      .data;

  it('is done with the code of the dialog, and says what may be done now', async () => {
    const before = await client.get('/api/meta/auth/status');
    expect(before.body.data).toEqual({ connected: false });

    const { url, state } = await beginLogin();
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      client_id: TEST_APP_ID,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: expect.stringContaining('whatsapp_business_management,'),
      state,
    });
    sandboxOf(app).configure({ dialog: { mode: 'approve', decline: ['pages_messaging'] } });
    const dialog = await fetch(url, { redirect: 'manual' });
    const back = new URL(dialog.headers.get('location') ?? '');
    const answer = await client.post<ConnectedAnswer>(CONNECT, {
      code: back.searchParams.get('code'),
      state: back.searchParams.get('state'),
      redirectUri: REDIRECT_URI,
    });

    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({ accountId: expect.any(String), status: 'connected' });
    expect(answer.body.data.permissions).toEqual(
      expect.arrayContaining(['whatsapp_business_messaging', 'pages_show_list', 'instagram_basic']),
    );
    expect(answer.body.data.declinedPermissions).toEqual(['pages_messaging']);
    const status = await client.get('/api/meta/auth/status');
    expect(status.body.data).toMatchObject({
      connected: true,
      accountId: answer.body.data.accountId,
      expiresAt: answer.body.data.expiresAt,
      permissions: answer.body.data.permissions,
      platforms: { whatsapp: true, facebook: true, instagram: true },
      status: 'active',
      statusReason: null,
    });
  });

  it('keeps a long-lived token, encrypted, and shows it to nobody', async () => {
    const answer = await connect(app, client);
    const rest = new Date(answer.body.data.expiresAt ?? 0).getTime() - Date.now();
    expect(rest / DAY_MS).toBeGreaterThan(59);
    expect(exchanges().map(({ query }) => query.grant_type)).toEqual([undefined, 'fb_exchange_token']);

    const [row] = await accountRows();
    expect(row?.access_token).toMatch(/^v1\.test\./);
    const texts = [answer.text, (await client.get('/api/meta/auth/accounts')).text, JSON.stringify(row)];
    for (const { token } of sandboxOf(app).tokens()) {
      for (const text of texts) expect(text).not.toContain(token);
    }
    expect(texts[1]).not.toContain('v1.test.');
    const events: { kind: string }[] = await app.db.query(
      'SELECT kind FROM domain_events WHERE account_id = $1 ORDER BY kind',
      [answer.body.data.accountId],
    );
    expect(events).toEqual([{ kind: 'account.connected' }, { kind: 'account.members_changed' }]);
  });

  it('asks debug_token when Meta leaves expires_in out', async () => {
    sandboxOf(app).configure({ tokens: { omitExpiresIn: true } });
    const answer = await connect(app, client);
    const rest = new Date(answer.body.data.expiresAt ?? 0).getTime() - Date.now();
    expect(rest / DAY_MS).toBeGreaterThan(59);
  });

  it('takes a token without end for what it is', async () => {
    const answer = await connect(app, client, { expiresInSeconds: 0 });
    expect(answer.body.data.expiresAt).toBeNull();
    expect(exchanges()).toHaveLength(1);
    const status = await client.get('/api/meta/auth/status');
    expect(status.body.data).toMatchObject({ connected: true, expiresAt: null });
  });

  it('renews the row when the same person connects again', async () => {
    const first = await connectedAccount(app, client);
    const [before] = await accountRows();
    const second = await connectedAccount(app, client, { scopes: ['pages_show_list'] });
    expect(second).toBe(first);
    const rows = (await accountRows()).filter(({ id }) => id === first);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.access_token).not.toBe(before?.access_token);
    expect(rows[0]).toMatchObject({
      name: 'Dana Demo',
      permissions: expect.arrayContaining(['pages_show_list']),
    });
  });

  it('makes one account of two connects at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => connect(app, client)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.data.accountId)).size).toBe(1);
  });

  it('finds the old account again after a disconnection', async () => {
    const accountId = await connectedAccount(app, client);
    await client.delete(`/api/meta/auth/accounts/${accountId}`);
    expect((await client.get('/api/meta/auth/status')).body.data).toEqual({ connected: false });
    expect(await connectedAccount(app, client)).toBe(accountId);
  });

  describe('is refused', () => {
    let rowsBefore: number;
    beforeEach(async () => {
      rowsBefore = (await accountRows()).length;
    });
    afterEach(async () => {
      expect(await accountRows()).toHaveLength(rowsBefore);
    });

    it('with a code that Meta refuses', async () => {
      const answer = await client.post(CONNECT, { code: 'AQ-wrong', redirectUri: REDIRECT_URI });
      expect(problem(answer)).toMatchObject({
        status: 422,
        code: 'META_REJECTED',
        details: { meta: { code: 100, type: 'OAuthException' } },
      });
    });

    it('with a code for another address', async () => {
      const { code } = sandboxOf(app).issueCode({ redirectUri: 'https://else.example.com/' });
      const answer = await client.post(CONNECT, { code, redirectUri: REDIRECT_URI });
      expect(problem(answer)).toMatchObject({ code: 'META_REJECTED', details: { meta: { subcode: 36008 } } });
    });

    it('with a code used before', async () => {
      const { code } = sandboxOf(app).issueCode({ redirectUri: REDIRECT_URI });
      await client.post(CONNECT, { code, redirectUri: REDIRECT_URI });
      rowsBefore += 1;
      const answer = await client.post(CONNECT, { code, redirectUri: REDIRECT_URI });
      expect(problem(answer)).toMatchObject({ code: 'META_REJECTED', details: { meta: { subcode: 36009 } } });
    });

    it.each([
      ['https://evil.example.com/callback', 'allowed'],
      [`${REDIRECT_URI}/`, 'allowed'],
      ['not an address', 'isUrl'],
    ])('with the redirect address %s', async (redirectUri, rule) => {
      const answer = await client.post(CONNECT, { code: 'x', redirectUri });
      expect(problem(answer)).toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
        details: { fields: [{ path: 'redirectUri', rule }] },
      });
      expect(exchanges()).toHaveLength(0);
    });

    it.each([
      [{}, 'code'],
      [{ code: 7, redirectUri: REDIRECT_URI }, 'code'],
      [{ code: 'x' }, 'redirectUri'],
      [{ code: 'x', redirectUri: REDIRECT_URI, extra: 1 }, 'extra'],
      [{ code: 'x', redirectUri: REDIRECT_URI, platform: 'instagram' }, 'platform'],
      [{ code: 'x', redirectUri: REDIRECT_URI, phoneNumberId: '1' }, 'wabaId'],
      [{ code: 'x', wabaId: '../me' }, 'wabaId'],
    ])('with the body %j', async (body, path) => {
      const answer = await client.post(CONNECT, body);
      expect(problem(answer)).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
      expect(answer.body.error.details.fields).toContainEqual(expect.objectContaining({ path }));
    });

    it('while Meta does not answer, and works afterwards with the same state', async () => {
      const { state } = await beginLogin();
      const { code } = sandboxOf(app).issueCode({ redirectUri: REDIRECT_URI });
      sandboxOf(app).failNext({ path: /oauth\/access_token$/, status: 502, times: 20 });
      const answer = await client.post(CONNECT, { code, redirectUri: REDIRECT_URI, state });
      expect(problem(answer)).toMatchObject({ status: 503, code: 'META_UNAVAILABLE' });
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      sandboxOf(app).clearFaults();
      rowsBefore += 1;
      const again = await client.post(CONNECT, { code, redirectUri: REDIRECT_URI, state });
      expect(again.status).toBe(200);
    });

    it('without a credential, and to viewers', async () => {
      expect((await app.api.post(CONNECT, { code: 'x', redirectUri: REDIRECT_URI })).status).toBe(401);
      const viewer = app.api.as(await admin.createUser('viewer'));
      expect((await viewer.post(CONNECT, { code: 'x', redirectUri: REDIRECT_URI })).status).toBe(403);
    });
  });
});
