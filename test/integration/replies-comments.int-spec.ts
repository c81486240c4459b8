import { SEED } from '../../sandbox/world-seed';
import { ReplyChannels } from '../../src/conversations/replies/reply-channel';
import type { ApiClient } from '../api-client';
import { aCommentedPage, aPost, commentsAtMeta, settled, startOver } from '../factories/comments.factory';
import { directMessagesOf } from '../factories/facebook-pages.factory';
import {
  INSTAGRAM_LOGIN_ENV,
  anInstagramOwner,
  instagramLogin,
  linkedAccount,
} from '../factories/instagram-accounts.factory';
import { sandboxOf } from '../factories/meta-login';
import {
  type ThreadConversationView,
  close,
  conversation,
  messagesIn,
  problemsOf,
  reply,
  textReply,
  threadsWhen,
} from '../factories/replies.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

let app: TestApp;
let admin: ApiClient;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: INSTAGRAM_LOGIN_ENV });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());

interface Commented {
  client: ApiClient;
  assetId: string;
  /** The post or media. */
  objectId: string;
}

async function aPage(): Promise<Commented> {
  const { client, assetId } = await aCommentedPage(app, admin);
  return { client, assetId, objectId: aPost(app) };
}

const anInstagram = (login: typeof linkedAccount) => async (): Promise<Commented> => {
  const owner = await anInstagramOwner(app, admin, login);
  const objectId = sandboxOf(app).createInstagramMedia({ instagramId: SEED.instagramId }).id;
  return { client: owner.client, assetId: owner.assetId, objectId };
};

