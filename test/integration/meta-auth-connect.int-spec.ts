import { randomUUID } from 'node:crypto';
import { SEED } from '../../sandbox/world-seed';
import { Clock } from '../../src/meta-auth/clock';
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
    app = await startTestApp({ sandbox: true });
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
      'SELECT kind FROM domain_events WHERE account_id = $1',
      [answer.body.data.accountId],
    );
    expect(events).toEqual([{ kind: 'account.connected' }]);
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

    it('with a code used before', async () => {
      const other = app.api.as(await admin.createUser('agent'));
      const { code } = sandboxOf(app).issueCode({ redirectUri: 'https://else.example.com/' });
      const answer = await other.post(CONNECT, { code, redirectUri: REDIRECT_URI });
      expect(problem(answer)).toMatchObject({ code: 'META_REJECTED', details: { meta: { subcode: 36008 } } });
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

    it('when the long-lived token cannot be had', async () => {
      const { code } = sandboxOf(app).issueCode({ redirectUri: REDIRECT_URI });
      // The code's own exchange passes, the one for the long-lived token does not.
      sandboxOf(app).failNext({ path: /debug_token$/, status: 500, times: 50 });
      const answer = await client.post(CONNECT, { code, redirectUri: REDIRECT_URI });
      expect(problem(answer)).toMatchObject({ status: 503, code: 'META_UNAVAILABLE' });
    }, 90_000);

    it('without a credential, and to viewers', async () => {
      expect((await app.api.post(CONNECT, { code: 'x', redirectUri: REDIRECT_URI })).status).toBe(401);
      const viewer = app.api.as(await admin.createUser('viewer'));
      expect((await viewer.post(CONNECT, { code: 'x', redirectUri: REDIRECT_URI })).status).toBe(403);
    });
  });

  describe('with a state', () => {
    const attempt = async (state: string, who = client) => {
      const { code } = sandboxOf(app).issueCode({ redirectUri: REDIRECT_URI });
      return who.post(CONNECT, { code, redirectUri: REDIRECT_URI, state });
    };
    const refusedBy = (rule: string) => ({
      status: 400,
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'state', rule, message: expect.any(String) }] },
    });

    it('works once', async () => {
      const { state } = await beginLogin();
      expect((await attempt(state)).status).toBe(200);
      expect(problem(await attempt(state))).toEqual(refusedBy('used'));
    });

    it('has one winner of several at once', async () => {
      const { state } = await beginLogin();
      const answers = await Promise.all(Array.from({ length: 5 }, () => attempt(state)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
    });

    it('refuses one that is too old', async () => {
      const { state } = await beginLogin();
      const clock = app.app.get(Clock);
      jest.spyOn(clock, 'now').mockReturnValue(new Date(Date.now() + 10 * 60_000 + 2_000));
      expect(problem(await attempt(state))).toEqual(refusedBy('expired'));
    });

    it.each(['nonsense', '', 'a'.repeat(24) + '.zzzzzz.facebook.' + 'b'.repeat(43)])(
      'refuses %j',
      async (state) => {
        const answer = await attempt(state);
        expect(answer.status).toBe(400);
        expect(exchanges()).toHaveLength(0);
      },
    );

    it('refuses one whose expiry was changed', async () => {
      const { state } = await beginLogin();
      const [nonce, , platform, signature] = state.split('.');
      const forged = [nonce, 'zzzzzz', platform, signature].join('.');
      expect(problem(await attempt(forged))).toEqual(refusedBy('signature'));
    });

    it("refuses another user's, and leaves it to its owner", async () => {
      const { state } = await beginLogin();
      const other = app.api.as(await admin.createUser('agent'));
      expect(problem(await attempt(state, other))).toEqual(refusedBy('user'));
      expect((await attempt(state)).status).toBe(200);
    });

    it('knows the redirect address, so that it need not be repeated', async () => {
      const { state } = await beginLogin();
      const { code } = sandboxOf(app).issueCode({ redirectUri: REDIRECT_URI });
      expect((await client.post(CONNECT, { code, state })).status).toBe(200);
    });
  });

  describe('by Embedded Signup', () => {
    const signup = { wabaId: SEED.wabaId, phoneNumberId: SEED.phoneNumberId, businessId: SEED.businessId };
    const embedded = (extra: object = {}, who = client) =>
      who.post<ConnectedAnswer>(CONNECT, {
        ...sandboxOf(app).issueCode(),
        ...signup,
        ...extra,
        expiresAt: undefined,
      });

    it('exchanges without redirect address, and claims what was picked', async () => {
      const answer = await embedded();
      expect(answer.body.data).toMatchObject({ status: 'connected', expiresAt: null });
      const [exchange] = exchanges();
      expect(exchange?.query).not.toHaveProperty('redirect_uri');
      const assets = await app.db.query(
        'SELECT kind, meta_id FROM assets WHERE account_id = $1 AND released_at IS NULL ORDER BY kind',
        [answer.body.data.accountId],
      );
      expect(assets).toEqual([
        { kind: 'phone_number', meta_id: SEED.phoneNumberId },
        { kind: 'waba', meta_id: SEED.wabaId },
      ]);
      const [row] = (await accountRows()).filter(({ id }) => id === answer.body.data.accountId);
      expect(row).toMatchObject({
        login_kind: 'embedded_signup',
        token_kind: 'system_user',
        token_expiry: null,
      });
    });

    it('believes no WABA that the token was not granted', async () => {
      const other = sandboxOf(app).createTenant({ name: 'Other', displayPhoneNumber: '+1 555 010 0001' });
      const answer = await embedded({ wabaId: other.wabaId, phoneNumberId: other.phoneNumberId });
      expect(problem(answer)).toMatchObject({
        status: 400,
        details: { fields: [{ path: 'wabaId', rule: 'granted' }] },
      });
    });

    it('believes no phone number of another WABA', async () => {
      const other = sandboxOf(app).createTenant({ name: 'Other', displayPhoneNumber: '+1 555 010 0002' });
      const answer = await embedded({ phoneNumberId: other.phoneNumberId });
      expect(problem(answer)).toMatchObject({
        details: { fields: [{ path: 'phoneNumberId', rule: 'granted' }] },
      });
    });

    it('takes a scope without target list for all, as Meta means it', async () => {
      const { code } = sandboxOf(app).issueCode({ targets: 'all' });
      expect((await client.post(CONNECT, { code, ...signup })).status).toBe(200);
    });

    it('is refused while somebody else has the number, and changes nothing', async () => {
      await embedded();
      const other = app.api.as(await admin.createUser('agent'));
      const rowsBefore = (await accountRows()).length;
      const answer = await embedded({}, other);
      expect(problem(answer)).toMatchObject({ status: 409, code: 'CONFLICT' });
      expect(answer.body.error.details.assets).toContainEqual({ kind: 'waba', metaId: SEED.wabaId });
      expect(answer.text).not.toMatch(/accountId|userId/);
      expect(await accountRows()).toHaveLength(rowsBefore);
      expect((await other.get('/api/meta/auth/status')).body.data).toEqual({ connected: false });
    });
  });

  it('needs a name when there are several', async () => {
    const second = sandboxOf(app).createPerson({ name: 'Second Person' });
    const accounts = [
      await connectedAccount(app, client),
      await connectedAccount(app, client, { personId: second.id }),
    ];
    const answer = await client.get('/api/meta/auth/status');
    expect(problem(answer)).toMatchObject({ status: 409, code: 'ACCOUNT_AMBIGUOUS' });
    expect(answer.body.error.details.choices).toEqual(
      expect.arrayContaining(accounts.map((id) => expect.objectContaining({ id }))),
    );
    const named = await client.get(`/api/meta/auth/status?accountId=${accounts[1]}`);
    expect(named.body.data).toMatchObject({ connected: true, accountId: accounts[1] });
  });

  it("answers somebody else's account as one that does not exist", async () => {
    const accountId = await connectedAccount(app, client);
    const other = app.api.as(await admin.createUser('admin'));
    for (const id of [accountId, randomUUID()]) {
      const answers = await Promise.all([
        other.get(`/api/meta/auth/status?accountId=${id}`),
        other.get(`/api/meta/auth/accounts/${id}`),
        other.delete(`/api/meta/auth/accounts/${id}`),
        other.get(`/api/meta/auth/accounts/${id}/members`),
        other.put(`/api/meta/auth/accounts/${id}/members/${randomUUID()}`, {}),
        other.post('/api/meta/auth/refresh-token', { accountId: id }),
      ]);
      expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(
        answers.map(() => [404, 'ACCOUNT_NOT_FOUND']),
      );
    }
    expect((await client.get('/api/meta/auth/status')).body.data).toMatchObject({ connected: true });
  });

  it('has dialogs for Login for Business and Instagram where they are set up', async () => {
    const configured = await startTestApp({
      sandbox: true,
      env: {
        META_CONFIG_ID: '987654321',
        INSTAGRAM_APP_ID: '55501',
        INSTAGRAM_APP_SECRET: 'instagram-secret',
        OAUTH_REDIRECT_URIS: '',
      },
    });
    try {
      const user = configured.api.as(await configured.api.registerAdmin());
      const query = `redirectUri=${encodeURIComponent('http://localhost:5173/back')}`;
      const business = await user.get<UrlAnswer>(`/api/meta/auth/url?${query}&rerequest=true`);
      const parameters = new URL(business.body.data.url).searchParams;
      expect(Object.fromEntries(parameters)).toMatchObject({
        config_id: '987654321',
        override_default_response_type: 'true',
        auth_type: 'rerequest',
      });
      expect(parameters.has('scope')).toBe(false);

      const sandbox = sandboxOf(configured);
      sandbox.createApp({ appId: '55501', appSecret: 'instagram-secret' });
      const instagram = await user.get<UrlAnswer>(`/api/meta/auth/url?${query}&platform=instagram`);
      const dialog = new URL(instagram.body.data.url);
      expect(dialog.pathname).toBe('/oauth/authorize');
      expect(dialog.searchParams.get('client_id')).toBe('55501');
      const { code } = sandbox.issueCode({
        appId: '55501',
        redirectUri: 'http://localhost:5173/back',
        instagramId: SEED.instagramId,
        scopes: ['instagram_business_basic', 'instagram_business_manage_messages'],
      });
      const answer = await user.post<ConnectedAnswer>(CONNECT, {
        code: `${code}#_`,
        redirectUri: 'http://localhost:5173/back',
        state: instagram.body.data.state,
      });
      expect(answer.body).toMatchObject({
        data: {
          status: 'connected',
          permissions: expect.arrayContaining([
            'instagram_business_basic',
            'instagram_business_manage_messages',
          ]),
        },
      });
      const status = await user.get('/api/meta/auth/status');
      expect(status.body.data).toMatchObject({
        platforms: { whatsapp: false, facebook: false, instagram: true },
      });
      for (const uri of ['http://app.example.com/', 'https://a:b@example.com/', 'https://example.com/#x']) {
        const refused = await user.get(`/api/meta/auth/url?redirectUri=${encodeURIComponent(uri)}`);
        expect(problem(refused)).toMatchObject({
          status: 400,
          details: { fields: [{ path: 'redirectUri' }] },
        });
      }
    } finally {
      await configured.close();
    }
  });
});
