import { objectOf, type JsonObject } from '../json';
import { startPageFiles, type PageFiles } from './page-test-files';
import { asObjects, dataOf, entriesOf, innerData, PageTestClient } from './page-test-client';
import { SEED } from '../world-seed';

const MINUTE_MS = 60_000;

describe('publishing on a Page', () => {
  let client: PageTestClient;
  let files: PageFiles;
  const feed = `/${SEED.pageId}/feed`;
  beforeEach(async () => {
    client = await PageTestClient.start();
    files = await startPageFiles();
  });
  afterEach(async () => {
    await files.close();
    await client.close();
  });

  const post = async (body: JsonObject) => (await client.post(feed, body)).json.id as string;
  const ids = async (edge: string) =>
    dataOf(await client.get(`/${SEED.pageId}/${edge}?fields=id`)).map(({ id }) => id);
  const form = (body: Record<string, string>, path = feed) =>
    client.client.request('POST', path, { body: new URLSearchParams(body) }, client.pageToken);

  describe('a post', () => {
    it('stands in the lists, names the app, and is told', async () => {
      const callback = await client.subscribe();
      const id = await post({ message: 'Hello' });
      expect(id).toMatch(new RegExp(`^${SEED.pageId}_\\d+$`));
      for (const edge of ['feed', 'posts', 'published_posts']) expect(await ids(edge)).toEqual([id]);
      const fields = 'message,application,from,status_type,is_published,permalink_url,shares,attachments';
      const { json } = await client.get(`/${id}?fields=${fields}`);
      expect(json).toMatchObject({
        message: 'Hello',
        application: { id: SEED.appId },
        from: { id: SEED.pageId },
        status_type: 'mobile_status_update',
        is_published: true,
      });
      expect(json).not.toHaveProperty('shares');
      expect(json).not.toHaveProperty('attachments');
      await client.control.waitUntilIdle();
      const [change] = entriesOf(callback).flatMap((entry) => asObjects(entry.changes));
      expect(change).toMatchObject({
        field: 'feed',
        value: { item: 'status', verb: 'add', post_id: id, message: 'Hello', published: 1 },
      });
      expect(client.control.publishedPosts()).toMatchObject([
        { id, appId: SEED.appId, kind: 'status', message: 'Hello', scheduledFor: null, removedAt: null },
      ]);
    });

    it('has the preview of its link, and is refused where there is none', async () => {
      const url = files.url('/article');
      const id = await post({ message: 'Read', link: url });
      const { json } = await client.get(
        `/${id}?fields=full_picture,status_type,attachments{title,media_type,url}`,
      );
      expect(json).toEqual({
        id,
        full_picture: 'https://img.example/og.jpg',
        status_type: 'shared_story',
        attachments: { data: [{ title: 'The article', media_type: 'link', url }] },
      });
      expect((await client.post(feed, { link: files.url('/gone') })).error).toMatchObject({ code: 1609005 });
      expect((await client.post(feed, { link: 'shop' })).error).toMatchObject({ code: 1500 });
      client.control.configure({ pages: { links: 'trust' } });
      expect((await client.post(feed, { link: 'https://shop.example/' })).status).toBe(200);
    });

    it.each([
      ['nothing', {}, 1349125],
      ['blanks', { message: '  ' }, 1349125],
    ])('of %s is refused with a title for people', async (_name, body, subcode) => {
      expect((await client.post(feed, body)).error).toMatchObject({
        code: 100,
        error_subcode: subcode,
        error_user_title: expect.any(String),
      });
    });

    it.each([
      ['tags without a place', { tags: '123' }],
      ['an unknown button', { call_to_action: { type: 'DANCE' } }],
      ['targeting that is no object', { targeting: 'all' }],
      ['countries that are no codes', { targeting: { geo_locations: { countries: ['Germany'] } } }],
      ['a flag that is none', { published: 'perhaps' }],
      ['a message without end', { message: 'x'.repeat(63_207) }],
    ])('with %s is refused', async (_name, body) => {
      expect((await client.post(feed, { message: 'Hello', ...body })).error).toMatchObject({ code: 100 });
      expect(await ids('feed')).toEqual([]);
    });

    it('keeps what it was given beside its text', async () => {
      const extras = {
        targeting: { geo_locations: { countries: ['DE'] } },
        call_to_action: { type: 'SHOP_NOW', value: { link: 'https://shop.example/' } },
      };
      const { json } = await form({
        message: 'Hello',
        place: '99',
        tags: '1,2',
        targeting: JSON.stringify(extras.targeting),
        call_to_action: JSON.stringify(extras.call_to_action),
      });
      const read = await client.get(`/${json.id as string}?fields=targeting,call_to_action,place`);
      expect(read.json).toMatchObject({ ...extras, place: { id: '99' } });
    });

    it('that repeats the last one is refused, until that is gone or long ago', async () => {
      const first = await post({ message: 'Same' });
      expect((await client.post(feed, { message: 'Same' })).error).toMatchObject({
        code: 506,
        error_subcode: 1455006,
      });
      await post({ message: 'Other' });
      await post({ message: 'Same' });
      await client.control.advance(2 * 60 * MINUTE_MS);
      const again = await post({ message: 'Same' });
      await client.delete(`/${again}`);
      await post({ message: 'Same' });
      expect(
        client.control.publishedPosts({ message: 'Same' }).map(({ removedAt }) => removedAt !== null),
      ).toEqual([false, false, true, false]);
      expect(await ids('feed')).toContain(first);
    });

    it('needs the Page’s token, the task and both permissions', async () => {
      const body = { message: 'Hello' };
      const { token: user } = client.control.issueToken({
        scopes: ['pages_show_list', 'pages_manage_posts'],
      });
      const refused = await client.post(feed, body, user);
      expect([refused.status, refused.error.code, refused.error.error_subcode]).toEqual([401, 190, 2069032]);
      client.control.configure({ pages: { userTokenCode: 210 } });
      expect((await client.post(feed, body, user)).error).toMatchObject({ code: 210 });
      for (const scopes of [['pages_manage_posts'], ['pages_read_engagement']]) {
        const { token } = client.control.issueToken({ pageId: SEED.pageId, scopes });
        const answer = await client.post(feed, body, token);
        expect([answer.status, answer.error.code]).toEqual([403, 200]);
      }
      client.control.revokePageTask({ pageId: SEED.pageId, task: 'CREATE_CONTENT' });
      expect((await client.post(feed, body)).error).toMatchObject({ code: 200 });
      client.control.removePageRole({ pageId: SEED.pageId });
      expect((await client.post(feed, body)).error).toMatchObject({ code: 190, error_subcode: 492 });
      expect(client.control.publishedPosts()).toEqual([]);
    });
  });

  describe('an edit', () => {
    it('changes the text, and is told', async () => {
      const id = await post({ message: 'Old' });
      const callback = await client.subscribe();
      expect((await client.post(`/${id}`, { message: 'New' })).json).toEqual({ success: true });
      expect((await client.get(`/${id}`)).json).toMatchObject({ message: 'New' });
      await client.control.waitUntilIdle();
      const [change] = entriesOf(callback).flatMap((entry) => asObjects(entry.changes));
      expect(change).toMatchObject({
        value: { item: 'status', verb: 'edited', post_id: id, message: 'New' },
      });
      expect((await client.post(`/${id}`, { is_published: false })).error).toMatchObject({ code: 100 });
      expect((await client.post(`/${id}`, { message: '' })).error).toMatchObject({ code: 100 });
      expect((await client.post(`/${id}`)).error).toMatchObject({ code: 100 });
    });

    it('is for the app that made the post only', async () => {
      client.control.createApp({ appId: '777', appSecret: 'other' });
      const foreign = [
        client.control.createPost({ message: 'By hand' }).id,
        client.control.createPost({ message: 'Other app', appId: '777' }).id,
        client.control.createPost({ message: 'Visitor', from: 'Ana' }).id,
      ];
      for (const id of foreign) {
        const answer = await client.post(`/${id}`, { message: 'Mine' });
        expect([answer.status, answer.error.code]).toEqual([403, 10]);
      }
      client.control.configure({ pages: { foreignPostCode: 200 } });
      expect((await client.post(`/${foreign[0]}`, { message: 'Mine' })).error).toMatchObject({ code: 200 });
      // Removing them is for whoever may moderate.
      for (const id of foreign) expect((await client.delete(`/${id}`)).json).toEqual({ success: true });
    });
  });

  it('a post is gone once it was deleted, by whomever, with its comments', async () => {
    const callback = await client.subscribe();
    const [one, two] = [await post({ message: 'One' }), await post({ message: 'Two' })];
    const { commentId } = client.control.playComment({ on: one, from: 'Ana', silent: true });
    await client.delete(`/${one}`);
    client.control.deletePost({ postId: two, silent: true });
    for (const path of [`/${one}`, `/${two}`, `/${commentId}`]) {
      expect((await client.get(path)).error).toMatchObject({ code: 100, error_subcode: 33 });
      expect((await client.delete(path)).error).toMatchObject({ code: 100, error_subcode: 33 });
    }
    expect((await client.post(`/${one}/comments`, { message: 'Hi' })).error).toMatchObject({
      error_subcode: 33,
    });
    expect(client.control.publishedPosts().every(({ removedAt }) => removedAt !== null)).toBe(true);
    await client.control.waitUntilIdle();
    const values = entriesOf(callback).flatMap((entry) =>
      asObjects(entry.changes).map(({ value }) => objectOf(value)),
    );
    expect(values.filter(({ verb }) => verb === 'remove')).toEqual([
      expect.objectContaining({ item: 'status', post_id: one, recipient_id: SEED.pageId }),
    ]);
    expect(values.find(({ verb }) => verb === 'remove')).not.toHaveProperty('message');
  });

  describe('several photos', () => {
    const upload = async (path: string) =>
      (await client.post(`/${SEED.pageId}/photos`, { url: files.url(path), published: false })).json
        .id as string;

    it('are attached by form fields or as a list', async () => {
      const callback = await client.subscribe();
      const photos = [await upload('/a.png'), await upload('/b.png')];
      const { json } = await form({
        message: 'Two',
        'attached_media[0]': JSON.stringify({ media_fbid: photos[0] }),
        'attached_media[1]': JSON.stringify({ media_fbid: photos[1] }),
      });
      const fields = 'attachments{media_type,subattachments{target,media_type}},status_type,full_picture';
      const read = await client.get(`/${json.id as string}?fields=${fields}`);
      expect(read.json.status_type).toBe('added_photos');
      const [album] = innerData(read.json, 'attachments');
      expect(album).toMatchObject({ media_type: 'album' });
      expect(innerData(album, 'subattachments').map(({ target }) => objectOf(target).id)).toEqual(photos);
      const picture = await fetch(read.json.full_picture as string);
      expect(picture.headers.get('content-type')).toBe('image/png');
      const single = await upload('/a.png');
      await post({ message: 'One', attached_media: [{ media_fbid: single }] });
      await client.control.waitUntilIdle();
      const values = entriesOf(callback).flatMap((entry) =>
        asObjects(entry.changes).map(({ value }) => objectOf(value)),
      );
      expect(values.filter(({ published }) => published === 1)).toMatchObject([
        { item: 'status', post_id: json.id, photos: [expect.any(String), expect.any(String)] },
        { item: 'photo', photo_id: single },
      ]);
    });

    it('must be there, unpublished, and the Page’s own', async () => {
      const attach = (...media: JsonObject[]) => client.post(feed, { message: 'Hi', attached_media: media });
      const photo = await upload('/a.png');
      expect((await attach({ media_fbid: '404' })).error).toMatchObject({ code: 100 });
      expect((await attach({ media: photo })).error).toMatchObject({ code: 100 });
      expect((await attach({ media_fbid: photo }, { media_fbid: photo })).error).toMatchObject({ code: 100 });
      expect((await attach({ media_fbid: photo })).status).toBe(200);
      expect((await attach({ media_fbid: photo })).error).toMatchObject({
        code: 100,
        error_subcode: 1366051,
      });
      const { token } = client.control.issueToken({ pageId: SEED.secondPageId });
      const other = await upload('/b.png');
      const foreign = { message: 'Hi', attached_media: [{ media_fbid: other }] };
      expect((await client.post(`/${SEED.secondPageId}/feed`, foreign, token)).error).toMatchObject({
        code: 100,
      });
    });
  });
});
