import { SEED } from '../../sandbox/world-seed';
import { SERVICE_WINDOW_MS } from '../../src/conversations/conversation-opener';
import type { ApiClient } from '../api-client';
import {
  PAGES,
  type StoredDirectMessage,
  allProcessed,
  delivered,
  directMessagesOf,
} from '../factories/facebook-pages.factory';
import {
  type InstagramOwner,
  type StoredComment,
  anInstagramOwner,
  commentEvents,
  commentsOf,
} from '../factories/instagram-accounts.factory';
import { sandboxOf } from '../factories/meta-login';
import {
  ENTRY_TIME,
  IGSID,
  ITEM_TIME,
  aFeedDelivery,
  anInstagramChangeDelivery,
  anInstagramDelivery,
  anInstagramItem,
} from '../factories/messenger-delivery';
import { type TestApp, startTestApp } from '../test-app';

type Json = Record<string, unknown>;

const ENTRY_SECOND = Math.floor(ENTRY_TIME / 1000);
const at = (offsetSeconds: number): Date => new Date((ENTRY_SECOND + offsetSeconds) * 1000);

let app: TestApp;
let admin: ApiClient;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());

async function forgetEverything(): Promise<void> {
  await settled();
  sandboxOf(app).reset();
  for (const table of [
    'conversations',
    'message_keys',
    'waiting_statuses',
    'waiting_changes',
    'domain_events',
  ])
    await app.db.query(`DELETE FROM ${table}`);
  await app.db.query('DELETE FROM meta_accounts');
}
const settled = async (): Promise<void> => {
  await sandboxOf(app).waitUntilIdle();
  await allProcessed(app);
};

