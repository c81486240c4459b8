import type { JsonObject } from '../json';
import { TestClient, type Answer } from '../test-client';
import { SEED } from '../world-seed';

const ANA = '+16505551234';

function text(value: string): JsonObject {
  return { type: 'text', text: value };
}

function body(...values: string[]): JsonObject {
  return { type: 'body', parameters: values.map(text) };
}

function button(subType: string, index: number, parameter?: JsonObject): JsonObject {
  return {
    type: 'button',
    sub_type: subType,
    index: String(index),
    parameters: parameter ? [parameter] : [],
  };
}

const IMAGE = { type: 'header', parameters: [{ type: 'image', image: { link: 'https://a.b/c.png' } }] };
const OFFER = (until: number) => ({
  type: 'limited_time_offer',
  parameters: [{ type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: until } }],
});
const CARD = {
  components: [
    { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::x'] } },
    { type: 'BODY', text: 'For you, {{1}}, today.', example: { body_text: [['Ana']] } },
    {
      type: 'BUTTONS',
      buttons: [{ type: 'URL', text: 'Open', url: 'https://a.b/{{1}}', example: ['https://a.b/8'] }],
    },
  ],
};

describe('template messages', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start({ settings: { sending: { links: 'trust' } } });
  });
  afterEach(() => client.close());

  async function add(name: string, components: JsonObject[], category = 'MARKETING'): Promise<void> {
    const draft = { name, language: 'en_US', category, components };
    const answer = await client.post(`/${SEED.wabaId}/message_templates`, draft);
    expect(answer.error).toEqual({});
    client.control.setTemplateStatus({ name }, { status: 'APPROVED' });
  }

  function message(name: string, ...components: JsonObject[]): JsonObject {
    return {
      messaging_product: 'whatsapp',
      to: ANA,
      type: 'template',
      template: { name, language: { code: 'en_US' }, components },
    };
  }

  async function codeOf(answer: Promise<Answer>): Promise<unknown> {
    return (await answer).error.code;
  }

  function send(name: string, ...components: JsonObject[]): Promise<unknown> {
    return codeOf(client.send(message(name, ...components)));
  }

  it('with a coupon want a code of fifteen characters at most', async () => {
    await add('coupon', [
      { type: 'BODY', text: 'Here it is.' },
      { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', example: 'SALE25' }] },
    ]);
    const coupon = (code: string) => button('copy_code', 0, { type: 'coupon_code', coupon_code: code });
    expect(await send('coupon', coupon('SALE25'))).toBeUndefined();
    expect(await send('coupon', coupon('x'.repeat(16)))).toBe(132005);
    expect(await send('coupon', button('copy_code', 0, text('SALE25')))).toBe(132012);
    expect(await send('coupon')).toBe(131008);
    expect(await send('coupon', coupon('A'), button('url', 1, text('x')))).toBe(132012);
  });

  it('with an offer that counts down want an end that is not over', async () => {
    await add('offer', [
      { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Only today', has_expiration: true } },
      { type: 'BODY', text: 'Here it is.' },
    ]);
    const now = client.control.now();
    expect(await send('offer', OFFER(now + 3_600_000))).toBeUndefined();
    expect(await send('offer', OFFER(now - 1000))).toBe(132012);
    expect(await send('offer')).toBe(131008);
  });

  it('with cards want every card filled in', async () => {
    await add('cards', [
      { type: 'BODY', text: 'See what is new.' },
      { type: 'CAROUSEL', cards: [CARD, CARD] },
    ]);
    const card = (index: number, ...components: JsonObject[]) => ({ card_index: index, components });
    const filled = (index: number) => card(index, IMAGE, body('Ana'), button('url', 0, text('8')));
    const carousel = (...cards: JsonObject[]) => ({ type: 'carousel', cards });
    expect(await send('cards', carousel(filled(0), filled(1)))).toBeUndefined();
    expect(await send('cards', carousel(filled(0)))).toBe(132000);
    expect(await send('cards', carousel(filled(0), filled(2)))).toBe(132012);
    expect(await send('cards', carousel(filled(0), card(1, IMAGE, body('Ana'))))).toBe(131008);
    expect(await send('cards', carousel(filled(0), card(1, body('Ana'), button('url', 0, text('8')))))).toBe(
      132012,
    );
    expect(await send('cards', carousel(filled(0), card(1, IMAGE, button('url', 0, text('8')))))).toBe(
      132000,
    );
  });

  it('with products want sections, with a place its address', async () => {
    await add('products', [
      { type: 'BODY', text: 'See what is new.' },
      { type: 'BUTTONS', buttons: [{ type: 'MPM', text: 'View items' }] },
    ]);
    const products = (sections: JsonObject[]) =>
      button('mpm', 0, { type: 'action', action: { thumbnail_product_retailer_id: 'a', sections } });
    const section = { title: 'Teas', product_items: [{ product_retailer_id: 'a' }] };
    expect(await send('products', products([section]))).toBeUndefined();
    expect(await send('products', products([]))).toBe(132012);
    expect(await send('products')).toBe(131008);
    await add('place', [
      { type: 'HEADER', format: 'LOCATION' },
      { type: 'BODY', text: 'It is here.' },
    ]);
    const place = { latitude: 1, longitude: 2, name: 'Here', address: 'There 1' };
    const header = (location: JsonObject) => ({
      type: 'header',
      parameters: [{ type: 'location', location }],
    });
    expect(await send('place', header(place))).toBeUndefined();
    expect(await send('place', header({ latitude: 1, longitude: 2 }))).toBe(131008);
  });

  it.each<[string, number, JsonObject[]]>([
    ['an empty value', 131008, [body('')]],
    ['a line break', 132012, [body('a\nb')]],
    ['five blanks', 132012, [body('a     b')]],
    ['more than fits', 132005, [body('x'.repeat(1024))]],
    ['an unknown component', 132012, [body('Ana'), { type: 'sidebar' }]],
    ['a header that there is none of', 132000, [{ type: 'header', parameters: [text('x')] }, body('Ana')]],
    [
      'money without currency',
      131008,
      [{ type: 'body', parameters: [{ type: 'currency', currency: { fallback_value: '$1' } }] }],
    ],
  ])('refuse %s', async (_what, code, components) => {
    await add('plain', [{ type: 'BODY', text: 'Hi {{1}}, good day.', example: { body_text: [['Ana']] } }]);
    expect(await send('plain', ...components)).toBe(code);
  });

  it('are found anew after they were deleted and made again', async () => {
    await add('plain', [{ type: 'BODY', text: 'Hello there.' }]);
    expect(await send('plain')).toBeUndefined();
    await client.delete(`/${SEED.wabaId}/message_templates?name=plain`);
    expect(await send('plain')).toBe(132001);
  });

  it('by the way of marketing messages are marketing templates only', async () => {
    await add('sale', [{ type: 'BODY', text: 'Everything must go.' }]);
    const post = (content: JsonObject, version = 'v26.0') =>
      codeOf(client.post(`/${version}/${SEED.phoneNumberId}/marketing_messages`, content));
    expect(
      await post({ ...message('sale'), product_policy: 'STRICT', message_activity_sharing: true }),
    ).toBeUndefined();
    expect(await post({ ...message('sale'), product_policy: 'NICE' })).toBe(100);
    expect(await post(message('hello_world'))).toBe(134100);
    expect(await post(message('hello_world'), 'v22.0')).toBe(131055);
    const plain = { messaging_product: 'whatsapp', to: ANA, type: 'text', text: { body: 'x' } };
    expect(await post(plain)).toBe(100);
    expect(client.control.sentMessages()).toHaveLength(1);
  });

  it.each<[string, JsonObject]>([
    ['on a component', { type: 'BODY', text: 'Hello there.', colour: 'red' }],
    ['on a button', { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Yes', id: '1' }] }],
  ])('cannot be declared with an unknown key %s', async (_where, component) => {
    const components = [{ type: 'BODY', text: 'Hello there.' }, component];
    const draft = { name: 'odd', language: 'en_US', category: 'UTILITY', components };
    const { error } = await client.post(`/${SEED.wabaId}/message_templates`, draft);
    expect(error.message).toContain('Unexpected key');
  });
});
