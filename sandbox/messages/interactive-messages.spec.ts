import type { JsonObject } from '../json';
import { TestClient } from '../test-client';

const ANA = '+16505551234';
const HEADER = { type: 'image', image: { link: 'https://a.b/c.jpg' } };
const BODY = { text: 'Look here' };

function money(value: number): JsonObject {
  return { value, offset: 100 };
}

function bill(change: JsonObject = {}, order: JsonObject = {}): JsonObject {
  return {
    type: 'order_details',
    body: BODY,
    action: {
      name: 'review_and_pay',
      parameters: {
        reference_id: 'order-1',
        type: 'physical-goods',
        currency: 'INR',
        total_amount: money(2100),
        order: {
          status: 'pending',
          items: [{ retailer_id: 'a', name: 'Tea', amount: money(1000), quantity: 2 }],
          subtotal: money(2000),
          tax: money(150),
          shipping: money(100),
          discount: money(150),
          ...order,
        },
        ...change,
      },
    },
  };
}

function link(text = 'Open', url = 'https://a.b'): JsonObject {
  return { name: 'cta_url', parameters: { display_text: text, url } };
}

function carousel(...cards: JsonObject[]): JsonObject {
  return {
    type: 'carousel',
    body: BODY,
    action: { cards: cards.map((card, index) => ({ card_index: index, type: 'cta_url', ...card })) },
  };
}

function named(type: string, name: string, parameters?: JsonObject, body = true): JsonObject {
  return { type, ...(body && { body: BODY }), action: { name, ...(parameters && { parameters }) } };
}

const products = (count: number): JsonObject => ({
  title: 'Tea',
  product_items: Array.from({ length: count }, (_, n) => ({ product_retailer_id: `p${n}` })),
});
const flow = (parameters: JsonObject): JsonObject =>
  named('flow', 'flow', { flow_message_version: '3', flow_cta: 'Book', ...parameters });
const card = { header: HEADER, body: { text: 'One' }, action: link() };
const replies = {
  header: HEADER,
  action: { buttons: [{ type: 'quick_reply', quick_reply: { id: '1', title: 'Yes' } }] },
};
const product = { type: 'product', action: { catalog_id: '1', product_retailer_id: 'a' } };
const button = (type: string): JsonObject => ({
  type: 'button',
  body: BODY,
  action: { buttons: [{ type, reply: { id: '1', title: 'Yes' } }] },
});

