import { MessageStore } from '../../src/conversations/messages/message-store.service';
import type { AccountId, MessageId } from '../../src/database/ids';
import { SentimentAnalyzer, type SentimentResult } from '../../src/sentiment/analysis/sentiment-analyzer';
import type { ApiClient, TestUser } from '../api-client';
import { eventually } from '../eventually';
import type { TestApp } from '../test-app';
import { type Tenant, aTenant, anArrivedMessage } from './conversations.factory';

export const SENTIMENT = '/api/meta/sentiment';

/** A user with an account of their own. */
export interface SentimentTenant extends Tenant {
  user: TestUser;
  client: ApiClient;
}

export async function aSentimentTenant(
  app: TestApp,
  admin: ApiClient,
  role: 'admin' | 'agent' = 'admin',
): Promise<SentimentTenant> {
  const tenant = await aTenant(app.db);
  const user = await admin.createUser(role);
  await app.db.query(
    `INSERT INTO account_members (account_id, user_id, role, account_name) VALUES ($1, $2, 'owner', 'Mine')`,
    [tenant.accountId, user.id],
  );
  return { ...tenant, user, client: app.api.as(user) };
}

/** Reads by words that nobody could misunderstand, and notes what it was asked for. */
export class ScriptedAnalyzer {
  asked: string[][] = [];
  /** Thrown for every question while it is set. */
  outage: Error | null = null;
  /** Thrown where the texts have one with this word in it. */
  troubles = new Map<string, Error>();
  private readonly spy: jest.SpyInstance;

  constructor(app: TestApp) {
    this.spy = jest
      .spyOn(app.app.get(SentimentAnalyzer), 'analyze')
      .mockImplementation((texts) => this.analyze(texts));
  }

  reset(): void {
    this.asked = [];
    this.outage = null;
    this.troubles.clear();
  }

  restore(): void {
    this.spy.mockRestore();
  }

  private async analyze(texts: readonly string[]): Promise<SentimentResult[]> {
    await Promise.resolve();
    this.asked.push([...texts]);
    if (this.outage !== null) throw this.outage;
    for (const [word, error] of this.troubles) if (texts.some((text) => text.includes(word))) throw error;
    return texts.map(resultOf);
  }
}

function resultOf(text: string): SentimentResult {
  const language = /[\u0600-\u06ff]/.test(text) ? 'ar' : 'en';
  if (text.includes('awful')) return { label: 'negative', confidence: 0.95, score: -0.9, language };
  if (text.includes('bad')) return { label: 'negative', confidence: 0.6, score: -0.5, language };
  if (text.includes('great')) return { label: 'positive', confidence: 0.9, score: 0.9, language };
  return { label: 'neutral', confidence: 0.7, score: 0, language };
}

let second = 0;

/** Texts of one customer, in this order, a second apart; the latest is from just now. */
export async function customerWrites(
  app: TestApp,
  tenant: Tenant,
  texts: readonly (string | null)[],
  changes: Partial<Parameters<typeof anArrivedMessage>[1]> = {},
): Promise<MessageId[]> {
  const base = Date.now() - 3_600_000;
  const messages = texts.map((text) => {
    second += 1;
    return anArrivedMessage(tenant, { text, at: new Date(base + second * 1_000), ...changes });
  });
  await app.db.transaction((tx) => app.app.get(MessageStore).storeArrived(tx, messages));
  const rows: { message_id: MessageId; external_id: string }[] = await app.db.query(
    'SELECT message_id, external_id FROM message_keys WHERE account_id = $1 AND external_id = ANY ($2)',
    [tenant.accountId, messages.map(({ externalId }) => externalId)],
  );
  const idOf = new Map(rows.map((row) => [row.external_id, row.message_id]));
  return messages.map(({ externalId }) => {
    const id = idOf.get(externalId);
    if (id === undefined) throw new Error('A message was not stored.');
    return id;
  });
}

export interface MoodRow {
  id: string;
  sentiment: string | null;
  confidence: string | null;
  sentiment_score: number | null;
  sentiment_language: string | null;
  sentiment_model: string | null;
}

export async function moodsOf(app: TestApp, ids: readonly string[]): Promise<MoodRow[]> {
  return app.db.query(
    `SELECT m.id, sentiment, confidence, sentiment_score, sentiment_language, sentiment_model
       FROM unnest($1::uuid[]) WITH ORDINALITY AS told (id, place) JOIN messages m USING (id) ORDER BY place`,
    [ids],
  );
}

/** Once all of them are read. */
export async function whenRead(app: TestApp, ids: readonly string[]): Promise<MoodRow[]> {
  return eventually(
    () => moodsOf(app, ids),
    (rows) => rows.length === ids.length && rows.every(({ sentiment }) => sentiment !== null),
    { timeoutMs: 45_000 },
  );
}

export interface ConversationRow {
  id: string;
  sentiment: string | null;
  sentiment_score: number | null;
  sentiment_trend: string | null;
  priority: string;
  status: string;
}

export async function conversationOf(app: TestApp, accountId: AccountId): Promise<ConversationRow> {
  const rows: ConversationRow[] = await app.db.query(
    `SELECT id, sentiment, sentiment_score, sentiment_trend, priority, status FROM conversations
      WHERE account_id = $1 ORDER BY id DESC LIMIT 1`,
    [accountId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('There is no conversation.');
  return row;
}

export async function eventsOf(
  app: TestApp,
  accountId: AccountId,
  kind: string,
): Promise<Record<string, unknown>[]> {
  const rows: { payload: Record<string, unknown> }[] = await app.db.query(
    'SELECT payload FROM domain_events WHERE account_id = $1 AND kind = $2 ORDER BY id',
    [accountId, kind],
  );
  return rows.map(({ payload }) => payload);
}
