import type { CallbackServer } from '../webhooks/callback-server';
import { objectOf } from '../json';
import { asObjects, dataOf, entriesOf, innerData, PageTestClient } from './page-test-client';
import { SEED } from '../world-seed';

const HOUR_MS = 3_600_000;

/** Unix seconds, not milliseconds. */
const isSeconds = (value: unknown): boolean => typeof value === 'number' && /^\d{10}$/.test(value.toString());

describe('posts and comments', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const changesOf = async (callback: CallbackServer) => {
    await client.control.waitUntilIdle();
    return entriesOf(callback).flatMap((entry) => asObjects(entry.changes));
  };
  const texts = (items: { message?: unknown; text?: unknown }[]) =>
    items.map(({ message, text }) => message ?? text);

  describe('of a Page', () => {
    it('are listed newest first, page by page and by time, with their comments', async () => {
      const { control } = client;
      const now = control.now();
      const old = control.createPost({ message: 'Old', createdAt: now - 48 * HOUR_MS });
      const post = control.createPost({ message: 'New', createdAt: now - HOUR_MS });
      control.createPost({ message: 'From Ana', from: 'Ana', createdAt: now - 2 * HOUR_MS });
      control.createPost({ message: 'Draft', isPublished: false });
      control.playComment({ on: post.id, from: 'Ben', text: 'Yes' });
      expect(post.id).toMatch(new RegExp(`^${SEED.pageId}_\\d+$`));
      const fields = 'message,created_time,from,comments.limit(1).summary(true){message}';
      const feed = dataOf(await client.get(`/${SEED.pageId}/feed?fields=${fields}`));
      expect(texts(feed)).toEqual(['New', 'From Ana', 'Old']);
      expect(feed[0]).toMatchObject({
        id: post.id,
        from: { id: SEED.pageId, name: 'Demo Page' },
        comments: { data: [{ message: 'Yes' }], summary: { total_count: 1 } },
      });
      expect(texts(dataOf(await client.get('/me/posts')))).toEqual(['New', 'Old']);
      const since = Math.floor((now - 3 * HOUR_MS) / 1000);
      expect(texts(dataOf(await client.get(`/me/feed?since=${since}`)))).toEqual(['New', 'From Ana']);
      const first = await client.get('/me/feed?limit=2');
      const after = objectOf(objectOf(first.json.paging).cursors).after as string;
      expect(dataOf(await client.get(`/me/feed?fields=id&limit=2&after=${after}`))).toEqual([{ id: old.id }]);
      expect((await client.get('/me/feed?limit=101')).error).toMatchObject({ code: 100 });
    });

    it('have comments in either order, with or without answers, page by page', async () => {
      const { control } = client;
      const post = control.createPost();
      const at = (n: number) => ({ createdAt: control.now() - (10 - n) * 1000 });
      const one = control.playComment({ on: post.id, from: 'Ana', text: 'One', ...at(1) });
      const answer = control.playComment({ on: one.commentId, from: 'Ben', text: 'Answer', ...at(2) });
      control.playComment({ on: post.id, from: 'Carl', text: 'Two', ...at(3) });
      control.playComment({ on: post.id, from: 'Dora', text: 'Three', ...at(4) });
      const list = async (query: string) => client.get(`/${post.id}/comments?${query}`);
      expect(texts(dataOf(await list('order=chronological')))).toEqual(['One', 'Two', 'Three']);
      expect(texts(dataOf(await list('order=reverse_chronological&filter=stream')))).toEqual([
        'Three',
        'Two',
        'Answer',
        'One',
      ]);
      const first = await list('filter=stream&summary=true&limit=3&fields=message,parent,from,comment_count');
      expect(first.json.summary).toEqual({ order: 'chronological', total_count: 4, can_comment: true });
      expect(dataOf(first)).toMatchObject([
        { id: one.commentId, comment_count: 1, from: { id: one.userId, name: 'Ana' } },
        { id: answer.commentId, parent: { id: one.commentId } },
        { message: 'Two' },
      ]);
      const next = objectOf(first.json.paging).next as string;
      const second = await client.get(next.replace(client.client.sandbox.url, ''));
      expect(texts(dataOf(second))).toEqual(['Three']);
      expect(texts(dataOf(await client.get(`/${one.commentId}/comments`)))).toEqual(['Answer']);
      expect((await list('order=random')).error).toMatchObject({ code: 100 });
      expect((await list('filter=none')).error).toMatchObject({ code: 100 });
    });

    it('are told as changes of feed, with ids and seconds in Meta’s forms', async () => {
      const callback = await client.subscribe();
      const { control } = client;
      const post = control.createPost({ message: 'News' });
      const { commentId, userId } = control.playComment({
        on: post.id,
        from: 'Ana',
        text: 'Yes',
        photoUrl: 'https://p.example/',
      });
      const answer = control.playComment({ on: commentId, from: 'Ben', hideFrom: true });
      control.playCommentChange({ commentId, verb: 'edited', text: 'No' });
      control.playPostReaction({ on: commentId, from: 'Ben', reaction: 'love' });
      control.playCommentChange({ commentId, verb: 'hide' });
      control.playCommentChange({ commentId, verb: 'remove' });
      const changes = await changesOf(callback);
      expect(changes.every(({ field }) => field === 'feed')).toBe(true);
      const values = changes.map(({ value }) => objectOf(value));
      expect(values).toMatchObject([
        { item: 'status', verb: 'add', post_id: post.id, message: 'News', from: { id: SEED.pageId } },
        {
          item: 'comment',
          verb: 'add',
          post_id: post.id,
          comment_id: commentId,
          parent_id: post.id,
          message: 'Yes',
          photo: 'https://p.example/',
          from: { id: userId, name: 'Ana' },
          created_time: expect.any(Number),
        },
        { comment_id: answer.commentId, parent_id: commentId },
        { comment_id: commentId, verb: 'edited', message: 'No' },
        { item: 'reaction', verb: 'add', reaction_type: 'love', comment_id: commentId },
        { comment_id: commentId, verb: 'hide' },
        { comment_id: commentId, verb: 'remove' },
      ]);
      expect(values[2]).not.toHaveProperty('from');
      expect(values[6]).not.toHaveProperty('message');
      expect(isSeconds(values[1]!.created_time)).toBe(true);
      expect(isSeconds(entriesOf(callback)[0]!.time)).toBe(true);
      expect(dataOf(await client.get(`/${post.id}/comments`))).toEqual([]);
    });

    it('can be read although nobody was told', async () => {
      const callback = await client.subscribe();
      const post = client.control.createPost({ silent: true });
      client.control.playComment({ on: post.id, from: 'Ana', text: 'Silent', silent: true });
      client.control.dropWebhooks(1, { object: 'page' });
      client.control.playComment({ on: post.id, from: 'Ana', text: 'Dropped' });
      expect(await changesOf(callback)).toEqual([]);
      expect(texts(dataOf(await client.get(`/${post.id}/comments`)))).toEqual(['Silent', 'Dropped']);
    });

    it('are answered, hidden and removed by the Page', async () => {
      const callback = await client.subscribe();
      const post = client.control.createPost({ silent: true });
      const { commentId } = client.control.playComment({ on: post.id, from: 'Ana', silent: true });
      const { json } = await client.post(`/${commentId}/comments`, { message: 'Thanks' });
      expect((await client.post(`/${commentId}`, { is_hidden: true })).json).toEqual({ success: true });
      expect((await client.get(`/${commentId}?fields=is_hidden,comments{message,from}`)).json).toMatchObject({
        is_hidden: true,
        comments: { data: [{ id: json.id, message: 'Thanks', from: { id: SEED.pageId } }] },
      });
      expect((await client.delete(`/${commentId}`)).json).toEqual({ success: true });
      expect((await client.get(`/${commentId}`)).error).toMatchObject({ code: 100, error_subcode: 33 });
      expect((await changesOf(callback)).map(({ value }) => objectOf(value).verb)).toEqual([
        'add',
        'hide',
        'remove',
      ]);
    });

    it('show reactions with a count', async () => {
      const post = client.control.createPost();
      for (const from of ['Ana', 'Ben'])
        client.control.playPostReaction({ on: post.id, from, reaction: 'LIKE' });
      client.control.playPostReaction({ on: post.id, from: 'Carl', reaction: 'LOVE' });
      client.control.playPostReaction({ on: post.id, from: 'Ben' });
      const answer = await client.get(`/${post.id}/reactions?type=LIKE&summary=total_count&limit=0`);
      expect(answer.json).toMatchObject({ data: [], summary: { total_count: 1, viewer_reaction: 'NONE' } });
    });

    it('need their own permissions, and hide people from tokens that are not the Page’s', async () => {
      const post = client.control.createPost();
      client.control.playComment({ on: post.id, from: 'Ana' });
      const { token: bare } = client.control.issueToken({ pageId: SEED.pageId, scopes: ['pages_show_list'] });
      for (const path of [`/${SEED.pageId}/feed`, `/${post.id}/comments`]) {
        const answer = await client.get(path, bare);
        expect([answer.status, answer.error.code]).toEqual([403, 10]);
      }
      const scopes = ['pages_show_list', 'pages_read_user_content'];
      const { token } = client.control.issueToken({ scopes });
      const [comment] = dataOf(await client.get(`/${post.id}/comments`, token));
      expect(comment).not.toHaveProperty('from');
      const denied = await client.post(`/${post.id}/comments`, { message: 'Hi' }, token);
      expect(denied.error).toMatchObject({ code: 210 });
    });
  });

  describe('of an Instagram account', () => {
    it('are listed newest first, with comments and replies, both ways in', async () => {
      const { control } = client;
      const now = control.now();
      const old = control.createInstagramMedia({ caption: 'Old', createdAt: now - HOUR_MS });
      const media = control.createInstagramMedia({
        caption: 'New',
        mediaType: 'VIDEO',
        productType: 'REELS',
      });
      const story = control.createInstagramMedia({ productType: 'STORY' });
      const one = control.playComment({ on: media.id, from: 'Ana', text: 'One', createdAt: now - 2000 });
      control.playComment({ on: media.id, from: 'Ben', text: 'Two', createdAt: now - 1000 });
      control.playComment({ on: one.commentId, from: 'Carl', text: 'Reply' });
      const fields = 'caption,media_type,media_product_type,timestamp,comments_count';
      for (const [path, token] of [
        [`/${SEED.instagramId}`, client.pageToken],
        ['/me', client.instagramToken],
      ] as const) {
        const list = dataOf(await client.get(`${path}/media?fields=${fields}`, token));
        expect(list).toMatchObject([
          {
            id: media.id,
            caption: 'New',
            media_type: 'VIDEO',
            media_product_type: 'REELS',
            comments_count: 3,
          },
          { id: old.id, caption: 'Old' },
        ]);
        expect(dataOf(await client.get(`${path}/stories`, token))).toEqual([{ id: story.id }]);
        const comments = await client.get(
          `/${media.id}/comments?limit=1&fields=text,username,from,timestamp,replies{text,parent_id}`,
          token,
        );
        expect(texts(dataOf(comments))).toEqual(['Two']);
        const after = objectOf(objectOf(comments.json.paging).cursors).after as string;
        const rest = dataOf(
          await client.get(
            `/${media.id}/comments?fields=text,from,replies{text,parent_id}&after=${after}`,
            token,
          ),
        );
        expect(rest).toMatchObject([
          { id: one.commentId, text: 'One', from: { id: one.userId, username: 'ana' } },
        ]);
        expect(innerData(rest[0], 'replies')).toMatchObject([{ text: 'Reply', parent_id: one.commentId }]);
      }
    });

    it('are told as changes of comments; edits and removals are not', async () => {
      const callback = await client.subscribe();
      const media = client.control.createInstagramMedia();
      const { commentId, userId } = client.control.playComment({ on: media.id, from: 'Ana', text: 'Yes' });
      const reply = client.control.playComment({ on: commentId, from: 'Ben', hideFrom: true });
      expect(client.control.playCommentChange({ commentId, verb: 'edited', text: 'No' })).toBe(0);
      const changes = await changesOf(callback);
      expect(changes).toMatchObject([
        {
          field: 'comments',
          value: {
            id: commentId,
            text: 'Yes',
            from: { id: userId, username: 'ana' },
            media: { id: media.id, media_product_type: 'FEED' },
          },
        },
        { field: 'comments', value: { id: reply.commentId, parent_id: commentId } },
      ]);
      expect(changes[1]!.value).not.toHaveProperty('from');
      expect((await client.get(`/${commentId}?fields=text`)).json).toMatchObject({ text: 'No' });
      expect(client.control.playCommentChange({ commentId, verb: 'remove' })).toBe(0);
      expect((await client.get(`/${commentId}`)).error).toMatchObject({ error_subcode: 33 });
    });

    it('are answered, hidden and removed by the account', async () => {
      const media = client.control.createInstagramMedia();
      const { commentId } = client.control.playComment({ on: media.id, from: 'Ana' });
      const token = client.instagramToken;
      const { json } = await client.post(`/${commentId}/replies`, { message: 'Thanks' }, token);
      expect(dataOf(await client.get(`/${commentId}/replies`))).toMatchObject([
        { id: json.id, text: 'Thanks' },
      ]);
      expect((await client.post(`/${commentId}?hide=true`, {}, token)).json).toEqual({ success: true });
      expect((await client.get(`/${commentId}?fields=hidden`)).json).toMatchObject({ hidden: true });
      expect((await client.delete(`/${commentId}`, token)).json).toEqual({ success: true });
      await client.post(`/${media.id}?comment_enabled=false`, {}, token);
      expect((await client.post(`/${media.id}/comments`, { message: 'Hi' })).error).toMatchObject({
        code: 100,
      });
    });

    it('need their own permissions', async () => {
      const media = client.control.createInstagramMedia();
      const { token } = client.control.issueToken({ pageId: SEED.pageId, scopes: ['pages_show_list'] });
      expect((await client.get(`/${SEED.instagramId}/media`, token)).error).toMatchObject({ code: 200 });
      const { token: basic } = client.control.issueToken({
        instagramId: SEED.instagramId,
        scopes: ['instagram_business_basic'],
      });
      expect((await client.get('/me/media', basic)).status).toBe(200);
      expect((await client.get(`/${media.id}/comments`, basic)).error).toMatchObject({ code: 200 });
    });
  });
});
