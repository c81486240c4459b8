import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  type DirectMessageView,
  INSTAGRAM_MESSAGES as MESSAGES,
  aDirectText,
  directMessageWhen,
  personWrites,
  sendDirect,
  withDirectStatus,
} from '../factories/direct-sending.factory';
import { allProcessed, directMessagesOf } from '../factories/facebook-pages.factory';
import {
  INSTAGRAM_LOGIN_ENV,
  type InstagramOwner,
  anInstagramOwner,
  instagramLogin,
  linkedAccount,
} from '../factories/instagram-accounts.factory';
import { aJpeg, uploaded } from '../factories/media-files';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const LEFT = ['accepted', 'sent', 'delivered', 'read'];
const HOUR_MS = 3_600_000;

describe.each([
  ['linked to a Page', linkedAccount, new RegExp(`/${SEED.pageId}/messages$`)],
  ['of Instagram Login', instagramLogin, new RegExp(`/${SEED.instagramId}/messages$`)],
] as const)('writing from an Instagram account %s', (_, login, path) => {
  const isLogin = login === instagramLogin;
  let app: TestApp;
  let admin: ApiClient;
  let me: InstagramOwner;
  let to: string;
  let name: string;
  let count = 0;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: INSTAGRAM_LOGIN_ENV });
    admin = app.api.as(await app.api.registerAdmin());
    me = await anInstagramOwner(app, admin, login);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    count += 1;
    name = `Cleo ${count}`;
    sandboxOf(app).configure({
      statuses: { delaysMs: { sent: 40, delivered: 80, read: 120, played: 320 }, reorder: false },
    });
    to = await personWrites(app, { from: name, instagramId: SEED.instagramId });
    sandboxOf(app).clearCalls();
  });
  afterEach(async () => {
    sandboxOf(app).clearFaults();
    await eventually(
      async (): Promise<unknown[]> =>
        app.db.query(`SELECT 1 FROM message_sends WHERE state IN ('queued', 'sending')`),
      (underWay) => underWay.length === 0,
    );
  });

  const send = async (body: Record<string, unknown>): Promise<string> => {
    const answer = await sendDirect(me.client, MESSAGES, body);
    if (answer.status !== 202) throw new Error(`Sending answered ${answer.text}`);
    return answer.body.data.id;
  };
  const when = (id: string, ...statuses: string[]): Promise<DirectMessageView> =>
    directMessageWhen(me.client, MESSAGES, id, withDirectStatus(...statuses));
  const sentBodies = () =>
    sandboxOf(app)
      .sentDirectMessages({ to })
      .map(({ body }) => body);

  it('an answer goes out by the right door and is seen read', async () => {
    const id = await send(aDirectText(to, 'Until six.'));
    expect(await when(id, 'read')).toMatchObject({
      platform: 'instagram',
      from: SEED.instagramId,
      to,
      channelId: SEED.instagramId,
      text: 'Until six.',
      error: null,
    });
    expect(sentBodies()).toMatchObject([
      { recipient: { id: to }, messaging_type: 'RESPONSE', message: { text: 'Until six.', metadata: id } },
    ]);
    const [call] = sandboxOf(app).calls({ path: /\/messages$/ });
    expect(call?.path).toMatch(path);
    await sandboxOf(app).waitUntilIdle();
    await allProcessed(app);
    const stored = await directMessagesOf(app, me.assetId);
    expect(stored.filter(({ metadata, direction }) => direction === 'outbound' && metadata.app_id)).toEqual(
      [],
    );
  });

  it('a lost answer is settled by the echo, and nothing is sent twice', async () => {
    sandboxOf(app).configure({
      statuses: { delaysMs: { sent: 1_500, delivered: 0, read: HOUR_MS, played: 0 } },
    });
    sandboxOf(app).failNext({ path: '/messages$', drop: 'after' });
    const id = await send(aDirectText(to, 'Did it go?'));
    expect(await when(id, 'sent')).toMatchObject({ error: null });
    expect(sentBodies()).toHaveLength(1);
  });

  it.each([
    ['before Meta’s answer', { delayAfterMs: 800 }],
    ['and Meta’s answer never does', { drop: 'after' }],
  ] as const)(
    'an echo that does not say whose it is and comes %s finds its message',
    async (_when, fault) => {
      sandboxOf(app).configure({
        statuses: { delaysMs: { sent: 10, delivered: 0, read: HOUR_MS, played: 0 } },
        messaging: { echoesMetadata: false },
      });
      sandboxOf(app).failNext({ path: '/messages$', ...fault });
      const words = `Whose is it, ${name}?`;
      const id = await send(aDirectText(to, words));
      expect(await when(id, 'sent')).toMatchObject({ error: null });
      await sandboxOf(app).waitUntilIdle();
      await allProcessed(app);
      expect(sentBodies()).toHaveLength(1);
      const stored = await directMessagesOf(app, me.assetId);
      expect(stored.filter(({ message_text: text }) => text === words)).toHaveLength(1);
      sandboxOf(app).configure({ messaging: { echoesMetadata: true } });
    },
  );

  it('every kind goes out as Meta has it', async () => {
    const { id: media } = sandboxOf(app).createInstagramMedia({ caption: 'New' });
    const kinds = [
      { attachment: { type: 'like_heart' } },
      { attachment: { type: 'MEDIA_SHARE', payload: { id: media } } },
      { attachment: { type: 'image', payload: { url: 'https://example.com/a.jpg' } } },
      { text: 'Blue?', quick_replies: [{ content_type: 'text', title: 'Yes', payload: 'YES' }] },
      {
        attachment: {
          type: 'template',
          payload: {
            template_type: 'button',
            text: 'What now?',
            buttons: [{ type: 'postback', title: 'Ask', payload: 'ASK' }],
          },
        },
      },
    ];
    for (const message of kinds) await when(await send({ recipient: { id: to }, message }), ...LEFT);
    expect(sentBodies().map(({ message }) => message)).toMatchObject(kinds);
  });

  it('a file of ours goes out by what Meta can have it by', async () => {
    const bytes = aJpeg();
    const ours = await uploaded(me.client, bytes, 'image/jpeg');
    const message = { attachment: { type: 'image', payload: { attachment_id: ours } } };
    await when(await send({ recipient: { id: to }, message }), ...LEFT);
    const uploads = sandboxOf(app).calls({ path: /\/message_attachments$/ });
    const [body] = sentBodies();
    const { payload } = (body?.message as { attachment: { payload: Record<string, string> } }).attachment;
    if (isLogin) {
      expect(uploads).toHaveLength(0);
      const file = await fetch(payload.url ?? '');
      expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
      expect(file.headers.get('content-type')).toBe('image/jpeg');
    } else {
      expect(uploads).toHaveLength(1);
      expect(payload.attachment_id).toMatch(/^\d+$/);
    }
    const ahead = await me.client.post(`${MESSAGES}/attachments`, { type: 'image', mediaId: ours });
    expect(ahead.status).toBe(isLogin ? 409 : 201);
  });

  it('a reaction is set and taken away, and is no message', async () => {
    const listed = await me.client.get<{ messages: DirectMessageView[] }>(
      `${MESSAGES}?direction=inbound&limit=1`,
    );
    const [message] = listed.body.data.messages;
    const reaction = `${MESSAGES}/${message?.id ?? ''}/reaction`;
    const reactions = () =>
      sandboxOf(app)
        .directConversations({ userId: to })
        .flatMap(({ messages }) => messages.flatMap((each) => each.reactions));
    expect(await me.client.post(reaction, {})).toMatchObject({
      status: 200,
      body: { data: { reaction: 'love' } },
    });
    expect(reactions()).toHaveLength(1);
    expect(await me.client.delete(reaction)).toMatchObject({
      status: 200,
      body: { data: { reaction: null } },
    });
    expect(reactions()).toHaveLength(0);
    const typing = { recipient: { id: to }, sender_action: 'typing_on' };
    expect(await sendDirect(me.client, MESSAGES, typing)).toMatchObject({
      status: 202,
      body: { data: { id: null, status: 'done' } },
    });
    expect(sandboxOf(app).directConversations({ userId: to })).toMatchObject([{ isTyping: true }]);
    expect(sentBodies()).toHaveLength(0);
  });

  it('Meta’s closed window is told by its subcode', async () => {
    sandboxOf(app).closeDirectWindow({ from: name, instagramId: SEED.instagramId });
    const { error } = await when(await send(aDirectText(to, 'Hm')), 'failed');
    expect(error).toMatchObject({
      code: 10,
      title: 'The time for an answer is over',
      details: expect.stringContaining('2534022'),
    });
  });

  it('after a day it is refused, and a human may still answer', async () => {
    await app.db.query(
      `UPDATE conversations SET window_expires_at = now() - interval '1 hour' WHERE contact_id IN
         (SELECT contact_id FROM contact_identities WHERE value = $1)`,
      [to],
    );
    expect(await sendDirect(me.client, MESSAGES, aDirectText(to, 'Late'))).toMatchObject({
      status: 422,
      body: { error: { code: 'WINDOW_CLOSED', details: { humanAgentUntil: expect.any(String) } } },
    });
    await when(await send(aDirectText(to, 'Late', { tag: 'HUMAN_AGENT' })), ...LEFT);
    expect(sentBodies()).toMatchObject([{ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }]);
  });

  it('the account is named by any of its ids', async () => {
    for (const named of [
      { igAccountId: SEED.instagramId },
      { igAccountId: me.assetId },
      { accountId: SEED.instagramId },
      { accountId: me.accountId },
    ])
      await when(await send(aDirectText(to, 'From here', named)), ...LEFT);
    expect(sentBodies()).toHaveLength(4);
    const nobody = { igAccountId: SEED.instagramId, accountId: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10' };
    expect((await sendDirect(me.client, MESSAGES, aDirectText(to, 'x', nobody))).status).toBe(404);
  });

  it('when Meta takes no token any more the account is marked and further orders are refused', async () => {
    for (const { token } of sandboxOf(app).tokens()) sandboxOf(app).revokeToken(token, 460);
    const { error } = await when(await send(aDirectText(to, 'To nobody')), 'failed');
    expect(error).toMatchObject({ code: 'META_REAUTH_REQUIRED' });
    expect(await sendDirect(me.client, MESSAGES, aDirectText(to, 'Again'))).toMatchObject({ status: 424 });
    expect(sentBodies()).toHaveLength(0);
  });
});
