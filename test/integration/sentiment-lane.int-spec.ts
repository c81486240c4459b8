import { MessageStore } from '../../src/conversations/messages/message-store.service';
import { firstIdAt } from '../../src/database/ids';
import { CommentStore } from '../../src/conversations/comments/comment-store.service';
import {
  SentimentRefusedError,
  SentimentUnavailableError,
} from '../../src/sentiment/analysis/sentiment.errors';
import { SentimentScanWorker } from '../../src/sentiment/lane/sentiment-scan.worker';
import { SentimentWorker } from '../../src/sentiment/lane/sentiment.worker';
import type { ApiClient } from '../api-client';
import { aTenant } from '../factories/conversations.factory';
import { eventually } from '../eventually';
import {
  type SentimentTenant,
  SENTIMENT,
  ScriptedAnalyzer,
  aSentimentTenant,
  conversationOf,
  customerWrites,
  eventsOf,
  moodsOf,
  whenRead,
} from '../factories/sentiment.factory';
import { type TestApp, startTestApp } from '../test-app';

const PATIENCE = { timeoutMs: 45_000 };
jest.setTimeout(120_000);

describe('the sentiment of what customers write', () => {
  let app: TestApp;
  let admin: ApiClient;
  let analyzer: ScriptedAnalyzer;
  let tenant: SentimentTenant;

  beforeAll(async () => {
    app = await startTestApp({ env: { SENTIMENT_MESSAGES: 'true' } });
    admin = app.api.as(await app.api.registerAdmin());
    analyzer = new ScriptedAnalyzer(app);
  });
  afterAll(async () => {
    await app.close();
  });
  beforeEach(async () => {
    analyzer.reset();
    tenant = await aSentimentTenant(app, admin);
  });

  const workOf = (): Promise<{ state: string; error: string | null; attempts: number }[]> =>
    app.db.query('SELECT state, error, attempts FROM sentiment_work WHERE account_id = $1 ORDER BY id', [
      tenant.accountId,
    ]);
  const nothingWaits = (): Promise<unknown> => eventually(workOf, (rows) => rows.length === 0, PATIENCE);
  /** What waits for its next try need not. */
  const hurry = async (): Promise<void> => {
    await app.db.query(`UPDATE sentiment_work SET available_at = now() WHERE state = 'pending'`);
    Object.assign(app.app.get(SentimentWorker), { pausedUntil: 0 });
    app.app.get(SentimentWorker).wake();
  };

  it('is read after the message is there, with label, confidence, language and who said so', async () => {
    const [awful, arabic] = await customerWrites(app, tenant, ['This is awful', 'شكرا great']);
    const moods = await whenRead(app, [awful!, arabic!]);
    expect(moods).toMatchObject([
      { sentiment: 'negative', confidence: '0.95', sentiment_score: -0.9, sentiment_language: 'en' },
      { sentiment: 'positive', confidence: '0.90', sentiment_score: 0.9, sentiment_language: 'ar' },
    ]);
    expect(moods[0]?.sentiment_model).toMatch(/./);
    await nothingWaits();
    const told = await eventsOf(app, tenant.accountId, 'message.sentiment');
    expect(told).toHaveLength(2);
    expect(told).toContainEqual(
      expect.objectContaining({ messageId: awful, label: 'negative', confidence: 0.95, language: 'en' }),
    );
    const conversation = await conversationOf(app, tenant.accountId);
    const thread = await tenant.client.get<{ messages: { id: string; sentiment: unknown }[] }>(
      `/api/meta/conversations/${conversation.id}/messages`,
    );
    expect(thread.body.data.messages.find(({ id }) => id === awful)?.sentiment).toEqual({
      label: 'negative',
      confidence: 0.95,
      language: 'en',
      model: moods[0]?.sentiment_model,
      correctedBy: null,
      correctedAt: null,
    });
  });

  it('is only looked for where there is something to read, and where a customer wrote it', async () => {
    const [digits, nothing] = await customerWrites(app, tenant, ['12 345 !!', null, 'great']);
    await customerWrites(app, tenant, ['our own great words'], { direction: 'outbound', senderType: 'app' });
    await customerWrites(app, tenant, ['long ago, great'], { live: false, metadata: { imported: true } });
    const [emoji] = await customerWrites(app, tenant, ['😡']);
    await whenRead(app, [emoji!]);
    await nothingWaits();
    expect((await moodsOf(app, [digits!, nothing!])).map(({ sentiment }) => sentiment)).toEqual([null, null]);
    expect(analyzer.asked.flat().sort()).toEqual(['great', '😡']);
  });

  it('waits while nobody can read, holds nothing up, and comes as soon as somebody can', async () => {
    analyzer.outage = new SentimentUnavailableError('Nobody is there.', 50);
    const ids = await customerWrites(app, tenant, ['awful', 'great']);
    await eventually(workOf, (rows) => rows.some(({ error }) => error === 'Nobody is there.'), PATIENCE);
    expect((await moodsOf(app, ids)).map(({ sentiment }) => sentiment)).toEqual([null, null]);
    const lane = await tenant.client.get<{ pending: number }>(`${SENTIMENT}/lane`);
    expect(lane.body.data.pending).toBe(2);
    analyzer.outage = null;
    await hurry();
    await whenRead(app, ids);
    await nothingWaits();
  });

  it('is missing of a text that is refused, which says why, and of no other one', async () => {
    analyzer.troubles.set('forbidden', new SentimentRefusedError('It may not be read.'));
    const ids = await customerWrites(app, tenant, ['great 1', 'forbidden', 'great 2', 'awful', 'bad']);
    await whenRead(app, [ids[0]!, ids[2]!, ids[3]!, ids[4]!]);
    await eventually(workOf, (rows) => rows.length === 1 && rows[0]?.state === 'failed', PATIENCE);
    expect(await workOf()).toMatchObject([{ state: 'failed', error: 'It may not be read.' }]);
  });

  it('is tried again of a text that breaks the analyzer, for a day, and then given up', async () => {
    analyzer.troubles.set('poison', new TypeError('x is not a function'));
    const [poison, other] = await customerWrites(app, tenant, ['poison', 'great']);
    await whenRead(app, [other!]);
    await eventually(workOf, (rows) => rows.some(({ error }) => error === 'x is not a function'), PATIENCE);
    await app.db.query(`UPDATE sentiment_work SET created_at = now() - interval '25 hours' WHERE id = $1`, [
      poison,
    ]);
    await hurry();
    await eventually(workOf, (rows) => rows[0]?.state === 'dead', PATIENCE);
    const lane = await tenant.client.get(`${SENTIMENT}/lane`);
    expect(lane.body.data).toMatchObject({ dead: 1 });
  });

  it('is found by the sweep where the wake-up was lost, and read again where a process died over it', async () => {
    const [id] = await customerWrites(app, tenant, ['great']);
    await whenRead(app, [id!]);
    await nothingWaits();
    await app.db.query('UPDATE messages SET sentiment = NULL WHERE id = $1', [id]);
    // As a process leaves it that died after it had taken the text.
    await app.db.query(
      `INSERT INTO sentiment_work (account_id, id, message_id, attempts, available_at)
       VALUES ($1, $2, $2, 1, now() + interval '1 second')`,
      [tenant.accountId, id],
    );
    await whenRead(app, [id!]);
    await nothingWaits();
  });

  it('is that of the newest text, whichever is read last', async () => {
    const externalId = 'wamid.edited';
    const [id] = await customerWrites(app, tenant, ['awful'], { externalId });
    await whenRead(app, [id!]);
    const edit = (text: string, second: number): Promise<void> =>
      app.db.transaction((tx) =>
        app.app.get(MessageStore).applyEdits(tx, [
          {
            ...tenant,
            externalId,
            text,
            content: { body: text },
            at: new Date(Date.now() + second * 1_000),
          },
        ]),
      );
    await edit('great', 1);
    await eventually(
      () => moodsOf(app, [id!]),
      ([row]) => row?.sentiment === 'positive',
      PATIENCE,
    );
    await nothingWaits();
    // Nothing to read any more: what was read before must not stand beside it.
    await edit('1234', 2);
    await eventually(
      () => moodsOf(app, [id!]),
      ([row]) => row?.sentiment === null,
      PATIENCE,
    );
    expect(await conversationOf(app, tenant.accountId)).toMatchObject({
      sentiment: null,
      sentiment_score: null,
    });
  });

  it('goes with what is taken back', async () => {
    const externalId = 'wamid.revoked';
    const [id] = await customerWrites(app, tenant, ['awful'], { externalId });
    await whenRead(app, [id!]);
    await app.db.transaction((tx) =>
      app.app.get(MessageStore).applyRevocations(tx, [{ ...tenant, externalId, at: new Date() }]),
    );
    await eventually(
      () => moodsOf(app, [id!]),
      ([row]) => row?.sentiment === null,
      PATIENCE,
    );
    await eventually(
      () => eventsOf(app, tenant.accountId, 'sentiment.recovered'),
      (events) => events.length === 1,
      PATIENCE,
    );
  });

  it('is also that of comments, except our own', async () => {
    const comment = (externalId: string, text: string, byBusiness: boolean) => ({
      accountId: tenant.accountId,
      assetId: tenant.assetId,
      platform: 'facebook' as const,
      externalId,
      postExternalId: '1_2',
      parentExternalId: null,
      author: { id: '7', name: 'Ana', username: null },
      byBusiness,
      text,
      attachment: null,
      isHidden: false,
      at: new Date(),
      asOf: new Date(),
      metadata: {},
    });
    await app.db.transaction((tx) =>
      app.app
        .get(CommentStore)
        .storeArrived(tx, [comment('1_3', 'awful shop', false), comment('1_4', 'great shop', true)]),
    );
    const rows = await eventually(
      (): Promise<{ external_id: string; sentiment: string | null }[]> =>
        app.db.query(
          'SELECT external_id, sentiment FROM comments WHERE account_id = $1 ORDER BY external_id',
          [tenant.accountId],
        ),
      (found) => found[0]?.sentiment === 'negative',
      PATIENCE,
    );
    expect(rows[1]?.sentiment).toBeNull();
    // The thread is a conversation.
    const [thread] = await eventually(
      (): Promise<{ sentiment: string | null; priority: string }[]> =>
        app.db.query(
          `SELECT sentiment, priority FROM conversations WHERE account_id = $1 AND comment_thread_id = '1_3'`,
          [tenant.accountId],
        ),
      ([found]) => found?.sentiment === 'negative',
      PATIENCE,
    );
    expect(thread).toMatchObject({ priority: 'high' });
  });

  it('is also that of imported history, where the settings ask for it', async () => {
    const asking = await startTestApp({ env: { SENTIMENT_HISTORY: 'true' } });
    try {
      const other = await aTenant(asking.db);
      const [id] = await customerWrites(asking, other, ['long ago, great'], {
        live: false,
        metadata: { imported: true },
      });
      // As if it had been imported some minutes ago: what is quite new may still be under way.
      const older = firstIdAt(new Date(Date.now() - 300_000));
      await asking.db.query('UPDATE messages SET id = $2 WHERE id = $1', [id, older]);
      await asking.app.get(SentimentScanWorker).followSetting();
      await eventually(
        () => moodsOf(asking, [older]),
        ([row]) => row?.sentiment === 'positive',
        PATIENCE,
      );
    } finally {
      await asking.close();
    }
  });
});