describe('what Instagram tells of messages', () => {
  let me: InstagramOwner;
  beforeEach(async () => {
    await forgetEverything();
    me = await anInstagramOwner(app, admin);
  });

  const byPerson = (parts: Json): Json => anInstagramItem({ recipient: { id: SEED.instagramId }, ...parts });
  const byAccount = (parts: Json): Json =>
    anInstagramItem({ sender: { id: SEED.instagramId }, recipient: { id: IGSID }, ...parts });
  const post = (...messaging: Json[]): Promise<void> =>
    delivered(app, anInstagramDelivery({ id: SEED.instagramId, messaging }));
  const here = (): Promise<StoredDirectMessage[]> => directMessagesOf(app, me.assetId);
  const conversation = async (): Promise<Json> => {
    const rows: Json[] = await app.db.query(
      `SELECT * FROM conversations WHERE asset_id = $1 AND comment_thread_id = ''`,
      [me.assetId],
    );
    expect(rows).toHaveLength(1);
    return rows[0]!;
  };

  it('a person’s message is one of the inbox, once, whatever way it repeats itself', async () => {
    const message = byPerson({ message: { mid: 'm1', text: 'Do you ship?' } });
    await post(message, message);
    await post(message);
    expect(await here()).toMatchObject([
      {
        external_id: 'm1',
        direction: 'inbound',
        sender_type: 'customer',
        sender_id: IGSID,
        type: 'text',
        message_text: 'Do you ship?',
        status: 'received',
      },
    ]);
    expect(await conversation()).toMatchObject({
      platform: 'instagram',
      unread_count: 1,
      window_expires_at: new Date(ITEM_TIME + SERVICE_WINDOW_MS),
    });
    expect(
      await app.db.query('SELECT kind, value FROM contact_identities WHERE account_id = $1', [me.accountId]),
    ).toEqual([{ kind: 'igsid', value: IGSID }]);
    const inbox = await me.client.get<{ conversations: Json[] }>(
      '/api/meta/conversations?platform=instagram',
    );
    expect(inbox.body.data.conversations).toMatchObject([
      { channel: { id: me.assetId, metaId: SEED.instagramId, name: 'demo.shop' } },
    ]);
  });

  it('what the account sent itself is its own message, also one to itself', async () => {
    const echo = byAccount({ message: { mid: 'e1', text: 'Yes, we do', is_echo: true } });
    await post(echo, echo);
    await post(
      anInstagramItem({
        sender: { id: SEED.instagramId },
        recipient: { id: SEED.instagramId },
        message: { mid: 'self', text: 'note', is_echo: true, is_self: true },
      }),
    );
    expect(await here()).toMatchObject([
      { external_id: 'e1', direction: 'outbound', sender_type: 'app', status: 'sent' },
      { external_id: 'self', direction: 'outbound', metadata: { is_self: true } },
    ]);
    expect(
      await app.db.query('SELECT unread_count, window_expires_at FROM conversations WHERE asset_id = $1', [
        me.assetId,
      ]),
    ).toEqual([
      { unread_count: 0, window_expires_at: null },
      { unread_count: 0, window_expires_at: null },
    ]);
  });

  it('answers to stories and mentions in stories keep the story that they are about', async () => {
    const story = { id: '17870', url: 'https://lookaside.example/story.jpg' };
    await post(
      byPerson({ timestamp: ITEM_TIME, message: { mid: 's1', text: 'Nice', reply_to: { story } } }),
      byPerson({
        timestamp: ITEM_TIME + 1,
        message: {
          mid: 's2',
          attachments: [{ type: 'story_mention', payload: { url: 'https://lookaside.example/mention.jpg' } }],
        },
      }),
      byPerson({
        timestamp: ITEM_TIME + 2,
        message: { mid: 's3', text: 'And this', reply_to: { mid: 's1' } },
      }),
    );
    expect(await here()).toMatchObject([
      { external_id: 's1', type: 'text', context: { story } },
      {
        external_id: 's2',
        type: 'story_mention',
        content: { attachments: [{ payload: { url: 'https://lookaside.example/mention.jpg' } }] },
      },
      { external_id: 's3', context: { message_id: 's1' } },
    ]);
  });

  it('edits and unsent messages change what is stored, also when they come first', async () => {
    await post(byPerson({ timestamp: ITEM_TIME + 9, message: { mid: 'u2', is_deleted: true } }));
    await post(
      byPerson({ timestamp: ITEM_TIME + 5, message_edit: { mid: 'u1', text: 'edited', num_edit: 1 } }),
    );
    await post(
      byPerson({ timestamp: ITEM_TIME, message: { mid: 'u1', text: 'first' } }),
      byPerson({ timestamp: ITEM_TIME + 1, message: { mid: 'u2', text: 'regretted' } }),
    );
    expect(await here()).toMatchObject([
      { external_id: 'u1', message_text: 'edited', revoked_at: null },
      { external_id: 'u2', message_text: null, content: {}, revoked_at: new Date(ITEM_TIME + 9) },
    ]);
    // Sent with every new message, with nothing in it.
    await post({ timestamp: ITEM_TIME + 10, message_edit: { mid: 'u1', num_edit: 0 } });
    expect((await here())[0]).toMatchObject({ message_text: 'edited' });
  });

  it('reactions, postbacks, links and reads each have their place, once', async () => {
    const all = [
      byAccount({ timestamp: ITEM_TIME, message: { mid: 'r1', text: 'Hi', is_echo: true } }),
      byPerson({ timestamp: ITEM_TIME + 1000, read: { mid: 'r1' } }),
      byPerson({
        timestamp: ITEM_TIME + 2000,
        reaction: { mid: 'r1', action: 'react', reaction: 'love', emoji: '❤' },
      }),
      byPerson({
        timestamp: ITEM_TIME + 3000,
        postback: { mid: 'p1', title: 'Prices', payload: 'PRICES' },
      }),
      byPerson({
        timestamp: ITEM_TIME + 4000,
        referral: { ref: 'spring', source: 'ADS', type: 'OPEN_THREAD', ad_id: '9' },
      }),
    ];
    await post(...[...all].reverse());
    await post(...all);
    expect(await here()).toMatchObject([
      { external_id: 'r1', status: 'read' },
      { type: 'reaction', message_text: '❤', context: { message_id: 'r1' } },
      { type: 'postback', external_id: 'p1', content: { title: 'Prices', payload: 'PRICES' } },
      { type: 'referral', content: { ref: 'spring', ad_id: '9' } },
    ]);
  });

  it('the stand-in tells it as Meta does', async () => {
    const control = sandboxOf(app);
    const { userId, messageId } = control.playDirectMessage({
      instagramId: SEED.instagramId,
      from: 'Ana Lee',
      text: 'Hello',
    });
    control.playInboxReply({ instagramId: SEED.instagramId, to: userId, text: 'Good morning' });
    await settled();
    control.playDirectUnsend({ messageId });
    control.playDirectRead({ instagramId: SEED.instagramId, from: userId });
    await settled();
    expect(await here()).toMatchObject([
      { external_id: messageId, message_text: null, direction: 'inbound' },
      { message_text: 'Good morning', direction: 'outbound', status: 'read' },
    ]);
  });
});

