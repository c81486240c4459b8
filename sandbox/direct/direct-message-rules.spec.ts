import type { JsonObject } from '../json';
import { PageTestClient } from '../pages/page-test-client';
import { SEED } from '../world-seed';

describe('what a direct message may be', () => {
  let client: PageTestClient;
  /** PSID and IGSID of people who have written just now. */
  let ana: string;
  let ben: string;
  beforeEach(async () => {
    client = await PageTestClient.start();
    ana = client.control.playDirectMessage({ from: 'Ana Lee' }).userId;
    ben = client.control.playDirectMessage({ from: 'Ben', instagramId: SEED.instagramId }).userId;
  });
  afterEach(() => client.close());

  const send = (message: JsonObject, to = ana) =>
    client.post('/me/messages', { recipient: { id: to }, message });
  const template = (template_type: string, payload: JsonObject): JsonObject => ({
    attachment: { type: 'template', payload: { template_type, ...payload } },
  });
  const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

  const image = { type: 'image', payload: { url: 'https://shop.example/a.jpg' } };
  const quickReply = { content_type: 'text', title: 'A', payload: 'a' };
  const link = { type: 'web_url', title: 'Go', url: 'https://a.example/' };
  const postback = { type: 'postback', title: 'Go', payload: 'GO' };
  const card = { title: 'A shirt', subtitle: 'Blue' };
  const receipt = {
    recipient_name: 'Ana',
    order_number: '1',
    currency: 'USD',
    payment_method: 'Cash',
    summary: { total_cost: 9.5 },
    elements: [{ title: 'Shirt', price: 9.5 }],
  };
  const feedback = {
    title: 'How was it?',
    subtitle: 'Tell us',
    button_title: 'Rate',
    feedback_screens: [{ questions: [{ id: 'q1', type: 'csat' }] }],
    business_privacy: { url: 'https://a.example/privacy' },
  };

  it.each<[string, JsonObject]>([
    ['the longest text', { text: 'x'.repeat(2000) }],
    ['quick replies', { text: 'Which?', quick_replies: times(13, quickReply) }],
    ['quick replies for contacts', { text: 'Who?', quick_replies: [{ content_type: 'user_email' }] }],
    ['several images', { attachments: times(30, image) }],
    [
      'a generic template',
      template('generic', {
        elements: times(10, {
          ...card,
          image_url: 'https://a.example/a.jpg',
          default_action: { type: 'web_url', url: 'https://a.example/' },
          buttons: [link, postback, { type: 'phone_number', title: 'Call', payload: '+15550783881' }],
        }),
      }),
    ],
    [
      'a button template',
      template('button', { text: 'x'.repeat(640), buttons: [{ type: 'account_unlink' }] }),
    ],
    [
      'a media template',
      template('media', { elements: [{ media_type: 'image', url: 'https://a.example/', buttons: [link] }] }),
    ],
    ['a receipt', template('receipt', receipt)],
    ['a coupon', template('coupon', { title: 'Ten percent', coupon_code: 'TEN' })],
    ['a survey', template('customer_feedback', feedback)],
    ['products', template('product', { elements: [{ id: '1' }] })],
    ['a grid', template('image_grid', { elements: times(6, { image_url: 'https://a.example/a.jpg' }) })],
  ])('on Messenger it may be %s', async (_what, message) => {
    expect((await send(message)).json).toHaveProperty('message_id');
  });

  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['text with attachment', { text: 'A', attachment: image }],
    ['a text that is too long', { text: 'x'.repeat(2001) }],
    ['14 quick replies', { text: 'A', quick_replies: times(14, quickReply) }],
    ['a quick reply without payload', { text: 'A', quick_replies: [{ content_type: 'text', title: 'A' }] }],
    [
      'a quick reply with a long title',
      { text: 'A', quick_replies: [{ ...quickReply, title: 'x'.repeat(21) }] },
    ],
    ['31 images', { attachments: times(31, image) }],
    ['an unknown attachment', { attachment: { type: 'hologram', payload: { url: 'https://a.example/' } } }],
    ['an address that is none', { attachment: { type: 'image', payload: { url: 'a.jpg' } } }],
    ['metadata that is too long', { text: 'A', metadata: 'x'.repeat(1001) }],
    ['an unknown template', template('poem', {})],
    ['eleven cards', template('generic', { elements: times(11, card) })],
    ['a card of a title alone', template('generic', { elements: [{ title: 'A shirt' }] })],
    ['a card with a long title', template('generic', { elements: [{ ...card, title: 'x'.repeat(81) }] })],
    ['four buttons', template('button', { text: 'A', buttons: times(4, postback) })],
    ['no button', template('button', { text: 'A', buttons: [] })],
    ['a long text over buttons', template('button', { text: 'x'.repeat(641), buttons: [link] })],
    ['a button without title', template('button', { text: 'A', buttons: [{ ...link, title: '' }] })],
    [
      'a button with a long title',
      template('button', { text: 'A', buttons: [{ ...link, title: 'x'.repeat(21) }] }),
    ],
    [
      'a button without payload',
      template('button', { text: 'A', buttons: [{ type: 'postback', title: 'A' }] }),
    ],
    [
      'a number without +',
      template('button', { text: 'A', buttons: [{ type: 'phone_number', title: 'A', payload: '1555' }] }),
    ],
    ['a button of no kind', template('button', { text: 'A', buttons: [{ ...link, type: 'lever' }] })],
    [
      'two media in one',
      template('media', { elements: times(2, { media_type: 'image', url: 'https://a.example/' }) }),
    ],
    ['a receipt without sum', template('receipt', { ...receipt, summary: {} })],
    ['a coupon without code', template('coupon', { title: 'Ten percent' })],
    ['a survey without privacy', template('customer_feedback', { ...feedback, business_privacy: {} })],
    ['a grid of one', template('image_grid', { elements: [{ image_url: 'https://a.example/a.jpg' }] })],
  ])('on Messenger it cannot be %s', async (_what, message) => {
    const answer = await send(message);
    expect([answer.status, answer.error.code]).toEqual([400, 100]);
    expect(client.control.sentDirectMessages()).toEqual([]);
  });

  it.each<[string, JsonObject, number]>([
    ['cards', template('generic', { elements: [{ ...card, buttons: [link, postback] }] }), 200],
    ['buttons', template('button', { text: 'A', buttons: [link] }), 200],
    ['a receipt', template('receipt', receipt), 400],
    [
      'a button to call',
      template('button', {
        text: 'A',
        buttons: [{ type: 'phone_number', title: 'A', payload: '+15550783881' }],
      }),
      400,
    ],
  ])('on Instagram there are fewer templates: %s', async (_what, message, status) => {
    expect((await send(message, ben)).status).toBe(status);
  });

  it('answers messages of the same conversation only', async () => {
    const { messages } = client.control.directConversations({ userId: ana })[0]!;
    const replyTo = (mid: string, to: string) =>
      client.post('/me/messages', { recipient: { id: to }, message: { text: 'Yes' }, reply_to: { mid } });
    const sent = await replyTo(messages[0]!.id, ana);
    expect((await client.get(`/${sent.json.message_id as string}?fields=reply_to`)).json).toMatchObject({
      reply_to: { mid: messages[0]!.id },
    });
    expect((await replyTo(messages[0]!.id, ben)).error).toMatchObject({ code: 100 });
    expect((await replyTo('m_none', ana)).error).toMatchObject({ code: 100 });
  });

  it('is of a kind that fits its tag, and pushes as it may', async () => {
    const post = (more: JsonObject) =>
      client.post('/me/messages', { recipient: { id: ana }, message: { text: 'A' }, ...more });
    expect((await post({ messaging_type: 'UPDATE', notification_type: 'NO_PUSH' })).status).toBe(200);
    expect((await post({ notification_type: 'LOUD' })).error).toMatchObject({ code: 100 });
    expect((await post({ messaging_type: 'RESPONSE', tag: 'HUMAN_AGENT' })).error).toMatchObject({
      code: 100,
    });
  });

  describe('attachments', () => {
    const upload = (attachment: JsonObject) =>
      client.post('/me/message_attachments', { message: { attachment } });
    const byId = (id: unknown, to = ana, type = 'image') =>
      send({ attachment: { type, payload: { attachment_id: String(id) } } }, to);
    const multipart = (type: string, size: number) => {
      const form = new FormData();
      form.set('message', JSON.stringify({ attachment: { type, payload: { is_reusable: true } } }));
      form.set('filedata', new Blob([new Uint8Array(size)], { type: 'image/jpeg' }), 'a.jpg');
      return client.client.request('POST', '/me/message_attachments', { body: form }, client.pageToken);
    };

    it('that are reusable go to everybody, others to one person', async () => {
      const eve = client.control.playDirectMessage({ from: 'Eve' }).userId;
      const reusable = (await upload({ type: 'image', payload: { ...image.payload, is_reusable: true } }))
        .json;
      const single = (await upload(image)).json;
      expect((await byId(reusable.attachment_id)).status).toBe(200);
      expect((await byId(reusable.attachment_id, eve)).status).toBe(200);
      expect((await byId(reusable.attachment_id, eve, 'video')).error).toMatchObject({ code: 100 });
      expect((await byId(single.attachment_id)).status).toBe(200);
      expect((await byId(single.attachment_id, eve)).error).toMatchObject({ code: 100 });
    });

    it('are weighed: 8 MB for images, 25 MB for the rest', async () => {
      const limit = 8 * 1024 * 1024;
      expect((await multipart('image', limit)).json).toHaveProperty('attachment_id');
      expect((await multipart('image', limit + 1)).error).toMatchObject({
        code: 100,
        error_subcode: 2018047,
      });
      expect((await multipart('video', limit + 1)).json).toHaveProperty('attachment_id');
      expect((await multipart('image', 0)).error).toMatchObject({ code: 100, error_subcode: 2018047 });
    });

    it('are no templates, and can be fetched where that is asked for', async () => {
      expect(
        (await upload({ type: 'template', payload: { template_type: 'generic', elements: [card] } })).error,
      ).toMatchObject({ code: 100 });
      client.control.configure({ messaging: { links: 'fetch' } });
      const missing = { type: 'image', payload: { url: `${client.client.sandbox.url}/none.jpg` } };
      expect((await send({ attachment: missing })).error).toMatchObject({
        code: 100,
        error_subcode: 2018008,
      });
    });
  });
});
