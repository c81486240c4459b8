import {
  aDirectMessage,
  aMessengerDelivery,
  aMessengerItem,
  anInstagramItem,
  anInstagramMessagingDelivery,
  IGSID,
  INSTAGRAM_ID,
  ITEM_TIME,
  PAGE_ID,
  PSID,
} from '../../../test/factories/messenger-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const ofMessenger = (item: object) => parseDelivery(aMessengerDelivery(item), receivedAt);
const ofInstagram = (item: object) => parseDelivery(anInstagramMessagingDelivery(item), receivedAt);
/** What the business sends: the ends are the other way round. */
const anEcho = (message: object) => ({
  ...aMessengerItem({ message: { ...aDirectMessage(), is_echo: true, ...message } }),
  sender: { id: PAGE_ID },
  recipient: { id: PSID },
});
const person = { kind: 'psid', value: PSID };

describe('a message of a person', () => {
  it('says who wrote what to which Page, and when', () => {
    const item = aMessengerItem({ message: aDirectMessage() });
    expect(ofMessenger(item)).toEqual({
      object: 'page',
      events: [
        {
          kind: 'messenger.message.received',
          occurredAt: new Date(ITEM_TIME),
          asset: { kind: 'page', metaId: PAGE_ID },
          parent: null,
          payload: {
            mid: 'm_in.1',
            person,
            content: { text: 'Is the shop open today?', attachments: [], unsupported: false },
            standby: false,
            raw: item,
          },
        },
      ],
      unrecognized: [],
    });
  });

  it('is the same on Instagram, of a person known by another kind of id', () => {
    expect(ofInstagram(anInstagramItem({ message: aDirectMessage() })).events).toMatchObject([
      {
        kind: 'instagram.message.received',
        asset: { kind: 'instagram', metaId: INSTAGRAM_ID },
        payload: { mid: 'm_in.1', person: { kind: 'igsid', value: IGSID } },
      },
    ]);
  });

  it('says what it answers: a message, or a story', () => {
    const replyTo = { mid: 'm_out.1', is_self_reply: false };
    expect(
      ofMessenger(aMessengerItem({ message: aDirectMessage({ reply_to: replyTo }) })).events,
    ).toMatchObject([{ payload: { context: { mid: 'm_out.1', isSelfReply: false } } }]);
    const story = { id: '18040775032372871', url: 'https://example.com/story' };
    expect(
      ofInstagram(anInstagramItem({ message: aDirectMessage({ reply_to: { story } }) })).events,
    ).toMatchObject([{ kind: 'instagram.message.received', payload: { context: { story } } }]);
  });

  it.each([['in the message'], ['beside it']])('keeps what led the person here, %s', (where) => {
    const referral = {
      ref: 'summer',
      ad_id: 6045246247433,
      source: 'ADS',
      type: 'OPEN_THREAD',
      ads_context_data: {
        ad_title: 'Ad',
        photo_url: 'https://example.com/p',
        post_id: '7',
        product_id: '8',
      },
    };
    const item = aMessengerItem({ message: aDirectMessage(where === 'beside it' ? {} : { referral }) });
    expect(ofMessenger(where === 'beside it' ? { ...item, referral } : item).events).toMatchObject([
      {
        kind: 'messenger.message.received',
        payload: {
          referral: {
            ref: 'summer',
            adId: '6045246247433',
            source: 'ADS',
            type: 'OPEN_THREAD',
            adTitle: 'Ad',
            photoUrl: 'https://example.com/p',
            postId: '7',
            productId: '8',
          },
        },
      },
    ]);
  });

  it('keeps the product asked about and what was said in a plug-in before', () => {
    const item = {
      ...aMessengerItem({ message: aDirectMessage({ referral: { product: { id: 44 } } }) }),
      prior_message: { source: 'checkbox_plugin', identifier: 'ref-1' },
    };
    expect(ofMessenger(item).events).toMatchObject([
      {
        payload: {
          referral: { productId: '44' },
          prior: { source: 'checkbox_plugin', identifier: 'ref-1' },
        },
      },
    ]);
  });

  it.each([
    [{ message: { text: 'No id' } }, 'messaging[0]: mid is missing'],
    [{ message: 'text' }, 'messaging[0]: message is not an object'],
    [{ message: aDirectMessage(), sender: { user_ref: 'r' } }, 'messaging[0]: id of the sender is missing'],
    [{ message: aDirectMessage({ mid: 'x'.repeat(600) }) }, 'messaging[0]: mid is too long'],
    [{ message: aDirectMessage(), sender: { id: {} } }, 'messaging[0]: id is not an id'],
  ])('is kept unrecognized: %#', (parts, reason) => {
    const item = aMessengerItem(parts);
    expect(ofMessenger(item)).toMatchObject({
      events: [],
      unrecognized: [{ object: 'page', field: 'messaging', reason, raw: item }],
    });
  });
});

