import fc from 'fast-check';
import { aContact, aMessage, aMessagingValue, aStatus } from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const anything = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });

/** A key's own kind of value, or anything at all. */
const or = (...values: unknown[]) => fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, anything);

const types = [
  'text',
  'image',
  'audio',
  'location',
  'contacts',
  'reaction',
  'button',
  'interactive',
  'order',
  'system',
];
const otherTypes = [
  'edit',
  'revoke',
  'unsupported',
  'unknown',
  'request_welcome',
  'poll',
  'constructor',
  '__proto__',
];

/** Items that look like Meta's, with any part of them broken or missing. */
const brokenItem = fc.oneof(
  anything,
  fc.record(
    {
      id: or('wamid.1', 'wacid.1', 17),
      from: or('447700900123'),
      from_user_id: or('GB.5512345678901234'),
      to: or('15559876543'),
      timestamp: or('1780000000', 1780000000000),
      type: or(...types, ...otherTypes, 'group_create'),
      status: or('sent', 'failed', 'RINGING'),
      event: or('connect'),
      action: or('add'),
      group_id: or('g1'),
      recipient_type: or('group'),
      recipient_id: or('447700900123'),
      recipient_participant_id: or('447700900123'),
      wa_id: or('447700900123'),
      contact: or({ phone_number: '447700900123' }),
      category: or('marketing_messages'),
      value: or('stop'),
      text: or({ body: 'hi' }),
      image: or({ id: '1' }),
      location: or({ latitude: 1, longitude: '2' }),
      contacts: or([{ name: {}, phones: [{}] }]),
      reaction: or({ message_id: 'wamid.0' }),
      interactive: or({ type: 'button_reply', button_reply: { id: 'yes' } }),
      order: or({ product_items: [{ quantity: 'x' }] }),
      system: or({ type: 'user_changed_number', wa_id: '447700900124' }),
      edit: or({ original_message_id: 'wamid.0', message: { type: 'text', text: { body: 'ho' } } }),
      revoke: or({ original_message_id: 'wamid.0' }),
      errors: or([{ code: 131051 }]),
      context: or({ id: 'wamid.0', forwarded: true }),
      referral: or({ source_type: 'ad' }),
      pricing: or({ billable: true }),
      conversation: or({ id: 'c', origin: { type: 'service' } }),
      added_participants: or([{ wa_id: 1 }]),
    },
    { requiredKeys: [] },
  ),
);

const listKeys: Record<string, string[]> = {
  messages: ['messages', 'statuses', 'errors'],
  smb_message_echoes: ['message_echoes', 'errors'],
  smb_app_state_sync: ['state_sync'],
  user_preferences: ['user_preferences'],
  calls: ['calls', 'statuses'],
  group_participants_update: ['groups'],
};

const changeOfLists = fc.constantFrom(...Object.keys(listKeys)).chain((field) =>
  fc
    .tuple(
      ...(listKeys[field] ?? []).map(() => fc.array(brokenItem, { minLength: 1, maxLength: 3 })),
      or([aContact()]),
    )
    .map((lists) => {
      const keys = [...(listKeys[field] ?? []), 'contacts'];
      const value = aMessagingValue(Object.fromEntries(keys.map((key, index) => [key, lists[index]])));
      const count = lists
        .slice(0, -1)
        .reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
      return { change: { field, value }, count };
    }),
);

const changeOfOne = fc.record({
  field: fc.constantFrom(
    'message_template_status_update',
    'message_template_quality_update',
    'message_template_components_update',
    'template_category_update',
    'phone_number_quality_update',
    'account_update',
    'account_alerts',
    'flows',
    'tracking_events',
    'no_such_field',
  ),
  value: fc.record(
    {
      event: or('APPROVED'),
      message_template_id: or(17),
      new_category: or('UTILITY'),
      correct_category: or('MARKETING'),
      new_quality_score: or('GREEN'),
      display_phone_number: or('15559876543'),
      waba_info: or({ waba_id: '1' }),
      alert_info: or({ alert_type: 'X' }),
      metadata: anything,
    },
    { requiredKeys: [] },
  ),
});

