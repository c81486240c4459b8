import { SEED } from '../../sandbox/world-seed';
import { SERVICE_WINDOW_MS } from '../../src/conversations/conversation-opener';
import { WatermarkSweeper } from '../../src/conversations/messages/watermark.sweeper';
import { newId } from '../../src/database/ids';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  type PageOwner,
  type StoredDirectMessage,
  aPageOwner,
  allProcessed,
  delivered,
  directMessagesOf,
} from '../factories/facebook-pages.factory';
import { sandboxOf } from '../factories/meta-login';
import { ITEM_TIME, aMessengerItem, aPageDelivery } from '../factories/messenger-delivery';
import { type TestApp, startTestApp } from '../test-app';

type Json = Record<string, unknown>;

const nextPerson = (() => {
  let count = 0;
  return () => `90000000${String((count += 1)).padStart(6, '0')}`;
})();

describe('what Messenger tells of a Page', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: PageOwner;
  let psid: string;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aPageOwner(app, admin);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    psid = nextPerson();
  });

  const byPerson = (parts: Json): Json =>
    aMessengerItem({ sender: { id: psid }, recipient: { id: SEED.pageId }, ...parts });
  const byPage = (parts: Json): Json =>
    aMessengerItem({ sender: { id: SEED.pageId }, recipient: { id: psid }, ...parts });
  const aDelivery = (...messaging: Json[]): Json => aPageDelivery({ id: SEED.pageId, messaging });
  const anEcho = (mid: string, timestamp: number, parts: Json = {}): Json =>
    byPage({ timestamp, message: { mid, is_echo: true, app_id: 123, text: 'Yes, until six', ...parts } });
  const deliveredUpTo = (watermark: number, timestamp: number, mids?: string[]): Json =>
    byPerson({ timestamp, delivery: { watermark, ...(mids && { mids }) } });
  const readUpTo = (watermark: number, timestamp: number): Json =>
    byPerson({ timestamp, read: { watermark } });
  const post = (...items: Json[]): Promise<void> => delivered(app, aDelivery(...items));

  const stored = async (): Promise<StoredDirectMessage[]> => {
    const contacts: { contact_id: string }[] = await app.db.query(
      `SELECT contact_id FROM contact_identities WHERE kind = 'psid' AND value = $1`,
      [psid],
    );
    const rows: (StoredDirectMessage & { contact_id?: string })[] = await directMessagesOf(app, me.assetId);
    return rows.filter(({ contact_id }) => contact_id === contacts[0]?.contact_id);
  };
  const conversation = async (): Promise<{
    unread_count: number;
    window_expires_at: Date | null;
    last_message_preview: string | null;
    platform: string;
  }> => {
    const [message] = await stored();
    const rows: Awaited<ReturnType<typeof conversation>>[] = await app.db.query(
      'SELECT * FROM conversations WHERE id = $1',
      [message?.conversation_id],
    );
    expect(rows).toHaveLength(1);
    return rows[0]!;
  };
  /** Every transition of a message with its time, for comparing what different orders lead to. */
  const transitions = async (mid: string): Promise<Record<string, number>> => {
    const rows: { status: string; at: Date }[] = await app.db.query(
      `SELECT s.status, s.at FROM message_statuses s JOIN message_keys k
           ON k.account_id = s.account_id AND k.message_id = s.message_id
        WHERE k.external_id = $1 ORDER BY s.status`,
      [mid],
    );
    return Object.fromEntries(rows.map(({ status, at }) => [status, at.getTime() - ITEM_TIME]));
  };
  const statusOf = async (mid: string): Promise<string | undefined> =>
    (await stored()).find(({ external_id }) => external_id === mid)?.status;
  const reasons = async (): Promise<string> => {
    const rows: { state_reason?: string }[] = await app.db.query(
      'SELECT to_jsonb(d) AS d FROM webhook_deliveries d ORDER BY received_at DESC LIMIT 1',
    );
    return JSON.stringify(rows);
  };

  it('a message is stored with its person and content, opens the window and is unread', async () => {
    await post(
      byPerson({ message: { mid: `m.${psid}`, text: 'Open today?', reply_to: { mid: 'm.before' } } }),
    );
    expect(await stored()).toMatchObject([
      {
        external_id: `m.${psid}`,
        direction: 'inbound',
        sender_type: 'customer',
        sender_id: psid,
        type: 'text',
        message_text: 'Open today?',
        content: { text: 'Open today?' },
        context: { message_id: 'm.before' },
        status: 'received',
        timestamp: new Date(ITEM_TIME),
      },
    ]);
    expect(await conversation()).toMatchObject({
      platform: 'messenger',
      unread_count: 1,
      last_message_preview: 'Open today?',
      window_expires_at: new Date(ITEM_TIME + SERVICE_WINDOW_MS),
    });
    const inbox = await me.client.get<{ conversations: { channel: { id: string; metaId: string } }[] }>(
      '/api/meta/conversations?platform=messenger',
    );
    expect(inbox.body.data.conversations[0]?.channel).toMatchObject({ id: me.assetId, metaId: SEED.pageId });
  });

  it.each<[string, string | null, Json]>([
    ['image', null, { attachments: [{ type: 'image', payload: { url: 'https://cdn.example/1.jpg' } }] }],
    [
      'video',
      'Look',
      { text: 'Look', attachments: [{ type: 'video', payload: { url: 'https://c.example/2' } }] },
    ],
    [
      'sticker',
      null,
      {
        sticker_id: 369,
        attachments: [{ type: 'image', payload: { url: 'https://c.example/3', sticker_id: 369 } }],
      },
    ],
    [
      'text',
      'See https://x.example',
      {
        text: 'See https://x.example',
        attachments: [{ type: 'fallback', title: 'X', url: 'https://x.example' }],
      },
    ],
    [
      'fallback',
      'A page',
      { attachments: [{ type: 'fallback', title: 'A page', url: 'https://x.example', payload: null }] },
    ],
    [
      'location',
      null,
      { attachments: [{ type: 'location', payload: { coordinates: { lat: 1, long: 2 } } }] },
    ],
    ['hologram', null, { attachments: [{ type: 'hologram', payload: { depth: 3 } }] }],
    ['unsupported', null, { is_unsupported: true }],
    ['text', 'Yes', { text: 'Yes', quick_reply: { payload: 'YES' } }],
  ])('a message of type %s with the words %s is kept as it came', async (type, text, message) => {
    await post(byPerson({ message: { mid: `m.${psid}`, ...message } }));
    expect(await stored()).toMatchObject([{ type, message_text: text, content: message }]);
  });

  it('one that comes again and again, in other batches, is stored once', async () => {
    const item = byPerson({ message: { mid: `m.${psid}`, text: 'Hi' } });
    await Promise.all([
      post(item),
      post(item, item),
      post(byPerson({ message: { mid: `n.${psid}`, text: 'Hello' } }), item),
    ]);
    expect((await stored()).map(({ external_id }) => external_id).sort()).toEqual([`m.${psid}`, `n.${psid}`]);
    expect(await conversation()).toMatchObject({ unread_count: 2 });
  });

  it('of a conversation that another app owns is marked as such', async () => {
    await delivered(
      app,
      aPageDelivery({ id: SEED.pageId, standby: [byPerson({ message: { mid: `m.${psid}`, text: 'Hi' } })] }),
    );
    expect(await stored()).toMatchObject([{ metadata: { standby: true } }]);
  });

  it('of a Page that nobody connected waits until somebody does', async () => {
    const item = {
      ...byPerson({ message: { mid: `m.${psid}`, text: 'Hi' } }),
      recipient: { id: SEED.secondPageId },
    };
    await delivered(app, aPageDelivery({ id: SEED.secondPageId, messaging: [item] }));
    expect(await stored()).toEqual([]);
    const other = await me.client.post<{ id: string }>(
      `/api/meta/facebook/pages/${SEED.secondPageId}/connect`,
    );
    const found = await eventually(
      () => directMessagesOf(app, other.body.data.id),
      (rows) => rows.length > 0,
      { timeoutMs: 30_000 },
    );
    expect(found).toMatchObject([{ external_id: `m.${psid}` }]);
  }, 40_000);

  describe('an echo', () => {
    it('of a human in Meta’s inbox is the business’s own: not unread, no window, nothing sent', async () => {
      sandboxOf(app).clearCalls();
      await post(anEcho(`e.${psid}`, ITEM_TIME, { app_id: 26390203743090 }));
      expect(await stored()).toMatchObject([
        {
          direction: 'outbound',
          sender_type: 'app',
          sender_id: '26390203743090',
          status: 'sent',
          message_text: 'Yes, until six',
        },
      ]);
      expect(await conversation()).toMatchObject({ unread_count: 0, window_expires_at: null });
      expect(sandboxOf(app).calls({ path: /messages$/ })).toEqual([]);
    });

    it('without a mark, and one that comes twice, is known by its sender and stored once', async () => {
      const item = byPage({ message: { mid: `e.${psid}`, text: 'Yes' } });
      await post(item);
      await post(item, item);
      expect(await stored()).toMatchObject([{ direction: 'outbound' }]);
    });

    it('under the id of somebody else’s message joins no two people', async () => {
      const [one, other] = [psid, nextPerson()];
      await post(byPerson({ timestamp: ITEM_TIME, message: { mid: `m_${one}`, text: 'From one' } }));
      psid = other;
      await post(anEcho(`m_${one}`, ITEM_TIME + 1));
      await post(
        byPerson({ timestamp: ITEM_TIME + 2, message: { mid: `m_${other}`, text: 'From the other' } }),
      );
      expect((await stored()).map(({ message_text: text }) => text)).toEqual(['From the other']);
      psid = one;
      expect((await stored()).map(({ message_text: text }) => text)).toEqual(['From one']);
    });

    it.each([
      ['that names it', (messageId: string): Json => ({ metadata: messageId })],
      // Meta leaves `app_id` out of what a human sends in the inbox, and perhaps of ours.
      ['that says nothing of whose it is', (): Json => ({ app_id: undefined })],
    ])('%s, of a message of ours without an answer, becomes no second message', async (_, parts) => {
      await post(byPerson({ message: { mid: `m.${psid}`, text: 'Hi' } }));
      const [first] = await stored();
      const messageId = newId();
      await app.db.query(
        `INSERT INTO messages (account_id, id, conversation_id, asset_id, contact_id, platform, direction, sender_type, type,
                               message_text, status, seq, "timestamp")
         SELECT account_id, $1, conversation_id, asset_id, contact_id, 'messenger', 'outbound', 'agent', 'text',
                'Yes, until six', 'unknown', 2, "timestamp" FROM messages WHERE external_id = $2`,
        [messageId, first?.external_id],
      );
      await app.db.query(
        `INSERT INTO message_sends (account_id, message_id, asset_id, platform, request, state, recipient, started_at)
         VALUES ($1, $2, $3, 'messenger', '{}', 'unknown', $4, to_timestamp($5 / 1000.0))`,
        [me.accountId, messageId, me.assetId, psid, ITEM_TIME],
      );
      await post(anEcho(`e.${psid}`, ITEM_TIME + 1_000, parts(messageId)));
      expect(await stored()).toMatchObject([
        { external_id: `m.${psid}` },
        { external_id: `e.${psid}`, status: 'sent', sender_type: 'agent' },
      ]);
      expect(
        await app.db.query('SELECT state FROM message_sends WHERE message_id = $1', [messageId]),
      ).toEqual([{ state: 'accepted' }]);
    });
  });

  describe('deliveries and reads', () => {
    const echoes = (): Json[] => [1, 2, 3].map((n) => anEcho(`e${n}.${psid}`, ITEM_TIME + n * 1_000));

    it('count for everything that was sent up to the watermark, and for nothing later', async () => {
      await post(...echoes());
      await post(
        deliveredUpTo(ITEM_TIME + 2_000, ITEM_TIME + 2_500),
        readUpTo(ITEM_TIME + 1_000, ITEM_TIME + 2_600),
      );
      expect((await stored()).map(({ status }) => status)).toEqual(['read', 'delivered', 'sent']);
      expect(await transitions(`e1.${psid}`)).toEqual({ sent: 1_000, delivered: 2_500, read: 2_600 });
      expect(await transitions(`e2.${psid}`)).toEqual({ sent: 2_000, delivered: 2_500 });
    });

    it('end the same in whatever order they and the messages come', async () => {
      const marks = [
        deliveredUpTo(ITEM_TIME + 1_000, ITEM_TIME + 1_100),
        deliveredUpTo(ITEM_TIME + 3_000, ITEM_TIME + 3_100),
        readUpTo(ITEM_TIME + 2_000, ITEM_TIME + 5_000),
        readUpTo(ITEM_TIME + 3_000, ITEM_TIME + 6_000),
      ];
      const items = [...echoes(), ...marks];
      const orders = [
        [0, 1, 2, 3, 4, 5, 6],
        [6, 5, 4, 3, 2, 1, 0],
        [6, 0, 4, 1, 5, 2, 3],
        [3, 4, 5, 6, 2, 1, 0],
        [5, 2, 6, 1, 3, 0, 4],
      ];
      for (const order of orders) {
        const [before, after] = [psid, nextPerson()];
        psid = after;
        const mine = JSON.parse(JSON.stringify(items).replaceAll(before, after)) as Json[];
        for (const index of order) await post(mine[index]!);
        const result = await Promise.all([1, 2, 3].map((n) => transitions(`e${n}.${psid}`)));
        expect(result).toEqual([
          { sent: 1_000, delivered: 1_100, read: 5_000 },
          { sent: 2_000, delivered: 3_100, read: 5_000 },
          { sent: 3_000, delivered: 3_100, read: 6_000 },
        ]);
        expect((await stored()).map(({ status }) => status)).toEqual(['read', 'read', 'read']);
        // The template for the next order is about the first person.
        for (const item of mine) items[mine.indexOf(item)] = item;
      }
    });

    it('that come twice change nothing, and one that names its messages waits for them', async () => {
      const mark = deliveredUpTo(ITEM_TIME, ITEM_TIME + 3_100, [`e1.${psid}`]);
      await post(mark);
      await post(...echoes());
      await post(mark, mark);
      expect((await stored()).map(({ status }) => status)).toEqual(['delivered', 'sent', 'sent']);
      expect(await transitions(`e1.${psid}`)).toEqual({ sent: 1_000, delivered: 3_100 });
    });

    it('do not raise a failed message, one that had not left, or one of another person', async () => {
      await post(...echoes());
      const other = psid;
      psid = nextPerson();
      await post(...echoes());
      await app.db.query(`UPDATE messages SET status = 'failed' WHERE external_id = $1`, [`e1.${psid}`]);
      // Ordered early, sent late: the echo has not told yet when.
      await app.db.query(
        `INSERT INTO message_sends (account_id, message_id, asset_id, platform, request, state, started_at)
         SELECT account_id, message_id, asset_id, 'messenger', '{}', 'accepted', $2
           FROM message_keys WHERE external_id = $1`,
        [`e2.${psid}`, new Date(ITEM_TIME + 60_000)],
      );
      await app.db.query(
        `DELETE FROM message_statuses WHERE message_id = (SELECT message_id FROM message_keys WHERE external_id = $1)`,
        [`e2.${psid}`],
      );
      await post(readUpTo(ITEM_TIME + 30_000, ITEM_TIME + 30_000));
      expect((await stored()).map(({ status }) => status)).toEqual(['failed', 'sent', 'read']);
      psid = other;
      expect((await stored()).map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
    });

    it('that a message could not see while it was being stored are made up for', async () => {
      await post(...echoes());
      await app.db.query(
        `INSERT INTO message_watermarks (account_id, asset_id, person_kind, person, status, watermark, at)
         VALUES ($1, $2, 'psid', $3, 'read', $4, $5)`,
        [me.accountId, me.assetId, psid, new Date(ITEM_TIME + 3_000), new Date(ITEM_TIME + 4_000)],
      );
      await app.app.get(WatermarkSweeper).sweep(new Date(Date.now() + 60_000));
      expect((await stored()).map(({ status }) => status)).toEqual(['read', 'read', 'read']);
      expect(await app.db.query('SELECT 1 FROM message_watermarks WHERE NOT is_checked')).toEqual([]);
    });

    it('by the business itself are left aside with the reason', async () => {
      await post(byPage({ read: { watermark: ITEM_TIME } }));
      expect(await reasons()).toContain('the business itself read it');
    });
  });

  describe('what people do beside writing', () => {
    it('a reaction is a message that names another one, counted once; taken back it is one without words', async () => {
      await post(anEcho(`e.${psid}`, ITEM_TIME));
      const react = byPerson({
        timestamp: ITEM_TIME + 1,
        reaction: { mid: `e.${psid}`, action: 'react', reaction: 'love', emoji: '❤' },
      });
      await post(react);
      await post(
        react,
        byPerson({ timestamp: ITEM_TIME + 2, reaction: { mid: `e.${psid}`, action: 'unreact' } }),
      );
      expect(await stored()).toMatchObject([
        { type: 'text' },
        {
          type: 'reaction',
          direction: 'inbound',
          message_text: '❤',
          context: { message_id: `e.${psid}` },
          content: { message_id: `e.${psid}`, action: 'react', reaction: 'love', emoji: '❤' },
        },
        { type: 'reaction', message_text: null, content: { action: 'unreact' } },
      ]);
      expect(await stored()).toHaveLength(3);
    });

    it('a postback is known by its id, and without one by what it is', async () => {
      const named = byPerson({ postback: { mid: `p.${psid}`, title: 'Start', payload: 'START' } });
      const nameless = byPerson({
        timestamp: ITEM_TIME + 5,
        postback: {
          title: 'Menu',
          payload: 'MENU',
          referral: { ref: 'spring', source: 'SHORTLINK', type: 'OPEN_THREAD' },
        },
      });
      await post(named, nameless);
      await post(nameless, named);
      expect(await stored()).toMatchObject([
        { external_id: `p.${psid}`, type: 'postback', message_text: 'Start', content: { payload: 'START' } },
        {
          external_id: expect.stringMatching(/^postback:/) as unknown,
          message_text: 'Menu',
          metadata: { referral: { ref: 'spring', source: 'SHORTLINK' } },
        },
      ]);
      expect(await conversation()).toMatchObject({ unread_count: 2 });
    });

    it('somebody who comes by an advertisement, and one who agrees to be written to, may be answered', async () => {
      const referral = byPerson({
        referral: {
          ref: 'r',
          source: 'ADS',
          type: 'OPEN_THREAD',
          ad_id: '77',
          ads_context_data: { ad_title: 'Sale' },
        },
      });
      await post(referral);
      await post(
        referral,
        byPerson({
          timestamp: ITEM_TIME + 9,
          optin: { type: 'one_time_notif_req', one_time_notif_token: 't', payload: 'p' },
        }),
      );
      expect(await stored()).toMatchObject([
        { type: 'referral', message_text: null, content: { ref: 'r', ad_id: '77', ad_title: 'Sale' } },
        { type: 'optin', content: { type: 'one_time_notif_req', payload: 'p' } },
      ]);
      expect(await stored()).toHaveLength(2);
      expect(await conversation()).toMatchObject({
        window_expires_at: new Date(ITEM_TIME + 9 + SERVICE_WINDOW_MS),
      });
    });

    it('an agreement that names nobody yet is kept by its reference, and makes no message', async () => {
      await post({
        recipient: { id: SEED.pageId },
        timestamp: ITEM_TIME,
        optin: { ref: 'x', user_ref: `u-${psid}` },
      });
      expect(
        await app.db.query('SELECT kind, person, ref FROM message_opt_ins WHERE user_ref = $1', [
          `u-${psid}`,
        ]),
      ).toEqual([{ kind: 'plugin', person: null, ref: 'x' }]);
      expect(await stored()).toEqual([]);
    });

    it('an edit changes the words, whether it comes before or after, and one without text changes nothing', async () => {
      const message = byPerson({ message: { mid: `m.${psid}`, text: 'Opne?' } });
      const edit = (text: string | undefined, timestamp: number): Json =>
        byPerson({
          timestamp,
          message_edit: { mid: `m.${psid}`, num_edit: 1, ...(text !== undefined && { text }) },
        });
      await post(edit('Open?', ITEM_TIME + 10));
      await post(message, edit(undefined, ITEM_TIME + 20));
      expect(await stored()).toMatchObject([{ message_text: 'Open?', content: { text: 'Open?' } }]);
      await post(edit('Open today?', ITEM_TIME + 30), edit('Older', ITEM_TIME + 5));
      expect(await stored()).toMatchObject([{ message_text: 'Open today?' }]);
      expect(await conversation()).toMatchObject({ last_message_preview: 'Open today?', unread_count: 1 });
    });

    it('a message that is taken back loses its content, also when that is told first', async () => {
      await post(byPerson({ timestamp: ITEM_TIME + 10, message: { mid: `m.${psid}`, is_deleted: true } }));
      await post(byPerson({ message: { mid: `m.${psid}`, text: 'Secret' } }));
      expect(await stored()).toMatchObject([
        { message_text: null, content: {}, revoked_at: expect.any(Date) as unknown },
      ]);
    });
  });

  it('an odd item does not hold up the one beside it', async () => {
    await post(
      byPerson({ message: { text: 'without an id' } }),
      byPerson({ message: { mid: `m.${psid}`, text: 'Beside' } }),
      byPerson({ read: {} }),
    );
    expect(await stored()).toMatchObject([{ message_text: 'Beside' }]);
  });

  it('text that the database refuses is stored without what it refuses', async () => {
    await post(byPerson({ message: { mid: `m.${psid}`, text: 'a\u0000b \ud83d c' } }));
    expect(await stored()).toMatchObject([{ message_text: 'a\ufffdb \ufffd c' }]);
  });

  it('a whole conversation at the stand-in, with a human’s answers, is here as it is there', async () => {
    const control = sandboxOf(app);
    control.configure({ statuses: { duplicateEvery: 2 } });
    const [from, to, timestamp] = ['Ana Lee', 'Ana Lee', control.now() - 60_000];
    const first = control.playDirectMessage({ from, text: 'Hello', timestamp });
    control.playInboxReply({ to, text: 'Good morning', timestamp: timestamp + 1 });
    control.playDirectPostback({ from, title: 'Prices', payload: 'PRICES', timestamp: timestamp + 2 });
    control.playDirectMessage({ from, attachments: [{ type: 'image' }], timestamp: timestamp + 3 });
    control.playDirectRead({ from: 'Ana Lee' });
    expect(first.told).toBe(1);
    await control.waitUntilIdle();
    await allProcessed(app);
    psid = first.userId;
    const [there] = control.directConversations({ userId: psid });
    const here = await stored();
    expect(here.map(({ external_id }) => external_id)).toEqual(there?.messages.map(({ id }) => id));
    expect(here.map(({ type, message_text }) => [type, message_text])).toEqual([
      ['text', 'Hello'],
      ['text', 'Good morning'],
      ['postback', 'Prices'],
      ['image', null],
    ]);
    expect(await statusOf(here[1]!.external_id)).toBe('read');
  });
});
