import { SEED } from '../../sandbox/world-seed';
import { SERVICE_WINDOW_MS } from '../../src/conversations/conversation-opener';
import type { AccountId, AssetId } from '../../src/database/ids';
import { MessengerBackfill } from '../../src/facebook/messenger/messenger-backfill';
import type { BackfillResult } from '../../src/webhooks/gaps/backfill.registry';
import { GapRepairService } from '../../src/webhooks/gaps/gap-repair.service';
import { SubscriptionCheckService } from '../../src/webhooks/gaps/subscription-check.service';
import type { ApiClient } from '../api-client';
import {
  type PageOwner,
  type StoredDirectMessage,
  aPageOwner,
  allProcessed,
  directMessagesOf,
} from '../factories/facebook-pages.factory';
import { sandboxOf } from '../factories/meta-login';
import { gapEvents, gapsIn } from '../factories/webhook-gaps.factory';
import { type TestApp, startTestApp } from '../test-app';

const MINUTE = 60_000;

let app: TestApp;
let admin: ApiClient;
let me: PageOwner;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000' } });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  // What the test before was told is not to be taken for this one's.
  await settled();
  sandboxOf(app).reset();
  sandboxOf(app).clearFaults();
  await app.db.query('DELETE FROM conversations');
  await app.db.query('DELETE FROM message_keys');
  await app.db.query('DELETE FROM domain_events');
  await app.db.query('DELETE FROM meta_accounts');
  me = await aPageOwner(app, admin);
  sandboxOf(app).configure({ delivery: { batchSize: 1 }, messaging: { conversationCallsPerSecond: 0 } });
});

const control = () => sandboxOf(app);
const settled = async (): Promise<void> => {
  await control().waitUntilIdle();
  await allProcessed(app);
};
const here = (): Promise<StoredDirectMessage[]> => directMessagesOf(app, me.assetId);
/** Meta's ids of everything that stands in the Page's conversations at Meta. */
const there = (): string[] =>
  control()
    .directConversations({ ownerId: SEED.pageId })
    .flatMap(({ messages }) => messages.map(({ id }) => id));
const idsHere = async (): Promise<string[]> => (await here()).map(({ external_id }) => external_id);
const backfill = (from: number, until: number): Promise<BackfillResult> =>
  app.app.get(MessengerBackfill).backfill({
    accountId: me.accountId as AccountId,
    assetId: me.assetId as AssetId,
    metaId: me.pageId,
    from: new Date(from),
    until: new Date(until),
  });
const conversations = async (): Promise<
  { id: string; unread_count: number; last_seq: string; window_expires_at: Date | null }[]
> =>
  // Without what is found out about them later, by lanes of its own.
  app.db.query(
    `SELECT id, contact_id, status, agent_id, last_seq, unread_count, inbound_count, last_message_at, last_message_preview,
            last_inbound_at, window_expires_at
       FROM conversations WHERE asset_id = $1 AND comment_thread_id = '' ORDER BY id`,
    [me.assetId],
  );

describe('an outage of Messenger’s webhooks', () => {
  it('is noticed, subscribed again and made up for: everything that Meta has is here once, and stays so', async () => {
    const checks = app.app.get(SubscriptionCheckService);
    const checkNow = () => checks.checkAccount(me.accountId as AccountId);
    await checkNow();

    const before = control().playDirectMessage({ from: 'Ana Lee', text: 'Told' });
    expect(before.told).toBe(1);
    await settled();
    expect(await here()).toHaveLength(1);

    control().dropWebhooks(1, { ownerId: SEED.pageId });
    control().playDirectMessage({ from: 'Ana Lee', text: 'The webhook was lost' });
    await settled();
    control().unsubscribe({ pageId: SEED.pageId });
    expect(control().playDirectMessage({ from: 'Ana Lee', text: 'Nobody is subscribed' }).told).toBe(0);
    control().playInboxReply({ to: 'Ana Lee', text: 'A human answers' });
    control().playDirectPostback({ from: 'Ana Lee', title: 'Prices', payload: 'PRICES' });
    control().playDirectMessage({ from: 'Ben', attachments: [{ type: 'image' }] });
    await settled();
    expect(await here()).toHaveLength(1);

    // The gap is found and written down while the subscription is put back.
    await checkNow();
    const [gap] = await gapsIn(app);
    expect(gap).toMatchObject({ kind: 'page', cause: 'unsubscribed', asset_id: me.assetId });
    expect(control().playDirectMessage({ from: 'Ben', text: 'Told again' }).told).toBe(1);
    await settled();

    await app.app.get(GapRepairService).repair({ accountId: gap!.account_id as AccountId, gapId: gap!.id });
    const repaired = (await gapsIn(app))[0];
    expect(repaired).toMatchObject({ state: 'repaired', note: null });
    expect(repaired!.found_count).toBeGreaterThanOrEqual(5);
    expect((await idsHere()).sort()).toEqual(there().sort());
    expect(await gapEvents(app)).toMatchObject([
      { kind: 'webhook.gap_found', payload: { repairable: true } },
      { kind: 'webhook.gap_repaired', payload: { assetId: me.assetId } },
    ]);
    const snapshot = await here();
    const counters = await conversations();
    expect(counters.map(({ unread_count }) => unread_count).sort()).toEqual([2, 4]);

    // What was lost comes late, and what came is told again; the gap is read again: nothing changes.
    for (const message of control()
      .directConversations({ ownerId: SEED.pageId })
      .flatMap(({ messages }) => messages))
      control().playMessaging({
        object: 'page',
        ownerId: SEED.pageId,
        field: message.fromBusiness ? 'message_echoes' : 'messages',
        item: {
          sender: { id: message.fromBusiness ? SEED.pageId : message.userId },
          recipient: { id: message.fromBusiness ? message.userId : SEED.pageId },
          timestamp: message.createdAt,
          message: {
            mid: message.id,
            text: message.text,
            ...(message.fromBusiness && { is_echo: true, app_id: 26390203743090 }),
          },
        },
      });
    await settled();
    await backfill(control().now() - 60 * MINUTE, control().now() + MINUTE);
    const unchanging = (messages: StoredDirectMessage[]) =>
      messages.map(({ external_id, seq, status, message_text, type, content }) => [
        external_id,
        seq,
        status,
        message_text,
        type,
        content,
      ]);
    expect(unchanging(await here())).toEqual(unchanging(snapshot));
    expect(await conversations()).toEqual(counters);
  });
});

