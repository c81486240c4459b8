import { SEED } from '../../sandbox/world-seed';
import type { AccountId, AssetId } from '../../src/database/ids';
import { type BackfillResult, BackfillRegistry } from '../../src/webhooks/gaps/backfill.registry';
import { GapRepairService } from '../../src/webhooks/gaps/gap-repair.service';
import { SubscriptionCheckService } from '../../src/webhooks/gaps/subscription-check.service';
import type { ApiClient } from '../api-client';
import { PAGES, allProcessed, directMessagesOf } from '../factories/facebook-pages.factory';
import {
  INSTAGRAM_LOGIN_ENV,
  INSTAGRAM_SCOPES,
  type InstagramOwner,
  anInstagramOwner,
  commentEvents,
  commentsOf,
  instagramLogin,
  linkedAccount,
} from '../factories/instagram-accounts.factory';
import { sandboxOf } from '../factories/meta-login';
import { gapsIn } from '../factories/webhook-gaps.factory';
import { type TestApp, startTestApp } from '../test-app';

const MINUTE = 60_000;
const INSTAGRAM = { instagramId: SEED.instagramId };

let app: TestApp;
let admin: ApiClient;
let me: InstagramOwner;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000', ...INSTAGRAM_LOGIN_ENV } });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());

async function begin(login: Parameters<typeof anInstagramOwner>[2] = linkedAccount): Promise<void> {
  // What the test before was told is not to be taken for this one's.
  await settled();
  sandboxOf(app).reset();
  sandboxOf(app).clearFaults();
  for (const table of ['conversations', 'message_keys', 'domain_events'])
    await app.db.query(`DELETE FROM ${table}`);
  await app.db.query('DELETE FROM meta_accounts');
  me = await anInstagramOwner(app, admin, login);
  sandboxOf(app).configure({ delivery: { batchSize: 1 }, messaging: { conversationCallsPerSecond: 0 } });
  sandboxOf(app).clearCalls();
}

const control = () => sandboxOf(app);
const settled = async (): Promise<void> => {
  await control().waitUntilIdle();
  await allProcessed(app);
};
/** All that is registered for the kind, one after another, as the repair of a gap does. */
async function backfill(
  kind: 'page' | 'instagram',
  asset: { assetId: string; metaId: string },
  { from, until }: { from: number; until: number },
): Promise<BackfillResult> {
  const total = { found: 0, stored: 0 };
  const notes: string[] = [];
  for (const each of app.app.get(BackfillRegistry).of(kind)) {
    const { found, stored, note } = await each.backfill({
      accountId: me.accountId as AccountId,
      assetId: asset.assetId as AssetId,
      metaId: asset.metaId,
      from: new Date(from),
      until: new Date(until),
    });
    total.found += found;
    total.stored += stored;
    if (note !== undefined) notes.push(note);
  }
  return notes.length === 0 ? total : { ...total, note: notes.join(' ') };
}
const aroundNow = () => ({ from: control().now() - 30 * MINUTE, until: control().now() + MINUTE });
const instagram = () => ({ assetId: me.assetId, metaId: SEED.instagramId });
const commentIds = async (assetId = me.assetId): Promise<string[]> =>
  (await commentsOf(app, assetId)).map(({ external_id }) => external_id).sort();
const messageIds = async (): Promise<string[]> =>
  (await directMessagesOf(app, me.assetId)).map(({ external_id }) => external_id).sort();
const atMeta = (): string[] =>
  control()
    .directConversations({ ownerId: SEED.instagramId })
    .flatMap(({ messages }) => messages.map(({ id }) => id))
    .sort();

