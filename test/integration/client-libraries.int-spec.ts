import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { WhatsAppClient } from '@kapso/whatsapp-cloud-api';
import { WhatsAppAPI } from 'whatsapp-api-js';
import {
  ActionButtons,
  ActionCallPermission,
  ActionCatalog,
  ActionContactRequest,
  ActionCTA,
  ActionList,
  ActionLocation,
  ActionNavigateFlow,
  ActionProduct,
  ActionProductList,
  Audio,
  Body,
  BodyComponent,
  BodyParameter,
  Button,
  CarouselCard,
  CarouselComponent,
  CatalogProduct,
  Contacts,
  CopyComponent,
  Currency,
  Document,
  Footer,
  Header,
  HeaderComponent,
  HeaderParameter,
  Image,
  Interactive,
  ListSection,
  Location,
  Name,
  PayloadComponent,
  Phone,
  Product,
  ProductSection,
  Reaction,
  Row,
  Sticker,
  Template,
  Text,
  URLComponent,
  Video,
} from 'whatsapp-api-js/messages';
import { WABAClient } from 'whatsapp-business';

import { startCallbackServer } from '../../sandbox/callback-server';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { SEED } from '../../sandbox/world-seed';

/**
 * Client libraries of others for the same API, unchanged, with the stand-in in Meta's place: what they send must be
 * taken, and what they read must be there. Each is pointed at it by the option that it has for that.
 */

const ANA = '+16505551234';
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==',
  'base64',
);
const FLOW = {
  version: '7.0',
  screens: [
    {
      id: 'WELCOME',
      title: 'Welcome',
      terminal: true,
      layout: {
        type: 'SingleColumnLayout',
        children: [
          { type: 'TextHeading', text: 'Hello' },
          { type: 'Footer', label: 'Done', 'on-click-action': { name: 'complete', payload: {} } },
        ],
      },
    },
  ],
};

/** The same as one of the libraries wants it written. */
const FLOW_IN_CAMEL_CASE = {
  version: '7.0',
  screens: [
    {
      id: 'WELCOME',
      title: 'Welcome',
      terminal: true,
      layout: {
        type: 'SingleColumnLayout' as const,
        children: [
          { type: 'TextHeading' as const, text: 'Hello' },
          {
            type: 'Footer' as const,
            label: 'Done',
            onClickAction: { name: 'complete' as const, payload: {} },
          },
        ],
      },
    },
  ],
};

let sandbox: Sandbox;
let token: string;
let userId: string;

beforeEach(async () => {
  sandbox = await startSandbox({ settings: { sending: { links: 'trust' } } });
  token = sandbox.control.issueToken().token;
  ({ userId } = sandbox.control.playMessage({ from: ANA }));
});
afterEach(() => sandbox.close());

async function statusesOf(id: string | undefined): Promise<string[] | undefined> {
  await sandbox.control.advance(1000);
  return sandbox.control.sentMessages().find((message) => message.id === id)?.statuses;
}

/** Templates with all that a message can fill in. */
async function addTemplates(): Promise<void> {
  const buttons = [
    { type: 'QUICK_REPLY', text: 'Stop' },
    { type: 'URL', text: 'Track', url: 'https://a.b/{{1}}', example: ['https://a.b/8'] },
    { type: 'COPY_CODE', example: 'SALE25' },
  ];
  const card = {
    components: [
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::x'] } },
      { type: 'BODY', text: 'For you, {{1}}, today.', example: { body_text: [['Ana']] } },
      { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'More' }] },
    ],
  };
  const rich = [
    { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::x'] } },
    { type: 'BODY', text: 'Hi {{1}}, you pay {{2}} only.', example: { body_text: [['Ana', '$1']] } },
    { type: 'BUTTONS', buttons },
  ];
  const carousel = [
    { type: 'BODY', text: 'See what is new.' },
    { type: 'CAROUSEL', cards: [card, card] },
  ];
  for (const [name, components] of [
    ['rich', rich],
    ['cards', carousel],
  ] as const) {
    const response = await fetch(`${sandbox.url}/v26.0/${SEED.wabaId}/message_templates`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, language: 'en_US', category: 'MARKETING', components }),
    });
    expect(await response.json()).toMatchObject({ status: 'PENDING' });
  }
  await sandbox.control.advance(1000);
}

