import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import type { AccountId, ConversationId, MessageId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import type { ConversationPriority, SentimentLabel, SentimentTrend } from '../conversation-types';
import { type ConversationMood, type MessageMood, moodOf } from './conversation-mood';
import { type ReviewedConversation, MoodAlerts } from './mood-alerts';
import { type ConversationKey, type LockedConversation, type Updated, columnsOf, keyOf } from './stored-mood';

/** A customer's messages that count. */
const MESSAGES_COUNTED = 12;
/** Messages of whatever kind that are looked at for them, so that a long thread without any costs no more. */
const MESSAGES_LOOKED_AT = 200;

interface ConversationRow {
  account_id: AccountId;
  id: ConversationId;
  status: LockedConversation['status'];
  priority: ConversationPriority;
  sentiment: SentimentLabel | null;
  sentiment_score: number | null;
  sentiment_trend: SentimentTrend | null;
}

interface MoodRow {
  account_id: AccountId;
  conversation_id: ConversationId;
  id: MessageId;
  timestamp: Date;
  sentiment: SentimentLabel;
  confidence: string | null;
  sentiment_score: number | null;
  is_corrected: boolean;
}

/** Says of conversations what their latest messages say of them. */
@Injectable()
export class ConversationMoods {
  constructor(
    private readonly config: AppConfig,
    private readonly alerts: MoodAlerts,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Before their messages, as everything does that touches both, and in the order in which messages that arrive lock them
   * (ConversationOpener): in another one, each would wait for the other. Those that are gone are left out.
   */
  async lock(tx: EntityManager, keys: readonly ConversationKey[]): Promise<LockedConversation[]> {
    if (keys.length === 0) return [];
    const rows: ConversationRow[] = await tx.query(
      `SELECT account_id, id, status, priority, sentiment, sentiment_score, sentiment_trend FROM conversations
        WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        ORDER BY group_id <> '', account_id, asset_id, contact_id, group_id COLLATE "C", id FOR NO KEY UPDATE`,
      columnsOf(keys),
    );
    return rows.map((row) => ({
      accountId: row.account_id,
      conversationId: row.id,
      status: row.status,
      priority: row.priority,
      sentiment: row.sentiment,
      score: row.sentiment_score,
      trend: row.sentiment_trend,
    }));
  }

  /** Reads the latest messages of each, and stores and tells what follows. Doing so again changes nothing. */
  async review(tx: EntityManager, conversations: readonly LockedConversation[]): Promise<void> {
    if (conversations.length === 0) return;
    const messages = await this.latest(tx, conversations);
    const reviewed = conversations.map((conversation): ReviewedConversation => {
      const own = messages.get(keyOf(conversation)) ?? [];
      const mood = moodOf(own, this.config.env.SENTIMENT_ALERT_CONFIDENCE);
      return { conversation, mood, latestAt: own.at(-1)?.at ?? null };
    });
    await this.store(tx, reviewed);
    await this.alerts.follow(tx, reviewed);
  }

  /** Oldest first. */
  private async latest(
    tx: EntityManager,
    conversations: readonly LockedConversation[],
  ): Promise<Map<string, MessageMood[]>> {
    const rows: MoodRow[] = await tx.query(
      `SELECT c.account_id, c.id AS conversation_id, m.*
         FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, id)
         JOIN conversations c USING (account_id, id)
        CROSS JOIN LATERAL (
          (SELECT id, "timestamp", sentiment, confidence, sentiment_score, sentiment_corrected_at IS NOT NULL AS is_corrected
             FROM (SELECT * FROM messages
                    WHERE account_id = c.account_id AND conversation_id = c.id
                    ORDER BY "timestamp" DESC, id DESC LIMIT ${MESSAGES_LOOKED_AT}) looked_at
            WHERE direction = 'inbound' AND sender_type = 'customer' AND sentiment IS NOT NULL
            ORDER BY "timestamp" DESC, id DESC LIMIT ${MESSAGES_COUNTED})
          UNION ALL
          -- Of a thread of comments these are its messages.
          (SELECT id, commented_at, sentiment, confidence, sentiment_score, false
             FROM (SELECT * FROM comments
                    WHERE c.comment_thread_id <> '' AND account_id = c.account_id AND asset_id = c.asset_id
                      AND thread_external_id = c.comment_thread_id
                    ORDER BY commented_at DESC, id DESC LIMIT ${MESSAGES_LOOKED_AT}) looked_at
            WHERE NOT by_business AND sentiment IS NOT NULL
            ORDER BY commented_at DESC, id DESC LIMIT ${MESSAGES_COUNTED})) m
        ORDER BY m."timestamp", m.id`,
      columnsOf(conversations),
    );
    const found = new Map<string, MessageMood[]>();
    for (const row of rows) {
      const key = keyOf({ accountId: row.account_id, conversationId: row.conversation_id });
      const mood: MessageMood = {
        id: row.id,
        at: row.timestamp,
        label: row.sentiment,
        confidence: Number(row.confidence ?? 0),
        score: row.sentiment_score ?? 0,
        isCorrected: row.is_corrected,
      };
      const own = found.get(key);
      if (own === undefined) found.set(key, [mood]);
      else own.push(mood);
    }
    return found;
  }

  private async store(tx: EntityManager, reviewed: readonly ReviewedConversation[]): Promise<void> {
    const moods = reviewed.map(({ mood }) => mood);
    const [changed]: Updated<{ account_id: AccountId; id: ConversationId }> = await tx.query(
      `UPDATE conversations c
          SET sentiment = told.sentiment, sentiment_score = told.score, sentiment_trend = told.trend, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::real[], $5::text[])
                AS told (account_id, id, sentiment, score, trend)
        WHERE c.account_id = told.account_id AND c.id = told.id
          AND (c.sentiment, c.sentiment_score, c.sentiment_trend) IS DISTINCT FROM (told.sentiment, told.score, told.trend)
        RETURNING c.account_id, c.id`,
      [
        ...columnsOf(reviewed.map(({ conversation }) => conversation)),
        moods.map(({ sentiment }) => sentiment),
        moods.map(({ score }) => score),
        moods.map(({ trend }) => trend),
      ],
    );
    const written = new Set(
      changed.map((row) => keyOf({ accountId: row.account_id, conversationId: row.id })),
    );
    // The score moves with every message, and they are told of anyhow: of the words that people see, they are told here.
    await this.outbox.record(
      tx,
      reviewed
        .filter(({ conversation, mood }) => written.has(keyOf(conversation)) && isSeen(conversation, mood))
        .map(({ conversation: { accountId, conversationId } }) => ({
          kind: 'conversation.updated' as const,
          accountId,
          payload: { conversationId, changed: ['sentiment'] },
        })),
    );
  }
}

function isSeen(before: LockedConversation, after: ConversationMood): boolean {
  return before.sentiment !== after.sentiment || before.trend !== after.trend;
}
