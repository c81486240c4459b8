import {
  aMessage,
  aMessagingValue,
  aWhatsAppDelivery,
  BUSINESS_NUMBER,
  CUSTOMER_BSUID,
  CUSTOMER_NUMBER,
} from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (parts: Record<string, unknown>) =>
  parseDelivery(aWhatsAppDelivery('history', aMessagingValue(parts)), receivedAt);
const metadata = { phase: 1, chunk_order: '2', progress: 55 };

describe('a shared history', () => {
  it('comes in chunks of threads, whose messages go both ways', () => {
    const messages = [
      aMessage({ id: 'h1', history_context: { status: 'READ' } }),
      aMessage({
        id: 'h2',
        from: BUSINESS_NUMBER,
        history_context: { status: 'PLAYED' },
        type: 'media_placeholder',
      }),
      aMessage({ id: 'h3', from: '15550000000', to: CUSTOMER_NUMBER }),
    ];
    const { events, unrecognized } = parse({
      history: [{ metadata, threads: [{ id: CUSTOMER_NUMBER, messages }] }],
    });
    expect(unrecognized).toEqual([]);
    expect(events).toMatchObject([
      {
        kind: 'whatsapp.history',
        occurredAt: receivedAt,
        payload: {
          type: 'chunk',
          phase: 1,
          chunkOrder: 2,
          progress: 55,
          errors: [],
          threads: [
            {
              person: { waId: CUSTOMER_NUMBER },
              messages: [
                {
                  wamid: 'h1',
                  direction: 'inbound',
                  status: 'READ',
                  source: 'history',
                  at: new Date(1780000000_000),
                },
                {
                  wamid: 'h2',
                  direction: 'outbound',
                  status: 'PLAYED',
                  content: { type: 'media_placeholder' },
                },
                { wamid: 'h3', direction: 'outbound' },
              ],
            },
          ],
        },
      },
    ]);
  });

  it('has threads with people whose number is hidden', () => {
    const messages = [aMessage({ from: undefined, from_user_id: CUSTOMER_BSUID, to: BUSINESS_NUMBER })];
    expect(
      parse({ history: [{ metadata, threads: [{ id: CUSTOMER_BSUID, messages }] }] }).events,
    ).toMatchObject([
      { payload: { threads: [{ person: { bsuid: CUSTOMER_BSUID }, messages: [{ direction: 'inbound' }] }] } },
    ]);
  });

  it('loses only the messages and threads that cannot be read', () => {
    const threads = [
      { id: CUSTOMER_NUMBER, messages: [aMessage({ id: undefined }), aMessage({ id: 'h1' }), 5] },
      { messages: [aMessage()] },
      null,
    ];
    const { events, unrecognized } = parse({ history: [{ metadata, threads }] });
    expect(events).toMatchObject([{ payload: { threads: [{ messages: [{ wamid: 'h1' }] }] } }]);
    expect(unrecognized.map(({ reason }) => reason)).toEqual([
      'history[0].threads[0].messages[0]: id is missing',
      'history[0].threads[0].messages[2]: is not an object',
      'history[0].threads[1]: id is missing',
      'history[0].threads[2]: is not an object',
    ]);
  });

  it('may be refused by its owner', () => {
    expect(
      parse({ history: [{ errors: [{ code: 2593109, title: 'Sharing is off' }] }] }).events,
    ).toMatchObject([{ payload: { type: 'declined', errors: [{ code: 2593109 }] } }]);
  });

  it('may end with a chunk of nothing but progress', () => {
    expect(parse({ history: [{ metadata: { progress: 100 } }] }).events).toMatchObject([
      { payload: { type: 'chunk', phase: null, chunkOrder: null, progress: 100, threads: [] } },
    ]);
  });

  it('sends its files later', () => {
    const image = { id: '5', mime_type: 'image/jpeg' };
    expect(parse({ messages: [aMessage({ id: 'h2', type: 'image', image })] }).events).toMatchObject([
      {
        kind: 'whatsapp.history',
        occurredAt: new Date(1780000000_000),
        payload: {
          type: 'media',
          message: { wamid: 'h2', source: 'history', content: { type: 'image', mediaId: '5' } },
        },
      },
    ]);
  });

  it('is kept unrecognized when there is nothing in it', () => {
    expect(parse({ history: [{}] }).unrecognized).toMatchObject([
      { reason: 'history[0]: neither threads nor errors' },
    ]);
    expect(parse({}).unrecognized).toMatchObject([
      { reason: 'none of history, messages, errors in the value' },
    ]);
  });
});
