import { isObject, objectOf, type JsonObject } from '../json';
import { PNG, startPageFiles, type PageFiles } from './page-test-files';
import { asObjects, dataOf, entriesOf, PageTestClient } from './page-test-client';
import { SEED } from '../world-seed';

const DAY_MS = 86_400_000;

describe('what happens on a Page', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const listen = async () => {
    const callback = await client.subscribe();
    return async () => {
      await client.control.waitUntilIdle();
      return entriesOf(callback).flatMap((entry) => asObjects(entry.changes));
    };
  };

  it('tells mentions, with or without who it was', async () => {
    const changes = await listen();
    const post = client.control.playMention({ from: 'Ana', message: 'Look' });
    const comment = client.control.playMention({ from: 'Ben', inComment: true, hideFrom: true });
    expect(await changes()).toMatchObject([
      {
        field: 'mention',
        value: { item: 'post', verb: 'add', post_id: post.postId, message: 'Look', sender_name: 'Ana' },
      },
      {
        field: 'mention',
        value: { item: 'comment', comment_id: comment.commentId, post_id: comment.postId },
      },
    ]);
    expect((await changes())[1]?.value).not.toHaveProperty('sender_id');
  });

  it('tells ratings, their edits and their end', async () => {
    const changes = await listen();
    const { ratingId } = client.control.playRating({ from: 'Ana', recommendation: 'positive', text: 'Good' });
    client.control.playRating({ from: 'Ana', recommendation: 'negative' });
    expect(dataOf(await client.get(`/${SEED.pageId}/ratings`))).toMatchObject([
      { recommendation_type: 'negative', open_graph_story: { id: ratingId }, reviewer: { name: 'Ana' } },
    ]);
    client.control.playRating({ from: 'Ana' });
    const values = (await changes()).map(({ field, value }) => [field, objectOf(value).verb]);
    expect(values).toEqual([
      ['ratings', 'add'],
      ['ratings', 'edit'],
      ['ratings', 'remove'],
    ]);
    expect((await changes())[0]?.value).toMatchObject({
      item: 'rating',
      open_graph_story_id: ratingId,
      reviewer_name: 'Ana',
      review_text: 'Good',
      recommendation_type: 'POSITIVE',
      comment_id: null,
    });
    expect(dataOf(await client.get(`/${SEED.pageId}/ratings`))).toEqual([]);
  });

  it('tells leads by id, and gives their answers to those who may', async () => {
    const changes = await listen();
    const { leadId, formId } = client.control.playLead({ answers: { email: 'a@b.c' } });
    expect(await changes()).toMatchObject([
      { field: 'leadgen', value: { leadgen_id: leadId, form_id: formId, page_id: SEED.pageId } },
    ]);
    expect((await client.get(`/${leadId}`)).json).toEqual({
      id: leadId,
      created_time: expect.stringMatching(/\+0000$/),
      field_data: [{ name: 'email', values: ['a@b.c'] }],
    });
    const { token } = client.control.issueToken({ pageId: SEED.pageId, scopes: ['pages_read_engagement'] });
    expect((await client.get(`/${leadId}`, token)).error).toMatchObject({ code: 200 });
  });

  it('tells likes of the Page without a post', async () => {
    const changes = await listen();
    client.control.playPageLike({ from: 'Ana' });
    client.control.playPageLike({ from: 'Ana', verb: 'remove' });
    const values = (await changes()).map(({ value }) => objectOf(value));
    expect(values).toMatchObject([
      { item: 'like', verb: 'add' },
      { item: 'like', verb: 'remove' },
    ]);
    expect(values[0]).not.toHaveProperty('post_id');
  });

  it('tells what visitors and humans do to posts', async () => {
    const { id } = client.control.createPost({ from: 'Ana', message: 'Old', silent: true });
    const changes = await listen();
    client.control.playPostChange({ postId: id, verb: 'edited', message: 'New' });
    client.control.playPostChange({ postId: id, verb: 'hide' });
    client.control.playPostChange({ postId: id, verb: 'unhide', silent: true });
    client.control.playPostChange({ postId: id, verb: 'remove' });
    expect((await changes()).map(({ value }) => objectOf(value))).toMatchObject([
      { item: 'post', verb: 'edit', message: 'New' },
      { item: 'post', verb: 'hide' },
      { item: 'post', verb: 'remove', post_id: id },
    ]);
  });

  it('lets the Page like posts and comments, once', async () => {
    const { id } = client.control.createPost({ from: 'Ana', silent: true });
    const { commentId } = client.control.playComment({ on: id, from: 'Ana', silent: true });
    const changes = await listen();
    for (const path of [`/${id}/likes`, `/${commentId}/likes`]) {
      expect((await client.post(path)).json).toEqual({ success: true });
      expect((await client.post(path)).json).toEqual({ success: true });
    }
    expect((await client.get(`/${commentId}?fields=user_likes,like_count`)).json).toMatchObject({
      user_likes: true,
      like_count: 1,
    });
    expect((await client.delete(`/${commentId}/likes`)).json).toEqual({ success: true });
    expect((await client.delete(`/${commentId}/likes`)).json).toEqual({ success: true });
    expect((await client.get(`/${commentId}?fields=user_likes`)).json).toMatchObject({ user_likes: false });
    expect((await changes()).map(({ value }) => [objectOf(value).verb, objectOf(value).from])).toMatchObject([
      ['add', { id: SEED.pageId }],
      ['add', { id: SEED.pageId }],
      ['remove', { id: SEED.pageId }],
    ]);
    client.control.revokePageTask({ pageId: SEED.pageId, task: 'MODERATE' });
    expect((await client.post(`/${id}/likes`)).error).toMatchObject({ code: 200 });
  });

  describe('comments', () => {
    let files: PageFiles;
    beforeEach(async () => {
      files = await startPageFiles();
    });
    afterEach(() => files.close());

    const comment = () => {
      const post = client.control.createPost({ silent: true }).id;
      return { post, id: client.control.playComment({ on: post, from: 'Ana', silent: true }).commentId };
    };

    it('carry a picture by address or by upload', async () => {
      const { id } = comment();
      const fetched = await client.post(`/${id}/comments`, { attachment_url: files.url('/a.png') });
      expect((await client.get(`/${fetched.json.id as string}?fields=attachment`)).json).toMatchObject({
        attachment: { type: 'photo', url: files.url('/a.png') },
      });
      const upload = { url: files.url('/a.png'), published: false };
      const photo = (await client.post(`/${SEED.pageId}/photos`, upload)).json.id!;
      const sent = await client.post(`/${id}/comments`, { message: 'See', attachment_id: photo });
      const { json } = await client.get(`/${sent.json.id as string}?fields=attachment`);
      const bytes = await (await fetch(objectOf(json.attachment).url as string)).arrayBuffer();
      expect(Buffer.from(bytes).equals(PNG)).toBe(true);
      const refused: JsonObject[] = [
        { attachment_url: files.url('/gone') },
        { attachment_id: '1' },
        { message: ' ' },
        {},
      ];
      for (const body of refused) expect((await client.post(`/${id}/comments`, body)).status).toBe(400);
    });

    it('are edited by their writer only, and hidden only if they are not the Page’s', async () => {
      const { id } = comment();
      const foreign = await client.post(`/${id}`, { message: 'Mine' });
      expect([foreign.status, foreign.error.code]).toEqual([403, 200]);
      const own = (await client.post(`/${id}/comments`, { message: 'Thnaks' })).json.id as string;
      expect((await client.post(`/${own}`, { message: 'Thanks' })).json).toEqual({ success: true });
      expect((await client.get(`/${own}?fields=message,can_hide,can_remove`)).json).toMatchObject({
        message: 'Thanks',
        can_hide: false,
        can_remove: true,
      });
      expect((await client.post(`/${own}`, { is_hidden: true })).error).toMatchObject({ code: 100 });
    });

    it('can be answered privately for seven days', async () => {
      const { id } = comment();
      const can = async () =>
        (await client.get(`/${id}?fields=can_reply_privately`)).json.can_reply_privately;
      expect(await can()).toBe(true);
      await client.control.advance(7 * DAY_MS);
      expect(await can()).toBe(false);
    });

    it('that are gone answer so to everything', async () => {
      const { id } = comment();
      client.control.playCommentChange({ commentId: id, verb: 'remove', silent: true });
      const answers = [
        await client.get(`/${id}`),
        await client.post(`/${id}`, { is_hidden: true }),
        await client.post(`/${id}/comments`, { message: 'Hi' }),
        await client.post(`/${id}/likes`),
        await client.delete(`/${id}`),
      ];
      for (const { error } of answers) expect(error).toMatchObject({ code: 100, error_subcode: 33 });
    });
  });

  describe('the call budget', () => {
    const usage = (headers: Headers): JsonObject => {
      const parsed: unknown = JSON.parse(headers.get('x-business-use-case-usage') ?? '{}');
      return asObjects(isObject(parsed) ? parsed[SEED.pageId] : undefined)[0] ?? {};
    };

    it('is told with every call about the Page, and ends them at 100', async () => {
      client.control.configure({ pages: { callsPerDay: 4 } });
      const path = `/${SEED.pageId}/feed`;
      expect(usage((await client.get(path)).headers)).toMatchObject({
        type: 'pages',
        call_count: 25,
        estimated_time_to_regain_access: 0,
      });
      for (let call = 0; call < 3; call++) await client.get(path);
      const refused = await client.post(path, { message: 'Hi' });
      expect(refused.error).toMatchObject({ code: 80001 });
      expect(usage(refused.headers)).toMatchObject({
        call_count: 100,
        estimated_time_to_regain_access: 1440,
      });
      expect(JSON.parse(refused.headers.get('x-page-usage') ?? '{}')).toMatchObject({ call_count: 100 });
      expect(client.control.publishedPosts()).toEqual([]);
      await client.control.advance(DAY_MS);
      expect((await client.get(path)).status).toBe(200);
    });

    it('is refused by order as well, in the words of Pages', async () => {
      const headers = { 'x-business-use-case-usage': '{"1":[]}' };
      client.control.failNext({ path: '/feed$', code: 4, headers });
      const refused = await client.get(`/${SEED.pageId}/feed`);
      expect(refused.error).toMatchObject({ code: 4 });
      expect(refused.error).not.toHaveProperty('error_data');
      expect(refused.headers.get('x-business-use-case-usage')).toBe('{"1":[]}');
    });

    it('can be set, and refused with either code', async () => {
      const path = `/${SEED.pageId}/feed`;
      client.control.setPageUsage({ pageId: SEED.pageId, usage: { callCount: 85, totalTime: 12 } });
      expect(usage((await client.get(path)).headers)).toMatchObject({ call_count: 85, total_time: 12 });
      client.control.configure({ pages: { limitCode: 32 } });
      client.control.setPageUsage({ pageId: SEED.pageId, usage: { callCount: 100, minutesToRegain: 5 } });
      const refused = await client.get(path);
      expect(refused.error).toMatchObject({ code: 32 });
      expect(usage(refused.headers)).toMatchObject({ estimated_time_to_regain_access: 5 });
      // Messages have a budget of their own.
      const { userId } = client.control.playDirectMessage({ from: 'Ana' });
      expect((await client.sendText(userId)).status).toBe(200);
      client.control.setPageUsage({ pageId: SEED.pageId, usage: null });
      expect((await client.get(path)).status).toBe(200);
    });
  });

  it('is played over HTTP as well', async () => {
    const call = async (name: string, body: JsonObject): Promise<JsonObject> => {
      const answer = await client.client.post(`/__control/${name}`, body, null);
      expect([name, answer.status, answer.json.error]).toEqual([name, 200, undefined]);
      return answer.json;
    };
    const { id } = await call('create-post', {
      message: 'Hi',
      link: { url: 'https://a.example/' },
      shares: 2,
    });
    await call('play-post-change', { postId: id!, verb: 'share' });
    await call('play-post-reaction', { on: id!, from: 'Ana', reaction: 'WOW', silent: true });
    await call('set-insight', { id: id!, metric: 'post_clicks', value: 4, period: 'lifetime' });
    await call('set-page-usage', { pageId: SEED.pageId, usage: { callCount: 10 } });
    await call('update-page', { pageId: SEED.pageId, fans: 500 });
    await call('play-mention', { from: 'Ana' });
    await call('play-rating', { from: 'Ana', recommendation: 'positive' });
    await call('play-lead', { answers: { email: 'a@b.c' } });
    await call('play-page-like', { from: 'Ana' });
    await call('revoke-page-task', { pageId: SEED.pageId, task: 'MESSAGING' });
    client.control.configure({ pages: { links: 'trust', videoOutcome: 'wait' } });
    const made = await client.post(`/${SEED.pageId}/feed`, { message: 'By the app' });
    expect((await client.client.get('/__control/published-posts', null)).json).toMatchObject({
      data: [{ id: made.json.id, message: 'By the app', kind: 'status' }],
    });
    expect((await client.client.get('/__control/page-uploads', null)).json).toEqual({ data: [] });
    await call('delete-post', { postId: made.json.id!, silent: true });
    expect((await client.get(`/${made.json.id as string}`)).error).toMatchObject({ error_subcode: 33 });
    const wrong = await client.client.post(
      '/__control/decide-video',
      { videoId: '1', outcome: 'ready' },
      null,
    );
    expect(wrong.status).toBe(400);
  });
});