describe('a message of the business', () => {
  it('comes back as an echo with the app that sent it', () => {
    expect(ofMessenger(anEcho({ app_id: 1517776481860111, metadata: 'our-id' })).events).toMatchObject([
      {
        kind: 'messenger.message.echoed',
        payload: {
          mid: 'm_in.1',
          person,
          appId: '1517776481860111',
          metadata: 'our-id',
          isSelf: false,
          content: { text: 'Is the shop open today?' },
        },
      },
    ]);
  });

  it('is known by its sender where it is not marked, and by its mark where the ends are mixed up', () => {
    const mixedUp = { sender: { id: PSID }, recipient: { id: PAGE_ID } };
    for (const item of [
      anEcho({ is_echo: undefined }),
      anEcho({ is_echo: false }),
      { ...anEcho({}), ...mixedUp },
    ])
      expect(ofMessenger(item).events).toMatchObject([
        { kind: 'messenger.message.echoed', payload: { person } },
      ]);
  });

  it('may be one to itself', () => {
    const message = aDirectMessage({ is_echo: true, is_self: true });
    const item = anInstagramItem({ message, sender: { id: INSTAGRAM_ID } });
    expect(ofInstagram(item).events).toMatchObject([
      {
        kind: 'instagram.message.echoed',
        payload: { isSelf: true, person: { kind: 'igsid', value: INSTAGRAM_ID } },
      },
    ]);
  });

  it('is kept unrecognized where it went to nobody', () => {
    expect(ofMessenger({ ...anEcho({}), recipient: {} })).toMatchObject({
      events: [],
      unrecognized: [{ reason: 'messaging[0]: id of the recipient is missing' }],
    });
  });
});

describe('what happens to messages', () => {
  it('an edit brings the new text, also when the number of edits is text', () => {
    const edit = { mid: 'm_in.1', text: 'Is it?', num_edit: '2' };
    expect(ofMessenger(aMessengerItem({ message_edit: edit })).events).toMatchObject([
      {
        kind: 'messenger.message.edited',
        payload: { mid: 'm_in.1', text: 'Is it?', numEdit: 2, person, by: 'person', standby: false },
      },
    ]);
  });

  it('an edit that edits nothing names neither text nor person', () => {
    const item = { timestamp: ITEM_TIME, message_edit: { mid: 'm_in.1', num_edit: 0 } };
    expect(ofInstagram(item)).toMatchObject({
      events: [
        {
          kind: 'instagram.message.edited',
          occurredAt: new Date(ITEM_TIME),
          payload: { mid: 'm_in.1', text: null, numEdit: 0, person: null, by: null },
        },
      ],
      unrecognized: [],
    });
  });

  it('an edit may leave no text at all', () => {
    const edit = { mid: 'm_in.1', text: '', num_edit: 1 };
    expect(ofMessenger(aMessengerItem({ message_edit: edit })).events).toMatchObject([
      { payload: { text: '' } },
    ]);
  });

  it('either side may take one back', () => {
    const message = { mid: 'm_in.1', is_deleted: true };
    expect(ofInstagram(anInstagramItem({ message })).events).toMatchObject([
      { kind: 'instagram.message.revoked', payload: { mid: 'm_in.1', by: 'person' } },
    ]);
    expect(ofMessenger(anEcho({ is_deleted: true })).events).toMatchObject([
      { kind: 'messenger.message.revoked', payload: { mid: 'm_in.1', by: 'business', person } },
    ]);
    expect(ofMessenger({ ...anEcho({ is_deleted: true }), sender: undefined }).events).toMatchObject([
      { kind: 'messenger.message.revoked', payload: { by: 'business', person: null } },
    ]);
  });

  it('a reaction comes and goes', () => {
    const reaction = { mid: 'm_out.1', action: 'react', reaction: 'love', emoji: '❤' };
    expect(ofMessenger(aMessengerItem({ reaction })).events).toMatchObject([
      { kind: 'messenger.message.reaction', payload: { ...reaction, person, by: 'person' } },
    ]);
    const taken = { mid: 'm_out.1', action: 'unreact' };
    const [event] = ofInstagram(anInstagramItem({ reaction: taken })).events;
    expect(event).toMatchObject({ kind: 'instagram.message.reaction', payload: { action: 'unreact' } });
    expect(event?.payload).not.toHaveProperty('reaction');
  });
});