describe('reading conversations again', () => {
  it('stores what was missed as news: unread, told, with name and content as a webhook would have told it', async () => {
    const now = control().now();
    const { messageId, userId } = control().playDirectMessage({
      from: 'Ana Lee',
      text: 'Anybody there?',
      timestamp: now - 10 * MINUTE,
      silent: true,
    });
    control().playInboxReply({ to: 'Ana Lee', text: 'Yes', timestamp: now - 9 * MINUTE, silent: true });
    control().playDirectMessage({
      from: 'Ana Lee',
      attachments: [{ type: 'image' }],
      timestamp: now - 8 * MINUTE,
      silent: true,
    });
    expect(await backfill(now - 30 * MINUTE, now)).toEqual({ found: 3, stored: 3 });
    expect(await here()).toMatchObject([
      {
        external_id: messageId,
        direction: 'inbound',
        sender_type: 'customer',
        sender_id: userId,
        type: 'text',
        message_text: 'Anybody there?',
        content: { text: 'Anybody there?' },
        status: 'received',
        contact_name: 'Ana Lee',
        metadata: { backfilled: true },
        seq: '1',
      },
      { direction: 'outbound', sender_type: 'app', status: 'sent', message_text: 'Yes', seq: '2' },
      {
        type: 'image',
        content: {
          attachments: [{ type: 'image', payload: { url: expect.stringContaining('http') as unknown } }],
        },
        seq: '3',
      },
    ]);
    const told: unknown[] = await app.db.query(`SELECT 1 FROM domain_events WHERE kind = 'message.created'`);
    expect(told).toHaveLength(3);
    const [conversation] = await conversations();
    expect(conversation).toMatchObject({ unread_count: 2 });
    const expected = now - 8 * MINUTE + SERVICE_WINDOW_MS;
    expect(Math.abs(conversation!.window_expires_at!.getTime() - expected)).toBeLessThan(1_000);
  });

  it('opens no window that is over', async () => {
    const now = control().now();
    const timestamp = now - 3 * SERVICE_WINDOW_MS;
    control().playDirectMessage({ from: 'Ana Lee', text: 'Last week', timestamp, silent: true });
    await backfill(timestamp - MINUTE, now);
    const [conversation] = await conversations();
    expect(conversation!.window_expires_at!.getTime()).toBeLessThan(now);
    expect(conversation).toMatchObject({ unread_count: 1 });
  });

  it('leaves alone what lies outside of the time', async () => {
    const now = control().now();
    const at = (minutes: number, text: string) =>
      control().playDirectMessage({ from: 'Ana Lee', text, timestamp: now - minutes * MINUTE, silent: true });
    at(50, 'before');
    at(20, 'within');
    at(5, 'after');
    control().playDirectMessage({
      from: 'Old',
      text: 'long ago',
      timestamp: now - 90 * MINUTE,
      silent: true,
    });
    expect(await backfill(now - 30 * MINUTE, now - 10 * MINUTE)).toEqual({ found: 1, stored: 1 });
    expect((await here()).map(({ message_text }) => message_text)).toEqual(['within']);
  });

  it('reads pages of conversations until they are too old, within Meta’s limit, and messages only of those that changed', async () => {
    control().configure({ messaging: { conversationCallsPerSecond: 2 } });
    const now = control().now();
    for (let n = 0; n < 230; n++)
      control().playDirectMessage({
        from: `Person ${n}`,
        text: `Hello ${n}`,
        timestamp: now - (n < 70 ? 5 : 600) * MINUTE - n,
        silent: true,
      });
    control().clearCalls();
    expect(await backfill(now - 30 * MINUTE, now)).toEqual({ found: 70, stored: 70 });
    expect(control().calls({ path: /\/conversations$/ })).toHaveLength(3);
    expect(control().calls({ path: /^\/t_[^/]+\/messages$/ })).toHaveLength(70);
    expect(await conversations()).toHaveLength(70);
  });

  it('says what Meta no longer tells, and does not count what is here already', async () => {
    const now = control().now();
    const told = control().playDirectMessage({ from: 'Ana Lee', text: 'Told', timestamp: now - 29 * MINUTE });
    await settled();
    expect(told.told).toBe(1);
    for (let n = 0; n < 25; n++)
      control().playDirectMessage({
        from: 'Ana Lee',
        text: `Message ${n}`,
        timestamp: now - 20 * MINUTE + n * 1_000,
        silent: true,
      });
    const result = await backfill(now - 30 * MINUTE, now);
    expect(result).toMatchObject({ found: 20, stored: 20 });
    expect(result.note).toContain('5 messages');
    expect(await here()).toHaveLength(21);
  });

  it('gives a message that was read meanwhile its status', async () => {
    const now = control().now();
    const { userId } = control().playDirectMessage({
      from: 'Ana Lee',
      text: 'Hi',
      timestamp: now - 9 * MINUTE,
    });
    control().playInboxReply({ to: 'Ana Lee', text: 'Yes', timestamp: now - 8 * MINUTE, silent: true });
    control().playDirectRead({ from: 'Ana Lee' });
    await settled();
    expect(await here()).toHaveLength(1);
    await backfill(now - 30 * MINUTE, now);
    expect((await here()).map(({ status }) => status)).toEqual(['received', 'read']);
    expect(userId).toEqual(expect.any(String));
  });

  it('fails for another attempt when Meta fails in the middle, and goes on without doubling anything', async () => {
    const now = control().now();
    for (const from of ['Ana Lee', 'Ben', 'Cem'])
      control().playDirectMessage({ from, text: 'Hi', timestamp: now - MINUTE, silent: true });
    // All but the first conversation.
    const [first] = control().directConversations({ ownerId: SEED.pageId });
    control().failNext({ path: `^/(?!${first!.id})t_[^/]+/messages$`, code: 2, times: 100 });
    await expect(backfill(now - 30 * MINUTE, now)).rejects.toMatchObject({
      code: 'META_UNAVAILABLE',
      retryable: true,
    });
    control().clearFaults();
    const again = await backfill(now - 30 * MINUTE, now);
    expect(again.found).toBe(3);
    expect(await idsHere()).toHaveLength(3);
  });

  it('is not kept from the others by one conversation that Meta refuses', async () => {
    const now = control().now();
    for (const from of ['Ana Lee', 'Ben', 'Cem'])
      control().playDirectMessage({ from, text: 'Hi', timestamp: now - MINUTE, silent: true });
    const [first] = control().directConversations({ ownerId: SEED.pageId });
    control().failNext({ path: `^/${first!.id}/messages$`, code: 100, subcode: 33, times: 100 });
    const result = await backfill(now - 30 * MINUTE, now);
    expect(result).toMatchObject({ found: 2, stored: 2 });
    expect(result.note).toContain('1 conversation');
  });

  it('fails when Meta refuses all of it', async () => {
    const now = control().now();
    control().playDirectMessage({ from: 'Ana Lee', text: 'Hi', timestamp: now - MINUTE, silent: true });
    control().failNext({ path: '/messages$', code: 100, times: 100 });
    await expect(backfill(now - 30 * MINUTE, now)).rejects.toMatchObject({ code: 'META_REJECTED' });
  });

  it('names the permission that was taken back, and reads nothing of a Page that is no longer connected', async () => {
    const now = control().now();
    control().revokePermission({ permission: 'pages_messaging' });
    await settled();
    await expect(backfill(now - 30 * MINUTE, now)).rejects.toMatchObject({ code: 'META_REAUTH_REQUIRED' });
    expect((await me.client.delete(`/api/meta/facebook/pages/${me.pageId}`)).status).toBe(200);
    await expect(backfill(now - 30 * MINUTE, now)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
