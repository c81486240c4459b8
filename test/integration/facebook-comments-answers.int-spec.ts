import { CommentActionsSweeper } from '../../src/conversations/comments/comment-actions.sweeper';
import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  type AnswerView,
  type CommentView,
  FACEBOOK,
  aCommentedPage,
  aPost,
  commentNews,
  commentsAtMeta,
  settled,
  startOver,
} from '../factories/comments.factory';
import type { PageOwner } from '../factories/facebook-pages.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

let app: TestApp;
let admin: ApiClient;
let me: PageOwner;
let postId: string;
let commentId: string;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  await startOver(app);
  me = await aCommentedPage(app, admin);
  postId = aPost(app);
  commentId = sandboxOf(app).playComment({ on: postId, from: 'Ana Lee', text: 'Is it open?' }).commentId;
  await settled(app);
});

type Answer = ApiAnswer<ApiBody<AnswerView>>;
const reply = (body: unknown, key?: string, id = commentId): Promise<Answer> =>
  (key === undefined ? me.client : me.client.with({ 'idempotency-key': key })).post<AnswerView>(
    `${FACEBOOK}/comments/${id}/replies`,
    body,
  );
const answer = async (id: string): Promise<AnswerView> =>
  (await me.client.get<AnswerView>(`${FACEBOOK}/comment-answers/${id}`)).body.data;
const sweep = async (): Promise<void> => {
  await app.db.query(`UPDATE comment_actions SET check_at = now() WHERE state IN ('sending', 'unknown')`);
  await app.app.get(CommentActionsSweeper).sweep();
};
const textsAtMeta = async (): Promise<string[]> =>
  (await commentsAtMeta(app, postId)).map(({ text }) => text).sort();
const stored = async (): Promise<CommentView[]> =>
  (await me.client.get<{ comments: CommentView[] }>(`${FACEBOOK}/comments`)).body.data.comments;

