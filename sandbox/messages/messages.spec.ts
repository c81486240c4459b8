import type { JsonObject } from '../json';
import { itemsOf, TestClient } from '../test-client';
import { SEED } from '../world-seed';

const ANA = '+16505551234';
const HOUR_MS = 3_600_000;

describe('sending WhatsApp messages', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
  });
  afterEach(() => client.close());

  function addTemplate(name: string, components: JsonObject[], more: JsonObject = {}) {
    return client
      .post(`/${SEED.wabaId}/message_templates`, {
        name,
        language: 'en_US',
        category: 'UTILITY',
        components,
        ...more,
      })
      .then(async (answer) => {
        expect(answer.status).toBe(200);
        await client.control.advance(200);
      });
  }

  function sendTemplate(
    name: string,
    components: JsonObject[] = [],
    language = 'en_US',
    to: JsonObject = { to: ANA },
  ) {
    return client.send({
      ...to,
      type: 'template',
      template: { name, language: { code: language }, components },
    });
  }

  describe('inside the window', () => {
    beforeEach(() => {
      client.control.playMessage({ from: ANA });
    });

    it('accepts first, and tells sent, delivered and read later', async () => {
      const callback = await client.subscribe();
      client.control.configure({ statuses: { delaysMs: { sent: 60_000, delivered: 61_000, read: 62_000 } } });
      const { status, json } = await client.sendText(ANA, 'Hi', { biz_opaque_callback_data: 'ours-1' });
      expect(status).toBe(200);
      expect(json).toEqual({
        messaging_product: 'whatsapp',
        contacts: [{ input: ANA, wa_id: '16505551234', user_id: expect.stringMatching(/^US\.\d{20}$/) }],
        messages: [{ id: expect.stringMatching(/^wamid\.[A-Za-z0-9+/=]+$/) }],
      });
      expect(itemsOf(callback, 'statuses')).toEqual([]);
      await client.control.advance(63_000);
      const statuses = itemsOf(callback, 'statuses');
      expect(statuses.map((item) => item.status)).toEqual(['sent', 'delivered', 'read']);
      expect(statuses[0]).toMatchObject({
        id: (json.messages as JsonObject[])[0]!.id,
        recipient_id: '16505551234',
        biz_opaque_callback_data: 'ours-1',
        pricing: {
          billable: false,
          pricing_model: 'PMP',
          category: 'service',
          type: 'free_customer_service',
        },
      });
      expect(statuses[0]).not.toHaveProperty('conversation');
      expect(client.control.sentMessages({ to: ANA })).toMatchObject([
        { statuses: ['sent', 'delivered', 'read'] },
      ]);
    });

    it('loses, repeats and disorders statuses as told', async () => {
      const callback = await client.subscribe();
      client.control.configure({ statuses: { lose: ['delivered'], reorder: true, duplicateEvery: 2 } });
      await client.sendText(ANA);
      await client.control.advance(1000);
      expect(itemsOf(callback, 'statuses').map((item) => item.status)).toEqual(['read', 'sent', 'sent']);
    });

    it('tells a reaction as sent only, and a voice note as played', async () => {
      await client.send({ to: ANA, type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '😀' } });
      client.control.configure({ sending: { links: 'trust' } });
      await client.send({ to: ANA, type: 'audio', audio: { link: 'https://a.b/c.ogg', voice: true } });
      await client.control.advance(1000);
      expect(client.control.sentMessages().map(({ statuses }) => statuses)).toEqual([
        ['sent'],
        ['sent', 'delivered', 'read', 'played'],
      ]);
    });

    it('gives conversation ids to subscriptions before v24', async () => {
      const callback = await client.subscribe();
      const body = {
        object: 'whatsapp_business_account',
        callback_url: callback.url,
        verify_token: callback.verifyToken,
        fields: 'messages',
      };
      await client.post(`/v23.0/${SEED.appId}/subscriptions`, body, `${SEED.appId}|${SEED.appSecret}`);
      await client.sendText(ANA);
      await client.control.advance(1000);
      expect(itemsOf(callback, 'statuses')[0]).toHaveProperty('conversation.expiration_timestamp');
    });

    const reply = (id: string, title: string) => ({ type: 'reply', reply: { id, title } });
    const button = (...buttons: JsonObject[]) => ({
      type: 'button',
      body: { text: 'Pick' },
      action: { buttons },
    });
    const list = (rows: number) => ({
      type: 'list',
      body: { text: 'Pick' },
      action: {
        button: 'Open',
        sections: [{ rows: Array.from({ length: rows }, (_, n) => ({ id: `r${n}`, title: `Row ${n}` })) }],
      },
    });

    it.each<[string, JsonObject]>([
      ['image', { link: 'https://a.b/c.jpg', caption: 'Look' }],
      ['video', { link: 'https://a.b/c.mp4' }],
      ['document', { link: 'https://a.b/c.pdf', filename: 'c.pdf' }],
      ['sticker', { link: 'https://a.b/c.webp' }],
      ['location', { latitude: '37.4', longitude: -122.1, name: 'Here' }],
      ['interactive', button(reply('1', 'Yes'), reply('2', 'No'))],
      ['interactive', list(10)],
      [
        'interactive',
        {
          type: 'cta_url',
          body: { text: 'See' },
          action: { name: 'cta_url', parameters: { display_text: 'Open', url: 'https://a.b' } },
        },
      ],
      [
        'interactive',
        { type: 'location_request_message', body: { text: 'Where?' }, action: { name: 'send_location' } },
      ],
    ])('takes a good %s', async (type, content) => {
      expect((await client.send({ to: ANA, type, [type]: content })).status).toBe(200);
    });

    it('takes contacts', async () => {
      const contacts = [
        { name: { formatted_name: 'Ana Lee', first_name: 'Ana' }, phones: [{ phone: '+1650555' }] },
      ];
      expect((await client.send({ to: ANA, type: 'contacts', contacts })).status).toBe(200);
    });

    it.each<[string, number, JsonObject]>([
      ['no product', 100, { messaging_product: 'sms', to: ANA, type: 'text', text: { body: 'x' } }],
      ['no recipient', 100, { type: 'text', text: { body: 'x' } }],
      ['a recipient that is no number', 100, { to: 'Ana', type: 'text', text: { body: 'x' } }],
      ['itself as recipient', 131021, { to: SEED.displayPhoneNumber, type: 'text', text: { body: 'x' } }],
      ['an unknown type', 100, { to: ANA, type: 'smell', smell: {} }],
      ['no content', 131008, { to: ANA, type: 'text' }],
      ['no text', 100, { to: ANA, type: 'text', text: { body: '' } }],
      ['too long a text', 100, { to: ANA, type: 'text', text: { body: 'x'.repeat(4097) } }],
      ['media without source', 131008, { to: ANA, type: 'image', image: { caption: 'x' } }],
      ['unknown media', 131009, { to: ANA, type: 'image', image: { id: '1234567890123456' } }],
      [
        'a caption under a sticker',
        131009,
        { to: ANA, type: 'sticker', sticker: { link: 'https://a', caption: 'x' } },
      ],
      ['no latitude', 131008, { to: ANA, type: 'location', location: { longitude: 1 } }],
      [
        'a nameless contact',
        131009,
        { to: ANA, type: 'contacts', contacts: [{ name: { formatted_name: 'A' } }] },
      ],
      ['a reaction to nothing', 131008, { to: ANA, type: 'reaction', reaction: { emoji: '😀' } }],
      [
        'four buttons',
        131009,
        {
          to: ANA,
          type: 'interactive',
          interactive: button(...['1', '2', '3', '4'].map((n) => reply(n, n))),
        },
      ],
      [
        'equal buttons',
        131009,
        { to: ANA, type: 'interactive', interactive: button(reply('1', 'A'), reply('1', 'B')) },
      ],
      ['eleven rows', 131009, { to: ANA, type: 'interactive', interactive: list(11) }],
      [
        'too much callback data',
        100,
        { to: ANA, type: 'text', text: { body: 'x' }, biz_opaque_callback_data: 'x'.repeat(513) },
      ],
    ])('refuses %s', async (_what, code, message) => {
      const answer = await client.send(message);
      expect(answer.error.code).toBe(code);
      expect(client.control.sentMessages()).toEqual([]);
    });

    it('limits what one person gets, and refills slowly', async () => {
      for (let n = 0; n < 45; n++) expect((await client.sendText(ANA)).status).toBe(200);
      expect((await client.sendText(ANA)).error).toMatchObject({ code: 131056 });
      await client.control.advance(6100);
      expect((await client.sendText(ANA)).status).toBe(200);
      expect((await client.sendText(ANA)).error).toMatchObject({ code: 131056 });
    });

    it('limits what a number sends in a second', async () => {
      client.control.configure({ limits: { standardPerSecond: 1 }, sending: { closedWindow: 'ignore' } });
      const codes: unknown[] = [];
      for (let n = 0; n < 4; n++) codes.push((await client.sendText(`+1650555000${n}`)).error.code);
      expect(codes.filter((code) => code === 130429).length).toBeGreaterThan(0);
      await client.control.advance(1000);
      expect((await client.sendText('+16505550009')).status).toBe(200);
    });
  });

  describe('the 24-hour window', () => {
    it('is closed to whom never wrote: accepted, then failed', async () => {
      const callback = await client.subscribe();
      expect((await client.sendText(ANA)).status).toBe(200);
      await client.control.advance(1000);
      const [status, ...more] = itemsOf(callback, 'statuses');
      expect(more).toEqual([]);
      expect(status).toMatchObject({
        status: 'failed',
        errors: [{ code: 131047, error_data: expect.anything() }],
      });
      const [change] = callback.received.map(({ json }) => JSON.stringify(json));
      expect(change).not.toContain('"contacts"');
    });

    it('opens with a message, closes after 24 hours, and never for templates', async () => {
      client.control.configure({ sending: { closedWindow: 'answer' } });
      client.control.playMessage({ from: ANA });
      await client.control.advance(24 * HOUR_MS - 60_000);
      client.token = client.control.issueToken().token;
      expect((await client.sendText(ANA)).status).toBe(200);
      await client.control.advance(60_001);
      expect((await client.sendText(ANA)).error).toMatchObject({ code: 131047 });
      expect((await sendTemplate('hello_world')).status).toBe(200);
    });

    it('lasts 72 hours after an ad', async () => {
      client.control.configure({ sending: { closedWindow: 'answer' } });
      client.control.playMessage({ from: ANA, referral: { source_type: 'ad', source_id: '1' } });
      await client.control.advance(71 * HOUR_MS);
      client.token = client.control.issueToken().token;
      expect((await client.sendText(ANA)).status).toBe(200);
    });
  });

  describe('templates', () => {
    it('are accepted outside the window, with message_status', async () => {
      const { json } = await sendTemplate('hello_world');
      expect(json.messages).toEqual([{ id: expect.any(String), message_status: 'accepted' }]);
    });

    it('must exist, in the language, and be approved', async () => {
      const missing = await sendTemplate('nothing');
      expect(missing.status).toBe(404);
      expect(missing.error).toMatchObject({ code: 132001 });
      expect((await sendTemplate('hello_world', [], 'de')).error).toMatchObject({ code: 132001 });
      client.control.setTemplateStatus({ name: 'hello_world' }, { status: 'PAUSED' });
      expect((await sendTemplate('hello_world')).error).toMatchObject({ code: 132015 });
      client.control.setTemplateStatus({ name: 'hello_world' }, { status: 'DISABLED' });
      expect((await sendTemplate('hello_world')).error).toMatchObject({ code: 132016 });
      client.control.setTemplateStatus({ name: 'hello_world' }, { status: 'REJECTED' });
      expect((await sendTemplate('hello_world')).error).toMatchObject({ code: 132001 });
    });

    const text = (value: string, name?: string) => ({
      type: 'text',
      text: value,
      ...(name !== undefined && { parameter_name: name }),
    });
    const filled = (...parameters: JsonObject[]) => [{ type: 'body', parameters }];

    it('take exactly their variables', async () => {
      await addTemplate('order', [
        { type: 'BODY', text: 'Hi {{1}}, order {{2}} left.', example: { body_text: [['Ana', '8']] } },
      ]);
      expect((await sendTemplate('order', filled(text('Ana'), text('8')))).status).toBe(200);
      expect((await sendTemplate('order', filled(text('Ana')))).error).toMatchObject({ code: 132000 });
      expect((await sendTemplate('order')).error).toMatchObject({ code: 132000 });
      expect((await sendTemplate('order', filled(text('Ana', 'first_name'), text('8')))).error).toMatchObject(
        {
          code: 132012,
        },
      );
      expect(
        (await sendTemplate('order', filled(text('Ana'), { type: 'image', image: {} }))).error,
      ).toMatchObject({
        code: 132012,
      });
    });

    it('with named variables want the names', async () => {
      await addTemplate('named', [
        {
          type: 'BODY',
          text: 'Hi {{first_name}}, good morning.',
          example: { body_text_named_params: [{ param_name: 'first_name', example: 'Ana' }] },
        },
      ]);
      expect((await sendTemplate('named', filled(text('Ana', 'first_name')))).status).toBe(200);
      expect((await sendTemplate('named', filled(text('Ana')))).error).toMatchObject({ code: 132012 });
    });

    it('want the header media and the link suffix that they declare', async () => {
      await addTemplate('rich', [
        { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::x'] } },
        { type: 'BODY', text: 'Your order left.' },
        {
          type: 'BUTTONS',
          buttons: [{ type: 'URL', text: 'Track', url: 'https://a.b/{{1}}', example: ['https://a.b/8'] }],
        },
      ]);
      const header = {
        type: 'header',
        parameters: [{ type: 'image', image: { link: 'https://a.b/c.jpg' } }],
      };
      const link = { type: 'button', sub_type: 'url', index: '0', parameters: [text('8')] };
      expect((await sendTemplate('rich', [header, link])).status).toBe(200);
      expect((await sendTemplate('rich', [link])).error).toMatchObject({ code: 132012 });
      expect((await sendTemplate('rich', [header])).error).toMatchObject({ code: 131008 });
    });

    it('with a one-time password reach no business-scoped id', async () => {
      await addTemplate(
        'otp',
        [
          { type: 'BODY', add_security_recommendation: true },
          { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', text: 'Copy' }] },
        ],
        { category: 'AUTHENTICATION' },
      );
      const code = [
        ...filled(text('123456')),
        { type: 'button', sub_type: 'url', index: 0, parameters: [text('123456')] },
      ];
      expect((await sendTemplate('otp', code)).status).toBe(200);
      const { userId } = client.control.playMessage({ from: { username: '@ana' } });
      expect((await sendTemplate('otp', code, 'en_US', { recipient: userId })).error).toMatchObject({
        code: 131062,
      });
    });

    it('for marketing fail once the person has stopped it', async () => {
      const components = [{ type: 'BODY', text: 'Everything must go.' }];
      await addTemplate('sale', components, { category: 'MARKETING' });
      client.control.playPreference({ from: ANA, value: 'stop' });
      await sendTemplate('sale');
      await client.control.advance(1000);
      expect(client.control.sentMessages()).toMatchObject([{ statuses: ['failed'], errorCode: 131050 }]);
    });
  });

  describe('people', () => {
    it('with a username only are reached by business-scoped id, and no number appears anywhere', async () => {
      const callback = await client.subscribe();
      const { userId, waId } = client.control.playMessage({ from: { username: '@ana', name: 'Ana' } });
      expect(waId).toBeNull();
      const { json } = await client.send({ recipient: userId, type: 'text', text: { body: 'Hi' } });
      expect(json.contacts).toEqual([{ input: userId, user_id: userId }]);
      await client.control.advance(1000);
      expect(itemsOf(callback, 'messages')[0]).not.toHaveProperty('from');
      expect(itemsOf(callback, 'statuses')[0]).toMatchObject({ recipient_user_id: userId });
      expect(itemsOf(callback, 'statuses')[0]).not.toHaveProperty('recipient_id');
    });

    it.each([
      ['+52 55 1234 5678', '5215512345678'],
      ['+54 11 2345 6789', '5491123456789'],
      ['+55 61 99876 5432', '556198765432'],
      ['+55 11 99876 5432', '5511998765432'],
      ['16505551234', '16505551234'],
      ['6505551234', '16505551234'],
    ])('dialled as %s have the wa_id %s', async (to, waId) => {
      expect((await client.sendText(to)).json.contacts).toMatchObject([{ input: to, wa_id: waId }]);
    });
  });

  it('marks a received message as read and shows typing for 25 seconds', async () => {
    const { messageId } = client.control.playMessage({ from: ANA });
    const read = { status: 'read', message_id: messageId, typing_indicator: { type: 'text' } };
    expect((await client.send(read)).json).toEqual({ success: true });
    expect(client.control.receivedMessage(messageId)).toEqual({ readAt: expect.any(Number), isTyping: true });
    await client.control.advance(25_000);
    expect(client.control.receivedMessage(messageId)).toMatchObject({ isTyping: false });
    expect((await client.send({ status: 'read', message_id: 'wamid.no' })).error).toMatchObject({
      code: 131009,
    });
  });

  it('needs a registered number and the messaging permission', async () => {
    const { token } = client.control.issueToken({ scopes: ['whatsapp_business_management'] });
    const message = { messaging_product: 'whatsapp', to: ANA, type: 'text', text: { body: 'x' } };
    const refused = await client.post(`/${SEED.phoneNumberId}/messages`, message, token);
    expect(refused.status).toBe(403);
    expect(refused.error).toMatchObject({ code: 10 });
    await client.post(`/${SEED.phoneNumberId}/deregister`);
    expect((await client.sendText(ANA)).error).toMatchObject({ code: 133010 });
  });

  it.each([131026, 131049, 130472, 131000, 131031])(
    'fails with %d in the answer or as status',
    async (code) => {
      client.control.configure({ sending: { closedWindow: 'ignore' } });
      client.control.failMessages({ code, how: 'answer' });
      client.control.failMessages({ code, how: 'status', to: ANA });
      const answer = await client.sendText(ANA);
      expect(answer.error).toMatchObject({ code, error_data: { messaging_product: 'whatsapp' } });
      expect((await client.sendText(ANA)).status).toBe(200);
      await client.control.advance(1000);
      expect(client.control.sentMessages()).toMatchObject([{ statuses: ['failed'], errorCode: code }]);
    },
  );
});
