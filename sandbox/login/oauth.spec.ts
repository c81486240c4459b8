import { APP_TOKEN, TestClient, type Answer } from '../test-client';
import { startCallbackServer } from '../webhooks/callback-server';
import { objectOf, type JsonObject } from '../json';
import { SEED } from '../world-seed';

const REDIRECT = 'https://app.example/callback?x=1';
const DAY_MS = 86_400_000;

describe('logins and tokens', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
  });
  afterEach(() => client.close());

  function exchange(params: Record<string, string>): Promise<Answer> {
    const query = new URLSearchParams({ client_id: SEED.appId, client_secret: SEED.appSecret, ...params });
    return client.get(`/oauth/access_token?${query.toString()}`, null);
  }

  async function debug(token: string, viewer = APP_TOKEN): Promise<JsonObject> {
    const { status, json } = await client.get(
      `/debug_token?input_token=${encodeURIComponent(token)}`,
      viewer,
    );
    expect(status).toBe(200);
    return objectOf(json.data);
  }

  function dialog(more: Record<string, string>): Promise<Answer> {
    const query = {
      client_id: SEED.appId,
      redirect_uri: REDIRECT,
      state: 's/1',
      scope: 'email,business_management',
    };
    return client.get(`/dialog/oauth?${new URLSearchParams({ ...query, ...more }).toString()}`, null);
  }

  describe('the dialog', () => {
    it('shows a page to a person', async () => {
      const { status, headers, text } = await dialog({});
      expect(status).toBe(200);
      expect(headers.get('content-type')).toContain('text/html');
      expect(text).toContain('Continue as Dana Demo');
      expect(text).toContain('Cancel');
    });

    it('leads back with code and state, and the code is good for a token', async () => {
      const { status, headers } = await dialog({ __decision: 'approve' });
      const location = headers.get('location') ?? '';
      expect(status).toBe(302);
      expect(location).toMatch(/^https:\/\/app\.example\/callback\?x=1&code=.+&state=s%2F1#_=_$/);
      const code = new URL(location).searchParams.get('code')!;
      const { json } = await exchange({ code, redirect_uri: REDIRECT });
      expect(json).toMatchObject({ token_type: 'bearer', expires_in: expect.any(Number) });
      expect((await client.get('/me?fields=name,email', json.access_token as string)).json).toEqual({
        id: SEED.personId,
        name: 'Dana Demo',
        email: 'dana.demo@example.com',
      });
    });

    it('leads back with access_denied when the person cancels', async () => {
      client.control.configure({ dialog: { mode: 'deny' } });
      const location = new URL((await dialog({})).headers.get('location')!);
      expect(Object.fromEntries(location.searchParams)).toMatchObject({
        error: 'access_denied',
        error_code: '200',
        error_reason: 'user_denied',
        error_description: 'Permissions error',
        state: 's/1',
      });
    });

    it('leads nowhere for an unknown app or an address that is not listed', async () => {
      expect((await dialog({ client_id: '1' })).status).toBe(400);
      client.control.updateApp(SEED.appId, { redirectUris: ['https://other.example/'] });
      expect((await dialog({ __decision: 'approve' })).status).toBe(400);
    });

    it('shows declined permissions in /me/permissions', async () => {
      client.control.configure({ dialog: { mode: 'approve', decline: ['email'] } });
      const code = new URL((await dialog({})).headers.get('location')!).searchParams.get('code')!;
      const { json } = await exchange({ code, redirect_uri: REDIRECT });
      const permissions = await client.get('/me/permissions', json.access_token as string);
      expect(permissions.json.data).toContainEqual({ permission: 'email', status: 'declined' });
      expect(permissions.json.data).toContainEqual({ permission: 'business_management', status: 'granted' });
    });
  });

  describe('the exchange of a code', () => {
    it.each([
      [
        'another address',
        36008,
        (code: string) => ({ code, redirect_uri: 'https://app.example/callback?x=2' }),
      ],
      [
        'an address that differs by a slash',
        36008,
        (code: string) => ({ code, redirect_uri: `${REDIRECT}/` }),
      ],
    ])('refuses %s', async (_what, subcode, params) => {
      const { code } = client.control.issueCode({ redirectUri: REDIRECT });
      const answer = await exchange(params(code));
      expect(answer.status).toBe(400);
      expect(answer.error).toMatchObject({ code: 100, error_subcode: subcode, type: 'OAuthException' });
    });

    it('takes a code once', async () => {
      const { code } = client.control.issueCode({ redirectUri: REDIRECT });
      expect((await exchange({ code, redirect_uri: REDIRECT })).status).toBe(200);
      expect((await exchange({ code, redirect_uri: REDIRECT })).error).toMatchObject({
        code: 100,
        error_subcode: 36009,
        message: 'This authorization code has been used.',
      });
    });

    it('refuses a dialog code after ten minutes', async () => {
      const { code } = client.control.issueCode({ redirectUri: REDIRECT });
      await client.control.advance(600_001);
      expect((await exchange({ code, redirect_uri: REDIRECT })).error).toMatchObject({
        error_subcode: 36007,
      });
    });

    it('takes an Embedded Signup code without address, within 30 seconds, for a token without expiry', async () => {
      const early = client.control.issueCode();
      const late = client.control.issueCode();
      const { json } = await exchange({ code: early.code });
      expect(json).toEqual({ access_token: expect.any(String), token_type: 'bearer' });
      expect(await debug(json.access_token as string)).toMatchObject({ type: 'SYSTEM_USER', expires_at: 0 });
      await client.control.advance(31_000);
      expect((await exchange({ code: late.code })).error).toMatchObject({ error_subcode: 36007 });
    });

    it('refuses an Embedded Signup code with an address, a wrong secret and a wrong app', async () => {
      const { code } = client.control.issueCode();
      expect((await exchange({ code, redirect_uri: REDIRECT })).error).toMatchObject({
        error_subcode: 36008,
      });
      expect((await exchange({ code, client_secret: 'wrong' })).error).toMatchObject({ code: 1 });
      expect((await exchange({ code, client_id: '42' })).error).toMatchObject({ code: 101 });
      expect((await exchange({ code })).status).toBe(200);
    });
  });

  describe('long-lived tokens', () => {
    it('come from short ones, and again the same while fresh', async () => {
      const params = { grant_type: 'fb_exchange_token', fb_exchange_token: client.token };
      const first = await exchange(params);
      const token = first.json.access_token as string;
      expect(first.json).toMatchObject({ token_type: 'bearer', expires_in: expect.any(Number) });
      expect(token).not.toBe(client.token);
      expect((await exchange({ ...params, fb_exchange_token: token })).json.access_token).toBe(token);
      await client.control.advance(2 * DAY_MS);
      const renewed = await exchange({ ...params, fb_exchange_token: token });
      expect(renewed.json.access_token).not.toBe(token);
    });

    it('can come without expires_in', async () => {
      client.control.configure({ tokens: { omitExpiresIn: true } });
      const { json } = await exchange({ grant_type: 'fb_exchange_token', fb_exchange_token: client.token });
      expect(json).toEqual({ access_token: expect.any(String), token_type: 'bearer' });
    });

    it('cannot come from a dead token', async () => {
      await client.control.advance(2 * 3_600_000);
      const answer = await exchange({ grant_type: 'fb_exchange_token', fb_exchange_token: client.token });
      expect(answer.error).toMatchObject({ code: 190, error_subcode: 463 });
    });
  });

  it('gives app tokens, and takes app id and secret for one', async () => {
    const { json } = await exchange({ grant_type: 'client_credentials' });
    expect(json).toEqual({ access_token: expect.stringContaining(`${SEED.appId}|`), token_type: 'bearer' });
    for (const token of [json.access_token as string, APP_TOKEN]) {
      expect((await client.get(`/${SEED.appId}/subscriptions`, token)).json).toEqual({ data: [] });
    }
    expect((await client.get(`/${SEED.appId}/subscriptions`)).error).toMatchObject({ code: 15 });
  });

  describe('debug_token', () => {
    it('tells scopes with and without targets', async () => {
      expect(await debug(client.token)).toMatchObject({
        app_id: SEED.appId,
        type: 'USER',
        application: 'Sandbox App',
        is_valid: true,
        user_id: SEED.personId,
        granular_scopes: expect.arrayContaining([
          { scope: 'whatsapp_business_management', target_ids: [SEED.wabaId] },
          { scope: 'business_management' },
        ]),
      });
      const { token } = client.control.issueToken({ targets: 'all', expiresInSeconds: 0 });
      const all = await debug(token);
      expect(all).toMatchObject({ expires_at: 0 });
      expect(all.granular_scopes).toContainEqual({ scope: 'whatsapp_business_management' });
    });

    it('answers 200 also for tokens that are dead or nonsense', async () => {
      expect(await debug('nonsense')).toMatchObject({ is_valid: false, scopes: [], error: { code: 190 } });
      client.control.expireToken(client.token);
      expect(await debug(client.token)).toMatchObject({
        is_valid: false,
        error: { code: 190, subcode: 463 },
      });
    });

    it('knows nothing of another app', async () => {
      client.control.createApp({ appId: '4242424242', appSecret: 'other' });
      expect(await debug(client.token, '4242424242|other')).toMatchObject({
        is_valid: false,
        error: { code: 100 },
      });
    });
  });

  it.each([458, 460, 463, 467])('a token killed with %d says so', async (subcode) => {
    client.control.revokeToken(client.token, subcode);
    const answer = await client.get('/me');
    expect(answer.status).toBe(401);
    expect(answer.error).toMatchObject({ code: 190, error_subcode: subcode });
  });

  it('limits a token to its targets', async () => {
    const other = client.control.createWaba({ name: 'Second' });
    expect((await client.get(`/${other.id}`)).error).toMatchObject({ error_subcode: 33 });
    const { token } = client.control.issueToken();
    expect((await client.get(`/${other.id}`, token)).status).toBe(200);
    expect(await debug(token)).toMatchObject({
      granular_scopes: expect.arrayContaining([
        { scope: 'whatsapp_business_management', target_ids: [other.id, SEED.wabaId] },
      ]),
    });
  });

  it('refuses WhatsApp to a token without its permissions', async () => {
    const { token } = client.control.issueToken({ scopes: ['business_management'] });
    const answer = await client.get(`/${SEED.wabaId}`, token);
    expect(answer.status).toBe(403);
    expect(answer.error).toMatchObject({ code: 200 });
  });

  it('revokes one permission, or everything', async () => {
    await client.delete('/me/permissions/business_management');
    expect((await client.get('/me/businesses')).error).toMatchObject({ code: 200 });
    expect((await client.delete('/me/permissions')).json).toEqual({ success: true });
    expect((await client.get('/me')).error).toMatchObject({ code: 190, error_subcode: 458 });
  });

  it('posts signed requests when the person removes the app', async () => {
    const callback = await startCallbackServer();
    client.control.updateApp(SEED.appId, { deauthorizeUrl: callback.url, dataDeletionUrl: callback.url });
    expect(await client.control.deauthorize()).toMatchObject({ status: 200 });
    expect(await client.control.requestDataDeletion()).toMatchObject({ status: 200 });
    const form = new URLSearchParams(callback.received[0]!.body.toString());
    const [, payload] = form.get('signed_request')!.split('.');
    expect(JSON.parse(Buffer.from(payload!, 'base64url').toString())).toMatchObject({
      algorithm: 'HMAC-SHA256',
      user_id: SEED.personId,
    });
    expect((await client.get('/me')).error).toMatchObject({ code: 190, error_subcode: 458 });
    await callback.close();
  });

  describe('Pages', () => {
    const scopes = ['pages_show_list', 'pages_manage_metadata', 'pages_messaging'];

    it('come with tokens that outlive long-lived user tokens, and die with short ones', async () => {
      for (const [expiresInSeconds, expiresAt] of [
        [5_184_000, 0],
        [3600, expect.any(Number)],
      ] as const) {
        const { token } = client.control.issueToken({ scopes, expiresInSeconds });
        const { json } = await client.get(
          '/me/accounts?fields=name,access_token,instagram_business_account{username}',
          token,
        );
        const [page] = json.data as { access_token: string; instagram_business_account: object }[];
        expect(page!.instagram_business_account).toEqual({ id: SEED.instagramId, username: 'demo.shop' });
        expect(await debug(page!.access_token)).toMatchObject({
          type: 'PAGE',
          profile_id: SEED.pageId,
          expires_at: expiresAt,
        });
      }
    });

    it('are subscribed with the Page token only', async () => {
      const { token } = client.control.issueToken({ scopes });
      const path = `/${SEED.pageId}/subscribed_apps?subscribed_fields=messages,feed`;
      expect((await client.post(path, {}, token)).error).toMatchObject({ code: 210 });
      const page = await client.get(`/${SEED.pageId}?fields=access_token`, token);
      const pageToken = page.json.access_token as string;
      expect((await client.post(path, {}, pageToken)).json).toEqual({ success: true });
      expect((await client.get(`/${SEED.pageId}/subscribed_apps`, pageToken)).json.data).toMatchObject([
        { id: SEED.appId, subscribed_fields: ['messages', 'feed'] },
      ]);
      const unknown = await client.post(
        `/${SEED.pageId}/subscribed_apps?subscribed_fields=nonsense`,
        {},
        pageToken,
      );
      expect(unknown.error.message).toContain('nonsense');
    });
  });

  describe('Instagram Login', () => {
    const redirectUri = 'https://app.example/ig';
    const scopes = ['instagram_business_basic', 'instagram_business_manage_messages'];

    it('exchanges, lengthens and refreshes', async () => {
      const { code } = client.control.issueCode({ redirectUri, scopes, instagramId: SEED.instagramId });
      const form = { client_id: SEED.appId, client_secret: SEED.appSecret, grant_type: 'authorization_code' };
      const body = new URLSearchParams({ ...form, redirect_uri: redirectUri, code });
      const short = await client.request('POST', '/oauth/access_token', { body }, null);
      expect(short.json).toMatchObject({ user_id: SEED.instagramId, permissions: scopes });
      const query = `grant_type=ig_exchange_token&client_secret=${SEED.appSecret}`;
      const long = await client.get(
        `/access_token?${query}&access_token=${short.json.access_token as string}`,
        null,
      );
      const token = long.json.access_token as string;
      expect(long.json.expires_in).toBeGreaterThan(5_000_000);
      const me = await client.get('/me?fields=user_id,username', token);
      expect(me.json).toEqual({
        id: expect.not.stringMatching(SEED.instagramId),
        user_id: SEED.instagramId,
        username: 'demo.shop',
      });
      const refresh = '/refresh_access_token?grant_type=ig_refresh_token';
      expect((await client.get(refresh, token)).status).toBe(400);
      await client.control.advance(2 * DAY_MS);
      expect((await client.get(refresh, token)).json).toMatchObject({ access_token: token });
    });

    it('fails flat', async () => {
      const { code } = client.control.issueCode({ redirectUri, scopes, instagramId: SEED.instagramId });
      const form = { client_id: SEED.appId, client_secret: SEED.appSecret, grant_type: 'authorization_code' };
      const body = new URLSearchParams({ ...form, redirect_uri: 'https://else.example/', code });
      const answer = await client.request('POST', '/oauth/access_token', { body }, null);
      expect(answer.json).toEqual({
        error_type: 'OAuthException',
        code: 400,
        error_message: expect.stringContaining('redirect_uri'),
      });
    });
  });
});
