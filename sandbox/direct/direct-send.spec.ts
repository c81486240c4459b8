import { objectOf, type JsonObject } from '../json';
import { messagingOf, PageTestClient } from '../pages/page-test-client';
import { APP_TOKEN } from '../test-client';
import { SEED } from '../world-seed';

const DAY_MS = 86_400_000;
const instagram = { instagramId: SEED.instagramId };

describe('the Send API', () => {
  let client: PageTestClient;
  /** PSID and IGSID of people who have written just now. */
  let ana: string;
  let ben: string;
  beforeEach(async () => {
    client = await PageTestClient.start();
    ana = client.control.playDirectMessage({ from: 'Ana Lee' }).userId;
    ben = client.control.playDirectMessage({ from: 'Ben', ...instagram }).userId;
  });
  afterEach(() => client.close());

  const send = (message: JsonObject, more: JsonObject = {}, to = ana) =>
    client.post(`/${SEED.pageId}/messages`, { recipient: { id: to }, message, ...more });
  const image = { type: 'image', payload: { url: 'https://shop.example/a.jpg', is_reusable: true } };

  it('takes a message, which stands in the conversation and is told as echo, delivered and read', async () => {
    const callback = await client.subscribe();
    const { json } = await send({ text: 'Hi Ana', metadata: 'ref-1' }, { messaging_type: 'RESPONSE' });
    expect(json).toEqual({ recipient_id: ana, message_id: expect.stringMatching(/^m_/) });
    const mid = json.message_id as string;
    expect(await client.control.waitUntilIdle()).toBe(true);
    expect(messagingOf(callback)).toEqual([
      {
        sender: { id: SEED.pageId },
        recipient: { id: ana },
        timestamp: expect.any(Number),
        message: { mid, is_echo: true, app_id: Number(SEED.appId), metadata: 'ref-1', text: 'Hi Ana' },
      },
      expect.objectContaining({
        sender: { id: ana },
        delivery: { mids: [mid], watermark: expect.any(Number) },
      }),
      expect.objectContaining({ sender: { id: ana }, read: { watermark: expect.any(Number) } }),
    ]);
    expect((await client.get(`/${mid}?fields=message,from`)).json).toMatchObject({
      message: 'Hi Ana',
      from: { id: SEED.pageId },
    });
    expect(client.control.sentDirectMessages({ to: ana })).toMatchObject([
      {
        id: mid,
        platform: 'messenger',
        body: { messaging_type: 'RESPONSE' },
        told: ['echo', 'delivered', 'read'],
      },
    ]);
  });

  it('reaches Instagram by the Page’s token and by the account’s own, with echo and seen', async () => {
    const callback = await client.subscribe();
    const byPage = (await client.sendText(ben, 'One')).json.message_id as string;
    await client.control.waitUntilIdle();
    const body = { recipient: { id: ben }, message: { text: 'Two' } };
    const byAccount = await client.post(`/${SEED.instagramId}/messages`, body, client.instagramToken);
    expect(byAccount.status).toBe(200);
    await client.control.waitUntilIdle();
    expect(messagingOf(callback)).toMatchObject([
      { sender: { id: SEED.instagramId }, message: { mid: byPage, is_echo: true, text: 'One' } },
      { sender: { id: ben }, read: { mid: byPage } },
      { message: { text: 'Two', is_echo: true } },
      { read: { mid: byAccount.json.message_id } },
    ]);
    const wrongWay = await client.post(`/${SEED.instagramId}/messages`, body);
    expect(wrongWay.error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  it('loses, repeats and disorders what is told, as it does for WhatsApp', async () => {
    const callback = await client.subscribe();
    client.control.configure({ statuses: { lose: ['delivered'], duplicateEvery: 2 } });
    await client.sendText(ana);
    await client.control.waitUntilIdle();
    const kinds = messagingOf(callback).map((item) =>
      'read' in item ? 'read' : 'delivery' in item ? 'delivery' : 'echo',
    );
    expect(kinds).toEqual(['echo', 'read', 'read']);
  });

  it('sends attachments by address, by upload, by bytes and again', async () => {
    const sent = await send({ attachment: image });
    expect(sent.json).toMatchObject({ attachment_id: expect.any(String) });
    const again = { type: 'image', payload: { attachment_id: sent.json.attachment_id as string } };
    expect((await send({ attachment: again })).status).toBe(200);
    const uploaded = await client.post('/me/message_attachments', { message: { attachment: image } });
    expect(uploaded.json).toEqual({ attachment_id: expect.any(String) });
    const unknown = { type: 'image', payload: { attachment_id: '1' } };
    expect((await send({ attachment: unknown })).error).toMatchObject({ code: 100 });
    const form = new FormData();
    form.set('recipient', JSON.stringify({ id: ana }));
    form.set('message', JSON.stringify({ attachment: { type: 'file', payload: {} } }));
    form.set('filedata', new Blob(['bytes'], { type: 'text/plain' }), 'a.txt');
    const bytes = await client.client.request('POST', '/me/messages', { body: form }, client.pageToken);
    const { json } = await client.get(`/${bytes.json.message_id as string}?fields=attachments`);
    const [file] = objectOf(json.attachments).data as { file_url: string }[];
    expect(await (await fetch(file!.file_url)).text()).toBe('bytes');
  });

  it('counts bytes on Instagram, and takes its own kinds', async () => {
    expect((await send({ text: 'é'.repeat(500) }, {}, ben)).status).toBe(200);
    expect((await send({ text: 'é'.repeat(501) }, {}, ben)).error).toMatchObject({ code: 100 });
    expect((await send({ attachment: { type: 'like_heart' } }, {}, ben)).status).toBe(200);
    expect((await send({ attachment: { type: 'like_heart' } })).error).toMatchObject({ code: 100 });
    const share = (id: string) => ({ attachment: { type: 'MEDIA_SHARE', payload: { id } } });
    const own = client.control.createInstagramMedia().id;
    expect((await send(share(own), {}, ben)).status).toBe(200);
    expect((await send(share('1'), {}, ben)).error).toMatchObject({ code: 100 });
    expect((await send(share(own))).error).toMatchObject({ code: 100 });
  });

  describe('window', () => {
    it.each([
      ['Messenger', () => ana, 2018278],
      ['Instagram', () => ben, 2534022],
    ])('closes after 24 hours on %s, and after seven days for humans', async (_platform, to, subcode) => {
      const human = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
      const text = { text: 'Hi' };
      await client.control.advance(DAY_MS + 1000);
      const closed = await send(text, { messaging_type: 'RESPONSE' }, to());
      expect(closed.status).toBe(403);
      expect(closed.error).toMatchObject({ code: 10, error_subcode: subcode });
      expect((await send(text, human, to())).status).toBe(200);
      await client.control.advance(6 * DAY_MS);
      expect((await send(text, human, to())).error).toMatchObject({ code: 10, error_subcode: subcode });
    });

    it('opens again when the person writes or presses a button, and not when he or she reacts', async () => {
      const { control } = client;
      control.closeDirectWindow({ from: ana });
      const [conversation] = control.directConversations({ userId: ana });
      control.playDirectReaction({ messageId: conversation!.messages[0]!.id, reaction: 'love' });
      expect((await client.sendText(ana)).error).toMatchObject({ code: 10 });
      control.playDirectPostback({ from: ana, title: 'Go', payload: 'GO' });
      expect((await client.sendText(ana)).status).toBe(200);
    });

    it('has no other tags any more', async () => {
      for (const tag of ['ACCOUNT_UPDATE', 'CONFIRMED_EVENT_UPDATE', 'POST_PURCHASE_UPDATE']) {
        const answer = await send({ text: 'Hi' }, { messaging_type: 'MESSAGE_TAG', tag });
        expect(answer.error).toMatchObject({ code: 100 });
      }
      expect((await send({ text: 'Hi' }, { messaging_type: 'MESSAGE_TAG' })).error).toMatchObject({
        code: 100,
      });
      expect((await send({ text: 'Hi' }, { messaging_type: 'NEWS' })).error).toMatchObject({ code: 100 });
      client.control.configure({ messaging: { humanAgent: false } });
      const human = await send({ text: 'Hi' }, { tag: 'HUMAN_AGENT' });
      expect(human.error).toMatchObject({ code: 10, error_subcode: 2018065 });
    });
  });

  describe('refuses', () => {
    it('everybody while the app is in development', async () => {
      const { userId } = client.control.playDirectMessage({ from: 'Ana', pageId: SEED.pageId });
      client.control.configure({ messaging: { isAppLive: false } });
      expect((await client.sendText(userId)).error).toMatchObject({ code: 200, error_subcode: 2018028 });
    });

    it('people who are unknown, of another Page, gone or unavailable', async () => {
      const noMatch = { code: 100, error_subcode: 2018001 };
      expect((await client.sendText('1234567890123456')).error).toMatchObject(noMatch);
      const { userId } = client.control.playDirectMessage({ from: 'Ana', pageId: SEED.secondPageId });
      expect((await client.sendText(userId)).error).toMatchObject(noMatch);
      client.control.directPerson({ from: ana, isUnavailable: true });
      expect((await client.sendText(ana)).error).toMatchObject({ code: 551, error_subcode: 1545041 });
      expect((await client.post('/me/messages', { message: { text: 'Hi' } })).error).toMatchObject({
        code: 100,
      });
    });

    it('tokens of the wrong kind, without permission, task, or dead', async () => {
      const body = { recipient: { id: ana }, message: { text: 'Hi' } };
      const path = `/${SEED.pageId}/messages`;
      const user = client.control.issueToken({ scopes: ['pages_show_list', 'pages_messaging'] }).token;
      expect((await client.post(path, body, user)).error).toMatchObject({ code: 210 });
      expect((await client.post(path, body, APP_TOKEN)).status).toBe(400);
      const { token } = client.control.issueToken({ pageId: SEED.pageId, scopes: ['pages_show_list'] });
      const noPermission = await client.post(path, body, token);
      expect(noPermission.status).toBe(403);
      expect(noPermission.error).toMatchObject({ code: 10, error_subcode: 2018065 });
      client.control.revokePermission({ permission: 'instagram_manage_messages' });
      expect((await client.sendText(ben)).error).toMatchObject({ code: 10, error_subcode: 2018065 });
      client.control.updatePage(SEED.pageId, { tasks: ['ANALYZE'] });
      expect((await client.sendText(ana)).error).toMatchObject({ code: 200 });
      client.control.updatePage(SEED.pageId, { tasks: ['MESSAGING'], isRestricted: true });
      expect((await client.sendText(ana)).error).toMatchObject({ code: 10, error_subcode: 1893063 });
      client.control.revokePermission();
      const dead = await client.sendText(ana);
      expect([dead.status, dead.error.code]).toEqual([401, 190]);
    });

    it('too many messages a second, of each kind', async () => {
      client.control.configure({ messaging: { textsPerSecond: 1 } });
      let answer = await client.sendText(ana);
      for (let n = 0; n < 100 && answer.status === 200; n++) answer = await client.sendText(ana);
      expect(answer.error).toMatchObject({ code: 613 });
      expect((await client.sendText(ben)).status).toBe(200);
      expect((await send({ attachment: image })).status).toBe(200);
    });

    it('what is ordered to fail', async () => {
      client.control.failNext({ path: '/messages$', code: 551 });
      client.control.failNext({ path: '/messages$', code: 613 });
      client.control.failNext({ path: '/messages$', code: 10, subcode: 2018278 });
      const errors = [];
      for (let n = 0; n < 3; n++) errors.push((await client.sendText(ana)).error);
      expect(errors).toMatchObject([
        { code: 551, error_subcode: 1545041 },
        { code: 613 },
        { code: 10, error_subcode: 2018278 },
      ]);
      expect(errors[0]).not.toHaveProperty('error_data');
    });
  });

  it('shows typing and marks as seen, and never beside a message', async () => {
    const act = (action: string, more: JsonObject = {}) =>
      client.post('/me/messages', { recipient: { id: ana }, sender_action: action, ...more });
    const view = () => client.control.directConversations({ userId: ana })[0]!;
    expect((await act('typing_on')).json).toEqual({ recipient_id: ana });
    expect(view()).toMatchObject({ isTyping: true, unread: 1 });
    await act('typing_off');
    await act('mark_seen');
    expect(view()).toMatchObject({ isTyping: false, unread: 0 });
    expect((await act('typing_on', { message: { text: 'Hi' } })).error).toMatchObject({ code: 100 });
    expect((await act('dance')).error).toMatchObject({ code: 100 });
  });

  it('reacts on Instagram only, and to messages of the person', async () => {
    const react = (to: string, action: string, payload: JsonObject) =>
      client.post('/me/messages', { recipient: { id: to }, sender_action: action, payload });
    const view = (userId: string) => client.control.directConversations({ userId })[0]!.messages[0]!;
    const { id } = view(ben);
    await react(ben, 'react', { message_id: id, reaction: 'love' });
    expect(view(ben).reactions).toEqual([{ userId: SEED.instagramId, reaction: 'love' }]);
    await react(ben, 'unreact', { message_id: id });
    expect(view(ben).reactions).toEqual([]);
    for (const [to, payload] of [
      [ana, { message_id: view(ana).id, reaction: 'love' }],
      [ben, { message_id: view(ana).id, reaction: 'love' }],
      [ben, { message_id: id, reaction: 'haha' }],
    ] as const) {
      expect((await react(to, 'react', payload)).error).toMatchObject({ code: 100 });
    }
  });

  describe('private replies', () => {
    const replyTo = (commentId: string, token = client.pageToken) =>
      client.post('/me/messages', { recipient: { comment_id: commentId }, message: { text: 'Hi' } }, token);

    it('go once to who commented on a post, within seven days, and open no window', async () => {
      const post = client.control.createPost();
      const { commentId, userId } = client.control.playComment({ on: post.id, from: 'Carl' });
      const late = client.control.playComment({ on: post.id, from: 'Dora' });
      const { json } = await replyTo(commentId);
      expect(json).toEqual({ recipient_id: userId, message_id: expect.stringMatching(/^m_/) });
      expect((await replyTo(commentId)).error).toMatchObject({ code: 10, error_subcode: 2018300 });
      expect((await client.sendText(userId)).error).toMatchObject({ code: 10, error_subcode: 2018278 });
      expect(client.control.sentDirectMessages({ to: userId })).toMatchObject([{ isPrivateReply: true }]);
      await client.control.advance(8 * DAY_MS);
      expect((await replyTo(late.commentId)).error).toMatchObject({ code: 10, error_subcode: 2018300 });
    });

    it('go to who commented on Instagram, both ways in', async () => {
      const media = client.control.createInstagramMedia();
      const first = client.control.playComment({ on: media.id, from: 'Carl' });
      const second = client.control.playComment({ on: media.id, from: 'Dora' });
      expect((await replyTo(first.commentId)).json).toMatchObject({ recipient_id: first.userId });
      expect((await replyTo(second.commentId, client.instagramToken)).json).toMatchObject({
        recipient_id: second.userId,
      });
    });

    it('do not go to the Page itself, nor to nothing', async () => {
      const post = client.control.createPost();
      const own = await client.post(`/${post.id}/comments`, { message: 'Ours' });
      expect((await replyTo(own.json.id as string)).error).toMatchObject({
        code: 100,
        error_subcode: 2018001,
      });
      expect((await replyTo('1_2')).error).toMatchObject({ code: 100, error_subcode: 2018001 });
    });
  });
});
