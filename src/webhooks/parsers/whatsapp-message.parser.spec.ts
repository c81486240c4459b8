import {
  aContact,
  aMessage,
  aMessagesDelivery,
  aMessagingValue,
  aWhatsAppDelivery,
  CUSTOMER_BSUID,
  CUSTOMER_NUMBER,
  PHONE_NUMBER_ID,
  WABA_ID,
} from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (parts: Record<string, unknown>) =>
  parseDelivery(aMessagesDelivery(aMessage(parts)), receivedAt);

describe('a received message', () => {
  it('is routed by its phone number, with the account as parent', () => {
    expect(parse({}).events).toEqual([
      {
        kind: 'whatsapp.message.received',
        occurredAt: new Date(1780000000_000),
        asset: { kind: 'phone_number', metaId: PHONE_NUMBER_ID },
        parent: { kind: 'waba', metaId: WABA_ID },
        payload: {
          wamid: 'wamid.in.1',
          from: { waId: CUSTOMER_NUMBER, bsuid: CUSTOMER_BSUID, name: 'Nour Haddad' },
          content: { type: 'text', body: 'Is the shop open today?' },
          source: 'live',
          raw: aMessage(),
        },
      },
    ]);
  });

  it('takes the time of the entry, else that of receiving, where its own is missing or absurd', () => {
    const value = aMessagingValue({
      messages: [aMessage({ timestamp: undefined }), aMessage({ timestamp: '-1' })],
    });
    const [withoutTime, absurd] = parseDelivery(
      aWhatsAppDelivery('messages', value, { time: 1780000500 }),
      receivedAt,
    ).events;
    expect(withoutTime?.occurredAt).toEqual(new Date(1780000500_000));
    expect(absurd?.occurredAt).toEqual(new Date(1780000500_000));
    expect(parse({ timestamp: 'soon' }).events[0]?.occurredAt).toEqual(receivedAt);
  });

  it('has no parent when the entry has no id, or one that cannot be an id', () => {
    for (const id of [undefined, {}, 'x'.repeat(10_000)]) {
      const value = aMessagingValue({ messages: [aMessage()] });
      expect(parseDelivery(aWhatsAppDelivery('messages', value, { id }), receivedAt).events).toMatchObject([
        { parent: null },
      ]);
    }
  });

  it('names what it answers, what advertisement it came from and its group', () => {
    const { events } = parse({
      group_id: 'group-1',
      recipient_type: 'group',
      context: {
        from: '15559876543',
        id: 'wamid.out.1',
        forwarded: true,
        frequently_forwarded: false,
        referred_product: { catalog_id: 4, product_retailer_id: 'sku-1' },
      },
      referral: {
        source_type: 'ad',
        source_id: '9',
        ctwa_clid: 'click',
        welcome_message: { text: 'Hello!' },
      },
      errors: [{ code: '131051', title: 'Old form' }],
    });
    expect(events).toMatchObject([
      {
        payload: {
          groupId: 'group-1',
          context: {
            wamid: 'wamid.out.1',
            from: '15559876543',
            forwarded: true,
            frequentlyForwarded: false,
            referredProduct: { catalogId: '4', productRetailerId: 'sku-1' },
          },
          referral: { sourceType: 'ad', sourceId: '9', ctwaClid: 'click', welcomeMessage: 'Hello!' },
          errors: [{ code: 131051, title: 'Old form' }],
        },
      },
    ]);
  });

  it('tells why a contact card came', () => {
    expect(parse({ type: 'contacts', origin: 'contact_request', contacts: [] }).events).toMatchObject([
      { payload: { origin: 'contact_request', content: { type: 'contacts', contacts: [] } } },
    ]);
  });

  it.each([
    ['metadata', { messages: [aMessage()] }, 'messages[0]: metadata of the value is missing'],
    ['a phone number', { metadata: {}, messages: [aMessage()] }, 'messages[0]: phone_number_id is missing'],
    [
      'a sender',
      aMessagingValue({ messages: [aMessage({ from: undefined })] }),
      'messages[0]: from and from_user_id are missing',
    ],
  ])('is kept unrecognized without %s', (_, value, reason) => {
    expect(parseDelivery(aWhatsAppDelivery('messages', value), receivedAt)).toMatchObject({
      events: [],
      unrecognized: [{ field: 'messages', reason }],
    });
  });
});

