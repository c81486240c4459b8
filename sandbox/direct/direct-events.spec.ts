import type { CallbackServer } from '../webhooks/callback-server';
import { objectOf, type JsonObject } from '../json';
import { entriesOf, messagingOf, PageTestClient } from '../pages/page-test-client';
import { signatureHeaders } from '../webhooks/webhook-bytes';
import { SEED } from '../world-seed';

const instagram = { instagramId: SEED.instagramId };

describe('people who write to Pages and Instagram accounts', () => {
  let client: PageTestClient;
  let callback: CallbackServer;
  beforeEach(async () => {
    client = await PageTestClient.start();
    callback = await client.subscribe();
  });
  afterEach(() => client.close());

  async function told(): Promise<JsonObject[]> {
    await client.control.waitUntilIdle();
    return messagingOf(callback);
  }

  /** The fields of Page and account that are subscribed from now on. */
  async function subscribeTo(fields: string): Promise<void> {
    await client.post('/me/subscribed_apps', { subscribed_fields: fields });
  }

  it('are told signed, with ids and instants in Meta’s forms', async () => {
    const before = client.control.now();
    const { messageId, userId } = client.control.playDirectMessage({ from: 'Ana Lee', text: 'Größe/1' });
    expect(messageId).toMatch(/^m_[\w-]{60,}$/);
    expect(userId).toMatch(/^\d{15,17}$/);
    expect(await told()).toEqual([
      {
        sender: { id: userId },
        recipient: { id: SEED.pageId },
        timestamp: expect.any(Number),
        message: { mid: messageId, text: 'Größe/1' },
      },
    ]);
    const [entry] = entriesOf(callback);
    expect(entry).toMatchObject({ id: SEED.pageId });
    expect(entry!.time).toBeGreaterThanOrEqual(before); // milliseconds
    const { headers, body, json } = callback.received[0]!;
    expect(json).toMatchObject({ object: 'page' });
    expect(headers).toMatchObject(signatureHeaders(body, SEED.appSecret));
  });

  it('write to Instagram under object instagram, with the account’s id', async () => {
    const { messageId, userId } = client.control.playDirectMessage({ ...instagram, from: 'Ana Lee' });
    const [item] = await told();
    expect(callback.received[0]!.json).toMatchObject({
      object: 'instagram',
      entry: [{ id: SEED.instagramId }],
    });
    expect(item).toMatchObject({
      sender: { id: userId },
      recipient: { id: SEED.instagramId },
      message: { mid: messageId, text: 'Hello' },
    });
    expect(messageId).toMatch(/^aWdf/);
  });

  it('are somebody else at every Page and account, and the same person each time', () => {
    const play = (more: { pageId?: string; instagramId?: string } = {}) =>
      client.control.playDirectMessage({ from: 'Ana Lee', ...more });
    const first = play();
    expect(play()).toMatchObject({ userId: first.userId, conversationId: first.conversationId });
    expect(
      new Set([first, play({ pageId: SEED.secondPageId }), play(instagram)].map(({ userId }) => userId)).size,
    ).toBe(3);
    expect(() => client.control.playDirectMessage({ from: first.userId, pageId: SEED.secondPageId })).toThrow(
      'own ids',
    );
  });

  it.each([
    ['image', { type: 'image', payload: { url: expect.stringContaining('http') } }],
    ['audio', { type: 'audio', payload: { url: expect.stringContaining('http') } }],
    ['file', { type: 'file', payload: { url: expect.stringContaining('http') } }],
    ['location', { type: 'location', payload: { coordinates: { lat: 37.4847, long: -122.1473 } } }],
    ['fallback', { type: 'fallback', title: 'A shared page', payload: null }],
    ['ig_reel', { type: 'ig_reel', payload: { reel_video_id: expect.any(String) } }],
    ['a_type_of_tomorrow', { type: 'a_type_of_tomorrow' }],
  ])('send %s', async (type, attachment) => {
    client.control.playDirectMessage({ from: 'Ana', attachments: [{ type }] });
    const [item] = await told();
    expect(objectOf(item!.message).attachments).toMatchObject([attachment]);
    expect(item!.message).not.toHaveProperty('text');
  });

  it('send stickers with their number', async () => {
    client.control.playDirectMessage({ from: 'Ana', attachments: [{ type: 'sticker' }] });
    const [item] = await told();
    expect(item!.message).toMatchObject({
      sticker_id: 369239263222822,
      attachments: [{ type: 'image', payload: { sticker_id: 369239263222822 } }],
    });
  });

  it('send bytes that anybody can fetch until the address expires', async () => {
    const mediaBase64 = Buffer.from('a picture').toString('base64');
    client.control.playDirectMessage({ from: 'Ana', attachments: [{ type: 'image', mediaBase64 }] });
    const [item] = await told();
    const [attachment] = objectOf(item!.message).attachments as { payload: { url: string } }[];
    const { url } = attachment!.payload;
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toContain('image/jpeg');
    expect(await answer.text()).toBe('a picture');
    expect((await fetch(url.replace(/oh=.{4}/, 'oh=AAAA'))).status).toBe(403);
    await client.control.advance(4 * 86_400_000);
    expect((await fetch(url)).status).toBe(403);
  });

  it('choose quick replies, answer, come by ads and send what Meta cannot show', async () => {
    const { control } = client;
    const { messageId } = control.playDirectMessage({ from: 'Ana', text: 'Yes', quickReply: 'YES' });
    control.playDirectMessage({ from: 'Ana', replyTo: messageId, extra: { commands: [{ name: 'x' }] } });
    control.playDirectMessage({ from: 'Ana', referral: { product: { id: '1' } } });
    control.playDirectMessage({ from: 'Ana', isUnsupported: true });
    expect((await told()).map(({ message }) => message)).toMatchObject([
      { text: 'Yes', quick_reply: { payload: 'YES' } },
      { reply_to: { mid: messageId }, commands: [{ name: 'x' }] },
      { referral: { product: { id: '1' } } },
      { mid: expect.any(String), is_unsupported: true },
    ]);
  });

  it('answer and mention stories', async () => {
    const { control } = client;
    control.playDirectMessage({
      ...instagram,
      from: 'Ana',
      text: 'Wow',
      story: { id: '179', url: 'https://s.example/' },
    });
    control.playDirectMessage({ ...instagram, from: 'Ana', story: { kind: 'mention' } });
    expect((await told()).map(({ message }) => message)).toMatchObject([
      { text: 'Wow', reply_to: { story: { id: '179', url: 'https://s.example/' } } },
      { attachments: [{ type: 'story_mention', payload: { url: expect.any(String) } }] },
    ]);
  });

  it('press buttons', async () => {
    const { messageId } = client.control.playDirectPostback({
      from: 'Ana',
      title: 'Start',
      payload: 'GET_STARTED',
    });
    expect(await told()).toMatchObject([
      { postback: { mid: messageId, title: 'Start', payload: 'GET_STARTED' } },
    ]);
  });

  it.each<[string, object, object]>([
    ['messenger', {}, { watermark: expect.any(Number) }],
    ['instagram', instagram, { mid: expect.any(String) }],
  ])('react, edit, take back and read on %s', async (_platform, to, read) => {
    const { control } = client;
    const { messageId } = control.playDirectMessage({ ...to, from: 'Ana', text: 'One' });
    const ours = control.playInboxReply({ ...to, to: 'Ana', text: 'Two' });
    control.playDirectReaction({ messageId: ours.messageId, reaction: 'love' });
    control.playDirectReaction({ messageId: ours.messageId });
    control.playDirectEdit({ messageId, text: 'Three' });
    control.playDirectRead({ ...to, from: 'Ana' });
    control.playDirectUnsend({ messageId });
    const items = await told();
    expect(items.slice(2)).toMatchObject([
      { reaction: { mid: ours.messageId, action: 'react', reaction: 'love', emoji: '❤' } },
      { reaction: { mid: ours.messageId, action: 'unreact' } },
      { message_edit: { mid: messageId, text: 'Three', num_edit: 1 } },
      { read },
      { message: { mid: messageId, is_deleted: true } },
    ]);
    expect(items[3]!.reaction).not.toHaveProperty('reaction');
    expect(() => control.playDirectEdit({ messageId: ours.messageId, text: 'No' })).toThrow('not written');
  });

  it('are answered by humans in Meta’s inbox, which comes as an echo without the app', async () => {
    const { messageId, userId } = client.control.playInboxReply({ to: 'Ana', text: 'Hello Ana' });
    expect(await told()).toEqual([
      {
        sender: { id: SEED.pageId },
        recipient: { id: userId },
        timestamp: expect.any(Number),
        message: { mid: messageId, is_echo: true, text: 'Hello Ana' },
      },
    ]);
  });

  it('are told by the fields that app and Page have subscribed, each on its own', async () => {
    await subscribeTo('messages');
    const { messageId, told: count } = client.control.playDirectMessage({ from: 'Ana' });
    expect(count).toBe(1);
    expect(client.control.playDirectReaction({ messageId, reaction: 'love' })).toBe(0);
    expect(client.control.playDirectPostback({ from: 'Ana', title: 'A', payload: 'B' }).told).toBe(0);
    await subscribeTo('message_reactions,messaging_postbacks');
    expect(client.control.playDirectMessage({ from: 'Ana' }).told).toBe(0);
    expect(client.control.playDirectReaction({ messageId, reaction: 'love' })).toBe(1);
    expect(client.control.playDirectMessage({ from: 'Ana', pageId: SEED.secondPageId }).told).toBe(0);
    expect(await told()).toHaveLength(2);
  });

  it('are told as standby where another app owns the thread', async () => {
    client.control.playDirectMessage({ from: 'Ana', text: 'Not yours', standby: true });
    await client.control.waitUntilIdle();
    expect(entriesOf(callback)).toMatchObject([{ standby: [{ message: { text: 'Not yours' } }] }]);
    expect(entriesOf(callback)[0]).not.toHaveProperty('messaging');
  });

  it('are lost by the POST, of one object or account only where that is wanted', async () => {
    const { control } = client;
    await client.client.subscribe(); // WhatsApp goes on meanwhile
    control.dropWebhooks(2, { ownerId: SEED.pageId });
    const play = async () => {
      control.playDirectMessage({ from: 'Ana' });
      await control.waitUntilIdle();
      control.playDirectMessage({ from: 'Ana', ...instagram });
      await control.waitUntilIdle();
    };
    for (let n = 0; n < 3; n++) await play();
    control.dropWebhooks(1, { object: 'instagram' });
    await play();
    const states = (object: string) => control.deliveries({ object }).map(({ state }) => state);
    expect(states('page')).toEqual(['dropped', 'dropped', 'delivered', 'delivered']);
    expect(states('instagram')).toEqual(['delivered', 'delivered', 'delivered', 'dropped']);
  });

  it('are played over HTTP, too', async () => {
    const play = (operation: string, body: JsonObject) =>
      client.client.post(`/__control/${operation}`, body, null);
    const message = await play('play-direct-message', {
      from: { name: 'Ana', username: 'ana' },
      instagramId: SEED.instagramId,
      attachments: [{ type: 'image' }],
      story: { kind: 'reply_to' },
    });
    expect(message.json).toMatchObject({ messageId: expect.any(String), told: 1 });
    const { messageId } = message.json as { messageId: string };
    expect((await play('play-direct-edit', { messageId, text: 'New' })).json).toEqual({ told: 1 });
    const conversations = await client.client.get(
      `/__control/direct-conversations?ownerId=${SEED.instagramId}`,
      null,
    );
    expect(conversations.json.data).toMatchObject([
      { unread: 1, messages: [{ id: messageId, text: 'New' }] },
    ]);
    const wrong = await play('play-direct-message', { from: 'Ana', attachments: [{}] });
    expect(wrong.json.error).toContain('attachments[0].type is required');
    expect((await play('play-direct-message', { from: 'Ana', pageId: '1' })).json.error).toContain('no page');
  });
});