describe('what Instagram tells of comments', () => {
  let me: InstagramOwner;
  beforeEach(async () => {
    await forgetEverything();
    me = await anInstagramOwner(app, admin);
  });

  const tell = (value: Json, field = 'comments'): Promise<void> => {
    const delivery = anInstagramChangeDelivery(field, value) as { entry: Json[] };
    return delivered(app, { ...delivery, entry: [{ ...delivery.entry[0], id: SEED.instagramId }] });
  };
  const here = (): Promise<StoredComment[]> => commentsOf(app, me.assetId);

  it('is stored once with author, media and thread, and told once', async () => {
    const value = {
      id: '18001',
      text: 'Which size?',
      from: { id: IGSID, username: 'ana.lee' },
      media: { id: '17901', media_product_type: 'FEED' },
      parent_id: '18000',
    };
    await tell(value);
    await tell(value);
    expect(await here()).toMatchObject([
      {
        external_id: '18001',
        platform: 'instagram',
        post_external_id: '17901',
        parent_external_id: '18000',
        author_id: IGSID,
        author_username: 'ana.lee',
        by_business: false,
        text: 'Which size?',
        commented_at: at(0),
        metadata: { productType: 'FEED' },
      },
    ]);
    expect(await commentEvents(app)).toEqual(['comment.created']);
  });

  it('marks what the account wrote itself and what is said during a live video; the barest is taken, too', async () => {
    await tell({ id: '1', text: 'Thanks', from: { id: SEED.instagramId, username: 'demo.shop' } });
    await tell({ id: '2', text: 'Hello from the stream', media: { id: '17902' } }, 'live_comments');
    await tell({ id: '3', text: 'Old sample' });
    expect(await here()).toMatchObject([
      { external_id: '1', by_business: true },
      { external_id: '2', metadata: { live: true }, post_external_id: '17902' },
      { external_id: '3', author_id: null, post_external_id: null },
    ]);
  });

  it('comes from the stand-in as from Meta', async () => {
    const { id: media } = sandboxOf(app).createInstagramMedia({ instagramId: SEED.instagramId });
    const { commentId } = sandboxOf(app).playComment({ on: media, from: 'Ana Lee', text: 'Nice' });
    await settled();
    expect(await here()).toMatchObject([{ external_id: commentId, post_external_id: media, text: 'Nice' }]);
  });
});