const countedChange = fc.oneof(
  changeOfLists,
  changeOfOne.map((change) => ({ change, count: 1 })),
);
const entry = (changes: { change: unknown }[]) => ({
  id: '17',
  time: 1780000000,
  changes: changes.map(({ change }) => change),
});
const delivery = (...entries: unknown[]) => ({ object: 'whatsapp_business_account', entry: entries });

describe('parseDelivery', () => {
  it('never throws, whatever JSON it is given', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const { events, unrecognized } = parseDelivery(value, receivedAt);
        expect(events.length + unrecognized.length).toBeGreaterThan(0);
      }),
    );
  });

  it('never throws, whatever stands where something else belongs', () => {
    const brokenEntry = fc.record(
      {
        id: anything,
        time: anything,
        uid: anything,
        changes: anything,
        messaging: anything,
        standby: anything,
        changed_fields: anything,
        field: anything,
        value: anything,
      },
      { requiredKeys: [] },
    );
    const body = fc.record({
      object: or('whatsapp_business_account', 'permissions', 'page', 'instagram', 'user'),
      entry: fc.oneof(anything, fc.array(fc.oneof(anything, brokenEntry))),
    });
    fc.assert(
      fc.property(body, (value) => {
        const { events, unrecognized } = parseDelivery(value, receivedAt);
        expect(events.length + unrecognized.length).toBeGreaterThan(0);
      }),
    );
  });

  it('makes of every item one event or one unrecognized item', () => {
    fc.assert(
      fc.property(fc.array(countedChange, { minLength: 1, maxLength: 4 }), (changes) => {
        const { events, unrecognized } = parseDelivery(delivery(entry(changes)), receivedAt);
        expect(events.length + unrecognized.length).toBe(changes.reduce((sum, { count }) => sum + count, 0));
        expect(unrecognized.filter(({ reason }) => reason.includes('could not be read'))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('finds the same events however the changes are spread over entries and deliveries', () => {
    fc.assert(
      fc.property(fc.array(countedChange, { minLength: 1, maxLength: 4 }), fc.nat(4), (changes, cut) => {
        const whole = parseDelivery(delivery(entry(changes)), receivedAt);
        const parts = [changes.slice(0, cut), changes.slice(cut)]
          .filter((part) => part.length > 0)
          .map(entry);
        expect(parseDelivery(delivery(...parts), receivedAt)).toEqual(whole);
        const apart = parts.map((part) => parseDelivery(delivery(part), receivedAt));
        expect(apart.flatMap(({ events }) => events)).toEqual(whole.events);
        expect(apart.flatMap(({ unrecognized }) => unrecognized)).toEqual(whole.unrecognized);
      }),
      { numRuns: 200 },
    );
  });

  it('reads good items in full beside any others', () => {
    fc.assert(
      fc.property(
        fc.array(brokenItem, { maxLength: 3 }),
        fc.array(brokenItem, { maxLength: 3 }),
        (before, after) => {
          const value = aMessagingValue({
            messages: [...before, aMessage({ id: 'wamid.good' }), ...after],
            statuses: [...after, aStatus({ id: 'wamid.good.status' }), ...before],
          });
          const { events } = parseDelivery(
            delivery(entry([{ change: { field: 'messages', value } }])),
            receivedAt,
          );
          expect(events).toContainEqual(
            expect.objectContaining({ payload: expect.objectContaining({ wamid: 'wamid.good' }) as unknown }),
          );
          expect(events).toContainEqual(
            expect.objectContaining({
              payload: expect.objectContaining({ wamid: 'wamid.good.status' }) as unknown,
            }),
          );
        },
      ),
    );
  });

  it('emits nothing that PostgreSQL refuses as text, jsonb or time', () => {
    fc.assert(
      fc.property(fc.array(countedChange, { minLength: 1, maxLength: 3 }), (changes) => {
        const { events, unrecognized } = parseDelivery(delivery(entry(changes)), receivedAt);
        const stored = JSON.stringify([events, unrecognized]);
        expect(stored).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/i);
        for (const { occurredAt } of events) expect(occurredAt.toISOString()).toMatch(/^\d{4}-/);
      }),
    );
  });
});