async function addFlow(): Promise<string> {
  const response = await fetch(`${sandbox.url}/v26.0/${SEED.wabaId}/flows`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Welcome',
      categories: ['OTHER'],
      flow_json: JSON.stringify(FLOW),
      publish: true,
    }),
  });
  return ((await response.json()) as { id: string }).id;
}

describe('whatsapp-api-js', () => {
  let api: WhatsAppAPI;
  beforeEach(() => {
    api = new WhatsAppAPI({
      token,
      appSecret: SEED.appSecret,
      v: 'v24.0',
      ponyfill: {
        // It has no base address: the one host that it knows is exchanged on the way.
        fetch: (input, init) => {
          const url = input instanceof Request ? input.url : input.toString();
          return fetch(url.replace('https://graph.facebook.com', sandbox.url), init);
        },
      },
    });
  });

  async function send(message: Parameters<WhatsAppAPI['sendMessage']>[2], context?: string): Promise<string> {
    const answer = await api.sendMessage(SEED.phoneNumberId, { phone: ANA, bsuid: userId }, message, context);
    if (!('messages' in answer)) throw new Error(JSON.stringify(answer));
    return answer.messages[0].id;
  }

  it.each<[string, () => Parameters<WhatsAppAPI['sendMessage']>[2]]>([
    ['text', () => new Text('Hello https://a.b', true)],
    ['an image', () => new Image('https://a.b/c.png', false, 'Look')],
    ['a video', () => new Video('https://a.b/c.mp4', false, 'Look')],
    ['audio', () => new Audio('https://a.b/c.ogg', false, true)],
    ['a document', () => new Document('https://a.b/c.pdf', false, 'Read', 'c.pdf')],
    ['a sticker', () => new Sticker('https://a.b/c.webp')],
    ['a location', () => new Location(-122.1, 37.4, 'Here', 'There')],
    ['contacts', () => new Contacts([new Name('Ana Lee', 'Ana'), new Phone('+16505550000', 'WORK')])],
    ['a reaction', () => new Reaction('wamid.x', '😀')],
    [
      'buttons',
      () =>
        new Interactive(
          new ActionButtons(new Button('1', 'Yes'), new Button('2', 'No')),
          new Body('Well?'),
          new Header('Question'),
          new Footer('Please'),
        ),
    ],
    [
      'a list',
      () =>
        new Interactive(
          new ActionList('Open', new ListSection('A', new Row('1', 'One', 'The first'))),
          new Body('Pick'),
        ),
    ],
    ['a link', () => new Interactive(new ActionCTA('Open', 'https://a.b'), new Body('See'))],
    ['a catalog', () => new Interactive(new ActionCatalog(new Product('a')), new Body('All of it'))],
    ['a product', () => new Interactive(new ActionProduct(new CatalogProduct('a', '1')))],
    [
      'products',
      () =>
        new Interactive(
          new ActionProductList('1', new ProductSection('Teas', new Product('a'), new Product('b'))),
          new Body('Pick'),
          new Header('Teas'),
        ),
    ],
    ['a request for a location', () => new Interactive(new ActionLocation(), new Body('Where?'))],
    ['a request for calls', () => new Interactive(new ActionCallPermission(), new Body('May we?'))],
    ['a request for contact data', () => new Interactive(new ActionContactRequest(), new Body('Who?'))],
  ])('sends %s', async (_what, message) => {
    const id = await send(message(), 'wamid.quoted');
    expect(await statusesOf(id)).toEqual(expect.arrayContaining(['sent']));
  });

  it('sends a flow', async () => {
    const flowId = await addFlow();
    const action = new ActionNavigateFlow('token', flowId, 'Begin', 'WELCOME', { name: 'Ana' });
    expect(await statusesOf(await send(new Interactive(action, new Body('Come in'))))).toContain('read');
  });

  it('sends templates with header, currency, buttons, coupon and cards', async () => {
    await addTemplates();
    const image = new Image('https://a.b/c.png');
    const rich = new Template(
      'rich',
      'en_US',
      new HeaderComponent(new HeaderParameter(image)),
      new BodyComponent(new BodyParameter('Ana'), new BodyParameter(new Currency(1000, 'USD', '$1'))),
      new PayloadComponent('STOP'),
      new URLComponent('8'),
      new CopyComponent('SALE25'),
    );
    expect(await statusesOf(await send(rich))).toContain('read');
    const card = () =>
      new CarouselCard(image, new BodyComponent(new BodyParameter('Ana')), new PayloadComponent('X'));
    const cards = new Template('cards', 'en_US', new CarouselComponent(card(), card()));
    expect(await statusesOf(await send(cards))).toContain('read');
  });

  it('reads refusals', async () => {
    const answer = await api.sendMessage(
      SEED.phoneNumberId,
      { phone: ANA, bsuid: userId },
      new Template('nothing', 'en_US'),
    );
    expect(answer).toMatchObject({ error: { code: 132001, error_data: { details: expect.any(String) } } });
  });

  it('marks as read and shows typing', async () => {
    const { messageId } = sandbox.control.playMessage({ from: ANA });
    expect(await api.markAsRead(SEED.phoneNumberId, messageId, 'text')).toEqual({ success: true });
    expect(sandbox.control.receivedMessage(messageId)).toMatchObject({ isTyping: true });
  });

  it('uploads, finds, fetches, sends and deletes media', async () => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(PNG)], { type: 'image/png' }), 'a.png');
    const uploaded = await api.uploadMedia(SEED.phoneNumberId, form);
    if (!('id' in uploaded)) throw new Error(JSON.stringify(uploaded));
    const found = await api.retrieveMedia(uploaded.id, SEED.phoneNumberId);
    if (!('url' in found)) throw new Error(JSON.stringify(found));
    expect(found).toMatchObject({ mime_type: 'image/png', messaging_product: 'whatsapp' });
    const file = await api.fetchMedia(found.url);
    expect(Buffer.from(await file.arrayBuffer())).toEqual(PNG);
    expect(await statusesOf(await send(new Image(uploaded.id, true)))).toContain('read');
    expect(await api.deleteMedia(uploaded.id, SEED.phoneNumberId)).toEqual({ success: true });
    expect(await api.retrieveMedia(uploaded.id)).toMatchObject({ error: { code: 100, error_subcode: 33 } });
  });

  it('keeps QR codes', async () => {
    const made = await api.createQR(SEED.phoneNumberId, 'Hello', 'png');
    if (!('code' in made)) throw new Error(JSON.stringify(made));
    expect(made).toMatchObject({ prefilled_message: 'Hello', qr_image_url: expect.stringContaining('http') });
    expect(await api.updateQR(SEED.phoneNumberId, made.code, 'Bye')).toMatchObject({
      prefilled_message: 'Bye',
    });
    expect(await api.retrieveQR(SEED.phoneNumberId, made.code)).toMatchObject({
      data: [{ code: made.code }],
    });
    expect(await api.retrieveQR(SEED.phoneNumberId)).toMatchObject({ data: [{ code: made.code }] });
    expect(await api.deleteQR(SEED.phoneNumberId, made.code)).toEqual({ success: true });
  });

  it('blocks and unblocks', async () => {
    const block = { block_users: { added_users: [{ input: ANA, wa_id: '16505551234' }] } };
    expect(await api.blockUser(SEED.phoneNumberId, { phone: ANA, bsuid: userId })).toMatchObject(block);
    expect(await api.unblockUser(SEED.phoneNumberId, { phone: ANA, bsuid: userId })).toMatchObject({
      block_users: { removed_users: [{ input: ANA, wa_id: '16505551234' }] },
    });
  });

  it('takes the webhooks of the stand-in for genuine, and tells them to its listeners', async () => {
    const seen: string[] = [];
    api.on.message = ({ message }) => void seen.push(message.type);
    api.on.status = ({ status }) => void seen.push(status);
    const callback = await startCallbackServer();
    const subscribe = (at: string, body: object, by: string) =>
      fetch(`${sandbox.url}/v26.0/${at}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${by}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const subscription = {
      object: 'whatsapp_business_account',
      callback_url: callback.url,
      fields: 'messages',
    };
    const appToken = `${SEED.appId}|${SEED.appSecret}`;
    await subscribe(
      `${SEED.appId}/subscriptions`,
      { ...subscription, verify_token: callback.verifyToken },
      appToken,
    );
    await subscribe(`${SEED.wabaId}/subscribed_apps`, {}, token);
    sandbox.control.configure({ delivery: { batchSize: 1 } });
    sandbox.control.playMessage({ from: ANA });
    await send(new Text('Hello'));
    await sandbox.control.advance(1000);
    for (const { body, headers } of callback.received) {
      const text = body.toString('utf8');
      await api.post(
        JSON.parse(text) as Parameters<WhatsAppAPI['post']>[0],
        text,
        String(headers['x-hub-signature-256']),
      );
    }
    await callback.close();
    expect(seen).toEqual(['text', 'sent', 'delivered', 'read']);
  });
});

describe('@kapso/whatsapp-cloud-api', () => {
  let client: WhatsAppClient;
  const { phoneNumberId, wabaId: businessAccountId } = SEED;
  const to = { phoneNumberId, to: ANA };
  beforeEach(() => {
    client = new WhatsAppClient({ accessToken: token, baseUrl: sandbox.url, graphVersion: 'v24.0' });
  });

  it('sends every kind of message', async () => {
    const { messages } = client;
    const bodyText = 'Well?';
    const parameters = { displayText: 'Open', url: 'https://a.b' };
    const flowId = await addFlow();
    const answers = [
      await messages.sendText({ ...to, body: 'Hello', previewUrl: true, contextMessageId: 'wamid.x' }),
      await messages.sendImage({ ...to, image: { link: 'https://a.b/c.png', caption: 'Look' } }),
      await messages.sendAudio({ ...to, audio: { link: 'https://a.b/c.ogg', voice: true } }),
      await messages.sendVideo({ ...to, video: { link: 'https://a.b/c.mp4' } }),
      await messages.sendDocument({ ...to, document: { link: 'https://a.b/c.pdf', filename: 'c.pdf' } }),
      await messages.sendSticker({ ...to, sticker: { link: 'https://a.b/c.webp' } }),
      await messages.sendLocation({ ...to, location: { latitude: 1, longitude: 2, name: 'Here' } }),
      await messages.sendContacts({
        ...to,
        contacts: [{ name: { formattedName: 'Ana Lee', firstName: 'Ana' }, phones: [{ phone: '+1650' }] }],
      }),
      await messages.sendReaction({ ...to, reaction: { messageId: 'wamid.x', emoji: '👍' } }),
      await messages.sendInteractiveButtons({ ...to, bodyText, buttons: [{ id: '1', title: 'Yes' }] }),
      await messages.sendInteractiveList({
        ...to,
        bodyText,
        buttonText: 'Open',
        sections: [{ title: 'A', rows: [{ id: '1', title: 'One' }] }],
      }),
      await messages.sendInteractiveCtaUrl({ ...to, bodyText, parameters }),
      await messages.sendInteractiveLocationRequest({
        ...to,
        bodyText,
        parameters: { requestMessage: 'Where?' },
      }),
      await messages.sendInteractiveCatalogMessage({ ...to, bodyText, parameters: {} }),
      await messages.sendInteractiveProduct({ ...to, bodyText, catalogId: '1', productRetailerId: 'a' }),
      await messages.sendInteractiveAddress({ ...to, bodyText, parameters: { country: 'IN' } }),
      await messages.sendInteractiveCallPermission({ ...to, parameters: { phoneNumber: ANA } }),
      await messages.sendInteractiveCarousel({
        ...to,
        bodyText,
        cards: [0, 1].map((cardIndex) => ({
          cardIndex,
          header: { type: 'image' as const, image: { link: 'https://a.b/c.png' } },
          bodyText: 'New',
          action: { displayText: 'Open', url: 'https://a.b' },
        })),
      }),
      await messages.sendInteractiveFlow({
        ...to,
        bodyText,
        parameters: { flowId, flowCta: 'Begin', flowMessageVersion: '3', flowToken: 'x' },
      }),
    ];
    const ids = answers.map((answer) => answer.messages[0]?.id);
    await sandbox.control.advance(1000);
    const read = sandbox.control.sentMessages().filter(({ statuses }) => statuses.includes('read'));
    expect(new Set(ids).size).toBe(19);
    expect(read).toHaveLength(18); // a reaction is sent, and no more
  });

  it('sends templates and reads refusals', async () => {
    await addTemplates();
    const image = { type: 'image' as const, image: { link: 'https://a.b/c.png' } };
    const answer = await client.messages.sendTemplate({
      ...to,
      template: {
        name: 'rich',
        language: { code: 'en_US' },
        components: [
          { type: 'header', parameters: [image] },
          {
            type: 'body',
            parameters: [
              { type: 'text', text: 'Ana' },
              { type: 'text', text: '$1' },
            ],
          },
          { type: 'button', subType: 'url', index: 1, parameters: [{ type: 'text', text: '8' }] },
          {
            type: 'button',
            subType: 'copy_code',
            index: 2,
            parameters: [{ type: 'coupon_code', couponCode: 'SALE25' }],
          },
        ],
      },
    });
    expect(await statusesOf(answer.messages[0]?.id)).toContain('read');
    const missing = { name: 'nothing', language: { code: 'en_US' } };
    await expect(client.messages.sendTemplate({ ...to, template: missing })).rejects.toMatchObject({
      code: 132001,
    });
  });

  it('marks as read', async () => {
    const { messageId } = sandbox.control.playMessage({ from: ANA });
    await client.messages.markRead({ phoneNumberId, messageId, typingIndicator: { type: 'text' } });
    expect(sandbox.control.receivedMessage(messageId)).toMatchObject({ isTyping: true });
  });

  it('uploads, finds, fetches and deletes media', async () => {
    const file = new Blob([new Uint8Array(PNG)], { type: 'image/png' });
    const { id } = await client.media.upload({ phoneNumberId, type: 'image/png', file, fileName: 'a.png' });
    expect(await client.media.get({ mediaId: id, phoneNumberId })).toMatchObject({ mime_type: 'image/png' });
    const bytes = await client.media.download({ mediaId: id, phoneNumberId, auth: 'always' });
    expect(Buffer.from(bytes as ArrayBuffer)).toEqual(PNG);
    expect(await client.media.delete({ mediaId: id, phoneNumberId })).toEqual({ success: true });
    await expect(client.media.get({ mediaId: id })).rejects.toMatchObject({ code: 100 });
  });

  it('creates, lists and deletes templates', async () => {
    const { templates } = client;
    const created = await templates.create({
      businessAccountId,
      name: 'order_left',
      language: 'en_US',
      category: 'UTILITY',
      components: [{ type: 'BODY', text: 'Hi {{1}}, it left.', example: { bodyText: [['Ana']] } }],
    });
    expect(created).toMatchObject({ status: 'PENDING', category: 'UTILITY' });
    const listed = await templates.list({ businessAccountId, limit: 1 });
    expect(listed.data).toMatchObject([{ name: 'hello_world' }]);
    const after = listed.paging.cursors?.after ?? '';
    expect((await templates.list({ businessAccountId, limit: 1, after })).data).toMatchObject([
      { name: 'order_left' },
    ]);
    expect(await templates.delete({ businessAccountId, name: 'order_left' })).toEqual({ success: true });
  });

  it('keeps the profile, the settings and the flows', async () => {
    const { businessProfile, settings } = client.phoneNumbers;
    await businessProfile.update({ phoneNumberId, about: 'Open now', websites: ['https://a.b/'] });
    expect(await businessProfile.get({ phoneNumberId, fields: 'about,websites' })).toMatchObject({
      data: [{ about: 'Open now', websites: ['https://a.b/'] }],
    });
    expect(await settings.get({ phoneNumberId })).toEqual(expect.any(Object));
    const { flowId, previewUrl } = await client.flows.deploy(FLOW_IN_CAMEL_CASE, {
      name: 'Second',
      wabaId: businessAccountId,
      publish: true,
      preview: true,
    });
    expect(previewUrl).toEqual(expect.stringContaining('http'));
    expect(await client.flows.get({ flowId })).toMatchObject({ id: flowId, status: 'PUBLISHED' });
    expect(await client.flows.list({ wabaId: businessAccountId })).toMatchObject({ data: [{ id: flowId }] });
    expect(await client.flows.deprecate({ flowId })).toMatchObject({ success: true });
  });
});

describe('whatsapp-business', () => {
  let client: WABAClient;
  let folder: string;
  beforeEach(() => {
    client = new WABAClient({ apiToken: token, phoneId: SEED.phoneNumberId, accountId: SEED.wabaId });
    // Its version is over since 2025: Meta, too, serves such calls by the oldest one that lives.
    client.restClient.fetch.defaults.baseURL = `${sandbox.url}/v17.0`;
    folder = mkdtempSync(path.join(tmpdir(), 'client-libraries-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('sends text, media and buttons, and reads refusals', async () => {
    const message = { to: ANA, recipient_type: 'individual' as const };
    const { messages } = await client.sendMessage({ ...message, type: 'text', text: { body: 'Hello' } });
    expect(await statusesOf(messages[0]?.id)).toContain('read');
    await client.sendMessage({ ...message, type: 'image', image: { link: 'https://a.b/c.png' } });
    await client.sendMessage({
      ...message,
      type: 'interactive',
      interactive: {
        type: 'button',
        body: { text: 'Well?' },
        action: { buttons: [{ type: 'reply', reply: { id: '1', title: 'Yes' } }] },
      },
    });
    expect(sandbox.control.sentMessages()).toHaveLength(3);
    const language = { code: 'en_US' as const, policy: 'deterministic' as const };
    const missing = { name: 'nothing', language };
    await expect(
      client.sendMessage({ ...message, type: 'template', template: missing }),
    ).rejects.toMatchObject({
      code: 132001,
      error_data: { details: expect.any(String) },
    });
  });

  it('marks as read', async () => {
    const { messageId } = sandbox.control.playMessage({ from: ANA });
    expect(await client.markMessageAsRead(messageId)).toEqual({ success: true });
    expect(sandbox.control.receivedMessage(messageId)?.readAt).toEqual(expect.any(Number));
  });

  it('uploads, finds, fetches and deletes media', async () => {
    const file = path.join(folder, 'a.png');
    writeFileSync(file, PNG);
    const { id } = await client.uploadMedia({ file, type: 'image/png' });
    const { url, mime_type: type } = await client.getMedia(id);
    expect(type).toBe('image/png');
    const copy = path.join(folder, 'b.png');
    const written = (await client.downloadMedia(url, copy)) as NodeJS.WritableStream;
    await new Promise((resolve) => written.on('finish', resolve));
    expect(readFileSync(copy)).toEqual(PNG);
    expect(await client.deleteMedia(id)).toEqual({ success: true });
  });

  it('reads profile and numbers, and registers', async () => {
    expect(await client.getBusinessProfile()).toMatchObject({ data: [{ messaging_product: 'whatsapp' }] });
    expect(await client.updateBusinessProfile({ description: 'Open now' })).toEqual({ success: true });
    expect((await client.getBusinessPhoneNumbers()).data).toMatchObject([{ id: SEED.phoneNumberId }]);
    expect(await client.getSingleBusinessPhoneNumber(SEED.phoneNumberId)).toMatchObject({
      quality_rating: 'GREEN',
    });
    expect(await client.setupTwoStepAuth({ phoneNumberId: SEED.phoneNumberId, pin: '654321' })).toEqual({
      success: true,
    });
    expect(await client.deregisterPhone(SEED.phoneNumberId)).toEqual({ success: true });
    const registration = { phoneNumberId: SEED.phoneNumberId, pin: '654321' };
    expect(await client.registerPhone(registration)).toEqual({ success: true });
    await expect(client.registerPhone({ ...registration, pin: '000000' })).rejects.toMatchObject({
      code: 133005,
    });
  });
});
