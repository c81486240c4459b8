import fc from 'fast-check';
import { aTenant } from '../factories/conversations.factory';
import { type Effects, effectsIn, emptied } from '../factories/direct-effects';
import { delivered } from '../factories/facebook-pages.factory';
import {
  INSTAGRAM_ID,
  ITEM_TIME,
  PAGE_ID,
  anInstagramDelivery,
  anInstagramItem,
  aMessengerItem,
  aPageDelivery,
} from '../factories/messenger-delivery';
import { type TestApp, startTestApp } from '../test-app';

type Json = Record<string, unknown>;
type Item = (parts: Json, at: number) => Json;

const RUNS = 12;

/** Of one person and one Page or account: whatever may happen to the same two messages. */
function happenings(fromPerson: Item, fromBusiness: Item, readUpTo: (at: number) => Json): Json[] {
  const edit = (num: number, at: number): Json =>
    fromPerson({ message_edit: { mid: 'm1', text: `Version ${num}`, num_edit: String(num) } }, at);
  return [
    fromPerson({ message: { mid: 'm1', text: 'Version 0' } }, 1),
    edit(1, 10),
    edit(2, 20),
    // Meta has been seen to give two edits one time: then their numbers tell.
    edit(3, 20),
    fromPerson({ reaction: { mid: 'e1', action: 'react', reaction: 'love', emoji: '❤' } }, 30),
    fromPerson({ message: { mid: 'm2', text: 'Taken back', attachments: [] } }, 40),
    fromPerson({ message: { mid: 'm2', is_deleted: true } }, 50),
    fromPerson({ message_edit: { mid: 'm2', text: 'Edited, and taken back', num_edit: 1 } }, 45),
    fromBusiness({ message: { mid: 'e1', text: 'Yes', is_echo: true, app_id: 99, metadata: 'ours?' } }, 25),
    readUpTo(35),
    fromPerson(
      { postback: { mid: 'p1', title: 'Menu', payload: 'MENU', referral: { ref: 'x', source: 'ADS' } } },
      60,
    ),
    fromPerson({ pass_thread_control: { new_owner_app_id: '7', metadata: '' } }, 70),
    fromPerson({ take_thread_control: { previous_owner_app_id: '7', metadata: '' } }, 70),
  ];
}

describe('direct messages end the same whatever the order, batching and repetition of their events', () => {
  let app: TestApp;
  let accountId: string;
  beforeAll(async () => {
    app = await startTestApp();
    ({ accountId } = await aTenant(app.db));
    await app.db.query(
      `INSERT INTO assets (account_id, id, kind, meta_id)
       VALUES ($1, gen_random_uuid(), 'page', $2), ($1, gen_random_uuid(), 'instagram', $3)`,
      [accountId, PAGE_ID, INSTAGRAM_ID],
    );
  });
  afterAll(() => app.close());

  const time = (at: number): number => ITEM_TIME + at * 1_000;
  const messenger = happenings(
    (parts, at) => aMessengerItem({ timestamp: time(at), ...parts }),
    (parts, at) => {
      const { sender, recipient, ...rest } = aMessengerItem({ timestamp: time(at), ...parts });
      return { sender: recipient, recipient: sender, ...rest };
    },
    (at) => aMessengerItem({ timestamp: time(at + 1), read: { watermark: time(at) } }),
  );
  const instagram = happenings(
    (parts, at) => anInstagramItem({ timestamp: time(at), ...parts }),
    (parts, at) => {
      const { sender, recipient, ...rest } = anInstagramItem({ timestamp: time(at), ...parts });
      return { sender: recipient, recipient: sender, ...rest };
    },
    (at) => anInstagramItem({ timestamp: time(at), read: { mid: 'e1' } }),
  );

  it.each([
    ['Messenger', messenger, (messaging: Json[]) => aPageDelivery({ messaging })],
    ['Instagram', instagram, (messaging: Json[]) => anInstagramDelivery({ messaging })],
  ] as const)(
    'on %s',
    async (_, items, deliveryOf) => {
      const play = async (order: readonly Json[], size: number): Promise<Effects> => {
        await emptied(app);
        for (let at = 0; at < order.length; at += size)
          await delivered(app, deliveryOf(order.slice(at, at + size)));
        return withoutWaiting(await effectsIn(app));
      };
      const straight = await play(items, items.length);
      expect(straight.messages).toContainEqual(expect.objectContaining({ mid: 'm1', text: 'Version 3' }));
      expect(straight.messages).toContainEqual(expect.objectContaining({ mid: 'm2', revoked: true }));
      expect(JSON.stringify(straight)).not.toContain('aken back');
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray([...items, ...items], {
            minLength: items.length * 2,
            maxLength: items.length * 2,
          }),
          fc.integer({ min: 1, max: items.length }),
          async (order, size) => {
            expect(await play(order, size)).toEqual(straight);
          },
        ),
        { numRuns: RUNS, interruptAfterTimeLimit: 60_000 },
      );
    },
    120_000,
  );
});

/** What waits for a message that is there for good by then changes nothing any more. */
function withoutWaiting({
  waiting_changes: _changes,
  waiting_statuses: _statuses,
  ...effects
}: Effects): Effects {
  return effects;
}
