import {
  aMessage,
  aMessagesDelivery,
  aMessagingValue,
  aStatus,
  aWhatsAppDelivery,
} from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');

describe('parseDelivery', () => {
  it('goes through every entry, change and item, in their order', () => {
    const { object, events, unrecognized } = parseDelivery(
      {
        object: 'whatsapp_business_account',
        entry: [
          {
            id: '1',
            changes: [
              {
                field: 'messages',
                value: aMessagingValue({ messages: [aMessage({ id: 'a' }), aMessage({ id: 'b' })] }),
              },
              { field: 'messages', value: aMessagingValue({ statuses: [aStatus({ id: 'c' })] }) },
            ],
          },
          { id: '2', changes: [{ field: 'account_review_update', value: { decision: 'APPROVED' } }] },
        ],
      },
      receivedAt,
    );
    expect(object).toBe('whatsapp_business_account');
    expect(events).toMatchObject([
      { kind: 'whatsapp.message.received', payload: { wamid: 'a' }, parent: { kind: 'waba', metaId: '1' } },
      { kind: 'whatsapp.message.received', payload: { wamid: 'b' } },
      { kind: 'whatsapp.message.status', payload: { wamid: 'c' } },
      { kind: 'whatsapp.account.reviewed', asset: { kind: 'waba', metaId: '2' } },
    ]);
    expect(unrecognized).toEqual([]);
  });

  it('loses nothing beside an item that cannot be read, and says which and why', () => {
    const broken = aMessage({ id: undefined });
    const { events, unrecognized } = parseDelivery(
      aMessagesDelivery(
        aMessage({ id: 'first' }),
        null,
        broken,
        aMessage({ id: 'x'.repeat(10_000) }),
        aMessage({ id: 'last' }),
      ),
      receivedAt,
    );
    expect(events).toMatchObject([{ payload: { wamid: 'first' } }, { payload: { wamid: 'last' } }]);
    expect(unrecognized).toMatchObject([
      {
        object: 'whatsapp_business_account',
        field: 'messages',
        reason: 'messages[1]: is not an object',
        raw: null,
      },
      { reason: 'messages[2]: id is missing', raw: broken },
      { reason: 'messages[3]: id is too long' },
    ]);
  });

  it('replaces what PostgreSQL refuses, in the payload and in what is kept as received', () => {
    const { events } = parseDelivery(
      aMessagesDelivery(aMessage({ type: 'text', text: { body: 'a\u0000b\uD83D' } })),
      receivedAt,
    );
    expect(events).toMatchObject([
      { payload: { content: { body: 'a\uFFFDb\uFFFD' }, raw: { text: { body: 'a\uFFFDb\uFFFD' } } } },
    ]);
  });

  it.each([[null], [undefined], [true], [0], ['text'], [[]], [[{ object: 'whatsapp_business_account' }]]])(
    'keeps %j, which is no delivery',
    (body) => {
      expect(parseDelivery(body, receivedAt)).toEqual({
        object: '',
        events: [],
        unrecognized: [{ object: '', field: null, reason: 'the delivery is not an object', raw: body }],
      });
    },
  );

  it.each([
    [{}, 'the delivery has no entries'],
    [{ object: 'whatsapp_business_account', entry: [] }, 'the delivery has no entries'],
    [{ object: 'whatsapp_business_account', entry: {} }, 'the delivery has no entries'],
    [{ object: 'whatsapp_business_account', entry: ['x'] }, 'entry[0] is not an object'],
    [{ object: 'permissions', entry: [7] }, 'entry[0] is not an object'],
  ])('keeps %j', (body, reason) => {
    expect(parseDelivery(body, receivedAt)).toMatchObject({ events: [], unrecognized: [{ reason }] });
  });

  it('finds the object on the entry, where a page of Meta prints it', () => {
    const value = { event: 'ACCOUNT_DELETED' };
    const body = {
      entry: [
        { object: 'whatsapp_business_account', id: '1', field: 'account_update', changes: [{ value }] },
      ],
    };
    expect(parseDelivery(body, receivedAt)).toMatchObject({
      object: 'whatsapp_business_account',
      events: [{ kind: 'whatsapp.account.updated', payload: { event: 'ACCOUNT_DELETED' } }],
      unrecognized: [],
    });
  });

  it.each(['user', 'application', 'constructor', '__proto__', 17])(
    'keeps every item of the object %s',
    (object) => {
      const { events, unrecognized } = parseDelivery(
        {
          object,
          entry: [
            {
              id: '1',
              changes: [{ field: 'feed', value: { item: 'like' } }, 5],
              messaging: [{ sender: { id: '2' } }],
            },
            { id: '1', standby: [{ sender: { id: '2' } }] },
            { id: '1' },
          ],
        },
        receivedAt,
      );
      expect(events).toEqual([]);
      expect(unrecognized.map(({ field }) => field)).toEqual(['feed', null, 'messaging', 'standby', null]);
      expect(
        unrecognized.every((item) => item.object === String(object) && item.reason === 'unsupported object'),
      ).toBe(true);
    },
  );

  it('reads a test sent from the dashboard, whose entry has the id 0', () => {
    expect(
      parseDelivery(
        aWhatsAppDelivery('account_review_update', { decision: 'APPROVED' }, { id: '0' }),
        receivedAt,
      ),
    ).toMatchObject({
      events: [{ asset: { kind: 'waba', metaId: '0' } }],
    });
  });
});
