import { dataOf, PageTestClient } from '../pages/page-test-client';
import { SEED } from '../world-seed';

describe('an Instagram account', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const account = `/${SEED.instagramId}`;
  const read = async (path: string, fields: string, token?: string) =>
    (await client.get(`${path}?fields=${fields}`, token)).json;

  it('shows its profile, without what is empty', async () => {
    const fields = 'ig_id,username,name,biography,website,followers_count,follows_count,media_count';
    expect(await read(account, fields)).toEqual({
      id: SEED.instagramId,
      ig_id: expect.any(Number),
      username: 'demo.shop',
      name: 'demo.shop',
      followers_count: 321,
      follows_count: 12,
      media_count: 0,
    });
    client.control.updateInstagramAccount({
      biography: 'Shirts',
      website: 'https://shop.example/',
      followers: 5,
    });
    expect(await read(account, fields)).toMatchObject({
      biography: 'Shirts',
      website: 'https://shop.example/',
      followers_count: 5,
    });
  });

  it('is known by another id to Instagram Login', async () => {
    const me = await read('/me', 'id,user_id,username,account_type', client.instagramToken);
    expect(me).toMatchObject({ user_id: SEED.instagramId, account_type: 'BUSINESS' });
    expect(me.id).not.toBe(SEED.instagramId);
    expect(await read(`/${me.id as string}`, 'username', client.instagramToken)).toMatchObject({
      username: 'demo.shop',
    });
  });

  it('lists its media page by page, the newest first, without items of carousels', async () => {
    const now = client.control.now();
    const ids = [0, 1, 2].map(
      (n) => client.control.createInstagramMedia({ createdAt: now - n * 1000, caption: `Post ${n}` }).id,
    );
    const album = client.control.createInstagramMedia({ items: 2, createdAt: now - 9000 });
    const first = await client.get(`${account}/media?limit=3`);
    expect(dataOf(first).map(({ id }) => id)).toEqual(ids);
    const { next } = first.json.paging as { next: string };
    const last = await fetch(next);
    expect(await last.json()).toMatchObject({ data: [{ id: album.id }], paging: { cursors: {} } });
    expect((await read(account, 'media_count')).media_count).toBe(4);
    expect(await read(`/${album.id}`, 'children')).toMatchObject({
      children: { data: album.childIds.map((id) => ({ id })) },
    });
  });

  it('leaves out likes that are hidden and files that are not free', async () => {
    const { id } = client.control.createInstagramMedia({
      mediaType: 'VIDEO',
      productType: 'REELS',
      likes: 7,
    });
    const fields = 'like_count,media_url,thumbnail_url';
    expect(await read(`/${id}`, fields)).toMatchObject({ like_count: 7, media_url: expect.any(String) });
    client.control.updateInstagramMedia({ mediaId: id, hidesLikes: true, isCopyrighted: true });
    expect(await read(`/${id}`, fields)).toEqual({ id, thumbnail_url: expect.any(String) });
  });

  it('shows live videos, and where others have tagged it, apart', async () => {
    const live = client.control.createInstagramMedia({ isLive: true, mediaType: 'VIDEO' });
    const tag = client.control.playInstagramTag({ username: 'ana', caption: 'Look' });
    const partner = client.control.createInstagramAccount({ username: 'partner' });
    const shared = client.control.createInstagramMedia({ instagramId: partner.id, tags: ['demo.shop'] });
    expect(dataOf(await client.get(`${account}/media`))).toEqual([]);
    expect(dataOf(await client.get(`${account}/live_media`))).toEqual([{ id: live.id }]);
    const tags = dataOf(await client.get(`${account}/tags?fields=username,caption`));
    expect(tags).toHaveLength(2);
    expect(tags).toContainEqual({ id: tag.mediaId, username: 'ana', caption: 'Look' });
    expect(tags).toContainEqual({ id: shared.id, username: 'partner' });
    expect((await client.get(`/${shared.id}`)).error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  it('finds other professional accounts by name, through a Page only', async () => {
    const { id } = client.control.createInstagramAccount({ username: 'rival', followers: 9000 });
    client.control.createInstagramMedia({ instagramId: id, caption: 'Ours', likes: 3 });
    const fields = (name: string) =>
      `business_discovery.username(${name}){followers_count,media_count,media{caption,like_count}}`;
    expect(await read(account, fields('rival'))).toMatchObject({
      id: SEED.instagramId,
      business_discovery: {
        id,
        followers_count: 9000,
        media_count: 1,
        media: { data: [{ caption: 'Ours', like_count: 3 }] },
      },
    });
    const unknown = await client.get(`${account}?fields=${fields('nobody')}`);
    expect(unknown.error).toMatchObject({ code: 110, error_subcode: 2207013 });
    const login = await client.get(`/me?fields=${fields('rival')}`, client.instagramToken);
    expect(login.error).toMatchObject({ code: 3 });
  });

  it('deletes media through a Page, with the permission for it', async () => {
    const { id } = client.control.createInstagramMedia();
    const path = `/${id}`;
    expect((await client.delete(path, client.instagramToken)).error).toMatchObject({ code: 3 });
    const scopes = ['pages_show_list', 'instagram_basic', 'instagram_content_publish'];
    const weak = client.control.issueToken({ pageId: SEED.pageId, scopes }).token;
    expect((await client.delete(path, weak)).error).toMatchObject({ code: 200 });
    expect((await client.delete(path)).json).toEqual({ success: true, deleted_id: id });
    expect((await client.delete(path)).error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  it('turns comments of media off and on', async () => {
    const { id } = client.control.createInstagramMedia();
    const set = (value: unknown) => client.post(`/${id}`, { comment_enabled: value as string });
    expect((await set('false')).json).toEqual({ success: true });
    expect(await read(`/${id}`, 'is_comment_enabled')).toMatchObject({ is_comment_enabled: false });
    expect((await client.post(`/${id}/comments`, { message: 'Hi' })).error).toMatchObject({ code: 100 });
    expect((await set('maybe')).error).toMatchObject({ code: 100 });
    expect((await client.post(`/${id}`)).error).toMatchObject({ code: 100 });
  });

  it('has a budget of calls, told in percent', async () => {
    client.control.setAccountUsage({ instagramId: SEED.instagramId, usage: { callCount: 80 } });
    const { headers } = await client.get(account);
    expect(JSON.parse(headers.get('x-business-use-case-usage') ?? '')).toEqual({
      [SEED.instagramId]: [
        {
          type: 'instagram',
          call_count: 80,
          total_cputime: 0,
          total_time: 0,
          estimated_time_to_regain_access: 0,
        },
      ],
    });
    client.control.setAccountUsage({
      instagramId: SEED.instagramId,
      usage: { callCount: 100, minutesToRegain: 5 },
    });
    expect((await client.get(account)).error).toMatchObject({ code: 80002 });
    client.control.setAccountUsage({ instagramId: SEED.instagramId, usage: null });
    expect((await client.get(account)).status).toBe(200);
  });
});
