import {
  aMessage,
  aMessagingValue,
  aStatus,
  aWhatsAppDelivery,
  PHONE_NUMBER_ID,
  WABA_ID,
} from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (field: unknown, value: unknown, entry?: Record<string, unknown>) =>
  parseDelivery(aWhatsAppDelivery(field as string, value, entry), receivedAt);

describe('a change of the field messages', () => {
  const error = { code: 130429, title: 'Rate limit hit', error_data: { details: 'Too many' } };

  it('may hold messages, statuses and errors at once', () => {
    const value = aMessagingValue({ messages: [aMessage()], statuses: [aStatus()], errors: [error] });
    expect(parse('messages', value).events).toMatchObject([
      { kind: 'whatsapp.message.received' },
      { kind: 'whatsapp.message.status' },
      {
        kind: 'whatsapp.account.error',
        asset: { kind: 'phone_number', metaId: PHONE_NUMBER_ID },
        payload: { field: 'messages', error: { code: 130429, title: 'Rate limit hit', details: 'Too many' } },
      },
    ]);
  });

  it('may have an error of the account without a number', () => {
    expect(parse('messages', { errors: [error] }).events).toMatchObject([
      { asset: { kind: 'waba', metaId: WABA_ID } },
    ]);
  });

  it.each([
    [aMessagingValue({}), 'none of messages, statuses, errors in the value'],
    [aMessagingValue({ messages: [] }), 'none of messages, statuses, errors in the value'],
    [aMessagingValue({ messages: {} }), 'messages: is not a list'],
    [aMessagingValue({ errors: ['x'] }), 'errors[0]: is not an object'],
    [undefined, 'value is not an object'],
    [[], 'value is not an object'],
  ])('is kept unrecognized: %#', (value, reason) => {
    expect(parse('messages', value)).toMatchObject({
      events: [],
      unrecognized: [{ field: 'messages', reason }],
    });
  });
});

describe('a field', () => {
  it.each(['tracking_events', 'automatic_events', 'message_echoes'])(
    'of which nothing is made yet is handed on: %s',
    (field) => {
      expect(parse(field, { anything: 1 })).toMatchObject({
        events: [
          { kind: 'whatsapp.other', asset: { kind: 'waba' }, payload: { field, value: { anything: 1 } } },
        ],
        unrecognized: [],
      });
      expect(parse(field, aMessagingValue({})).events).toMatchObject([{ asset: { kind: 'phone_number' } }]);
    },
  );

  it.each(['no_such_field', 'constructor', '__proto__'])('that is not known is kept: %s', (field) => {
    expect(parse(field, { a: 1 })).toMatchObject({
      events: [],
      unrecognized: [{ field, reason: 'unknown field', raw: { field, value: { a: 1 } } }],
    });
  });

  it('may be missing', () => {
    expect(parse(undefined, { a: 1 }).unrecognized).toMatchObject([
      { field: null, reason: 'the change has no field' },
    ]);
  });

  it('may stand on the entry, with its value or without', () => {
    const value = { decision: 'APPROVED' };
    const expected = [{ kind: 'whatsapp.account.reviewed' }];
    const field = 'account_review_update';
    expect(parse(undefined, value, { field }).events).toMatchObject(expected);
    expect(parse(undefined, undefined, { changes: undefined, field, value }).events).toMatchObject(expected);
  });
});

describe('an entry', () => {
  it('may name its fields only, when the subscription sends no values', () => {
    const entry = { changes: undefined, changed_fields: ['messages', 'flows'] };
    expect(parse(undefined, undefined, entry)).toMatchObject({
      events: [],
      unrecognized: [
        { field: 'messages', reason: 'the subscription sends no values' },
        { field: 'flows', reason: 'the subscription sends no values' },
      ],
    });
  });

  it.each([
    [{ changes: undefined }, 'the entry has no changes'],
    [{ changes: [] }, 'the entry has no changes'],
    [{ changes: ['x'] }, 'changes[0] is not an object'],
  ])('is kept unrecognized: %j', (entry, reason) => {
    expect(parse(undefined, undefined, entry)).toMatchObject({
      events: [],
      unrecognized: [{ field: null, reason }],
    });
  });
});
