import { aMessage } from '../../../test/factories/whatsapp-delivery';
import { parseWhatsAppContent } from './whatsapp-content.parser';

const file = { id: 55, mime_type: 'x/y', sha256: 'sum', url: 'https://example.com/f', caption: 'Look' };
const media = {
  mediaId: '55',
  mimeType: 'x/y',
  sha256: 'sum',
  url: 'https://example.com/f',
  caption: 'Look',
};

const interactive = (reply: unknown) => ({ type: 'interactive', interactive: reply });

describe('the content of a message', () => {
  it.each([
    [
      { type: 'text', text: { body: '' } },
      { type: 'text', body: '' },
    ],
    [
      { type: 'image', image: file },
      { type: 'image', ...media },
    ],
    [
      { type: 'video', video: file },
      { type: 'video', ...media },
    ],
    [
      { type: 'audio', audio: { ...file, voice: true } },
      { type: 'audio', ...media, voice: true },
    ],
    [
      { type: 'audio', audio: { id: '1' } },
      { type: 'audio', mediaId: '1', voice: false },
    ],
    [
      { type: 'document', document: { ...file, filename: 'a.pdf' } },
      { type: 'document', ...media, filename: 'a.pdf' },
    ],
    [
      { type: 'sticker', sticker: { ...file, animated: true } },
      { type: 'sticker', ...media, animated: true },
    ],
    [
      { type: 'image', image: {} },
      { type: 'image', mediaId: null },
    ],
    [
      { type: 'button', button: { payload: 'p', text: 't' } },
      { type: 'button', payload: 'p', text: 't' },
    ],
    [{ type: 'request_welcome' }, { type: 'request_welcome' }],
    [{ type: 'media_placeholder' }, { type: 'media_placeholder' }],
  ])('is read from %j', (parts, content) => {
    expect(parseWhatsAppContent(aMessage(parts))).toEqual(content);
  });

  it('is a place, named or live', () => {
    const place = { latitude: 51.5, longitude: '-0.12' };
    expect(parseWhatsAppContent({ type: 'location', location: place })).toEqual({
      type: 'location',
      latitude: 51.5,
      longitude: -0.12,
    });
    expect(
      parseWhatsAppContent({ type: 'location', location: { ...place, name: 'Shop', address: 'High St' } }),
    ).toMatchObject({
      name: 'Shop',
      address: 'High St',
    });
  });

  it.each([
    ['set', { emoji: '👍' }, '👍'],
    ['taken back with an empty emoji', { emoji: '' }, null],
    ['taken back without an emoji', {}, null],
  ])('is a reaction %s', (_, parts, emoji) => {
    expect(parseWhatsAppContent({ type: 'reaction', reaction: { message_id: 'wamid.0', ...parts } })).toEqual(
      {
        type: 'reaction',
        targetWamid: 'wamid.0',
        emoji,
      },
    );
  });

  it('is cards of an address book', () => {
    const contacts = [
      {
        name: { formatted_name: 'Ana Q', first_name: 'Ana', last_name: 'Q' },
        org: { company: 'Q Ltd' },
        phones: [{ phone: '+44 7700 900123', wa_id: 447700900123, type: 'CELL' }],
        emails: [{ email: 'ana@example.com' }],
        urls: [{ url: 'https://example.com', type: 'WORK' }],
      },
      { vcard: 'BEGIN:VCARD', phones: [{ phone: '447700900124' }] },
    ];
    expect(parseWhatsAppContent({ type: 'contacts', contacts })).toEqual({
      type: 'contacts',
      contacts: [
        {
          formattedName: 'Ana Q',
          firstName: 'Ana',
          lastName: 'Q',
          company: 'Q Ltd',
          phones: [{ phone: '+44 7700 900123', waId: '447700900123', type: 'CELL' }],
          emails: [{ email: 'ana@example.com' }],
          urls: [{ url: 'https://example.com', type: 'WORK' }],
        },
        { vcard: 'BEGIN:VCARD', phones: [{ phone: '447700900124' }], emails: [], urls: [] },
      ],
    });
  });

  it('is an order, with numbers as numbers or, in older payloads, as text', () => {
    const items = [
      { product_retailer_id: 'sku-1', quantity: '2', item_price: '9.50', currency: 'GBP' },
      { product_retailer_id: 7, quantity: 1, item_price: {} },
    ];
    expect(
      parseWhatsAppContent({ type: 'order', order: { catalog_id: '4', text: '', product_items: items } }),
    ).toEqual({
      type: 'order',
      catalogId: '4',
      items: [
        { productRetailerId: 'sku-1', quantity: 2, itemPrice: 9.5, currency: 'GBP' },
        { productRetailerId: '7', quantity: 1, itemPrice: null },
      ],
    });
  });

  it.each([
    [
      { type: 'button_reply', button_reply: { id: 'yes', title: 'Yes' } },
      { type: 'button_reply', id: 'yes', title: 'Yes' },
    ],
    [
      { type: 'list_reply', list_reply: { id: 'a', title: 'A', description: 'First' } },
      { type: 'list_reply', id: 'a', title: 'A', description: 'First' },
    ],
    [
      { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"a":1}' } },
      { type: 'nfm_reply', name: 'flow', body: 'Sent', responseJson: '{"a":1}' },
    ],
    [
      {
        type: 'call_permission_reply',
        call_permission_reply: {
          response: 'accept',
          expiration_timestamp: 1780000000,
          response_source: 'user_action',
        },
      },
      {
        type: 'call_permission_reply',
        response: 'accept',
        permanent: false,
        expiresAt: new Date(1780000000_000),
        responseSource: 'user_action',
      },
    ],
    [undefined, { type: 'missing' }],
    [{ type: 'button_reply' }, { type: 'missing' }],
    [{ type: 'constructor' }, { type: 'missing' }],
    [
      { type: 'new_reply', new_reply: {} },
      { type: 'unknown', metaType: 'new_reply', raw: { type: 'new_reply', new_reply: {} } },
    ],
  ])('is an interactive reply: %j', (body, reply) => {
    expect(parseWhatsAppContent(interactive(body))).toEqual({ type: 'interactive', reply });
  });

  it('is unsupported by Meta, in the present form and the older one', () => {
    const error = { code: 131051, title: 'Message type unknown', error_data: { details: 'Not supported.' } };
    expect(
      parseWhatsAppContent({ type: 'unsupported', errors: [error], unsupported: { type: 'poll' } }),
    ).toEqual({
      type: 'unsupported',
      unsupportedType: 'poll',
      errors: [{ code: 131051, title: 'Message type unknown', details: 'Not supported.' }],
    });
    expect(parseWhatsAppContent({ type: 'unknown', errors: [{ code: 501, details: 'Old.' }] })).toEqual({
      type: 'unsupported',
      errors: [{ code: 501, details: 'Old.' }],
    });
  });

  it.each([
    [{ type: 'poll', poll: { question: '?' } }, 'poll'],
    [{ type: 'text' }, 'text'],
    [{ type: 'text', text: { body: 5 } }, 'text'],
    [{ type: 'image', image: 'x' }, 'image'],
    [{ type: 'location', location: { latitude: 1 } }, 'location'],
    [{ type: 'reaction', reaction: { emoji: '👍' } }, 'reaction'],
    [{ type: 'contacts', contacts: {} }, 'contacts'],
    [{ type: 'unknown' }, 'unknown'],
    [{ type: 'constructor' }, 'constructor'],
    [{}, ''],
  ])('is kept as received when it is not as known: %j', (message, metaType) => {
    expect(parseWhatsAppContent(message)).toEqual({ type: 'unknown', metaType, raw: message });
  });
});