describe.each([
  ['a Page', 'facebook', aPage],
  ['an Instagram account that is reached through a Page', 'instagram', anInstagram(linkedAccount)],
  ['an Instagram account of Instagram Login', 'instagram', anInstagram(instagramLogin)],
] as const)('a thread of comments at %s', (_, platform, aHome) => {
  let me: Commented;
  let commentId: string;
  let personId: string;
  let thread: ThreadConversationView;
  beforeEach(async () => {
    await startOver(app);
    me = await aHome();
    const played = sandboxOf(app).playComment({ on: me.objectId, from: 'Ana Lee', text: 'Is it open?' });
    [commentId, personId] = [played.commentId, played.userId];
    await settled(app);
    [thread] = (await threadsWhen(me.client, (threads) => threads.length === 1)) as [ThreadConversationView];
  });

  const atMeta = async (): Promise<string[]> =>
    (
      await commentsAtMeta(
        app,
        platform === 'facebook' ? me.objectId : commentId,
        platform === 'facebook' ? 'comments' : 'replies',
      )
    )
      .map(({ text }) => text)
      .filter((text) => text !== 'Is it open?')
      .sort();

  it('is a conversation whose messages are its comments', async () => {
    expect(thread).toMatchObject({
      platform,
      kind: 'comments',
      status: 'active',
      contact: null,
      thread: null,
      unreadCount: 1,
      lastMessagePreview: 'Is it open?',
      commentThread: {
        rootExternalId: commentId,
        postId: me.objectId,
        author: { id: personId, isOwn: false, contactId: null },
      },
    });
    sandboxOf(app).playComment({ on: commentId, from: 'Bo', text: 'I wonder, too' });
    await settled(app);
    await threadsWhen(me.client, ([one]) => one?.unreadCount === 2);
    expect(await messagesIn(me.client, thread.id)).toMatchObject([
      {
        conversationId: thread.id,
        type: 'comment',
        direction: 'inbound',
        senderType: 'customer',
        text: 'I wonder, too',
        content: {
          kind: 'comment',
          postExternalId: me.objectId,
          replyTo: thread.commentThread?.rootCommentId,
        },
        context: { message_id: commentId },
        status: 'received',
        seq: 2,
      },
      {
        id: thread.commentThread?.rootCommentId,
        externalId: commentId,
        text: 'Is it open?',
        context: null,
        seq: 1,
      },
    ]);
  });

  it('is paged without a gap', async () => {
    for (const text of ['One', 'Two', 'Three'])
      sandboxOf(app).playComment({ on: commentId, from: 'Bo', text });
    await settled(app);
    await threadsWhen(me.client, ([one]) => one?.unreadCount === 4);
    const path = `/api/meta/conversations/${thread.id}/messages`;
    const seen: string[] = [];
    let before: string | null = '';
    while (before !== null) {
      const answer: {
        body: { data: { messages: { id: string }[]; pagination: { before: string | null } } };
      } = await me.client.get(`${path}?limit=2${before === '' ? '' : `&before=${before}`}`);
      seen.push(...answer.body.data.messages.map(({ id }) => id));
      before = answer.body.data.pagination.before;
    }
    expect(seen).toEqual((await messagesIn(me.client, thread.id)).map(({ id }) => id));
    expect(seen).toHaveLength(4);
  });

  it('is answered in public, once for an Idempotency-Key, by whom it says', async () => {
    const made = await reply(me.client, thread.id, textReply('Until six', { assign: true }), 'k1');
    expect([made.status, made.body.data]).toMatchObject([
      202,
      { kind: 'comment', status: 'done', conversationId: thread.id, messageId: expect.any(String) as string },
    ]);
    expect(
      (await reply(me.client, thread.id, textReply('Until six', { assign: true }), 'k1')).body.data,
    ).toEqual(made.body.data);
    const other = await reply(me.client, thread.id, textReply('Until seven'), 'k1');
    expect([other.status, other.body.error.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    await settled(app);
    expect(await atMeta()).toEqual(['Until six']);
    await threadsWhen(me.client, ([one]) => one?.lastMessagePreview === 'Until six');
    const mine = (await me.client.get<{ id: string }>('/api/auth/me')).body.data;
    expect(await messagesIn(me.client, thread.id)).toMatchObject([
      {
        id: made.body.data.messageId,
        direction: 'outbound',
        senderType: 'agent',
        senderId: mine.id,
        status: 'sent',
      },
      { direction: 'inbound' },
    ]);
    expect(await conversation(me.client, thread.id)).toMatchObject({ agentId: mine.id, unreadCount: 1 });
  });

  it('is answered at the comment that is named, and in private to who wrote last', async () => {
    const second = sandboxOf(app).playComment({ on: commentId, from: 'Bo', text: 'I wonder, too' });
    await settled(app);
    await threadsWhen(me.client, ([one]) => one?.unreadCount === 2);
    const [latest] = await messagesIn(me.client, thread.id);
    const named = await reply(me.client, thread.id, textReply('You, too', { replyTo: latest?.id }));
    expect(named.body.data).toMatchObject({ kind: 'comment', status: 'done', conversationId: thread.id });
    const made = await reply(
      me.client,
      thread.id,
      textReply('Just for you', { visibility: 'private' }),
      'p1',
    );
    expect([made.status, made.body.data]).toMatchObject([202, { kind: 'private_reply', status: 'done' }]);
    await settled(app);
    expect(sandboxOf(app).sentDirectMessages({ to: second.userId })).toMatchObject([
      { isPrivateReply: true },
    ]);
    expect(await directMessagesOf(app, me.assetId)).toMatchObject([
      { direction: 'outbound', sender_type: 'agent', message_text: 'Just for you' },
    ]);
    const again = await reply(
      me.client,
      thread.id,
      textReply('Just for you', { visibility: 'private' }),
      'p1',
    );
    const [stored] = await directMessagesOf(app, me.assetId);
    expect(again.body.data).toMatchObject({
      id: made.body.data.id,
      conversationId: stored?.conversation_id,
      messageId: expect.any(String) as string,
    });
    // Meta takes one for each comment.
    const more = await reply(me.client, thread.id, textReply('And again', { visibility: 'private' }));
    expect([more.status, more.body.error.code]).toEqual([409, 'CONFLICT']);
    expect(sandboxOf(app).sentDirectMessages({ to: second.userId })).toHaveLength(1);
    // Its author is somebody with whom there are messages by now.
    expect(await atMeta()).toEqual(['I wonder, too', 'You, too']);
  });

  it('knows its author as the contact that they are', async () => {
    await reply(me.client, thread.id, textReply('Hello', { visibility: 'private' }));
    await settled(app);
    const contacts: { contact_id: string }[] = await app.db.query(
      'SELECT contact_id FROM contact_identities WHERE value = $1',
      [personId],
    );
    expect((await conversation(me.client, thread.id)).commentThread?.author?.contactId).toBe(
      contacts[0]?.contact_id,
    );
  });

  it('goes on when it is answered after it was closed, and stays closed when it is closed after that', async () => {
    await close(app, thread.id);
    await reply(me.client, thread.id, textReply('Sorry, we overlooked this'), 'late');
    expect((await conversation(me.client, thread.id)).status).toBe('active');
    await settled(app);
    await threadsWhen(me.client, ([one]) => one?.lastMessagePreview === 'Sorry, we overlooked this');
    await close(app, thread.id);
    await reply(me.client, thread.id, textReply('Sorry, we overlooked this'), 'late');
    expect((await conversation(me.client, thread.id)).status).toBe('closed');
    expect(await atMeta()).toEqual(['Sorry, we overlooked this']);
  });

  it.each([
    [{ type: 'text', text: { body: 'x' }, sendAt: '2030-01-01T00:00:00Z' }, 'sendAt'],
    [{ type: 'text', text: { body: 'x' }, tag: 'HUMAN_AGENT' }, 'tag'],
    [{ type: 'audio', media: { link: 'https://example.com/a.mp3' } }, 'type'],
    [{ type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } }, 'type'],
    [{ type: 'text', text: { body: 'x'.repeat(3_000) }, visibility: 'private' }, 'text.body'],
    [textReply('x', { replyTo: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' }), 'replyTo'],
  ])('refuses what no comment can be, before Meta is asked (%#)', async (body, path) => {
    const answer = await reply(me.client, thread.id, body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(problemsOf(answer).map((problem) => problem.path)).toContain(path);
    expect(await atMeta()).toEqual([]);
  });

  it('is closed when its comments are removed, and shows that they were', async () => {
    const stored = await messagesIn(me.client, thread.id);
    const removed = await me.client.delete(`/api/meta/${platform}/comments/${stored[0]?.id ?? ''}`);
    expect(removed.status).toBe(200);
    const [left] = await threadsWhen(me.client, ([one]) => one?.status === 'closed');
    expect(left).toMatchObject({ id: thread.id, lastMessagePreview: null, unreadCount: 0 });
    expect(await messagesIn(me.client, thread.id)).toMatchObject([
      { text: null, content: { kind: 'revoked' }, revokedAt: expect.any(String) as string, seq: 1 },
    ]);
    const refused = await reply(me.client, thread.id, textReply('Hello?'));
    expect([refused.status, refused.body.error.code]).toEqual([404, 'NOT_FOUND']);
    expect((await conversation(me.client, thread.id)).status).toBe('closed');
  });

  it('is nobody else’s, and for viewers to look at only', async () => {
    const stranger = app.api.as(await admin.createUser('agent'));
    const viewer = app.api.as(await admin.createUser('viewer'));
    const body = textReply('Hello');
    expect((await reply(stranger, thread.id, body)).status).toBe(404);
    expect((await reply(viewer, thread.id, body)).status).toBe(403);
    expect((await stranger.get(`/api/meta/conversations/${thread.id}/messages`)).status).toBe(404);
    expect(await threadsWhen(stranger, () => true)).toEqual([]);
    expect(await atMeta()).toEqual([]);
  });

  it('has nobody to tell that it was read', async () => {
    const calls = sandboxOf(app).calls({}).length;
    const user = (await me.client.get<{ id: string }>('/api/auth/me')).body.data;
    const channels = app.app.get(ReplyChannels);
    const target = { platform: thread.platform, commentThread: {} } as Parameters<typeof channels.of>[0];
    await channels
      .of(target)
      .markRead(user as Parameters<ReturnType<typeof channels.of>['markRead']>[0], target, null);
    expect(sandboxOf(app).calls({})).toHaveLength(calls);
  });
});
