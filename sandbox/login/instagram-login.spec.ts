import { PageTestClient } from '../pages/page-test-client';
import { APP_TOKEN } from '../test-client';
import { SEED } from '../world-seed';

const DAY_MS = 86_400_000;

describe('tokens of Instagram Login', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const issue = (expiresInSeconds: number, scopes?: string[]) =>
    client.control.issueToken({ instagramId: SEED.instagramId, expiresInSeconds, ...(scopes && { scopes }) })
      .token;
  const exchange = (token: string, secret: string = SEED.appSecret) =>
    client.get(`/access_token?grant_type=ig_exchange_token&client_secret=${secret}`, token);
  const refresh = (token: string) => client.get('/refresh_access_token?grant_type=ig_refresh_token', token);

  it('are exchanged for one of sixty days, once', async () => {
    const { json } = await exchange(issue(3600));
    expect(json).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 5_184_000 });
    expect((await exchange(json.access_token as string)).error).toMatchObject({ code: 452 });
    expect((await exchange(issue(3600), 'wrong')).error).toMatchObject({ code: 1 });
    expect((await exchange(client.pageToken)).error).toMatchObject({ code: 190 });
  });

  it('are refreshed after a day, while they live', async () => {
    const token = (await exchange(issue(3600))).json.access_token as string;
    expect((await refresh(token)).error).toMatchObject({ code: 100, type: 'IGApiException' });
    await client.control.advance(DAY_MS);
    expect((await refresh(token)).json).toMatchObject({ expires_in: 5_184_000 });
    await client.control.advance(59 * DAY_MS);
    expect((await refresh(token)).status).toBe(200);
    await client.control.advance(61 * DAY_MS);
    expect((await refresh(token)).error).toMatchObject({ code: 190, error_subcode: 463 });
  });

  it('are not refreshed short-lived, of another kind or without the permission', async () => {
    const short = issue(3600);
    const weak = issue(30 * 86_400, ['instagram_business_manage_comments']);
    await client.control.advance(DAY_MS / 48);
    expect((await refresh(short)).error).toMatchObject({ code: 100 });
    expect((await refresh(APP_TOKEN)).error).toMatchObject({ code: 190 });
    await client.control.advance(DAY_MS);
    expect((await refresh(weak)).error).toMatchObject({ code: 200 });
  });

  it('are of the account that was chosen in the dialog', async () => {
    const { id, appScopedId } = client.control.createInstagramAccount({ username: 'second.shop' });
    const redirect = 'https://app.example/back';
    const query = new URLSearchParams({
      client_id: SEED.appId,
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'instagram_business_basic',
      __decision: 'approve',
      __instagram: id,
    });
    const dialog = await client.client.request('GET', `/oauth/authorize?${query.toString()}`, {}, null);
    const location = dialog.headers.get('location') ?? '';
    expect(location.endsWith('#_')).toBe(true);
    const form = new URLSearchParams({
      client_id: SEED.appId,
      client_secret: SEED.appSecret,
      grant_type: 'authorization_code',
      redirect_uri: redirect,
      code: new URL(location).searchParams.get('code') ?? '',
    });
    const { json } = await client.client.request('POST', '/oauth/access_token', { body: form }, null);
    expect(json).toMatchObject({ user_id: id, permissions: ['instagram_business_basic'] });
    const me = await client.get('/me?fields=user_id,username', json.access_token as string);
    expect(me.json).toEqual({ id: appScopedId, user_id: id, username: 'second.shop' });
  });
});
