import { objectOf } from '../json';
import { dataOf, PageTestClient } from './page-test-client';
import { SEED } from '../world-seed';

describe('Pages', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const userToken = (scopes = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata']) =>
    client.control.issueToken({ scopes }).token;

  describe('are found', () => {
    it('by their people, with task list, picture and a token of their own', async () => {
      const token = userToken();
      const fields =
        'name,tasks,access_token,picture,instagram_business_account{id,username,followers_count}';
      const pages = dataOf(await client.get(`/me/accounts?fields=${fields}`, token));
      expect(pages).toMatchObject([
        {
          id: SEED.pageId,
          name: 'Demo Page',
          tasks: expect.arrayContaining(['MESSAGING', 'MANAGE']),
          access_token: expect.stringMatching(/^EAA/),
          picture: { data: { url: expect.any(String) } },
          instagram_business_account: { id: SEED.instagramId, username: 'demo.shop', followers_count: 321 },
        },
        { id: SEED.secondPageId, name: 'Demo Second Page' },
      ]);
      expect(pages[1]).not.toHaveProperty('instagram_business_account');
      expect(new Set([token, ...pages.map((page) => page.access_token)]).size).toBe(3);
    });

    it('page by page', async () => {
      const token = userToken();
      const first = await client.get('/me/accounts?limit=1&fields=id', token);
      const paging = objectOf(first.json.paging);
      expect(paging.next).toEqual(expect.stringContaining('fields=id'));
      const after = objectOf(paging.cursors).after as string;
      const second = await client.get(`/me/accounts?limit=1&fields=id&after=${after}`, token);
      expect([...dataOf(first), ...dataOf(second)]).toEqual([{ id: SEED.pageId }, { id: SEED.secondPageId }]);
      expect(objectOf(second.json.paging)).not.toHaveProperty('next');
    });

    it('through their business only, where the person has no role', async () => {
      const { control } = client;
      const agency = control.createBusiness({ name: 'Agency' }).id;
      const owned = control.createPage({ name: 'Owned', personId: null, ownerBusinessId: SEED.businessId });
      const served = control.createPage({
        name: 'Served',
        personId: null,
        ownerBusinessId: agency,
        clientBusinessIds: [SEED.businessId],
      });
      const token = userToken(['pages_show_list', 'business_management']);
      const ids = async (edge: string) =>
        dataOf(await client.get(`/${edge}?fields=id,access_token`, token)).map(({ id }) => id);
      expect(await ids('me/accounts')).toEqual([SEED.pageId, SEED.secondPageId]);
      expect(await ids(`${SEED.businessId}/owned_pages`)).toEqual([SEED.pageId, SEED.secondPageId, owned.id]);
      expect(await ids(`${SEED.businessId}/client_pages`)).toEqual([served.id]);
      expect((await client.get(`/${served.id}?fields=access_token`, token)).json.access_token).toBeDefined();
      const blind = userToken(['pages_show_list']);
      expect((await client.get(`/${served.id}`, blind)).error).toMatchObject({
        code: 100,
        error_subcode: 33,
      });
      expect((await client.get(`/${SEED.businessId}/owned_pages`, blind)).error).toMatchObject({ code: 200 });
    });

    it('without token where the person has no task, or has not let the app have it', async () => {
      client.control.createPage({ name: 'Seen', tasks: [] });
      client.control.updatePage(SEED.secondPageId, { withholdsToken: true });
      const pages = dataOf(await client.get('/me/accounts?fields=access_token,tasks', userToken()));
      expect(pages.map((page) => 'access_token' in page)).toEqual([true, false, false]);
      expect(pages[2]).toMatchObject({ tasks: [] });
    });

    it('with permission only, and only those that were chosen', async () => {
      expect((await client.get('/me/accounts', userToken(['email']))).error).toMatchObject({ code: 200 });
      const { token } = client.control.issueToken({
        scopes: ['pages_show_list'],
        targets: { pages_show_list: [SEED.secondPageId] },
      });
      expect(dataOf(await client.get('/me/accounts?fields=id', token))).toEqual([{ id: SEED.secondPageId }]);
    });

    it('with the Instagram account, professional or personal', async () => {
      const { control } = client;
      const personal = control.createPage({
        name: 'Private',
        instagramUsername: 'somebody',
        instagramIsPersonal: true,
      });
      const fields = 'instagram_business_account,connected_instagram_account';
      const token = userToken();
      expect((await client.get(`/${personal.id}?fields=${fields}`, token)).json).toEqual({
        id: personal.id,
        connected_instagram_account: { id: personal.instagramId },
      });
      expect((await client.get(`/${SEED.pageId}?fields=${fields}`, token)).json).toMatchObject({
        instagram_business_account: { id: SEED.instagramId },
        connected_instagram_account: { id: SEED.instagramId },
      });
      control.updatePage(SEED.pageId, { instagramId: null });
      expect((await client.get(`/${SEED.pageId}?fields=${fields}`, token)).json).toEqual({ id: SEED.pageId });
    });
  });

  describe('tokens', () => {
    const pageTokenOf = async (token: string): Promise<string> =>
      (await client.get(`/${SEED.pageId}?fields=access_token`, token)).json.access_token as string;

    it('die with the user token that they were read with', async () => {
      const short = userToken();
      const ofShort = await pageTokenOf(short);
      const long = client.control.issueToken({
        scopes: ['pages_show_list'],
        expiresInSeconds: 5_184_000,
      }).token;
      const ofLong = await pageTokenOf(long);
      client.control.expireToken(short);
      client.control.expireToken(long);
      expect((await client.get('/me', ofShort)).error).toMatchObject({ code: 190, error_subcode: 463 });
      expect((await client.get('/me', ofLong)).json).toMatchObject({ name: 'Demo Page' });
      client.control.revokeToken(long, 460);
      expect((await client.get('/me', ofLong)).error).toMatchObject({ code: 190, error_subcode: 460 });
    });

    it('die when the person loses the role', async () => {
      const user = userToken();
      const token = await pageTokenOf(user);
      client.control.removePageRole({ pageId: SEED.pageId });
      expect((await client.get('/me', token)).error).toMatchObject({ code: 190, error_subcode: 492 });
      expect(dataOf(await client.get('/me/accounts?fields=id', user))).toEqual([{ id: SEED.secondPageId }]);
    });
  });

  describe('are subscribed', () => {
    const path = `/${SEED.pageId}/subscribed_apps`;

    it('with the Page token, the permissions and a task', async () => {
      const subscribe = (token: string, fields = 'messages,feed') =>
        client.post(path, { subscribed_fields: fields }, token);
      expect((await subscribe(userToken())).error).toMatchObject({ code: 210 });
      const { token: noMetadata } = client.control.issueToken({
        pageId: SEED.pageId,
        scopes: ['pages_messaging'],
      });
      expect((await subscribe(noMetadata)).error).toMatchObject({ code: 200 });
      const { token: noMessages } = client.control.issueToken({
        pageId: SEED.pageId,
        scopes: ['pages_manage_metadata'],
      });
      expect((await subscribe(noMessages)).error).toMatchObject({ code: 200 });
      expect((await subscribe(noMessages, 'feed')).json).toEqual({ success: true });
      client.control.updatePage(SEED.pageId, { tasks: ['ANALYZE'] });
      expect((await subscribe(client.pageToken)).error).toMatchObject({ code: 200 });
      client.control.updatePage(SEED.pageId, { tasks: ['MANAGE'] });
      expect((await subscribe(client.pageToken)).json).toEqual({ success: true });
    });

    it('to a list of fields that takes the place of the old one, until it is deleted', async () => {
      await client.post(path, { subscribed_fields: 'messages,feed' });
      await client.post(path, { subscribed_fields: ['mention'] });
      expect(dataOf(await client.get(path))).toMatchObject([
        { id: SEED.appId, subscribed_fields: ['mention'] },
      ]);
      expect((await client.post(path)).error).toMatchObject({ code: 100 });
      expect((await client.delete(path)).json).toEqual({ success: true });
      expect(dataOf(await client.get(path))).toEqual([]);
    });

    it('by Instagram Login at the account itself, and not by Facebook Login', async () => {
      const fields = { subscribed_fields: 'messages,comments' };
      const token = client.instagramToken;
      expect((await client.post('/me/subscribed_apps', fields, token)).json).toEqual({ success: true });
      expect(dataOf(await client.get(`/${SEED.instagramId}/subscribed_apps`, token))).toMatchObject([
        { subscribed_fields: ['messages', 'comments'] },
      ]);
      expect((await client.delete('/me/subscribed_apps', token)).json).toEqual({ success: true });
      expect((await client.post(`/${SEED.instagramId}/subscribed_apps`, fields)).error).toMatchObject({
        code: 3,
      });
      const { token: basic } = client.control.issueToken({
        instagramId: SEED.instagramId,
        scopes: ['instagram_business_basic'],
      });
      expect((await client.post('/me/subscribed_apps', fields, basic)).error).toMatchObject({ code: 200 });
    });

    it('until Meta ends it', async () => {
      const callback = await client.subscribe();
      const play = () => client.control.playDirectMessage({ from: 'Ana' }).told;
      expect(play()).toBe(1);
      client.control.unsubscribe({ pageId: SEED.pageId });
      expect(play()).toBe(0);
      expect(dataOf(await client.get(path))).toEqual([]);
      await client.control.waitUntilIdle();
      expect(callback.received).toHaveLength(1);
      expect(() => {
        client.control.unsubscribe({});
      }).toThrow('pageId');
    });

    it('as WhatsApp accounts are, until Meta ends it', async () => {
      await client.client.subscribe();
      expect(client.control.playMessage({ from: '+16505551234' }).told).toBe(1);
      client.control.unsubscribe({ wabaId: SEED.wabaId, appId: SEED.appId });
      expect(client.control.playMessage({ from: '+16505551234' }).told).toBe(0);
    });

    it('no longer after their receiver failed for an hour', async () => {
      const callback = await client.subscribe();
      callback.status = 500;
      client.control.playDirectMessage({ from: 'Ana' });
      client.control.playDirectMessage({ from: 'Ana', instagramId: SEED.instagramId });
      await client.control.advance(3 * 3_600_000);
      expect(dataOf(await client.get(path))).toEqual([]);
      expect(client.control.playDirectMessage({ from: 'Ana', instagramId: SEED.instagramId }).told).toBe(0);
    });
  });
});