describe.each([
  ['through a Page', linkedAccount],
  ['by Instagram Login', instagramLogin],
])('an outage of Instagram’s webhooks, with an account connected %s', (_, login) => {
  beforeEach(() => begin(login));

  it('is made up for: every message and comment is here once, and late webhooks change nothing', async () => {
    const checks = app.app.get(SubscriptionCheckService);
    await checks.checkAccount(me.accountId as AccountId);
    const { id: media } = control().createInstagramMedia(INSTAGRAM);
    control().playDirectMessage({ ...INSTAGRAM, from: 'Ana Lee', text: 'Told' });
    const known = control().playComment({ on: media, from: 'Ana Lee', text: 'Told, too' });
    await settled();
    expect(await commentIds()).toEqual([known.commentId]);
    expect(await messageIds()).toHaveLength(1);

    control().unsubscribe(login === linkedAccount ? { pageId: SEED.pageId } : INSTAGRAM);
    control().playDirectMessage({ ...INSTAGRAM, from: 'Ana Lee', text: 'Not told' });
    control().playInboxReply({ ...INSTAGRAM, to: 'Ana Lee', text: 'A human answers' });
    control().playDirectMessage({ ...INSTAGRAM, from: 'Bo', attachments: [{ type: 'story_mention' }] });
    const missed = control().playComment({ on: media, from: 'Bo', text: 'Missed' });
    const answer = control().playComment({
      on: known.commentId,
      from: 'Bo',
      text: 'An answer to an old one',
    });
    await settled();
    expect(await messageIds()).toHaveLength(1);
    expect(await commentIds()).toHaveLength(1);

    await checks.checkAccount(me.accountId as AccountId);
    const [gap] = await gapsIn(app);
    await app.app.get(GapRepairService).repair({ accountId: gap!.account_id as AccountId, gapId: gap!.id });
    expect((await gapsIn(app))[0]).toMatchObject({ state: 'repaired', stored_count: 5, note: null });
    expect(await messageIds()).toEqual(atMeta());
    const comments = await commentsOf(app, me.assetId);
    expect(comments).toHaveLength(3);
    for (const { commentId } of [known, missed, answer])
      expect(comments.find(({ external_id }) => external_id === commentId)).toMatchObject({
        post_external_id: media,
        parent_external_id: commentId === answer.commentId ? known.commentId : null,
        author_username: expect.any(String) as unknown,
        by_business: false,
      });
    expect(await commentEvents(app)).toEqual(['comment.created', 'comment.created', 'comment.created']);

    // What was lost comes late after all, and the gap is read once more.
    // People's profiles are read in the meantime.
    const stored = async (): Promise<unknown> =>
      (await directMessagesOf(app, me.assetId)).map((row) => ({ ...row, contact_name: '' }));
    const rows = await stored();
    const bo = control()
      .directConversations({ ownerId: SEED.instagramId })
      .flatMap(({ messages }) => messages);
    for (const message of bo)
      control().playMessaging({
        object: 'instagram',
        ownerId: SEED.instagramId,
        field: 'messages',
        item: {
          sender: { id: message.fromBusiness ? SEED.instagramId : message.userId },
          recipient: { id: message.fromBusiness ? message.userId : SEED.instagramId },
          timestamp: message.createdAt,
          message: {
            mid: message.id,
            text: message.text,
            ...(message.fromBusiness && { is_echo: true }),
          },
        },
      });
    control().playChange({
      object: 'instagram',
      ownerId: SEED.instagramId,
      field: 'comments',
      value: { id: missed.commentId, text: 'Missed', media: { id: media } },
    });
    await settled();
    expect(await backfill('instagram', instagram(), aroundNow())).toEqual({ found: 7, stored: 0 });
    expect(await stored()).toEqual(rows);
    expect(await commentIds()).toHaveLength(3);
    expect(await commentEvents(app)).toHaveLength(3);
  });
});

