import { CommentActionsSweeper } from '../../src/conversations/comments/comment-actions.sweeper';
import { PRIVATE_REPLY_MS } from '../../src/conversations/comments/comment-rules';
import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import {
  type AnswerView,
  type CommentView,
  FACEBOOK,
  aCommentedPage,
  aPost,
  settled,
  startOver,
} from '../factories/comments.factory';
import { type PageOwner, directMessagesOf } from '../factories/facebook-pages.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

let app: TestApp;
let admin: ApiClient;
let me: PageOwner;
let postId: string;
let commentId: string;
let personId: string;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  await startOver(app);
  me = await aCommentedPage(app, admin);
  postId = aPost(app);
  const played = sandboxOf(app).playComment({ on: postId, from: 'Ana Lee', text: 'Is it open?' });
  [commentId, personId] = [played.commentId, played.userId];
  await settled(app);
});

const send = (message: string, key?: string, id = commentId): Promise<ApiAnswer<ApiBody<AnswerView>>> =>
  (key === undefined ? me.client : me.client.with({ 'idempotency-key': key })).post<AnswerView>(
    `${FACEBOOK}/comments/${id}/private-reply`,
    { message },
  );
const comment = async (id = commentId): Promise<CommentView> =>
  (await me.client.get<CommentView>(`${FACEBOOK}/comments/${id}`)).body.data;
const answer = async (id: string): Promise<AnswerView> =>
  (await me.client.get<AnswerView>(`${FACEBOOK}/comment-answers/${id}`)).body.data;
const sent = (): number => sandboxOf(app).sentDirectMessages({ to: personId }).length;
const sweep = async (): Promise<void> => {
  await app.db.query(`UPDATE comment_actions SET check_at = now() WHERE state IN ('sending', 'unknown')`);
  await app.app.get(CommentActionsSweeper).sweep();
};
const lose = (drop: 'before' | 'after'): void => {
  sandboxOf(app).failNext({ method: 'POST', path: '/messages$', drop });
};

describe('a private reply', () => {
  it('reaches the author of the comment and stands in the inbox once, as what its user wrote', async () => {
    const made = await send('Yes, until six. Anything else?');
    expect([made.status, made.body.data]).toMatchObject([
      201,
      { kind: 'private_reply', state: 'done', comment: null },
    ]);
    expect(sandboxOf(app).sentDirectMessages({ to: personId })).toMatchObject([{ isPrivateReply: true }]);
    await settled(app);
    const mine = (await me.client.get<{ id: string }>('/api/auth/me')).body.data;
    expect(await directMessagesOf(app, me.assetId)).toMatchObject([
      {
        direction: 'outbound',
        sender_type: 'agent',
        sender_id: mine.id,
        type: 'text',
        message_text: 'Yes, until six. Anything else?',
        context: { comment_id: commentId },
        contact_name: 'Ana Lee',
      },
    ]);
    const { messageId, conversationId } = made.body.data;
    const thread = await me.client.get<{ messages: { id: string }[] }>(
      `/api/meta/conversations/${conversationId}/messages`,
    );
    expect(thread.body.data.messages.map(({ id }) => id)).toEqual([messageId]);
    expect(await comment()).toMatchObject({
      isAnswered: true,
      privateReply: { state: 'sent', messageId, conversationId },
    });
  });

  it('lands in the conversation that the person has with the Page already', async () => {
    sandboxOf(app).playDirectMessage({ from: { id: personId }, text: 'Hello' });
    await settled(app);
    await send('Hi there');
    await settled(app);
    const messages = await directMessagesOf(app, me.assetId);
    expect(messages.map(({ message_text: text }) => text)).toEqual(['Hello', 'Hi there']);
    expect(new Set(messages.map(({ conversation_id: id }) => id)).size).toBe(1);
  });

  it('is sent once: neither again, nor by two at a time, and a repeated request gets the first answer', async () => {
    const both = await Promise.all([send('Hi', 'k1'), send('Hi', 'k1')]);
    expect(new Set(both.map(({ body }) => body.data.id)).size).toBe(1);
    const again = await send('Hi', 'k1');
    expect([again.status, again.body.data.state]).toEqual([201, 'done']);
    const others = await Promise.all([send('Hello'), send('Good day', 'k2')]);
    expect(others.map(({ status }) => status)).toEqual([409, 409]);
    expect(sent()).toBe(1);
  });

  it('of two at the same moment only one is sent', async () => {
    const both = await Promise.all([send('Hi'), send('Hello')]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(sent()).toBe(1);
  });

  it('is refused before Meta is asked when it is too late, or nobody is there to answer', async () => {
    const old = sandboxOf(app).playComment({
      on: postId,
      from: 'Bo',
      text: 'Old',
      createdAt: Date.now() - PRIVATE_REPLY_MS - 60_000,
    }).commentId;
    await settled(app);
    const late = await send('Hi', undefined, old);
    expect([late.status, late.body.error.code]).toEqual([422, 'WINDOW_CLOSED']);
    expect(late.body.error.details.closedAt).toEqual((await comment(old)).privateReply.until);
    const own = await me.client.post<AnswerView>(`${FACEBOOK}/comments/${commentId}/replies`, {
      message: 'Yes',
    });
    const toUs = await send('Hi', undefined, own.body.data.comment?.id ?? '');
    expect([toUs.status, toUs.body.error.details.reason]).toEqual([409, 'own']);
    await me.client.delete(`${FACEBOOK}/comments/${commentId}`);
    expect((await send('Hi')).status).toBe(404);
    expect(sandboxOf(app).calls({ path: '/messages$' })).toEqual([]);
    for (const message of ['', ' ', 'x'.repeat(2_001)]) expect((await send(message)).status).toBe(400);
  });

  it('that Meta refuses, since one was sent from elsewhere, is explained and not asked for again', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/messages$', code: 10, subcode: 2018300 });
    const refused = await send('Hi');
    expect([refused.status, refused.body.error.code]).toEqual([422, 'META_REJECTED']);
    expect(refused.body.error.message).toContain('answered in private before');
    expect(refused.body.error.details.meta).toMatchObject({ code: 10, subcode: 2018300 });
    expect((await comment()).privateReply.state).toBe('refused');
    expect((await send('Hi')).status).toBe(409);
    expect(sandboxOf(app).calls({ path: '/messages$' })).toHaveLength(1);
  });

  it('needs the task MESSAGING', async () => {
    await app.db.query(`UPDATE facebook_pages SET tasks = '["MODERATE"]'`);
    const refused = await send('Hi');
    expect([refused.status, refused.body.error.details]).toMatchObject([
      424,
      { missingTasks: ['MESSAGING'], pageId: SEED.pageId },
    ]);
  });
});