describe('what a Page’s feed tells of comments', () => {
  let assetId: string;
  beforeEach(async () => {
    await forgetEverything();
    const { client } = await anInstagramOwner(app, admin);
    assetId = (await client.post<{ id: string }>(`${PAGES}/${SEED.pageId}/connect`)).body.data.id;
  });

  const change = (verb: string, parts: Json = {}): Json => ({
    item: 'comment',
    verb,
    comment_id: '9_1',
    post_id: `${SEED.pageId}_9`,
    parent_id: `${SEED.pageId}_9`,
    created_time: ENTRY_SECOND - 60,
    from: { id: '77', name: 'Ana Lee' },
    ...parts,
  });
  const tell = (value: Json, offsetSeconds = 0): Promise<void> => {
    const delivery = aFeedDelivery(value) as { entry: Json[] };
    return delivered(app, {
      ...delivery,
      entry: [{ ...delivery.entry[0], id: SEED.pageId, time: ENTRY_SECOND + offsetSeconds }],
    });
  };
  const here = (): Promise<StoredComment[]> => commentsOf(app, assetId);

  it('every verb does its part, in whatever order they come', async () => {
    const verbs: [Json, number][] = [
      [change('add', { message: 'Open?', photo: 'https://scontent.example/1.jpg' }), 0],
      [change('edited', { message: 'Open today?' }), 10],
      [change('hide'), 20],
      [change('unhide'), 25],
      [change('hide'), 30],
    ];
    const orders = [verbs, [...verbs].reverse(), [verbs[2]!, verbs[0]!, verbs[4]!, verbs[3]!, verbs[1]!]];
    for (const order of orders) {
      await app.db.query('DELETE FROM comments');
      for (const [value, offset] of order) await tell(value, offset);
      expect(await here()).toMatchObject([
        {
          external_id: '9_1',
          is_complete: true,
          post_external_id: `${SEED.pageId}_9`,
          parent_external_id: null,
          author_name: 'Ana Lee',
          text: 'Open today?',
          attachment: null,
          commented_at: at(-60),
          edited_at: at(10),
          is_hidden: true,
        },
      ]);
    }
    await tell({ item: 'comment', verb: 'remove', comment_id: '9_1', post_id: `${SEED.pageId}_9` }, 40);
    await tell(change('edited', { message: 'late' }), 35);
    expect(await here()).toMatchObject([{ text: null, removed_at: at(40), author_id: '77' }]);
  });

  it('a comment whose own event was lost is there once an edit tells it, and verbs of nothing are left aside', async () => {
    await tell(change('edited', { message: 'Only this came' }), 10);
    expect(await here()).toMatchObject([{ is_complete: true, text: 'Only this came', edited_at: at(10) }]);
    expect(await commentEvents(app)).toEqual(['comment.created']);
    await tell(change('mute'), 11);
    const [delivery]: { state: string }[] = await app.db.query(
      'SELECT state FROM webhook_deliveries ORDER BY received_at DESC, id DESC LIMIT 1',
    );
    expect(delivery).toMatchObject({ state: 'ignored' });
  });

  it('comes from the stand-in as from Meta, the Page’s own answers among it', async () => {
    const control = sandboxOf(app);
    const { id: post } = control.createPost({ message: 'News', silent: true });
    const { commentId } = control.playComment({ on: post, from: 'Ana Lee', text: 'Nice' });
    const answer = control.playComment({ on: commentId, from: 'Bo', text: 'Indeed' });
    await settled();
    const stored = async (id: string) => (await here()).find(({ external_id }) => external_id === id);
    expect(await stored(commentId)).toMatchObject({
      author_name: 'Ana Lee',
      parent_external_id: null,
      post_external_id: post,
    });
    expect(await stored(answer.commentId)).toMatchObject({
      author_name: 'Bo',
      parent_external_id: commentId,
    });
    control.playCommentChange({ commentId, verb: 'edited', text: 'Very nice' });
    control.playCommentChange({ commentId, verb: 'hide' });
    control.playCommentChange({ commentId: answer.commentId, verb: 'remove' });
    await settled();
    expect(await stored(commentId)).toMatchObject({ text: 'Very nice', is_hidden: true });
    expect(await stored(answer.commentId)).toMatchObject({
      text: null,
      removed_at: expect.any(Date) as unknown,
    });
  });
});