describe('an answer to a comment', () => {
  it('stands at Meta and here at once, in the name of who wrote it, and once when its webhook comes', async () => {
    const made = await reply({ message: 'Yes, until six' });
    expect([made.status, made.body.data]).toMatchObject([
      201,
      {
        kind: 'reply',
        state: 'done',
        error: null,
        comment: { text: 'Yes, until six', isOwn: true, author: { id: me.pageId, name: 'Demo Page' } },
      },
    ]);
    const mine = (await me.client.get<{ id: string }>('/api/auth/me')).body.data;
    expect(made.body.data.comment?.sentBy).toBe(mine.id);
    expect(made.body.data.comment?.parentId).toBe(made.body.data.commentId);
    await settled(app);
    expect(await textsAtMeta()).toEqual(['Is it open?', 'Yes, until six']);
    expect(await stored()).toHaveLength(2);
    expect((await commentNews(app)).sort()).toEqual([
      'comment.created',
      'comment.created',
      'comment.replied',
    ]);
  });

  it('may be a picture, and may stand under the post itself', async () => {
    const photo = `${app.sandbox?.url ?? ''}/nothing.jpg`;
    expect((await reply({ attachmentUrl: photo })).body.error.code).toBe('VALIDATION_FAILED');
    const made = await me.client.post<AnswerView>(`${FACEBOOK}/posts/${postId}/comments`, {
      message: 'We are open today',
    });
    expect(made.body.data).toMatchObject({
      kind: 'comment',
      state: 'done',
      commentId: null,
      comment: { text: 'We are open today', parentId: null, postId },
    });
    expect(await textsAtMeta()).toEqual(['Is it open?', 'We are open today']);
  });

  it.each([
    [{}, 'isDefined'],
    [{ message: '  ' }, 'matches'],
    [{ message: 'x'.repeat(8_001) }, 'maxLength'],
    [{ message: 'x', attachmentUrl: 'http://example.com/1.jpg' }, 'isUrl'],
    [{ message: 'x', unknown: 1 }, 'unknownField'],
  ])('of the content %# is refused before Meta is asked', async (body, rule) => {
    const { status, body: told } = await reply(body);
    expect([status, told.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(told.error.details.fields).toMatchObject([{ rule }]);
    expect(await textsAtMeta()).toEqual(['Is it open?']);
  });

  it('is given once for an Idempotency-Key, also while the first request is under way', async () => {
    const both = await Promise.all([reply({ message: 'Yes' }, 'k1'), reply({ message: 'Yes' }, 'k1')]);
    const again = await reply({ message: 'Yes' }, 'k1');
    expect(new Set([...both, again].map(({ body }) => body.data.id)).size).toBe(1);
    expect(again.body.data).toMatchObject({ state: 'done', comment: { text: 'Yes' } });
    expect((await reply({ message: 'No' }, 'k1')).body.error.code).toBe('IDEMPOTENCY_CONFLICT');
    expect(await textsAtMeta()).toEqual(['Is it open?', 'Yes']);
  });

  it('that Meta refused is tried again with the same key, and not kept from anybody', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/comments$', code: 368 });
    const refused = await reply({ message: 'Yes' }, 'k2');
    expect([refused.status, refused.body.error.code]).toEqual([422, 'META_REJECTED']);
    expect((await reply({ message: 'Yes' }, 'k2')).body.data.state).toBe('done');
    expect(await textsAtMeta()).toEqual(['Is it open?', 'Yes']);
  });

  it('to a comment that is gone at Meta says so, and the comment is gone here, too', async () => {
    sandboxOf(app).playCommentChange({ commentId, verb: 'remove', silent: true });
    const gone = await reply({ message: 'Yes' });
    expect([gone.status, gone.body.error.code]).toEqual([404, 'NOT_FOUND']);
    expect(gone.body.error.details.removedAt).toEqual(expect.any(String));
    const { body } = await me.client.get<CommentView>(`${FACEBOOK}/comments/${commentId}`);
    expect(body.data.removedAt).not.toBeNull();
    const calls = sandboxOf(app).calls({ path: '/comments$' }).length;
    expect((await reply({ message: 'Yes' })).status).toBe(404);
    expect(sandboxOf(app).calls({ path: '/comments$' })).toHaveLength(calls);
  });

  it('is refused before Meta is asked where the person lacks the task, with what to do', async () => {
    await app.db.query(`UPDATE facebook_pages SET tasks = '["MESSAGING", "MANAGE"]'`);
    const refused = await reply({ message: 'Yes' });
    expect([refused.status, refused.body.error.code]).toEqual([424, 'META_REAUTH_REQUIRED']);
    expect(refused.body.error.details).toMatchObject({ missingTasks: ['MODERATE'], pageId: SEED.pageId });
    await app.db.query(`UPDATE facebook_pages SET tasks = '["PROFILE_PLUS_MODERATE"]'`);
    expect((await reply({ message: 'Yes' })).status).toBe(201);
  });
});

describe('an answer whose own answer is lost', () => {
  it('is found at Meta and never given twice, whether its webhook came or not', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/comments$', drop: 'after' });
    const made = await reply({ message: 'Yes' }, 'k3');
    expect(made.body.data).toMatchObject({ state: 'done', comment: { text: 'Yes', isOwn: true } });
    await settled(app);
    await sweep();
    expect(await textsAtMeta()).toEqual(['Is it open?', 'Yes']);
    expect(await stored()).toHaveLength(2);
    expect((await commentNews(app)).filter((kind) => kind === 'comment.replied')).toHaveLength(1);
  });

  it('is open as long as Meta cannot be asked, may not be given again meanwhile, and is found later', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/comments$', drop: 'after' });
    sandboxOf(app).dropWebhooks(1);
    sandboxOf(app).failNext({ method: 'GET', path: '/comments$', times: 1, code: 4 });
    const made = await reply({ message: 'Yes' }, 'k4');
    expect([made.status, made.body.data]).toMatchObject([201, { state: 'unknown', comment: null }]);
    expect((await reply({ message: 'Yes' }, 'k4')).body.data).toMatchObject({ state: 'unknown' });
    const second = await reply({ message: 'Yes' });
    expect([second.status, second.body.error.code]).toEqual([409, 'CONFLICT']);
    await sweep();
    const found = await answer(made.body.data.id);
    expect(found).toMatchObject({ state: 'done', comment: { text: 'Yes' }, error: null });
    expect((await reply({ message: 'Yes' }, 'k4')).body.data).toEqual(found);
    await settled(app);
    expect(await textsAtMeta()).toEqual(['Is it open?', 'Yes']);
  });

  it('that Meta never got is told after some looks, and may then be given again', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/comments$', drop: 'before' });
    const made = await reply({ message: 'Yes' }, 'k5');
    expect(made.body.data.state).toBe('unknown');
    for (let looks = 0; looks < 5; looks++) {
      expect((await answer(made.body.data.id)).state).toBe('unknown');
      await sweep();
    }
    expect(await answer(made.body.data.id)).toMatchObject({
      state: 'failed',
      error: { code: 'NOT_AT_META' },
    });
    expect(await commentNews(app)).toContain('comment.reply_failed');
    expect((await reply({ message: 'Yes' }, 'k5')).body.data).toMatchObject({
      id: made.body.data.id,
      state: 'done',
    });
    expect(await textsAtMeta()).toEqual(['Is it open?', 'Yes']);
  });

  it('of a process that died is looked for by another one', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/comments$', drop: 'after' });
    sandboxOf(app).failNext({ method: 'GET', path: '/comments$', times: 1, code: 4 });
    sandboxOf(app).dropWebhooks(1);
    const made = await reply({ message: 'Yes' });
    // As it stood in the middle of the call.
    await app.db.query(`UPDATE comment_actions SET state = 'sending', error = NULL`);
    await sweep();
    await eventually(
      () => answer(made.body.data.id),
      ({ state }) => state === 'done',
    );
    expect(await textsAtMeta()).toEqual(['Is it open?', 'Yes']);
  });

  it('is not taken for an older comment of the Page with the same words', async () => {
    expect((await reply({ message: 'Yes' })).body.data.state).toBe('done');
    await settled(app);
    sandboxOf(app).failNext({ method: 'POST', path: '/comments$', drop: 'before' });
    const second = await reply({ message: 'Yes' });
    expect(second.body.data.state).toBe('unknown');
    await sweep();
    expect((await answer(second.body.data.id)).state).toBe('unknown');
  });
});