describe('a private reply whose answer is lost', () => {
  it('is found in the conversation, and is there once when the echo comes, too', async () => {
    lose('after');
    const made = await send('Hi');
    expect(made.body.data.state).toBe('done');
    await settled(app);
    expect(await directMessagesOf(app, me.assetId)).toMatchObject([
      { sender_type: 'agent', message_text: 'Hi' },
    ]);
    expect(sent()).toBe(1);
  });

  it('is told by its echo where the conversation cannot be read', async () => {
    lose('after');
    sandboxOf(app).failNext({ method: 'GET', path: '/conversations$', code: 613, times: 10 });
    const made = await send('Hi');
    await settled(app);
    expect(await answer(made.body.data.id)).toMatchObject({
      state: 'done',
      messageId: expect.any(String) as string,
    });
    expect(await directMessagesOf(app, me.assetId)).toMatchObject([
      { sender_type: 'agent', message_text: 'Hi' },
    ]);
    expect(sent()).toBe(1);
  });

  it('is open meanwhile: no second one goes out, and it says so', async () => {
    lose('after');
    sandboxOf(app).dropWebhooks(1);
    sandboxOf(app).failNext({ method: 'GET', path: '/conversations$', code: 613, times: 1 });
    const made = await send('Hi');
    expect(made.body.data.state).toBe('unknown');
    expect((await comment()).privateReply.state).toBe('unknown');
    expect((await send('Hello')).body.error).toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'unknown' },
    });
    await sandboxOf(app).waitUntilIdle();
    await sandboxOf(app).advance(2_000);
    await sweep();
    expect(await answer(made.body.data.id)).toMatchObject({ state: 'done' });
    expect(await directMessagesOf(app, me.assetId)).toHaveLength(1);
    expect(sent()).toBe(1);
  });

  it('is not taken for a message with the same words from before', async () => {
    sandboxOf(app).playInboxReply({ to: { id: personId }, text: 'Hi' });
    await settled(app);
    lose('before');
    const made = await send('Hi');
    expect(made.body.data.state).toBe('unknown');
  });

  it('may be sent again once it is known that it was not', async () => {
    lose('before');
    sandboxOf(app).configure({ messaging: { conversationCallsPerSecond: 0 } });
    const made = await send('Hi');
    for (let looks = 0; looks < 5; looks++) await sweep();
    expect(await answer(made.body.data.id)).toMatchObject({
      state: 'failed',
      error: { code: 'NOT_AT_META' },
    });
    expect((await comment()).privateReply.state).toBe('open');
    expect((await send('Hello')).body.data.state).toBe('done');
    expect(sent()).toBe(1);
  });
});
