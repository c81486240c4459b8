import fc from 'fast-check';
import {
  aDirectMessage,
  aMessengerItem,
  anInstagramItem,
  IGSID,
  INSTAGRAM_ID,
  PAGE_ID,
  PSID,
} from '../../../test/factories/messenger-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const anything = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });

/** A key's own kind of value, or anything at all. */
const or = (...values: unknown[]) => fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, anything);
const record = (model: Record<string, fc.Arbitrary<unknown>>) => fc.record(model, { requiredKeys: [] });

const attachment = fc.oneof(
  anything,
  record({
    type: or(
      'image',
      'location',
      'template',
      'fallback',
      'ig_post',
      'story_mention',
      'ephemeral',
      '__proto__',
    ),
    payload: or({ url: 'https://example.com' }, { coordinates: { lat: 1, long: '2' } }, null, 'blob'),
    url: or('https://example.com'),
  }),
);
const end = or({ id: PSID }, { id: PAGE_ID }, { id: INSTAGRAM_ID }, { id: 17 }, { user_ref: 'r' });

/** Items that look like Meta's, with any part of them broken or missing. */
const brokenItem = fc.oneof(
  anything,
  record({
    sender: end,
    recipient: end,
    timestamp: or(1_780_000_000_123, '1780000000', '2026-05-28T20:26:40+0000'),
    message: fc.oneof(
      anything,
      record({
        mid: or('m_1', 17),
        text: or('hi'),
        is_echo: or(true),
        is_deleted: or(true, false),
        is_unsupported: or(true),
        app_id: or(1517776481860111),
        attachments: fc.oneof(anything, fc.array(attachment, { maxLength: 3 })),
        quick_reply: or({ payload: 'Y' }),
        reply_to: or({ mid: 'm_0' }, { story: { id: '1', url: 'https://example.com' } }),
        referral: or({ ad_id: '1', ads_context_data: { ad_title: 'Ad' } }),
      }),
    ),
    message_edit: or({ mid: 'm_1', text: 'ho', num_edit: '1' }, { mid: 'm_1', num_edit: 0 }),
    reaction: or({ mid: 'm_1', action: 'react' }),
    postback: or({ payload: 'X' }),
    read: or({ mid: 'm_1' }, { watermark: 1_780_000_000_000 }),
    delivery: or({ mids: ['m_1', {}], watermark: 1_780_000_000_000 }),
    optin: or({ ref: 'x' }, { type: 'notification_messages', notification_messages_token: 't' }),
    app_roles: or({ 1: ['primary_receiver'], 2: 'x' }),
    pass_thread_control: or({ new_owner_app_id: 1 }),
    'policy-enforcement': or({ action: 'block' }),
    referral: or({ ref: 'x' }),
    game_play: anything,
  }),
);

const feedValue = fc.oneof(
  anything,
  record({
    item: or('comment', 'reaction', 'like', 'post', 'status', 'photo', 'constructor'),
    verb: or('add', 'edited', 'remove'),
    post_id: or(`${PAGE_ID}_1`),
    comment_id: or('1_2'),
    parent_id: or(`${PAGE_ID}_1`, '1_1'),
    from: or({ id: 5, name: 'Ana' }),
    created_time: or(1_780_000_000),
    photos: or(['https://example.com', 5, {}]),
    photo_ids: or([1, '2', null]),
    id: or('17'),
    text: or('hi'),
    media: or({ id: '1' }),
    media_id: or('1'),
    reach: or(-1, 7),
  }),
);
const change = fc.oneof(
  anything,
  fc.record({
    field: fc.constantFrom('feed', 'leadgen', 'comments', 'mentions', 'story_insights', 'no_such_field'),
    value: feedValue,
  }),
  fc.record({ field: fc.constantFrom('messages', 'standby', 'messaging_seen'), value: brokenItem }),
);

const entry = record({
  id: fc.constantFrom(PAGE_ID, INSTAGRAM_ID, '0', 17),
  time: or(1_780_000_001_456, 1_780_000_001),
  messaging: fc.array(brokenItem, { minLength: 1, maxLength: 3 }),
  standby: fc.array(brokenItem, { minLength: 1, maxLength: 2 }),
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
});
const delivery = fc.record({
  object: fc.constantFrom('page', 'instagram'),
  entry: fc.array(entry, { minLength: 1, maxLength: 3 }),
});