describe('how far messages got', () => {
  it('is told as messages and as a time up to which all arrived', () => {
    const delivery = { mids: ['m_1', 'm_2'], watermark: 1_780_000_000_000, seq: 37 };
    expect(ofMessenger(aMessengerItem({ delivery })).events).toMatchObject([
      {
        kind: 'messenger.message.delivered',
        occurredAt: new Date(ITEM_TIME),
        payload: { mids: ['m_1', 'm_2'], watermark: new Date(1_780_000_000_000), person, by: 'person' },
      },
    ]);
  });

  it.each([
    [{ watermark: 1_780_000_000_000 }, [], new Date(1_780_000_000_000)],
    [{ mids: ['m_1'] }, ['m_1'], null],
    [{ mids: ['m_1', {}, 7] }, ['m_1', '7'], null],
  ])('may be told by half: %j', (delivery, mids, watermark) => {
    expect(ofMessenger(aMessengerItem({ delivery })).events).toMatchObject([
      { payload: { mids, watermark } },
    ]);
  });

  it('is told of reading by a time on Messenger, by a message on Instagram', () => {
    expect(ofMessenger(aMessengerItem({ read: { watermark: 1_780_000_000_000 } })).events).toMatchObject([
      {
        kind: 'messenger.message.read',
        payload: { upTo: 'watermark', watermark: new Date(1_780_000_000_000), person, by: 'person' },
      },
    ]);
    expect(ofInstagram(anInstagramItem({ read: { mid: 'm_out.1' } })).events).toMatchObject([
      { kind: 'instagram.message.read', payload: { upTo: 'message', mid: 'm_out.1' } },
    ]);
  });

  it('says when it was the business that read', () => {
    const item = anInstagramItem({ read: { mid: 'm_in.1' } });
    expect(ofInstagram({ ...item, sender: item.recipient, recipient: item.sender }).events).toMatchObject([
      { payload: { by: 'business', person: { kind: 'igsid', value: IGSID } } },
    ]);
  });

  it.each([
    [{ delivery: { seq: 1 } }, 'messaging[0]: neither mids nor watermark'],
    [{ delivery: { watermark: 0 } }, 'messaging[0]: neither mids nor watermark'],
    [{ read: { seq: 1 } }, 'messaging[0]: neither mid nor watermark'],
    [{ reaction: { mid: 'm_1' } }, 'messaging[0]: action is missing'],
    [{ message_edit: { text: 'x' } }, 'messaging[0]: mid is missing'],
  ])('is kept unrecognized: %j', (parts, reason) => {
    expect(ofMessenger(aMessengerItem(parts))).toMatchObject({ events: [], unrecognized: [{ reason }] });
  });
});
