import {
  aDirectMessage,
  aMessengerItem,
  anInstagramDelivery,
  anInstagramItem,
  aPageDelivery,
  ENTRY_TIME,
  INSTAGRAM_ID,
  ITEM_TIME,
  PAGE_ID,
} from '../../../test/factories/messenger-delivery';
import { parseJsonLosslessly } from '../../json/lossless-json';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const ofPage = (entry: Record<string, unknown>) => parseDelivery(aPageDelivery(entry), receivedAt);
const ofInstagram = (entry: Record<string, unknown>) => parseDelivery(anInstagramDelivery(entry), receivedAt);
const message = aDirectMessage();

describe('an entry of a Page or an Instagram account', () => {
  it('may hold any number of messages and changes, in their order', () => {
    const { events, unrecognized } = ofPage({
      messaging: [
        aMessengerItem({ message: aDirectMessage({ mid: 'a' }) }),
        null,
        aMessengerItem({ read: { mid: 'b' } }),
      ],
      standby: [aMessengerItem({ message: aDirectMessage({ mid: 'c' }) })],
      changes: [{ field: 'feed', value: { item: 'like', verb: 'add' } }],
    });
    expect(events).toMatchObject([
      { kind: 'messenger.message.received', payload: { mid: 'a', standby: false } },
      { kind: 'messenger.message.read', payload: { mid: 'b' } },
      { kind: 'messenger.message.received', payload: { mid: 'c', standby: true } },
      { kind: 'page.like' },
    ]);
    expect(unrecognized).toEqual([
      { object: 'page', field: 'messaging', reason: 'messaging[1]: is not an object', raw: null },
    ]);
  });

  it.each([
    ['milliseconds', { timestamp: ITEM_TIME }, new Date(ITEM_TIME)],
    [
      'seconds as text, as in tests from the dashboard',
      { timestamp: '1527459824' },
      new Date(1527459824_000),
    ],
    ['ISO 8601', { timestamp: '2021-09-08T06:34:04+0000' }, new Date('2021-09-08T06:34:04Z')],
    ['nothing: then that of the entry counts', { timestamp: undefined }, new Date(ENTRY_TIME)],
  ])('may have items with a time in %s', (_, time, occurredAt) => {
    expect(ofPage({ messaging: [aMessengerItem({ message, ...time })] }).events).toMatchObject([
      { occurredAt },
    ]);
  });

  it('without any time happened when it came in', () => {
    const messaging = [aMessengerItem({ message, timestamp: undefined })];
    expect(ofPage({ time: undefined, messaging }).events).toMatchObject([{ occurredAt: receivedAt }]);
  });

  it('may have numbers for ids, beyond those that a number holds', () => {
    const { events } = parseDelivery(
      parseJsonLosslessly(
        `{"object":"page","entry":[{"id":90071992547409931,"time":1,"messaging":[{"sender":{"id":90071992547409933},
          "recipient":{"id":90071992547409931},"message":{"mid":90071992547409935,"text":"x"}}]}]}`,
      ),
      receivedAt,
    );
    expect(events).toMatchObject([
      {
        asset: { kind: 'page', metaId: '90071992547409931' },
        payload: { mid: '90071992547409935', person: { kind: 'psid', value: '90071992547409933' } },
      },
    ]);
  });

  it.each(['messages', 'message_edit', 'messaging_seen', 'messaging_handover', 'standby'])(
    'may have messages as changes of the field %s, as in tests from the dashboard',
    (field) => {
      const value = { sender: { id: '12334' }, recipient: { id: '23245' }, timestamp: '1527459824', message };
      expect(ofInstagram({ id: '0', changes: [{ field, value }] })).toMatchObject({
        events: [
          {
            kind: 'instagram.message.received',
            asset: { kind: 'instagram', metaId: '0' },
            payload: { person: { kind: 'igsid', value: '12334' }, standby: field === 'standby', raw: value },
          },
        ],
        unrecognized: [],
      });
    },
  );

  it('may be a change itself, as a page of Meta prints it', () => {
    const value = { id: '17', text: 'Lovely' };
    expect(ofInstagram({ field: 'comments', value })).toMatchObject({
      events: [
        {
          kind: 'instagram.comment',
          asset: { kind: 'instagram', metaId: INSTAGRAM_ID },
          payload: { commentId: '17' },
        },
      ],
      unrecognized: [],
    });
  });

  it.each([
    [{}, null, 'the entry has neither messages nor changes'],
    [{ messaging: [], changes: [] }, null, 'the entry has neither messages nor changes'],
    [{ messaging: 'x' }, 'messaging', 'messaging[0]: is not an object'],
    [{ messaging: [{}] }, 'messaging', 'messaging[0]: nothing but sender, recipient and time'],
    [
      { messaging: [aMessengerItem({})] },
      'messaging',
      'messaging[0]: nothing but sender, recipient and time',
    ],
    [{ standby: [aMessengerItem({ a: 1, b: 2 })] }, 'standby', 'standby[0]: unknown kind of item: a, b'],
    [
      { id: undefined, messaging: [aMessengerItem({ message })] },
      'messaging',
      'messaging[0]: id of the entry is missing',
    ],
    [{ id: {}, changes: [{ field: 'leadgen', value: {} }] }, 'leadgen', 'id of the entry is missing'],
    [{ changed_fields: ['feed'] }, 'feed', 'the subscription sends no values'],
    [{ changed_fields: [{ toString: null }] }, null, 'the subscription sends no values'],
    [{ changes: [5] }, null, 'changes[0] is not an object'],
    [{ changes: [{ value: {} }] }, null, 'the change has no field'],
    [{ changes: [{ field: 'feed' }] }, 'feed', 'value is not an object'],
    [{ changes: [{ field: 'parking', value: {} }] }, 'parking', 'unknown field'],
    [{ changes: [{ field: 'constructor', value: {} }] }, 'constructor', 'unknown field'],
    [
      { changes: [{ field: 'messages', value: { page_id: PAGE_ID } }] },
      'messages',
      'unknown kind of item: page_id',
    ],
  ])('is kept unrecognized: %#', (entry, field, reason) => {
    expect(ofPage(entry)).toMatchObject({ events: [], unrecognized: [{ object: 'page', field, reason }] });
  });

  it('knows the fields of its own object only', () => {
    const comment = { field: 'comments', value: { id: '1' } };
    expect(ofPage({ changes: [comment] }).unrecognized).toMatchObject([{ reason: 'unknown field' }]);
    const feed = { field: 'feed', value: { item: 'like', verb: 'add' } };
    expect(ofInstagram({ changes: [feed] }).unrecognized).toMatchObject([{ reason: 'unknown field' }]);
    const delivery = anInstagramItem({ delivery: { watermark: ITEM_TIME } });
    expect(ofInstagram({ messaging: [delivery] }).unrecognized).toMatchObject([
      { reason: 'messaging[0]: unknown kind of item: delivery' },
    ]);
  });
});