describe('what is done about a comment', () => {
  const at = (path: string): string => `${FACEBOOK}/comments/${commentId}${path}`;

  it('hiding and showing it, liking it and not, as often as it is asked for', async () => {
    for (const times of [1, 2])
      expect([times, (await me.client.post<CommentView>(at('/hide'))).body.data.isHidden]).toEqual([
        times,
        true,
      ]);
    await settled(app);
    expect((await me.client.delete<CommentView>(at('/hide'))).body.data.isHidden).toBe(false);
    expect((await me.client.post<CommentView>(at('/like'))).body.data.isLiked).toBe(true);
    expect((await me.client.get<CommentView>(at('?refresh=true'))).body.data).toMatchObject({
      isLiked: true,
      likeCount: 1,
      isHidden: false,
    });
    expect((await me.client.delete<CommentView>(at('/like'))).body.data.isLiked).toBe(false);
    await settled(app);
    expect((await me.client.get<CommentView>(at(''))).body.data).toMatchObject({
      isHidden: false,
      isLiked: false,
    });
  });

  it('editing it, where the Page wrote it', async () => {
    const mine = (await reply({ message: 'Yes' })).body.data.comment?.id ?? '';
    const edited = await me.client.patch<CommentView>(`${FACEBOOK}/comments/${mine}`, {
      message: 'Yes, until six',
    });
    expect(edited.body.data).toMatchObject({
      text: 'Yes, until six',
      editedAt: expect.any(String) as string,
    });
    await settled(app);
    expect(await textsAtMeta()).toEqual(['Is it open?', 'Yes, until six']);
    const others = await me.client.patch(at(''), { message: 'Mine now' });
    expect([others.status, others.body.error.code]).toEqual([409, 'CONFLICT']);
    const hidden = await me.client.post(`${FACEBOOK}/comments/${mine}/hide`);
    expect([hidden.status, hidden.body.error.code]).toEqual([409, 'CONFLICT']);
  });

  it('deleting it, also when it is gone already', async () => {
    for (const silent of [false, true]) {
      const { body, status } = await me.client.delete<CommentView>(at(''));
      expect([status, silent, body.data.removedAt]).toEqual([200, silent, expect.any(String)]);
      await settled(app);
    }
    expect(await textsAtMeta()).toEqual([]);
    expect((await commentNews(app)).filter((kind) => kind === 'comment.removed')).toHaveLength(1);
    expect((await me.client.post(at('/hide'))).status).toBe(404);
  });

  it('deleting what somebody else deleted a moment before', async () => {
    sandboxOf(app).playCommentChange({ commentId, verb: 'remove', silent: true });
    expect((await me.client.delete(at(''))).status).toBe(200);
  });

  it('only by agents', async () => {
    const viewer = app.api.as(await admin.createUser('viewer'));
    expect((await viewer.post(at('/hide'))).status).toBe(403);
  });
});
