import { objectOf } from '../json';
import { dataOf, innerData, PageTestClient } from '../pages/page-test-client';
import { SEED } from '../world-seed';

const DAY_MS = 86_400_000;
const instagram = { instagramId: SEED.instagramId };

describe('the Conversations API', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  const play = (from: string, text: string, more: { timestamp?: number; instagramId?: string } = {}) =>
    client.control.playDirectMessage({ from, text, ...more });

  it('lists conversations with participants and messages, the one last written to first', async () => {
    const { userId, conversationId } = play('Ana Lee', 'First', { timestamp: client.control.now() - 5000 });
    play('Ben', 'Second', { timestamp: client.control.now() - 4000 });
    const { messageId } = play('Ana Lee', 'Third');
    const fields =
      'id,updated_time,unread_count,message_count,can_reply,participants,messages{id,message,from,to,created_time}';
    const list = dataOf(
      await client.get(`/${SEED.pageId}/conversations?platform=messenger&fields=${fields}`),
    );
    expect(list).toHaveLength(2);
    expect(list[0]).toMatchObject({
      id: conversationId,
      updated_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/),
      unread_count: 2,
      message_count: 2,
      can_reply: true,
      participants: {
        data: [
          { id: userId, name: 'Ana Lee', email: `${userId}@facebook.com` },
          { id: SEED.pageId, name: 'Demo Page' },
        ],
      },
    });
    expect(conversationId).toMatch(/^t_\d+$/);
    expect(innerData(list[0], 'messages')).toMatchObject([
      {
        id: messageId,
        message: 'Third',
        from: { id: userId, name: 'Ana Lee' },
        to: { data: [{ id: SEED.pageId }] },
        created_time: expect.stringMatching(/\+0000$/),
      },
      { message: 'First' },
    ]);
  });

  it('is read page by page, conversations and messages alike', async () => {
    for (let n = 0; n < 5; n++) {
      for (let m = 0; m < 3; m++)
        play(`Person ${n}`, `Message ${m}`, { timestamp: client.control.now() - 1000 * (5 - n) });
    }
    const seen: unknown[] = [];
    let after = '';
    for (let pages = 0; pages < 5; pages++) {
      const { json } = await client.get(
        `/me/conversations?limit=2&fields=id,messages.limit(2){message}${after}`,
      );
      for (const conversation of dataOf({ json })) {
        const messages = objectOf(conversation.messages);
        const next = objectOf(messages.paging).next as string;
        expect(new URL(next).searchParams.get('fields')).toBe('message');
        const rest = await client.get(next.replace(client.client.sandbox.url, ''));
        seen.push([...innerData({ messages }, 'messages'), ...dataOf(rest)].map(({ message }) => message));
        expect(objectOf(rest.json.paging)).not.toHaveProperty('next');
      }
      const paging = objectOf(json.paging);
      if (paging.next === undefined) break;
      after = `&after=${objectOf(paging.cursors).after as string}`;
    }
    expect(seen).toEqual(Array.from({ length: 5 }, () => ['Message 2', 'Message 1', 'Message 0']));
  });

  it('gives details of the 20 newest messages only; older ones are said to be deleted', async () => {
    const sent = Array.from({ length: 25 }, (_, n) => play('Ana', `Message ${n}`));
    const { conversationId } = sent[0]!;
    const messages = dataOf(await client.get(`/${conversationId}/messages?limit=50&fields=message,from`));
    expect(messages).toHaveLength(25);
    expect(messages[19]).toMatchObject({ id: sent[5]!.messageId, message: 'Message 5' });
    expect(messages[20]).toEqual({ id: sent[4]!.messageId, created_time: expect.any(String) });
    expect((await client.get(`/${sent[5]!.messageId}?fields=message`)).json).toMatchObject({
      message: 'Message 5',
    });
    const old = await client.get(`/${sent[4]!.messageId}?fields=message`);
    expect(old.status).toBe(400);
    expect(old.error).toMatchObject({ code: 100, message: expect.stringContaining('deleted') });
  });

  it('shows attachments, shares, stickers, stories and reactions', async () => {
    const { control } = client;
    const photo = control.playDirectMessage({
      from: 'Ana',
      attachments: [{ type: 'image' }, { type: 'file' }],
    });
    const fields = 'message,attachments,shares,sticker,tags,reactions,story,is_unsupported';
    control.playDirectReaction({ messageId: photo.messageId, reaction: 'love' });
    const { json } = await client.get(`/${photo.messageId}?fields=${fields}`);
    expect(json).toMatchObject({
      id: photo.messageId,
      message: '',
      attachments: {
        data: [
          { mime_type: 'image/jpeg', name: 'image-1.jpg', image_data: { url: expect.any(String) } },
          { mime_type: 'application/pdf', file_url: expect.any(String) },
        ],
      },
      reactions: { data: [{ reaction: 'love', users: [{ id: photo.userId }] }] },
      tags: { data: [{ name: 'inbox' }, { name: 'messenger' }] },
    });
    const [image] = innerData(json, 'attachments');
    expect((await fetch(objectOf(image!.image_data).url as string)).status).toBe(200);
    const shared = control.playDirectMessage({ from: 'Ana', attachments: [{ type: 'fallback' }] });
    expect((await client.get(`/${shared.messageId}?fields=shares`)).json).toMatchObject({
      shares: { data: [{ link: 'https://blog.example/page', name: 'A shared page' }] },
    });
    const story = control.playDirectMessage({
      ...instagram,
      from: 'Ana',
      text: 'Oh',
      story: { id: '7', url: 'https://s.example/' },
    });
    expect((await client.get(`/${story.messageId}?fields=story,from`)).json).toMatchObject({
      story: { reply_to: { id: '7', link: 'https://s.example/' } },
      from: { id: story.userId, username: 'ana' },
    });
  });

  it('knows edits, and nothing of what was taken back', async () => {
    const { control } = client;
    const edited = play('Ana', 'One');
    const unsent = play('Ana', 'Two');
    control.playDirectEdit({ messageId: edited.messageId, text: 'New' });
    control.playDirectUnsend({ messageId: unsent.messageId });
    expect(dataOf(await client.get(`/${edited.conversationId}/messages?fields=message`))).toEqual([
      { id: edited.messageId, message: 'New' },
    ]);
    expect((await client.get(`/${unsent.messageId}`)).error).toMatchObject({ code: 100 });
  });

  it('keeps Messenger and Instagram apart, and finds one person’s conversation', async () => {
    const onPage = play('Ana', 'Page');
    play('Ben', 'Page');
    const onInstagram = play('Ana', 'Instagram', instagram);
    const list = async (query: string) =>
      dataOf(await client.get(`/me/conversations?fields=id&${query}`)).map(({ id }) => id);
    expect(await list('platform=instagram')).toEqual([onInstagram.conversationId]);
    expect(await list(`platform=messenger&user_id=${onPage.userId}`)).toEqual([onPage.conversationId]);
    expect(await list('platform=MESSENGER')).toHaveLength(2);
    expect((await client.get('/me/conversations?platform=telegram')).error).toMatchObject({ code: 100 });
    const { token } = client.control.issueToken({ pageId: SEED.secondPageId });
    expect(dataOf(await client.get('/me/conversations?platform=instagram', token))).toEqual([]);
    expect((await client.get(`/${onPage.conversationId}`, token)).error).toMatchObject({ error_subcode: 33 });
  });

  it('is read by Instagram Login at the account', async () => {
    const { conversationId, messageId } = play('Ana', 'Hi', instagram);
    play('Ana', 'To the Page');
    const token = client.instagramToken;
    const fields = 'participants,messages{message}';
    expect(
      dataOf(await client.get(`/me/conversations?platform=instagram&fields=${fields}`, token)),
    ).toMatchObject([{ id: conversationId, messages: { data: [{ id: messageId, message: 'Hi' }] } }]);
    expect((await client.get(`/${messageId}?fields=message`, token)).json).toMatchObject({ message: 'Hi' });
    expect((await client.get(`/${SEED.instagramId}/conversations`)).error).toMatchObject({ code: 3 });
  });

  it('keeps what no webhook told: dropped, silent, and from before the subscription', async () => {
    const early = play('Ana', 'Before');
    expect(early.told).toBe(0);
    const callback = await client.subscribe();
    client.control.dropWebhooks(1);
    play('Ana', 'Dropped');
    await client.control.waitUntilIdle();
    client.control.playDirectMessage({ from: 'Ana', text: 'Silent', silent: true });
    client.control.playInboxReply({ to: 'Ana', text: 'Ours', silent: true });
    await client.control.waitUntilIdle();
    expect(callback.received).toHaveLength(0);
    const messages = dataOf(await client.get(`/${early.conversationId}/messages?fields=message`));
    expect(messages.map(({ message }) => message)).toEqual(['Ours', 'Silent', 'Dropped', 'Before']);
  });

  it('puts history at its place in time', async () => {
    const now = client.control.now();
    const { conversationId } = play('Ana', 'Now');
    play('Ana', 'Long ago', { timestamp: now - 30 * DAY_MS });
    play('Ben', 'Yesterday', { timestamp: now - 2 * DAY_MS });
    const list = dataOf(await client.get('/me/conversations?fields=can_reply,updated_time'));
    expect(list.map(({ can_reply: canReply }) => canReply)).toEqual([true, false]);
    const messages = dataOf(await client.get(`/${conversationId}/messages?fields=message`));
    expect(messages.map(({ message }) => message)).toEqual(['Now', 'Long ago']);
  });

  it('needs the Page’s token, permission and task', async () => {
    const { conversationId } = play('Ana', 'Hi');
    play('Ana', 'Hi', instagram);
    const { token: user } = client.control.issueToken({ scopes: ['pages_show_list', 'pages_messaging'] });
    for (const path of ['conversations', conversationId, `${conversationId}/messages`]) {
      const target = path === 'conversations' ? `/${SEED.pageId}/conversations` : `/${path}`;
      expect((await client.get(target, user)).error).toMatchObject({ code: 210 });
    }
    const { token: other } = client.control.issueToken({ pageId: SEED.pageId, scopes: ['pages_show_list'] });
    for (const platform of ['messenger', 'instagram']) {
      const answer = await client.get(`/me/conversations?platform=${platform}`, other);
      expect([answer.status, answer.error.code]).toEqual([403, 200]);
    }
    client.control.updatePage(SEED.pageId, { tasks: ['ANALYZE'] });
    expect((await client.get('/me/conversations')).error).toMatchObject({ code: 200 });
  });

  it('refuses more than two calls a second, for each Page and account', async () => {
    client.control.configure({ messaging: { conversationCallsPerSecond: 2 } });
    const call = () => client.get('/me/conversations?platform=messenger');
    let answer = await call();
    for (let n = 0; n < 100 && answer.status === 200; n++) answer = await call();
    expect(answer.error).toMatchObject({ code: 613 });
    expect((await client.get('/me/conversations?platform=instagram')).status).toBe(200);
    await client.control.advance(1000);
    expect((await call()).status).toBe(200);
  });

  it('tells a person’s profile to those who may know it', async () => {
    const ana = play('Ana Lee', 'Hi');
    expect((await client.get(`/${ana.userId}?fields=first_name,last_name,profile_pic`)).json).toEqual({
      id: ana.userId,
      first_name: 'Ana',
      last_name: 'Lee',
      profile_pic: expect.any(String),
    });
    const { token } = client.control.issueToken({ pageId: SEED.secondPageId });
    expect((await client.get(`/${ana.userId}`, token)).error).toMatchObject({ code: 100, error_subcode: 33 });
    const media = client.control.createInstagramMedia();
    const { userId } = client.control.playComment({ on: media.id, from: 'Ben' });
    const fields = 'name,username,is_user_follow_business';
    expect((await client.get(`/${userId}?fields=${fields}`)).error).toMatchObject({ code: 230 });
    play('Ben', 'Hi', instagram);
    expect((await client.get(`/${userId}?fields=${fields}`)).json).toMatchObject({ username: 'ben' });
    client.control.directPerson({ ...instagram, from: 'Ben', isGone: true });
    expect((await client.get(`/${userId}?fields=${fields}`)).error).toMatchObject({ code: 9010 });
  });
});