describe('interactive messages', () => {
  let client: TestClient;
  beforeAll(async () => {
    client = await TestClient.start({
      settings: { limits: { pairBurst: 0, standardPerSecond: 0 }, sending: { links: 'trust' } },
    });
    client.control.playMessage({ from: ANA });
  });
  afterAll(() => client.close());

  function send(interactive: JsonObject) {
    return client.send({ to: ANA, type: 'interactive', interactive });
  }

  it.each<[string, JsonObject]>([
    ['reply buttons', { ...button('reply'), header: HEADER }],
    ['a product', { type: 'product', action: { catalog_id: '1', product_retailer_id: 'a' } }],
    [
      'a product list',
      {
        type: 'product_list',
        header: { type: 'text', text: 'Teas' },
        body: BODY,
        action: { catalog_id: '1', sections: [products(30)] },
      },
    ],
    ['a catalog', named('catalog_message', 'catalog_message', { thumbnail_product_retailer_id: 'a' })],
    ['a request for the location', named('location_request_message', 'send_location')],
    ['a request for the address', named('address_message', 'address_message', { country: 'IN' })],
    ['a carousel of links', carousel(card, card)],
    ['a carousel of replies', carousel(replies, replies)],
    ['a carousel of products', carousel(product, product)],
    ['a bill', bill()],
    [
      "an order's state",
      named('order_status', 'review_order', { reference_id: 'order-1', order: { status: 'shipped' } }),
    ],
    [
      'a request for permission to call',
      named('call_permission_request', 'call_permission_request', undefined, false),
    ],
    ['a call button', named('voice_call', 'voice_call', { display_text: 'Call us', ttl_minutes: 100 })],
    ['a request for contact data', named('request_contact_info', 'request_contact_info')],
  ])('take %s', async (_what, interactive) => {
    const answer = await send(interactive);
    expect(answer.error).toEqual({});
  });

  it.each<[string, number, JsonObject]>([
    ['an unknown kind', 131009, { type: 'hologram', body: BODY, action: {} }],
    ['no action', 131008, { type: 'button', body: BODY }],
    ['no body', 131008, { ...button('reply'), body: {} }],
    ['too long a footer', 131009, { ...button('reply'), footer: { text: 'x'.repeat(61) } }],
    ['buttons that are no replies', 131009, button('url')],
    ['media over a list', 131009, { type: 'list', header: HEADER, body: BODY, action: {} }],
    ['a header over a product', 131009, { ...product, header: { type: 'text', text: 'x' } }],
    [
      'a header with both id and link',
      131009,
      { ...button('reply'), header: { type: 'image', image: { id: '1', link: 'https://a' } } },
    ],
    ['a link that is none', 131009, named('cta_url', 'cta_url', { display_text: 'Go', url: 'a.b' })],
    ['too long a link text', 131009, { type: 'cta_url', body: BODY, action: link('x'.repeat(21)) }],
    [
      '31 products',
      131009,
      {
        type: 'product_list',
        header: { type: 'text', text: 'x' },
        body: BODY,
        action: { catalog_id: '1', sections: [products(31)] },
      },
    ],
    [
      'a product list without header',
      131008,
      { type: 'product_list', body: BODY, action: { catalog_id: '1', sections: [products(1)] } },
    ],
    ['an action of another name', 131009, named('location_request_message', 'location')],
    ['an address in Peru', 131009, named('address_message', 'address_message', { country: 'PE' })],
    ['one card', 131009, carousel(card)],
    ['eleven cards', 131009, carousel(...Array.from({ length: 11 }, () => card))],
    ['cards of different kinds', 131009, carousel(card, replies)],
    ['cards out of order', 131009, carousel({ ...card, card_index: 1 }, { ...card, card_index: 0 })],
    ['a card without picture', 131009, carousel({ ...card, header: { type: 'text', text: 'x' } }, card)],
    ['too long a card', 131009, carousel({ ...card, body: { text: 'x'.repeat(161) } }, card)],
    ['a bill whose sum is wrong', 131009, bill({ total_amount: money(2000) })],
    ['a bill whose items do not add up', 131009, bill({}, { subtotal: money(1999) })],
    ['a bill without reference', 131008, bill({ reference_id: '' })],
    ['a bill in fractions', 131009, bill({ total_amount: { value: 21.5, offset: 100 } })],
    ['a bill that is paid', 131009, bill({}, { status: 'completed' })],
    [
      'an order in an unknown state',
      131009,
      named('order_status', 'review_order', { reference_id: 'a', order: { status: 'lost' } }),
    ],
    ['a call button for ever', 131009, named('voice_call', 'voice_call', { ttl_minutes: 0 })],
    ['a flow without flow', 131008, flow({})],
    ['a flow by id and name', 131009, flow({ flow_id: '1', flow_name: 'a' })],
    ['a flow in an unknown mode', 131009, flow({ flow_id: '1', mode: 'test' })],
    [
      'a flow without screen',
      131008,
      flow({ flow_id: '1', flow_action: 'navigate', flow_action_payload: {} }),
    ],
    [
      'a flow with empty data',
      131009,
      flow({ flow_id: '1', flow_action_payload: { screen: 'A', data: {} } }),
    ],
    ['a flow of nobody', 131009, flow({ flow_id: '1' })],
  ])('refuse %s', async (_what, code, interactive) => {
    const answer = await send(interactive);
    expect([answer.status, answer.error.code]).toEqual([400, code]);
  });

  it.each<[string, number, JsonObject]>([
    ['two emoji', 131009, { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '😀😀' } }],
    ['letters as emoji', 131009, { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: 'ok' } }],
    ['a key that is not known', 100, { type: 'text', text: { body: 'x', colour: 'red' } }],
    ['a caption under audio', 131009, { type: 'audio', audio: { link: 'https://a.b/c', caption: 'x' } }],
    ['a preview that is no flag', 100, { type: 'text', text: { body: 'x', preview_url: 'maybe' } }],
    ['a place off the globe', 131009, { type: 'location', location: { latitude: 91, longitude: 0 } }],
    ['a quote without id', 100, { type: 'text', text: { body: 'x' }, context: {} }],
    ['another kind of recipient', 100, { type: 'text', text: { body: 'x' }, recipient_type: 'crowd' }],
    ['a pin for one person', 131009, { type: 'pin', pin: { type: 'pin', message_id: 'wamid.x' } }],
    [
      'a birthday in words',
      131009,
      { type: 'contacts', contacts: [{ name: { formatted_name: 'A B', first_name: 'A' }, birthday: 'May' }] },
    ],
    ['an array as text', 100, { type: 'text', text: ['x'] }],
  ])('stand beside types that refuse %s', async (_what, code, message) => {
    const answer = await client.send({ to: ANA, ...message });
    expect([answer.status, answer.error.code]).toEqual([400, code]);
  });

  it.each<[string, JsonObject]>([
    ['an emoji of several parts', { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👩🏽‍🚀' } }],
    ['a flag', { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '🇩🇪' } }],
    [
      'no emoji, which takes the last one away',
      { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '' } },
    ],
    [
      'a quote of an unknown message',
      { type: 'text', text: { body: 'x' }, context: { message_id: 'wamid.unknown' } },
    ],
  ])('stand beside types that take %s', async (_what, message) => {
    expect((await client.send({ to: ANA, ...message })).status).toBe(200);
  });
});
