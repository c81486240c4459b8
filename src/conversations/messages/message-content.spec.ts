import { type ShownContent, shownContent } from './message-content';
import type { StoredMessage } from './stored-message';

type Part = Partial<Pick<StoredMessage, 'platform' | 'direction' | 'metadata' | 'revokedAt'>>;

const shown = (type: string, content: Record<string, unknown>, part: Part = {}): ShownContent =>
  shownContent({
    platform: 'whatsapp',
    direction: 'inbound',
    metadata: {},
    revokedAt: null,
    ...part,
    type,
    content,
  });

describe('the content of a message', () => {
  it('keeps Meta’s names and says of which kind it is', () => {
    expect(shown('text', { body: 'Hi' })).toEqual({ kind: 'text', body: 'Hi' });
    expect(shown('button', { payload: 'STOP', text: 'Stop' })).toMatchObject({
      kind: 'button',
      payload: 'STOP',
    });
    expect(shown('image', { id: '1', mime_type: 'image/jpeg' })).toMatchObject({ kind: 'image', id: '1' });
    expect(shown('image', { link: 'https://example.com/a.png' }, { direction: 'outbound' }).kind).toBe(
      'image',
    );
  });

  it('keeps what Meta has added to a kind that we know', () => {
    expect(shown('text', { body: 'Hi', mood: { is: 'good' } })).toEqual({
      kind: 'text',
      body: 'Hi',
      mood: { is: 'good' },
    });
  });

  it.each([
    ['button_reply', { type: 'button_reply', button_reply: { id: 'yes', title: 'Yes' } }],
    ['list_reply', { type: 'list_reply', list_reply: { id: 'r1', title: 'One', description: 'first' } }],
    [
      'call_permission_reply',
      { type: 'call_permission_reply', call_permission_reply: { response: 'accept' } },
    ],
  ])('names an answer of the kind %s by its kind', (kind, content) => {
    expect(shown('interactive', content)).toEqual({ ...content, kind });
  });

  it('reads what a form holds', () => {
    const reply = { name: 'flow', body: 'Sent', response_json: '{"flow_token":"t","day":"2026-12-01"}' };
    expect(shown('interactive', { type: 'nfm_reply', nfm_reply: reply })).toEqual({
      kind: 'nfm_reply',
      type: 'nfm_reply',
      nfm_reply: { ...reply, response: { flow_token: 't', day: '2026-12-01' } },
    });
  });

  it.each(['no JSON', '"text"', '[1]', '', '{"__proto__":{"a":1}'])(
    'says null of a form that holds %s',
    (json) => {
      const content = { type: 'nfm_reply', nfm_reply: { response_json: json } };
      expect(shown('interactive', content)).toMatchObject({
        nfm_reply: { response_json: json, response: null },
      });
    },
  );

  it('gives numbers where older payloads and callers have text', () => {
    expect(shown('location', { latitude: '37.4', longitude: -122.1 })).toMatchObject({
      latitude: 37.4,
      longitude: -122.1,
    });
    const items = [{ product_retailer_id: 'a', quantity: '2', item_price: 30, currency: 'USD' }];
    expect(shown('order', { catalog_id: '1', product_items: items })).toMatchObject({
      product_items: [{ quantity: 2, item_price: 30 }],
    });
  });

  it.each([{ emoji: '' }, {}])('says null for a reaction that was taken back: %j', (rest) => {
    expect(shown('reaction', { message_id: 'wamid.1', ...rest })).toMatchObject({ emoji: null });
  });

  it('says why Meta handed nothing on, and why a number was shared', () => {
    const errors = [{ code: 131051, title: 'Unsupported' }];
    expect(shown('unsupported', { type: 'poll' }, { metadata: { errors } })).toEqual({
      kind: 'unsupported',
      type: 'poll',
      errors,
    });
    expect(shown('unsupported', {})).toEqual({ kind: 'unsupported', errors: [] });
    const cards = { contacts: [{ vcard: 'BEGIN:VCARD' }] };
    expect(shown('contacts', cards, { metadata: { origin: 'contact_request' } })).toMatchObject({
      kind: 'contacts',
      origin: 'contact_request',
    });
  });

  it('shows what we sent as it was ordered', () => {
    const sent = { direction: 'outbound' } as const;
    expect(shown('template', { name: 'a', language: { code: 'en' } }, sent).kind).toBe('template');
    expect(shown('interactive', { type: 'button', action: {}, body: { text: 'x' } }, sent)).toMatchObject({
      kind: 'interactive',
      type: 'button',
    });
    expect(shown('pin', { type: 'pin', message_id: 'wamid.1', expiration_days: 7 }, sent)).toMatchObject({
      kind: 'pin',
      type: 'pin',
    });
  });

  it('says of a message that was taken back only that it was', () => {
    expect(shown('image', {}, { revokedAt: new Date() })).toEqual({ kind: 'revoked' });
  });

  it('shows messages of Messenger and Instagram as they are', () => {
    const content = { text: 'Hi', attachments: [{ type: 'image' }] };
    expect(shown('image', content, { platform: 'messenger' })).toEqual({ ...content, kind: 'direct' });
  });

  it.each([
    ['a type that Meta has added', 'hologram', { depth: 3 }],
    ['a text without its body', 'text', { text: 'Hi' }],
    ['a text whose body is no text', 'text', { body: { de: 'Hallo' } }],
    ['a file without id and address', 'image', { mime_type: 'image/jpeg' }],
    ['a place without coordinates', 'location', { name: 'Here' }],
    ['cards that are none', 'contacts', { contacts: ['Ana'] }],
    ['an order without a list', 'order', { catalog_id: '1' }],
    ['an order of no products', 'order', { catalog_id: '1', product_items: [null] }],
    ['an answer of a new kind', 'interactive', { type: 'drawing_reply', drawing_reply: {} }],
    ['an answer without its id', 'interactive', { type: 'button_reply', button_reply: { title: 'Yes' } }],
    ['an answer without anything', 'interactive', {}],
    ['the name of an inherited property as type', 'constructor', { a: 1 }],
  ])('shows %s as unknown, with everything there is', (_, type, content) => {
    const isEmpty = Object.keys(content).length === 0;
    expect(shown(type, content)).toEqual({ kind: 'unknown', type, raw: isEmpty ? {} : { [type]: content } });
  });

  it('shows what came beside content that is not known', () => {
    expect(shown('hologram', { depth: 3 }, { metadata: { raw: { glow: true } } })).toEqual({
      kind: 'unknown',
      type: 'hologram',
      raw: { glow: true, hologram: { depth: 3 } },
    });
  });
});