describe('the sender', () => {
  const senders = (contacts: unknown[], messages: unknown[]) =>
    parseDelivery(
      aWhatsAppDelivery('messages', aMessagingValue({ contacts, messages })),
      receivedAt,
    ).events.map(({ payload }) => ('from' in payload ? payload.from : undefined));

  it('is found in the list of contacts by id, not by place', () => {
    const first = aContact({ profile: { name: 'First' }, wa_id: '1111', user_id: undefined });
    const second = aContact({
      profile: { name: 'Second', username: '@second' },
      wa_id: undefined,
      user_id: 'GB.2222',
    });
    expect(
      senders(
        [first, second],
        [
          aMessage({ from: undefined, from_user_id: 'GB.2222' }),
          aMessage({ from: 1111 }),
          aMessage({ from: '3333' }),
        ],
      ),
    ).toEqual([
      { bsuid: 'GB.2222', name: 'Second', username: '@second' },
      { waId: '1111', name: 'First' },
      { waId: '3333' },
    ]);
  });

  it('may hide the number, and then has business-scoped ids only', () => {
    const contact = { profile: { username: '@nour' }, user_id: CUSTOMER_BSUID, identity_key_hash: 'h' };
    const message = aMessage({
      from: undefined,
      from_user_id: CUSTOMER_BSUID,
      from_parent_user_id: 'GB.ENT.99',
    });
    expect(senders([contact], [message])).toEqual([
      { bsuid: CUSTOMER_BSUID, parentBsuid: 'GB.ENT.99', username: '@nour', identityKeyHash: 'h' },
    ]);
  });

  it('is matched despite the stray letter that samples have before the id', () => {
    const contact = { profile: { name: 'Nour' }, user_id: `u${CUSTOMER_BSUID}` };
    expect(senders([contact], [aMessage({ from: undefined, from_user_id: CUSTOMER_BSUID })])).toEqual([
      { bsuid: CUSTOMER_BSUID, name: 'Nour' },
    ]);
  });

  it('is the only contact listed where the message names nobody', () => {
    expect(senders([aContact()], [aMessage({ from: undefined })])).toEqual([
      { waId: CUSTOMER_NUMBER, bsuid: CUSTOMER_BSUID, name: 'Nour Haddad' },
    ]);
    expect(senders([aContact(), aContact({ wa_id: '2' })], [aMessage({ from: undefined })])).toEqual([]);
  });

  it('lacks a name, no more, when its contact cannot be read', () => {
    expect(senders([aContact({ user_id: {} }), 'x', null], [aMessage()])).toEqual([
      { waId: CUSTOMER_NUMBER },
    ]);
  });
});

describe('a message about another', () => {
  it('edits it', () => {
    const message = {
      context: { id: 'wamid.out.0' },
      type: 'image',
      image: { id: '5', caption: 'New caption' },
    };
    expect(
      parse({ type: 'edit', edit: { original_message_id: 'wamid.in.0', message } }).events,
    ).toMatchObject([
      {
        kind: 'whatsapp.message.edited',
        payload: {
          wamid: 'wamid.in.1',
          originalWamid: 'wamid.in.0',
          from: { waId: CUSTOMER_NUMBER },
          content: { type: 'image', mediaId: '5', caption: 'New caption' },
          context: { wamid: 'wamid.out.0' },
        },
      },
    ]);
  });

  it('takes it back, even where nobody is named', () => {
    const value = aMessagingValue({
      messages: [
        aMessage({ from: undefined, type: 'revoke', revoke: { original_message_id: 'wamid.in.0' } }),
      ],
    });
    expect(parseDelivery(aWhatsAppDelivery('messages', value), receivedAt).events).toMatchObject([
      { kind: 'whatsapp.message.revoked', payload: { originalWamid: 'wamid.in.0', from: {} } },
    ]);
  });

  it.each([
    [{ type: 'edit' }, 'edit is missing'],
    [{ type: 'edit', edit: { original_message_id: 'x' } }, 'message of the edit is missing'],
    [{ type: 'edit', edit: { message: {} } }, 'original_message_id is missing'],
    [{ type: 'revoke', revoke: {} }, 'original_message_id is missing'],
    [{ type: 'system' }, 'system is missing'],
  ])('is kept unrecognized when it is %j', (parts, reason) => {
    expect(parse(parts)).toMatchObject({ events: [], unrecognized: [{ reason: `messages[0]: ${reason}` }] });
  });
});

describe('a system message', () => {
  it.each([{ wa_id: '447700900999' }, { new_wa_id: 447700900999 }])('tells of a new number: %j', (ids) => {
    const system = { type: 'user_changed_number', body: 'Nour changed', user_id: 'GB.777', ...ids };
    expect(parse({ type: 'system', from_user_id: CUSTOMER_BSUID, system }).events).toMatchObject([
      {
        kind: 'whatsapp.message.system',
        payload: {
          type: 'user_changed_number',
          body: 'Nour changed',
          oldWaId: CUSTOMER_NUMBER,
          newWaId: '447700900999',
          bsuid: CUSTOMER_BSUID,
          newBsuid: 'GB.777',
        },
      },
    ]);
  });

  it('tells of a new business-scoped id, whose predecessor only the text names', () => {
    const body = `User Nour Haddad changed from ${CUSTOMER_BSUID} to GB.777`;
    const system = { type: 'user_changed_user_id', body, user_id: 'GB.777', parent_user_id: 'GB.ENT.7' };
    const value = aMessagingValue({ messages: [aMessage({ from: undefined, type: 'system', system })] });
    const { events } = parseDelivery(aWhatsAppDelivery('messages', value), receivedAt);
    expect(events).toMatchObject([
      { payload: { from: {}, bsuid: CUSTOMER_BSUID, newBsuid: 'GB.777', newParentBsuid: 'GB.ENT.7' } },
    ]);
    expect(events[0]?.payload).not.toHaveProperty('oldWaId');
  });

  it('tells of a new identity key', () => {
    const identity = { acknowledged: true, created_timestamp: 1780000000, hash: 'key' };
    const { events } = parse({ type: 'system', system: { type: 'customer_identity_changed' }, identity });
    expect(events).toMatchObject([
      { payload: { identity: { acknowledged: true, createdAt: new Date(1780000000_000), hash: 'key' } } },
    ]);
    expect(events[0]?.payload).not.toHaveProperty('oldWaId');
  });
});