/** An entry without items counts as one. */
function countItems(entries: readonly Record<string, unknown>[]): number {
  const lengths = entries.map((one) =>
    ['messaging', 'standby', 'changes'].reduce((sum, key) => {
      const list = one[key];
      return sum + (Array.isArray(list) ? list.length : 0);
    }, 0),
  );
  return lengths.reduce((sum, length) => sum + Math.max(length, 1), 0);
}

describe('parseDelivery, of Pages and Instagram accounts,', () => {
  it('makes of every item one event or one unrecognized item, and faults of its own of none', () => {
    fc.assert(
      fc.property(delivery, (body) => {
        const { events, unrecognized } = parseDelivery(body, receivedAt);
        expect(events.length + unrecognized.length).toBe(countItems(body.entry));
        expect(unrecognized.filter(({ reason }) => reason.includes('could not be read'))).toEqual([]);
        const place = body.object === 'page' ? /^(messenger|page)\./ : /^instagram\./;
        for (const event of events) {
          expect(event.kind).toMatch(place);
          expect(event.asset?.kind).toBe(body.object);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('finds the same events however the entries are spread over deliveries', () => {
    fc.assert(
      fc.property(delivery, fc.nat(3), ({ object, entry: entries }, cut) => {
        const whole = parseDelivery({ object, entry: entries }, receivedAt);
        const parts = [entries.slice(0, cut), entries.slice(cut)].filter((part) => part.length > 0);
        const apart = parts.map((part) => parseDelivery({ object, entry: part }, receivedAt));
        expect(apart.flatMap(({ events }) => events)).toEqual(whole.events);
        expect(apart.flatMap(({ unrecognized }) => unrecognized)).toEqual(whole.unrecognized);
      }),
      { numRuns: 200 },
    );
  });

  it('reads good items in full beside any others', () => {
    const others = fc.array(brokenItem, { maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom('page', 'instagram'), others, others, (object, before, after) => {
        const anItem = object === 'page' ? aMessengerItem : anInstagramItem;
        const good = anItem({ message: aDirectMessage({ mid: 'm_good' }) });
        const id = object === 'page' ? PAGE_ID : INSTAGRAM_ID;
        const body = { object, entry: [{ id, messaging: [...before, good, ...after] }] };
        expect(parseDelivery(body, receivedAt).events).toContainEqual(
          expect.objectContaining({
            payload: expect.objectContaining({
              mid: 'm_good',
              person: object === 'page' ? { kind: 'psid', value: PSID } : { kind: 'igsid', value: IGSID },
            }) as unknown,
          }),
        );
      }),
    );
  });

  it('never takes what the business wrote for a person’s', () => {
    const ends = fc.constantFrom({ sender: PAGE_ID, recipient: PSID }, { sender: PSID, recipient: PAGE_ID });
    fc.assert(
      fc.property(ends, brokenItem, ({ sender, recipient }, parts) => {
        const message = { ...aDirectMessage(), is_echo: sender === PSID };
        const rest = typeof parts === 'object' && !Array.isArray(parts) ? parts : {};
        const item = { ...rest, sender: { id: sender }, recipient: { id: recipient }, message };
        expect(
          parseDelivery({ object: 'page', entry: [{ id: PAGE_ID, messaging: [item] }] }, receivedAt),
        ).toMatchObject({
          events: [{ kind: 'messenger.message.echoed', payload: { person: { value: PSID } } }],
          unrecognized: [],
        });
      }),
    );
  });

  it('emits nothing that PostgreSQL refuses as text, jsonb or time', () => {
    fc.assert(
      fc.property(delivery, (body) => {
        const { events, unrecognized } = parseDelivery(body, receivedAt);
        const stored = JSON.stringify([events, unrecognized]);
        expect(stored).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/i);
        for (const { occurredAt } of events) expect(occurredAt.toISOString()).toMatch(/^\d{4}-/);
      }),
    );
  });
});
