import { WhatsAppAPI } from 'whatsapp-api-js';
import {
  ActionButtons,
  ActionCallPermission,
  ActionCatalog,
  ActionContactRequest,
  ActionCTA,
  ActionFlow,
  ActionList,
  ActionLocation,
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

import { startCallbackServer, type CallbackServer } from '../../sandbox/webhooks/callback-server';
import { SEED } from '../../sandbox/world-seed';
import { ANA, LibraryStage, PNG } from '../client-library-stage';

let stage: LibraryStage;
beforeEach(async () => {
  stage = await LibraryStage.start();
});
afterEach(() => stage.close());

describe('whatsapp-api-js', () => {
  let api: WhatsAppAPI;
  let callback: CallbackServer | undefined;
  afterEach(async () => {
    await callback?.close();
    callback = undefined;
  });
  beforeEach(() => {
    api = new WhatsAppAPI({
      token: stage.token,
      appSecret: SEED.appSecret,
      v: 'v24.0',
      ponyfill: {
        // It has no base address: the one host that it knows is exchanged on the way.
        fetch: (input, init) => {
          const url = input instanceof Request ? input.url : input.toString();
          return fetch(url.replace('https://graph.facebook.com', stage.sandbox.url), init);
        },
      },
    });
  });

  async function send(message: Parameters<WhatsAppAPI['sendMessage']>[2], context?: string): Promise<string> {
    const answer = await api.sendMessage(
      SEED.phoneNumberId,
      { phone: ANA, bsuid: stage.userId },
      message,
      context,
    );
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
    expect(await stage.statusesOf(id)).toEqual(expect.arrayContaining(['sent']));
  });

  it('sends a flow', async () => {
    const flowId = await stage.addFlow();
    const action = new ActionFlow({
      flow_message_version: '3',
      flow_token: 'token',
      flow_id: flowId,
      flow_cta: 'Begin',
      flow_action: 'navigate',
      flow_action_payload: { screen: 'WELCOME', data: { name: 'Ana' } },
    });
    expect(await stage.statusesOf(await send(new Interactive(action, new Body('Come in'))))).toContain(
      'read',
    );
  });

  it('sends templates with header, currency, buttons, coupon and cards', async () => {
    await stage.addTemplates();
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
    expect(await stage.statusesOf(await send(rich))).toContain('read');
    const card = () =>
      new CarouselCard(image, new BodyComponent(new BodyParameter('Ana')), new PayloadComponent('X'));
    const cards = new Template('cards', 'en_US', new CarouselComponent(card(), card()));
    expect(await stage.statusesOf(await send(cards))).toContain('read');
  });

  it('reads refusals', async () => {
    const answer = await api.sendMessage(
      SEED.phoneNumberId,
      { phone: ANA, bsuid: stage.userId },
      new Template('nothing', 'en_US'),
    );
    expect(answer).toMatchObject({ error: { code: 132001, error_data: { details: expect.any(String) } } });
  });

  it('marks as read and shows typing', async () => {
    const { messageId } = stage.sandbox.control.playMessage({ from: ANA });
    expect(await api.markAsRead(SEED.phoneNumberId, messageId, 'text')).toEqual({ success: true });
    expect(stage.sandbox.control.receivedMessage(messageId)).toMatchObject({ isTyping: true });
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
    expect(await stage.statusesOf(await send(new Image(uploaded.id, true)))).toContain('read');
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
    expect(await api.blockUser(SEED.phoneNumberId, { phone: ANA, bsuid: stage.userId })).toMatchObject(block);
    expect(await api.unblockUser(SEED.phoneNumberId, { phone: ANA, bsuid: stage.userId })).toMatchObject({
      block_users: { removed_users: [{ input: ANA, wa_id: '16505551234' }] },
    });
  });

  it('takes the webhooks of the stand-in for genuine, and tells them to its listeners', async () => {
    const seen: string[] = [];
    api.on.message = ({ message }) => void seen.push(message.type);
    api.on.status = ({ status }) => void seen.push(status);
    callback = await startCallbackServer();
    const subscription = {
      object: 'whatsapp_business_account',
      callback_url: callback.url,
      fields: 'messages',
    };
    const appToken = `${SEED.appId}|${SEED.appSecret}`;
    await stage.post(
      `${SEED.appId}/subscriptions`,
      { ...subscription, verify_token: callback.verifyToken },
      appToken,
    );
    await stage.post(`${SEED.wabaId}/subscribed_apps`, {});
    stage.sandbox.control.configure({ delivery: { batchSize: 1 } });
    stage.sandbox.control.playMessage({ from: ANA });
    await send(new Text('Hello'));
    await stage.sandbox.control.advance(1000);
    for (const { body, headers } of callback.received) {
      const text = body.toString('utf8');
      await api.post(
        JSON.parse(text) as Parameters<WhatsAppAPI['post']>[0],
        text,
        String(headers['x-hub-signature-256']),
      );
    }
    expect(seen).toEqual(['text', 'sent', 'delivered', 'read']);
  });
});
