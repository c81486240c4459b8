import * as fc from 'fast-check';
import { MessageSentiments } from '../../src/conversations/sentiment/message-sentiments';
import type { MessageReading } from '../../src/conversations/sentiment/stored-mood';
import type { MessageId } from '../../src/database/ids';
import { SentimentUnavailableError } from '../../src/sentiment/analysis/sentiment.errors';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  type ConversationRow,
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
const NOTIFICATIONS = '/api/meta/notifications';
jest.setTimeout(180_000);

interface NotificationView {
  kind: string;
  occurrences: number;
  resolvedAt: string | null;
  payload: Record<string, unknown>;
}

describe('the mood of a conversation', () => {
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

  const conversation = (): Promise<ConversationRow> => conversationOf(app, tenant.accountId);
  const say = async (...texts: string[]): Promise<MessageId[]> => {
    const ids: MessageId[] = [];
    // One after the other, as people write.
    for (const text of texts) {
      const [id] = await customerWrites(app, tenant, [text]);
      await whenRead(app, [id!]);
      ids.push(id!);
    }
    return ids;
  };
  const told = (kind: string): Promise<Record<string, unknown>[]> => eventsOf(app, tenant.accountId, kind);
  const activities = async (): Promise<{ kind: string; payload: Record<string, unknown> }[]> =>
    app.db.query('SELECT kind, payload FROM conversation_activities WHERE account_id = $1 ORDER BY id', [
      tenant.accountId,
    ]);
  const notifications = async (): Promise<NotificationView[]> =>
    (await tenant.client.get<{ notifications: NotificationView[] }>(`${NOTIFICATIONS}?kind=sentiment.alert`))
      .body.data.notifications;
  const close = async (): Promise<void> => {
    const { id } = await conversation();
    const answer = await tenant.client.patch(`/api/meta/conversations/${id}`, { status: 'closed' });
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
  };

  it('follows what the customer writes, and not what we answer', async () => {
    await say('great', 'great', 'bad');
    await customerWrites(app, tenant, ['awful news for you'], { direction: 'outbound', senderType: 'app' });
    await say('bad', 'bad');
    expect(await conversation()).toMatchObject({ sentiment: 'negative', sentiment_trend: 'worsening' });
    await say('great', 'great', 'great');
    expect(await conversation()).toMatchObject({ sentiment: 'positive', sentiment_trend: 'improving' });
    const listed = await tenant.client.get<{ conversations: Record<string, unknown>[] }>(
      '/api/meta/conversations?sentiment=positive',
    );
    expect(listed.body.data.conversations).toMatchObject([
      { sentiment: { label: 'positive', trend: 'improving' } },
    ]);
  });

  it('comes out alike in whatever order and however often the messages are read', async () => {
    analyzer.outage = new SentimentUnavailableError('Not in this test.', 50);
    const texts = ['great', 'so so', 'bad', 'awful', 'great', 'bad', 'great'];
    const ids = await customerWrites(app, tenant, texts);
    const scores: Record<string, [MessageReading['label'], number]> = {
      great: ['positive', 0.9],
      'so so': ['neutral', 0],
      bad: ['negative', -0.5],
      awful: ['negative', -0.9],
    };
    const reading = (index: number): MessageReading => {
      const text = texts[index]!;
      const [label, score] = scores[text]!;
      return {
        accountId: tenant.accountId,
        messageId: ids[index]!,
        text,
        label,
        score,
        confidence: 0.6,
        language: 'en',
        model: 'm',
        isLive: true,
      };
    };
    const apply = (indices: readonly number[]): Promise<void> =>
      app.db.transaction((tx) => app.app.get(MessageSentiments).apply(tx, indices.map(reading)));
    const all = texts.map((_, index) => index);
    await apply(all);
    const { sentiment, sentiment_score, sentiment_trend } = await conversation();
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...all, ...all], { minLength: 14, maxLength: 14 }),
        fc.integer({ min: 1, max: 4 }),
        async (order, size) => {
          await app.db.query('UPDATE messages SET sentiment = NULL WHERE account_id = $1', [
            tenant.accountId,
          ]);
          for (let from = 0; from < order.length; from += size) await apply(order.slice(from, from + size));
          expect(await conversation()).toMatchObject({ sentiment, sentiment_score, sentiment_trend });
        },
      ),
      { numRuns: 12 },
    );
  });

  it('calls people once to a customer who is angry, raises the priority, and says when it is over', async () => {
    const [id] = await say('awful');
    expect(await conversation()).toMatchObject({ priority: 'high', sentiment: 'negative' });
    expect(await told('sentiment.alert')).toMatchObject([
      { messageId: id, reason: 'strong', confidence: 0.95 },
    ]);
    await say('awful', 'awful', 'bad');
    expect(await told('sentiment.alert')).toHaveLength(1);
    expect(await conversation()).toMatchObject({ priority: 'urgent' });
    expect(await activities()).toMatchObject([
      { kind: 'priority_changed', payload: { from: 'normal', to: 'high', reason: 'sentiment' } },
      { kind: 'priority_changed', payload: { from: 'high', to: 'urgent', reason: 'sentiment' } },
    ]);
    const open = await eventually(notifications, (found) => found.length === 1, PATIENCE);
    expect(open).toMatchObject([{ occurrences: 1, resolvedAt: null }]);
    await say('great', 'great', 'great');
    expect(await told('sentiment.recovered')).toMatchObject([{ reason: 'calm' }]);
    await eventually(notifications, (found) => found[0]?.resolvedAt != null, PATIENCE);
    // Another time.
    await say('awful');
    expect(await told('sentiment.alert')).toHaveLength(2);
  });

  it('is over when the conversation is closed', async () => {
    await say('awful');
    await eventually(notifications, (found) => found.length === 1, PATIENCE);
    await close();
    await eventually(
      () => told('sentiment.recovered'),
      (events) => events.length === 1,
      PATIENCE,
    );
    expect(await told('sentiment.recovered')).toMatchObject([{ reason: 'closed' }]);
    await eventually(notifications, (found) => found[0]?.resolvedAt != null, PATIENCE);
  });

  it('leaves a priority alone that an agent has set since', async () => {
    await say('awful');
    const { id } = await conversation();
    expect((await tenant.client.patch(`/api/meta/conversations/${id}`, { priority: 'low' })).status).toBe(
      200,
    );
    await say('awful');
    expect(await conversation()).toMatchObject({ priority: 'low' });
  });

  it('counts what somebody put right, for ever, whatever is read later', async () => {
    const [id] = await say('bad');
    const corrected = await tenant.client.put(`${SENTIMENT}/messages/${id}`, { label: 'positive' });
    expect(corrected.body.data).toMatchObject({
      id,
      sentiment: { label: 'positive', confidence: 1, correctedBy: tenant.user.id },
    });
    expect(await conversation()).toMatchObject({ sentiment: 'positive' });
    expect(await activities()).toMatchObject([
      { kind: 'sentiment_corrected', payload: { messageId: id, from: 'negative', to: 'positive' } },
    ]);
    // By another model.
    await app.db.query(`UPDATE messages SET sentiment_model = 'older' WHERE id = $1`, [id]);
    const started = await tenant.client.post<{ id: string }>(`${SENTIMENT}/reanalyze`, {});
    expect(started.status).toBe(202);
    await eventually(
      () => tenant.client.get<{ state: string }>(`${SENTIMENT}/reanalyses/${started.body.data.id}`),
      ({ body }) => body.data.state === 'completed',
      PATIENCE,
    );
    await eventually(
      (): Promise<unknown[]> =>
        app.db.query('SELECT 1 FROM sentiment_work WHERE account_id = $1', [tenant.accountId]),
      (rows) => rows.length === 0,
      PATIENCE,
    );
    expect(await moodsOf(app, [id!])).toMatchObject([{ sentiment: 'positive' }]);
    const taken = await tenant.client.delete(`${SENTIMENT}/messages/${id}`);
    expect(taken.body.data).toMatchObject({
      sentiment: { label: 'negative', confidence: 0.6, correctedBy: null, correctedAt: null },
    });
    expect(await conversation()).toMatchObject({ sentiment: 'negative' });
    expect((await tenant.client.delete(`${SENTIMENT}/messages/${id}`)).status).toBe(404);
  });

  it('lists and gives out what was put right, newest first, and to nobody else', async () => {
    const [first, second, third] = await say('bad 1', 'bad 2', '=great');
    for (const [id, label] of [
      [first, 'neutral'],
      [second, 'positive'],
      [third, 'negative'],
    ] as const)
      expect((await tenant.client.put(`${SENTIMENT}/messages/${id}`, { label })).status).toBe(200);
    interface Page {
      corrections: { messageId: string; text: string; label: string; machine: { label: string } }[];
      pagination: { before: string | null; after: string | null };
    }
    const page = (await tenant.client.get<Page>(`${SENTIMENT}/corrections?limit=2`)).body.data;
    expect(page.corrections).toMatchObject([
      {
        messageId: third,
        text: '=great',
        label: 'negative',
        machine: { label: 'positive' },
        correctedBy: tenant.user.id,
      },
      { messageId: second, label: 'positive', machine: { label: 'negative' } },
    ]);
    const rest = (
      await tenant.client.get<Page>(`${SENTIMENT}/corrections?limit=2&before=${page.pagination.before}`)
    ).body.data;
    expect(rest.corrections.map(({ messageId }) => messageId)).toEqual([first]);
    const newer = (await tenant.client.get<Page>(`${SENTIMENT}/corrections?after=${rest.pagination.after}`))
      .body.data;
    expect(newer.corrections.map(({ messageId }) => messageId)).toEqual([third, second]);
    const lines = (await tenant.client.raw(`${SENTIMENT}/corrections/export`, {})).text.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { text: '=great', label: 'negative' },
      { text: 'bad 2' },
      { text: 'bad 1' },
    ]);
    const csv = (await tenant.client.raw(`${SENTIMENT}/corrections/export?format=csv`, {})).text;
    expect(csv).toContain(`\r\n'=great,negative,positive,`);

    const stranger = await aSentimentTenant(app, admin);
    expect((await stranger.client.put(`${SENTIMENT}/messages/${first}`, { label: 'neutral' })).status).toBe(
      404,
    );
    expect((await stranger.client.delete(`${SENTIMENT}/messages/${first}`)).status).toBe(404);
    expect((await stranger.client.get<Page>(`${SENTIMENT}/corrections`)).body.data.corrections).toEqual([]);
    expect((await stranger.client.raw(`${SENTIMENT}/corrections/export`, {})).text).toBe('');
    for (const path of ['corrections', 'corrections/export', 'reanalyses'])
      expect((await stranger.client.get(`${SENTIMENT}/${path}?accountId=${tenant.accountId}`)).status).toBe(
        404,
      );
    const foreign = await stranger.client.post(`${SENTIMENT}/reanalyze`, { accountId: tenant.accountId });
    expect(foreign.status).toBe(404);
  });

  it('takes no label that it does not know, and none for what we wrote ourselves', async () => {
    const [id] = await say('bad');
    const [own] = await customerWrites(app, tenant, ['ours'], { direction: 'outbound', senderType: 'app' });
    expect((await tenant.client.put(`${SENTIMENT}/messages/${id}`, { label: 'angry' })).status).toBe(400);
    expect((await tenant.client.put(`${SENTIMENT}/messages/${own}`, { label: 'neutral' })).status).toBe(409);
  });

  it('is read again as often as it is asked for, one at a time, with all that another model had read', async () => {
    const ids = await say('bad', 'great');
    await app.db.query(
      `UPDATE messages SET sentiment_model = 'older', sentiment = 'neutral' WHERE account_id = $1`,
      [tenant.accountId],
    );
    const started = await tenant.client.post<{ id: string }>(`${SENTIMENT}/reanalyze`, {
      since: '2026-01-01',
    });
    expect(started.status).toBe(202);
    await eventually(
      () => moodsOf(app, ids),
      (rows) => rows.every(({ sentiment }) => sentiment !== 'neutral'),
      PATIENCE,
    );
    const seen = await eventually(
      () => tenant.client.get(`${SENTIMENT}/reanalyses/${started.body.data.id}`),
      ({ body }) => body.data.state === 'completed',
      PATIENCE,
    );
    expect(seen.body.data).toMatchObject({ queued: 2 });
    const stranger = await aSentimentTenant(app, admin);
    expect((await stranger.client.get(`${SENTIMENT}/reanalyses/${started.body.data.id}`)).status).toBe(404);
    expect(
      (await stranger.client.post(`${SENTIMENT}/reanalyses/${started.body.data.id}/cancel`)).status,
    ).toBe(404);
  });
});
