import { objectOf, type JsonObject } from '../json';
import { dataOf, innerData, PageTestClient } from './page-test-client';
import { SEED } from '../world-seed';

const HOUR_MS = 3_600_000;

describe('what is read of a Page', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const page = `/${SEED.pageId}`;
  const follow = (paging: unknown, name: 'next' | 'previous') =>
    client.get((objectOf(paging as JsonObject)[name] as string).replace(client.client.sandbox.url, ''));

  it.each(['type', 'link', 'name', 'source', 'caption', 'description', 'object_id', 'picture'])(
    'never has the field %s, which is gone from posts',
    async (field) => {
      const empty = await client.get(`${page}/posts?fields=message,${field}`);
      expect([empty.status, empty.error.code]).toEqual([400, 12]);
      const { id } = client.control.createPost();
      expect((await client.get(`/${id}?fields=${field}`)).error).toMatchObject({ code: 12 });
      expect((await client.get(`${page}/feed?fields=${field}`)).error).toMatchObject({ code: 12 });
    },
  );

  it('refuses unknown fields, of empty lists, too', async () => {
    expect((await client.get(`${page}/posts?fields=colour`)).error.message).toContain(
      'nonexisting field (colour)',
    );
    client.control.configure({ pages: { retiredAttachmentFields: ['description'] } });
    client.control.createPost();
    expect((await client.get(`${page}/posts?fields=attachments{description}`)).error).toMatchObject({
      code: 12,
    });
    expect((await client.get(`${page}/posts?fields=attachments{media}`)).status).toBe(200);
  });

  it('sorts posts into lists by who made them and whether they are out', async () => {
    const { control } = client;
    const own = control.createPost({ createdAt: control.now() - 5000 }).id;
    const visit = control.createPost({ from: 'Ana', createdAt: control.now() - 4000 }).id;
    const tagging = control.createPost({ from: 'Ben', tagsPage: true, createdAt: control.now() - 3000 }).id;
    const later = control.createPost({ scheduledFor: control.now() + HOUR_MS }).id;
    const mention = control.playMention({ from: 'Carl' }).postId;
    control.createPost({ isPublished: false });
    const ids = async (edge: string) =>
      dataOf(await client.get(`${page}/${edge}?fields=id`)).map(({ id }) => id);
    expect(await ids('feed')).toEqual([tagging, visit, own]);
    expect(await ids('posts')).toEqual([own]);
    expect(await ids('published_posts')).toEqual([own]);
    expect(await ids('visitor_posts')).toEqual([tagging, visit]);
    expect((await ids('tagged')).sort()).toEqual([mention, tagging].sort());
    expect(await ids('scheduled_posts')).toEqual([later]);
    await control.advance(HOUR_MS);
    expect((await ids('feed'))[0]).toBe(later);
  });

  it('counts shares, reactions by type, likes and comments', async () => {
    const { control } = client;
    const post = control.createPost({ photoUrls: ['https://img.example/1.jpg'], isHidden: true }).id;
    for (const [from, reaction] of [
      ['Ana', 'LIKE'],
      ['Ben', 'love'],
      ['Carl', 'LIKE'],
    ]) {
      control.playPostReaction({ on: post, from: from!, reaction: reaction! });
    }
    control.playComment({ on: post, from: 'Ana' });
    control.playPostChange({ postId: post, verb: 'share', shares: 3 });
    control.playPostChange({ postId: post, verb: 'expire' });
    const fields =
      'shares,is_hidden,is_expired,full_picture,comments.limit(0).summary(true),likes.limit(0).summary(true),' +
      'reactions.limit(0).summary(true),reactions.type(LOVE).limit(0).summary(total_count).as(love)';
    const [read] = dataOf(await client.get(`${page}/feed?fields=${fields}`));
    expect(read).toMatchObject({
      shares: { count: 3 },
      is_hidden: true,
      is_expired: true,
      full_picture: 'https://img.example/1.jpg',
      comments: { data: [], summary: { total_count: 1 } },
      likes: { data: [], summary: { total_count: 2, has_liked: false } },
      reactions: { data: [], summary: { total_count: 3, viewer_reaction: 'NONE' } },
      love: { summary: { total_count: 1 } },
    });
    expect((await client.get(`/${post}/reactions?type=BORED`)).error).toMatchObject({ code: 100 });
    expect(
      innerData({ attachments: (await client.get(`/${post}/attachments`)).json }, 'attachments'),
    ).toHaveLength(1);
  });

  it('can page by time: the last page leads to an empty one', async () => {
    client.control.configure({ pages: { feedPaging: 'time' } });
    const at = client.control.now() - HOUR_MS;
    // Two of them in the same second.
    const ids = [at, at, at - 60_000].map((createdAt) => client.control.createPost({ createdAt }).id);
    const first = await client.get(`${page}/feed?fields=id&limit=1`);
    expect(objectOf(first.json.paging)).not.toHaveProperty('cursors');
    const second = await follow(first.json.paging, 'next');
    const third = await follow(second.json.paging, 'next');
    const read = [first, second, third].flatMap((answer) => dataOf(answer).map(({ id }) => id));
    expect([...read].sort()).toEqual([...ids].sort());
    expect(read[2]).toBe(ids[2]);
    const empty = await follow(third.json.paging, 'next');
    expect(empty.json).toEqual({ data: [] });
    expect(dataOf(await follow(third.json.paging, 'previous')).map(({ id }) => id)).toEqual([read[1]]);
  });

  it('can list posts later than it has them', async () => {
    client.control.configure({ pages: { listedAfterMs: 60_000 } });
    const { json } = await client.post(`${page}/feed`, { message: 'Just now' });
    const ids = async () => dataOf(await client.get(`${page}/feed?fields=id`)).map(({ id }) => id);
    expect(await ids()).toEqual([]);
    expect((await client.get(`/${json.id as string}`)).status).toBe(200);
    await client.control.advance(60_000);
    expect(await ids()).toEqual([json.id]);
  });

  it('shows only so many posts of a year', async () => {
    client.control.configure({ pages: { postsPerYear: 2 } });
    const made = [1, 2, 3].map(
      (hour) => client.control.createPost({ createdAt: Date.UTC(2026, 4, 1, hour) }).id,
    );
    const older = client.control.createPost({ createdAt: Date.UTC(2025, 4, 1) }).id;
    const ids = dataOf(await client.get(`${page}/feed?fields=id`)).map(({ id }) => id);
    expect(ids).toEqual([made[2], made[1], older]);
    expect((await client.get(`/${made[0]}`)).status).toBe(200);
  });

  it('has picture, tasks and counts', async () => {
    client.control.updatePage(SEED.pageId, { fans: 7, followers: 9 });
    client.control.playPageLike({ from: 'Ana' });
    client.control.revokePageTask({ pageId: SEED.pageId, task: 'ANALYZE' });
    const { json } = await client.get(`${page}?fields=picture{url},tasks,fan_count,followers_count`);
    expect(json).toEqual({
      id: SEED.pageId,
      picture: { data: { url: expect.stringMatching(/^https:/) } },
      tasks: ['ADVERTISE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'],
      fan_count: 8,
      followers_count: 10,
    });
    expect((await client.get(`${page}?fields=picture.type(large)`)).json).toMatchObject({
      picture: { data: { width: 200 } },
    });
    expect((await client.get(`${page}/picture?redirect=0`)).json).toMatchObject({
      data: { url: expect.any(String) },
    });
    expect((await client.get(`${page}/picture`)).status).toBe(302);
  });
});