describe('reading Instagram again', () => {
  beforeEach(() => begin());

  it('goes through all pages of media, comments and answers, and takes only the time of the gap', async () => {
    const media = Array.from({ length: 30 }, () => control().createInstagramMedia(INSTAGRAM).id);
    const now = control().now();
    control().playComment({
      on: media[0]!,
      from: 'Ana',
      text: 'Long ago',
      silent: true,
      createdAt: now - 3_600_000,
    });
    const { commentId: busy } = control().playComment({ on: media[29]!, from: 'Ana', silent: true });
    const expected = [busy];
    for (let count = 0; count < 120; count++)
      expected.push(control().playComment({ on: media[0]!, from: 'Ana', silent: true }).commentId);
    for (let count = 0; count < 70; count++)
      expected.push(control().playComment({ on: busy, from: 'Bo', silent: true }).commentId);
    const first = await backfill('instagram', instagram(), aroundNow());
    expect(first).toEqual({ found: expected.length, stored: expected.length });
    expect(await commentIds()).toEqual(expected.sort());
    expect(await backfill('instagram', instagram(), aroundNow())).toEqual({
      found: expected.length,
      stored: 0,
    });
    // The comments of most media come with the list of media.
    expect(control().calls({ path: /comments$|replies$/ }).length).toBeLessThan(10);
  });

  it('takes the words that a comment has now, and hides what is hidden now', async () => {
    const { id: media } = control().createInstagramMedia(INSTAGRAM);
    const long = control().now() - 10 * MINUTE;
    const { commentId } = control().playComment({
      on: media,
      from: 'Ana',
      text: 'Old words',
      createdAt: long,
    });
    await settled();
    control().playCommentChange({ commentId, verb: 'edited', text: 'New words' });
    control().playCommentChange({ commentId, verb: 'hide' });
    await backfill('instagram', instagram(), aroundNow());
    expect(await commentsOf(app, me.assetId)).toMatchObject([{ text: 'New words', is_hidden: true }]);
    expect(await commentEvents(app)).toEqual(['comment.created', 'comment.updated']);
  });

  it('goes on where Meta stopped it, without doubling', async () => {
    const { id: media } = control().createInstagramMedia(INSTAGRAM);
    for (let count = 0; count < 60; count++) control().playComment({ on: media, from: 'Ana', silent: true });
    control().playDirectMessage({ ...INSTAGRAM, from: 'Ana', text: 'Missed', silent: true });
    control().failNext({ path: '/comments$', code: 613, times: 20 });
    await expect(backfill('instagram', instagram(), aroundNow())).rejects.toMatchObject({
      code: 'META_RATE_LIMITED',
      retryable: true,
    });
    expect(await messageIds()).toEqual(atMeta());
    control().clearFaults();
    expect(await backfill('instagram', instagram(), aroundNow())).toEqual({ found: 61, stored: 60 });
    expect(await commentIds()).toHaveLength(60);
  });

  it('keeps the story that a message answers, or that the account is mentioned in', async () => {
    const story = { id: '17870000000000001', url: 'https://lookaside.example/story.jpg' };
    control().playDirectMessage({ ...INSTAGRAM, from: 'Ana', text: 'Nice', story, silent: true });
    control().playDirectMessage({ ...INSTAGRAM, from: 'Bo', story: { kind: 'mention' }, silent: true });
    await backfill('instagram', instagram(), aroundNow());
    const messages = await directMessagesOf(app, me.assetId);
    expect(messages.find(({ message_text }) => message_text === 'Nice')).toMatchObject({
      context: { story },
    });
    expect(messages.find(({ message_text }) => message_text === null)).toMatchObject({
      type: 'story_mention',
    });
  });

  it('reads conversations no faster than Meta allows', async () => {
    control().configure({ messaging: { conversationCallsPerSecond: 2 } });
    for (let count = 0; count < 120; count++)
      control().playDirectMessage({ ...INSTAGRAM, from: `Person ${count}`, text: 'Hi', silent: true });
    expect(await backfill('instagram', instagram(), aroundNow())).toEqual({ found: 120, stored: 120 });
    expect(await messageIds()).toEqual(atMeta());
  });

  it('has the messages where the permission for comments is missing, and says so', async () => {
    await begin((of, client) =>
      linkedAccount(of, client, {
        scopes: INSTAGRAM_SCOPES.filter((scope) => scope !== 'instagram_manage_comments'),
      }),
    );
    const { id: media } = control().createInstagramMedia(INSTAGRAM);
    control().playComment({ on: media, from: 'Ana', silent: true });
    control().playDirectMessage({ ...INSTAGRAM, from: 'Ana', text: 'Missed', silent: true });
    expect(await backfill('instagram', instagram(), aroundNow())).toEqual({
      found: 1,
      stored: 1,
      note: expect.stringContaining('Comments') as unknown,
    });
  });

  it('is not possible for an account that is no longer connected', async () => {
    await me.client.delete(`/api/meta/instagram/accounts/${SEED.instagramId}`);
    await expect(backfill('instagram', instagram(), aroundNow())).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('reading the comments of a Page again', () => {
  let page: { assetId: string; metaId: string };
  beforeEach(async () => {
    await begin();
    const connected = await me.client.post<{ id: string }>(`${PAGES}/${SEED.pageId}/connect`);
    page = { assetId: connected.body.data.id, metaId: SEED.pageId };
  });

  it('finds those whose webhooks were lost, answers and visitors’ posts among them, once', async () => {
    const post = control().createPost({ message: 'News', silent: true }).id;
    const visit = control().createPost({ message: 'Hello', from: 'Vera', silent: true }).id;
    const known = control().playComment({
      on: post,
      from: 'Ana Lee',
      text: 'Told',
      photoUrl: 'https://a.example/1',
    });
    await settled();
    control().dropWebhooks(2, { ownerId: SEED.pageId });
    const lost = control().playComment({ on: post, from: 'Bo', text: 'Lost' });
    await settled();
    const answer = control().playComment({ on: known.commentId, from: 'Bo', text: 'Lost as well' });
    await settled();
    const visitor = control().playComment({ on: visit, from: 'Ana Lee', silent: true });
    expect(await commentIds(page.assetId)).toEqual([known.commentId]);

    expect(await backfill('page', page, aroundNow())).toEqual({ found: 4, stored: 3 });
    expect(await commentIds(page.assetId)).toEqual(
      [known, lost, answer, visitor].map(({ commentId }) => commentId).sort(),
    );
    const found = await commentsOf(app, page.assetId);
    expect(found.find(({ external_id }) => external_id === answer.commentId)).toMatchObject({
      platform: 'facebook',
      post_external_id: post,
      parent_external_id: known.commentId,
      author_name: 'Bo',
      text: 'Lost as well',
    });
    expect(found.find(({ external_id }) => external_id === known.commentId)).toMatchObject({
      attachment: { url: 'https://a.example/1' },
    });
    expect(await commentEvents(app)).toEqual(Array(4).fill('comment.created'));
    expect(await backfill('page', page, aroundNow())).toEqual({ found: 4, stored: 0 });
    expect(await commentEvents(app)).toHaveLength(4);
  });

  it('reads back to the beginning of the gap and no further', async () => {
    const post = control().createPost({ message: 'News', silent: true }).id;
    const now = control().now();
    for (let count = 0; count < 130; count++)
      control().playComment({
        on: post,
        from: 'Ana',
        silent: true,
        createdAt: now - 60 * MINUTE - count * 1000,
      });
    for (let count = 0; count < 70; count++)
      control().playComment({ on: post, from: 'Ana', silent: true, createdAt: now - count * 1000 });
    expect(await backfill('page', page, { from: now - 30 * MINUTE, until: now + MINUTE })).toEqual({
      found: 70,
      stored: 70,
    });
    expect(control().calls({ path: /_\d+\/comments$/ })).toHaveLength(1);
  });

  it('leaves removed ones removed, and late news of what was read changes nothing', async () => {
    const post = control().createPost({ message: 'News', silent: true }).id;
    const { commentId } = control().playComment({ on: post, from: 'Ana', text: 'First', silent: true });
    control().playCommentChange({ commentId, verb: 'edited', text: 'Second', silent: true });
    await backfill('page', page, aroundNow());
    expect(await commentsOf(app, page.assetId)).toMatchObject([{ text: 'Second' }]);
    control().playCommentChange({ commentId, verb: 'remove' });
    await settled();
    expect(await backfill('page', page, aroundNow())).toEqual({ found: 0, stored: 0 });
    expect(await commentsOf(app, page.assetId)).toMatchObject([
      { text: null, removed_at: expect.any(Date) as unknown },
    ]);
    expect(await commentEvents(app)).toEqual(['comment.created', 'comment.removed']);
  });
});
