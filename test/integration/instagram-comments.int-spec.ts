import { CommentActionsSweeper } from '../../src/conversations/comments/comment-actions.sweeper';
import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import {
  type AnswerView,
  type CommentView,
  type FeedView,
  INSTAGRAM,
  type ThreadsView,
  commentNews,
  commentsAtMeta,
  settled,
  startOver,
} from '../factories/comments.factory';
import { directMessagesOf } from '../factories/facebook-pages.factory';
import {
  INSTAGRAM_LOGIN_ENV,
  type InstagramOwner,
  anInstagramOwner,
  instagramLogin,
  linkedAccount,
} from '../factories/instagram-accounts.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

let app: TestApp;
let admin: ApiClient;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: INSTAGRAM_LOGIN_ENV });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());

describe.each([
  ['through a Page', linkedAccount],
  ['by Instagram Login', instagramLogin],
])('comments at an Instagram account that is reached %s', (_, login) => {
  let me: InstagramOwner;
  let mediaId: string;
  let commentId: string;
  let personId: string;
  beforeEach(async () => {
    await startOver(app);
    me = await anInstagramOwner(app, admin, login);
    mediaId = sandboxOf(app).createInstagramMedia({ instagramId: SEED.instagramId }).id;
    const played = sandboxOf(app).playComment({ on: mediaId, from: 'Ana Lee', text: 'Is it open?' });
    [commentId, personId] = [played.commentId, played.userId];
    await settled(app);
  });

  const threads = async (query = ''): Promise<ThreadsView> => {
    const answer = await me.client.get<ThreadsView>(`${INSTAGRAM}/media/${mediaId}/comments${query}`);
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    return answer.body.data;
  };
  const one = async (id = commentId): Promise<CommentView> =>
    (await me.client.get<CommentView>(`${INSTAGRAM}/comments/${id}`)).body.data;
  const reply = (message: unknown, id = commentId): Promise<ApiAnswer<ApiBody<AnswerView>>> =>
    me.client.post<AnswerView>(`${INSTAGRAM}/comments/${id}/replies`, { message });
  const repliesAtMeta = async (): Promise<string[]> =>
    (await commentsAtMeta(app, commentId, 'replies')).map(({ text }) => text);
  const sweep = async (): Promise<void> => {
    await app.db.query(`UPDATE comment_actions SET check_at = now() WHERE state IN ('sending', 'unknown')`);
    await app.app.get(CommentActionsSweeper).sweep();
  };

  it('are read in threads, and again when that was not done for ten minutes', async () => {
    sandboxOf(app).playComment({ on: commentId, from: 'Bo', text: 'I wonder, too', silent: true });
    expect(await threads()).toMatchObject({
      comments: [
        {
          externalId: commentId,
          text: 'Is it open?',
          isOwn: false,
          replies: [{ text: 'I wonder, too' }],
          likeCount: 0,
        },
      ],
      summary: { total: 2, topLevel: 1, unanswered: 2 },
      isComplete: true,
    });
    // Of edits, hiding and removals Instagram tells nobody.
    sandboxOf(app).playCommentChange({ commentId, verb: 'hide' });
    expect((await threads()).comments[0]?.isHidden).toBe(false);
    await app.db.query(`UPDATE comment_reads SET read_at = read_at - interval '11 minutes'`);
    expect((await threads()).comments[0]?.isHidden).toBe(true);
    sandboxOf(app).playCommentChange({ commentId, verb: 'remove' });
    expect((await threads('?refresh=true')).comments).toEqual([]);
    expect((await one()).removedAt).not.toBeNull();
  });

  it('are answered once, in the account’s name, and the webhook of the answer makes no second one', async () => {
    const made = await reply('Yes, until six');
    expect([made.status, made.body.data]).toMatchObject([
      201,
      { state: 'done', comment: { text: 'Yes, until six', isOwn: true, author: { username: 'demo.shop' } } },
    ]);
    await settled(app);
    const answerId = made.body.data.comment?.externalId ?? '';
    // There is no third level: it stands beside the first answer.
    expect((await reply('And on Sundays until two', answerId)).body.data.comment).toMatchObject({
      parentId: made.body.data.commentId,
    });
    await settled(app);
    expect(await repliesAtMeta()).toEqual(['Yes, until six', 'And on Sundays until two']);
    const { body } = await me.client.get<FeedView>(`${INSTAGRAM}/comments`);
    expect(body.data.comments).toHaveLength(3);
    expect((await commentNews(app)).filter((kind) => kind === 'comment.created')).toHaveLength(3);
    const replies = await me.client.get<FeedView>(`${INSTAGRAM}/comments/${commentId}/replies?limit=1`);
    expect(replies.body.data.comments).toMatchObject([{ text: 'And on Sundays until two' }]);
  });

  it('whose answer is lost are found at Meta and never answered twice', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/replies$', drop: 'after' });
    sandboxOf(app).dropWebhooks(1);
    expect((await reply('Yes')).body.data).toMatchObject({ state: 'done', comment: { text: 'Yes' } });
    await settled(app);
    await sweep();
    expect(await repliesAtMeta()).toEqual(['Yes']);
  });

  it('are written under the media itself', async () => {
    const path = `${INSTAGRAM}/media/${mediaId}/comments`;
    sandboxOf(app).failNext({ method: 'POST', path: '/comments$', drop: 'after' });
    const made = await me.client.post<AnswerView>(path, { message: 'We are open today' });
    expect(made.body.data).toMatchObject({ kind: 'comment', state: 'done', comment: { parentId: null } });
    await settled(app);
    const atMeta = await commentsAtMeta(app, mediaId);
    expect(atMeta.map(({ text }) => text)).toEqual(['We are open today', 'Is it open?']);
  });

  it('are hidden, shown and deleted', async () => {
    const path = `${INSTAGRAM}/comments/${commentId}`;
    expect((await me.client.post<CommentView>(`${path}/hide`)).body.data.isHidden).toBe(true);
    const hidden = await reply('Yes');
    expect([hidden.status, hidden.body.error.details.reason]).toEqual([409, 'hidden']);
    expect((await me.client.delete<CommentView>(`${path}/hide`)).body.data.isHidden).toBe(false);
    expect((await me.client.delete(path)).status).toBe(200);
    expect(await commentsAtMeta(app, mediaId)).toEqual([]);
    expect((await reply('Yes')).status).toBe(404);
    expect((await me.client.delete(path)).status).toBe(200);
  });

  it('are answered in private, once, in the conversation with their author', async () => {
    const path = `${INSTAGRAM}/comments/${commentId}/private-reply`;
    sandboxOf(app).failNext({ method: 'POST', path: '/messages$', drop: 'after' });
    const made = await me.client.post<AnswerView>(path, { message: 'Hello!' });
    expect([made.status, made.body.data.state]).toEqual([201, 'done']);
    await settled(app);
    expect(await directMessagesOf(app, me.assetId)).toMatchObject([
      {
        direction: 'outbound',
        sender_type: 'agent',
        message_text: 'Hello!',
        context: { comment_id: commentId },
      },
    ]);
    expect(sandboxOf(app).sentDirectMessages({ to: personId })).toHaveLength(1);
    expect((await me.client.post(path, { message: 'Hello again!' })).status).toBe(409);
    expect((await one()).privateReply).toMatchObject({ state: 'sent', messageId: made.body.data.messageId });
    expect(sandboxOf(app).sentDirectMessages({ to: personId })).toHaveLength(1);
  });

  it('are refused what Instagram does not take, before it is asked', async () => {
    const calls = sandboxOf(app).calls().length;
    for (const message of ['', ' ', 'x'.repeat(2_201), 7]) expect((await reply(message)).status).toBe(400);
    const long = await me.client.post(`${INSTAGRAM}/comments/${commentId}/private-reply`, {
      message: 'é'.repeat(501),
    });
    expect([long.status, long.body.error.details.fields]).toMatchObject([400, [{ rule: 'maxBytes' }]]);
    expect(
      (
        await me.client.post(`${INSTAGRAM}/comments/${commentId}/replies`, {
          message: 'x',
          attachmentUrl: 'x',
        })
      ).status,
    ).toBe(400);
    expect(sandboxOf(app).calls()).toHaveLength(calls);
  });

  it('are nobody else’s', async () => {
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await stranger.get(`${INSTAGRAM}/comments/${commentId}`)).status).toBe(404);
    expect((await stranger.get(`${INSTAGRAM}/media/${mediaId}/comments`)).status).toBe(404);
    const other = sandboxOf(app).createInstagramAccount({ username: 'other.shop' });
    const theirs = sandboxOf(app).createInstagramMedia({ instagramId: other.id }).id;
    for (const id of [theirs, '9007199254740993123']) {
      const read = await me.client.get(`${INSTAGRAM}/media/${id}/comments`);
      expect([id, read.status, read.body.error.code]).toEqual([id, 404, 'NOT_FOUND']);
      const written = await me.client.post(`${INSTAGRAM}/media/${id}/comments`, { message: 'Hi' });
      expect([id, written.status]).toEqual([id, 404]);
    }
  });
});
