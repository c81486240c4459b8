import { objectOf, type JsonObject } from '../json';
import { dataOf, entriesOf, innerData, asObjects, PageTestClient } from '../pages/page-test-client';
import { SEED } from '../world-seed';
import type { CallbackServer } from '../webhooks/callback-server';

const DAY_MS = 86_400_000;

function changesOf(callback: CallbackServer): JsonObject[] {
  return entriesOf(callback).flatMap((entry) => asObjects(entry.changes));
}

describe('comments on Instagram', () => {
  let client: PageTestClient;
  let mediaId: string;
  beforeEach(async () => {
    client = await PageTestClient.start();
    mediaId = client.control.createInstagramMedia().id;
  });
  afterEach(() => client.close());

  const fields = 'text,username,from,hidden,parent_id,like_count,replies{text,from}';

  it('are answered one level deep, hidden and deleted with their answers', async () => {
    const { commentId, userId } = client.control.playComment({ on: mediaId, from: 'Ana', text: 'How much?' });
    const first = await client.post(`/${commentId}/replies`, { message: 'Ten' });
    const second = await client.post(`/${first.json.id as string}/replies`, { message: 'Or nine' });
    const [comment] = dataOf(await client.get(`/${mediaId}/comments?fields=${fields}`));
    expect(comment).toMatchObject({ id: commentId, text: 'How much?', from: { id: userId }, hidden: false });
    expect(innerData(comment, 'replies')).toEqual([
      { id: first.json.id, text: 'Ten', from: { id: SEED.instagramId, username: 'demo.shop' } },
      { id: second.json.id, text: 'Or nine', from: { id: SEED.instagramId, username: 'demo.shop' } },
    ]);
    expect((await client.post(`/${commentId}?hide=true`)).json).toEqual({ success: true });
    expect((await client.get(`/${commentId}?fields=hidden`)).json).toMatchObject({ hidden: true });
    expect((await client.post(`/${commentId}/replies`, { message: 'Hi' })).error).toMatchObject({
      code: 100,
    });
    expect((await client.post(`/${commentId}`)).error).toMatchObject({ code: 100 });
    expect((await client.delete(`/${commentId}`)).json).toEqual({ success: true });
    for (const id of [commentId, first.json.id as string]) {
      expect((await client.get(`/${id}`)).error).toMatchObject({ code: 100, error_subcode: 33 });
      const answer = await client.post(`/${id}/replies`, { message: 'Hi' });
      expect(answer.error).toMatchObject({ code: 100, error_subcode: 33 });
    }
  });

  it('come fifty to the page, however many are asked for', async () => {
    for (let n = 0; n < 51; n++) client.control.playComment({ on: mediaId, from: 'Ana', text: `No ${n}` });
    const { json } = await client.get(`/${mediaId}/comments?limit=100`);
    expect(dataOf({ json })).toHaveLength(50);
    expect(objectOf(json.paging)).toHaveProperty('next');
  });

  it.each([
    ['nothing', ' '],
    ['more than 300 characters', 'x'.repeat(301)],
    ['five hashtags', '#a #b #c #d #e'],
    ['two links', 'https://a.example/ https://b.example/'],
    ['capital letters only', 'BUY THIS NOW'],
  ])('cannot be %s', async (_what, message) => {
    expect((await client.post(`/${mediaId}/comments`, { message })).error).toMatchObject({ code: 100 });
  });

  it('die with their media, behind everybody’s back', async () => {
    const { commentId } = client.control.playComment({ on: mediaId, from: 'Ana' });
    client.control.deleteInstagramMedia(mediaId);
    expect((await client.post(`/${mediaId}/comments`, { message: 'Hi' })).error).toMatchObject({
      code: 100,
      error_subcode: 33,
    });
    expect((await client.get(`/${commentId}`)).error).toMatchObject({ error_subcode: 33 });
  });

  it('are told, those of live videos in a field of their own', async () => {
    const callback = await client.subscribe();
    const { commentId, userId } = client.control.playComment({
      on: mediaId,
      from: { name: 'Ana', username: 'ana' },
    });
    await client.control.waitUntilIdle();
    const own = await client.post(`/${commentId}/replies`, { message: 'Thanks' });
    await client.control.waitUntilIdle();
    const live = client.control.createInstagramMedia({ isLive: true });
    client.control.playComment({ on: live.id, from: 'Ben', text: 'Wow' });
    await client.control.waitUntilIdle();
    const media = { id: mediaId, media_product_type: 'FEED' };
    expect(changesOf(callback)).toEqual([
      {
        field: 'comments',
        value: { from: { id: userId, username: 'ana' }, media, id: commentId, text: 'Nice!' },
      },
      {
        field: 'comments',
        value: {
          from: { id: SEED.instagramId, username: 'demo.shop', self_ig_scoped_id: expect.any(String) },
          media,
          id: own.json.id,
          parent_id: commentId,
          text: 'Thanks',
        },
      },
      { field: 'live_comments', value: expect.objectContaining({ text: 'Wow' }) },
    ]);
  });

  it('are told with field and value on the entry, where that is asked for', async () => {
    const callback = await client.subscribe();
    client.control.configure({ delivery: { instagramChanges: 'flat' } });
    client.control.playComment({ on: mediaId, from: 'Ana', text: 'One' });
    client.control.playComment({ on: mediaId, from: 'Ana', text: 'Two' });
    await client.control.waitUntilIdle();
    expect(entriesOf(callback)).toMatchObject([
      { id: SEED.instagramId, time: expect.any(Number), field: 'comments', value: { text: 'One' } },
      { id: SEED.instagramId, field: 'comments', value: { text: 'Two' } },
    ]);
    expect(entriesOf(callback)[0]).not.toHaveProperty('changes');
  });

  describe('mentions', () => {
    it('are told, can be read through the account only, and answered', async () => {
      const callback = await client.subscribe();
      const { control } = client;
      const inComment = control.playInstagramMention({ username: 'ana', comment: 'Ask @demo.shop' });
      await control.waitUntilIdle();
      const inCaption = control.playInstagramMention({ username: 'ben', caption: 'By @demo.shop' });
      await control.waitUntilIdle();
      const { mediaId: first, commentId } = inComment;
      expect(changesOf(callback)).toEqual([
        { field: 'mentions', value: { media_id: first, comment_id: commentId } },
        { field: 'mentions', value: { media_id: inCaption.mediaId } },
      ]);
      const ask = (text: string) => client.get(`/${SEED.instagramId}?fields=${text}`);
      expect(
        (await ask(`mentioned_comment.comment_id(${commentId!}){text,timestamp,media{id}}`)).json,
      ).toEqual({
        id: SEED.instagramId,
        mentioned_comment: {
          id: commentId,
          text: 'Ask @demo.shop',
          timestamp: expect.any(String),
          media: { id: first },
        },
      });
      expect(
        (await ask(`mentioned_media.media_id(${inCaption.mediaId}){caption,username}`)).json,
      ).toMatchObject({
        mentioned_media: { id: inCaption.mediaId, caption: 'By @demo.shop', username: 'ben' },
      });
      expect((await ask('mentioned_media.media_id(1){caption}')).error).toMatchObject({ code: 100 });
      expect((await client.get(`/${first}`)).error).toMatchObject({ code: 100, error_subcode: 33 });
      const path = `/${SEED.instagramId}/mentions`;
      const answer = await client.post(path, { media_id: first, comment_id: commentId, message: 'Here' });
      expect(answer.json).toEqual({ id: expect.any(String) });
      expect((await client.post(path, { media_id: inCaption.mediaId, message: 'Hi' })).status).toBe(200);
      expect((await client.post(path, { media_id: '1', message: 'Hi' })).error).toMatchObject({ code: 100 });
      expect((await client.post(path, { media_id: first })).error).toMatchObject({ code: 100 });
      expect(control.instagramMentionReplies()).toMatchObject([{ text: 'Here', commentId }, { text: 'Hi' }]);
    });
  });

  it('get a private reply once, within seven days', async () => {
    const replyTo = (commentId: string) =>
      client.post(
        '/me/messages',
        { recipient: { comment_id: commentId }, message: { text: 'Hi' } },
        client.instagramToken,
      );
    const { commentId, userId } = client.control.playComment({ on: mediaId, from: 'Ana' });
    const late = client.control.playComment({ on: mediaId, from: 'Ben' });
    const gone = client.control.playComment({ on: mediaId, from: 'Carl' });
    expect((await replyTo(commentId)).json).toMatchObject({ recipient_id: userId });
    expect((await replyTo(commentId)).error).toMatchObject({ code: 10, error_subcode: 2018300 });
    client.control.playCommentChange({ commentId: gone.commentId, verb: 'remove' });
    expect((await replyTo(gone.commentId)).error).toMatchObject({ code: 100, error_subcode: 2018001 });
    await client.control.advance(7 * DAY_MS + 1000);
    const token = client.control.issueToken({ instagramId: SEED.instagramId }).token;
    const body = { recipient: { comment_id: late.commentId }, message: { text: 'Hi' } };
    expect((await client.post('/me/messages', body, token)).error).toMatchObject({
      code: 10,
      error_subcode: 2018300,
    });
  });
});
