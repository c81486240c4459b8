import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, CommentId, ConversationId, MessageId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import type { SentimentLabel } from '../conversation-types';
import { ConversationMoods } from './conversation-moods';
import { MoodAlerts } from './mood-alerts';
import {
  type ConversationKey,
  type LockedConversation,
  type MessageKey,
  type MessageReading,
  type Updated,
  keyOf,
  unique,
} from './stored-mood';

/** What an analyzer says of the text of a comment. */
export interface CommentReading extends Omit<MessageReading, 'messageId' | 'isLive'> {
  commentId: CommentId;
}

interface WrittenRow {
  account_id: AccountId;
  id: MessageId;
  conversation_id: ConversationId;
  previous: SentimentLabel | null;
}

interface CommentRow {
  account_id: AccountId;
  asset_id: AssetId;
  thread_external_id: string | null;
}

/** SQL: somebody has put right what this very text was read as. */
const IS_CORRECTED = (message: string): string => `(${message}.sentiment_corrected_at IS NOT NULL AND EXISTS (
  SELECT FROM sentiment_corrections k
   WHERE k.account_id = ${message}.account_id AND k.message_id = ${message}.id
     AND k.text_digest = sha256(convert_to(${message}.message_text, 'UTF8'))))`;

/**
 * Where what texts say of moods is stored, with all that follows for their conversations. Everything may be done again
 * and in any order: conversations are looked at anew each time.
 */
@Injectable()
export class MessageSentiments {
  constructor(
    private readonly moods: ConversationMoods,
    private readonly alerts: MoodAlerts,
    private readonly outbox: Outbox,
  ) {}

  /** Messages that say something else by now, or were taken back, are left alone; so are those that somebody put right. */
  async apply(tx: EntityManager, readings: readonly MessageReading[]): Promise<void> {
    if (readings.length === 0) return;
    const locked = await this.lockOf(tx, readings);
    await this.noteForCorrected(tx, readings);
    const [written]: Updated<WrittenRow> = await tx.query(
      `UPDATE messages m
          SET sentiment = told.label, confidence = told.confidence, sentiment_score = told.score,
              sentiment_language = told.language, sentiment_model = told.model, sentiment_corrected_by = NULL,
              sentiment_corrected_at = NULL, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::numeric[], $6::real[], $7::text[], $8::text[])
                AS told (account_id, id, text, label, confidence, score, language, model)
         JOIN messages stored USING (account_id, id)
        WHERE m.account_id = told.account_id AND m.id = told.id AND m.message_text = told.text
          AND m.revoked_at IS NULL AND NOT ${IS_CORRECTED('m')}
        RETURNING m.account_id, m.id, m.conversation_id, stored.sentiment AS previous`,
      columnsOfReadings(readings),
    );
    await this.review(tx, locked, written);
    const readingOf = new Map(
      readings.map((reading) => [`${reading.accountId} ${reading.messageId}`, reading]),
    );
    await this.outbox.record(
      tx,
      written.flatMap((row): DomainEvent[] => {
        const reading = readingOf.get(`${row.account_id} ${row.id}`);
        if (reading === undefined || (!reading.isLive && row.previous === reading.label)) return [];
        const { label, confidence, language, model } = reading;
        return [
          {
            kind: 'message.sentiment',
            accountId: row.account_id,
            payload: {
              messageId: row.id,
              conversationId: row.conversation_id,
              label,
              confidence: rounded(confidence),
              language,
              model,
            },
          },
        ];
      }),
    );
  }

  /** In a transaction of its own: comments are locked before their conversations, messages after them. */
  async applyToComments(tx: EntityManager, readings: readonly CommentReading[]): Promise<void> {
    if (readings.length === 0) return;
    const [written]: Updated<CommentRow> = await tx.query(
      `UPDATE comments c
          SET sentiment = told.label, confidence = told.confidence, sentiment_score = told.score,
              sentiment_language = told.language, sentiment_model = told.model
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::numeric[], $6::real[], $7::text[], $8::text[])
                AS told (account_id, id, text, label, confidence, score, language, model)
        WHERE c.account_id = told.account_id AND c.id = told.id AND c.text = told.text AND c.removed_at IS NULL
        RETURNING c.account_id, c.asset_id, c.thread_external_id`,
      columnsOfReadings(readings.map((each) => ({ ...each, messageId: each.commentId }))),
    );
    await this.reviewThreads(tx, written);
  }

  /** Of messages that were taken back, or that have nothing to read any more. What somebody said of them is kept aside. */
  async forget(tx: EntityManager, keys: readonly MessageKey[]): Promise<void> {
    if (keys.length === 0) return;
    const locked = await this.lockOf(tx, keys);
    const [written]: Updated<WrittenRow> = await tx.query(
      `UPDATE messages m
          SET sentiment = NULL, confidence = NULL, sentiment_score = NULL, sentiment_language = NULL,
              sentiment_model = NULL, sentiment_corrected_by = NULL, sentiment_corrected_at = NULL, updated_at = now()
        WHERE (m.account_id, m.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND m.sentiment IS NOT NULL
        RETURNING m.account_id, m.id, m.conversation_id, NULL AS previous`,
      [keys.map(({ accountId }) => accountId), keys.map(({ messageId }) => messageId)],
    );
    await this.review(tx, locked, written);
  }

  /** Like `applyToComments`. */
  async forgetComments(
    tx: EntityManager,
    keys: readonly { accountId: AccountId; commentId: CommentId }[],
  ): Promise<void> {
    if (keys.length === 0) return;
    const [written]: Updated<CommentRow> = await tx.query(
      `UPDATE comments SET sentiment = NULL, confidence = NULL, sentiment_score = NULL, sentiment_language = NULL,
              sentiment_model = NULL
        WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND sentiment IS NOT NULL
        RETURNING account_id, asset_id, thread_external_id`,
      [keys.map(({ accountId }) => accountId), keys.map(({ commentId }) => commentId)],
    );
    await this.reviewThreads(tx, written);
  }

  /** Looks at conversations anew: their messages, or what became of them, are other than they were. */
  async reviewConversations(tx: EntityManager, keys: readonly ConversationKey[]): Promise<void> {
    const wanted = unique(keys);
    const locked = await this.moods.lock(tx, wanted);
    const there = new Set(locked.map(keyOf));
    await this.moods.review(tx, locked);
    await this.alerts.forgetGone(
      tx,
      wanted.filter((key) => !there.has(keyOf(key))),
    );
  }

  /** The conversations that these messages are in, which nobody else changes from now on. */
  async lockOf(tx: EntityManager, keys: readonly MessageKey[]): Promise<LockedConversation[]> {
    const rows: { account_id: AccountId; conversation_id: ConversationId }[] = await tx.query(
      `SELECT DISTINCT m.account_id, m.conversation_id
         FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, id) JOIN messages m USING (account_id, id)`,
      [keys.map(({ accountId }) => accountId), keys.map(({ messageId }) => messageId)],
    );
    return this.moods.lock(
      tx,
      rows.map((row) => ({ accountId: row.account_id, conversationId: row.conversation_id })),
    );
  }

  private async reviewThreads(tx: EntityManager, comments: readonly CommentRow[]): Promise<void> {
    const threads = comments.filter((row) => row.thread_external_id !== null);
    if (threads.length === 0) return;
    const rows: { account_id: AccountId; id: ConversationId }[] = await tx.query(
      `SELECT DISTINCT v.account_id, v.id FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS told (account_id, asset_id, thread)
         JOIN conversations v ON v.account_id = told.account_id AND v.asset_id = told.asset_id
          AND v.comment_thread_id = told.thread AND v.comment_thread_id <> ''`,
      [
        threads.map((row) => row.account_id),
        threads.map((row) => row.asset_id),
        threads.map((row) => row.thread_external_id),
      ],
    );
    const keys = rows.map((row) => ({ accountId: row.account_id, conversationId: row.id }));
    await this.moods.review(tx, await this.moods.lock(tx, keys));
  }

  private async review(
    tx: EntityManager,
    locked: readonly LockedConversation[],
    written: readonly WrittenRow[],
  ): Promise<void> {
    const touched = unique(
      written.map((row) => ({ accountId: row.account_id, conversationId: row.conversation_id })),
    );
    const known = new Set(locked.map(keyOf));
    // Messages that went over into another conversation at this very moment.
    const moved = await this.moods.lock(
      tx,
      touched.filter((key) => !known.has(keyOf(key))),
    );
    const wanted = new Set(touched.map(keyOf));
    await this.moods.review(tx, [...locked.filter((each) => wanted.has(keyOf(each))), ...moved]);
  }

  /** What the analyzer says now of messages that somebody put right: it shows again if they take that back. */
  private async noteForCorrected(tx: EntityManager, readings: readonly MessageReading[]): Promise<void> {
    await tx.query(
      `UPDATE sentiment_corrections k
          SET machine_label = told.label, machine_confidence = told.confidence, machine_score = told.score,
              machine_language = told.language, machine_model = told.model
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::numeric[], $6::real[], $7::text[], $8::text[])
                AS told (account_id, id, text, label, confidence, score, language, model)
        WHERE k.account_id = told.account_id AND k.message_id = told.id
          AND k.text_digest = sha256(convert_to(told.text, 'UTF8'))`,
      columnsOfReadings(readings),
    );
  }
}

function columnsOfReadings(
  readings: readonly (Omit<MessageReading, 'messageId' | 'isLive'> & { messageId: string })[],
): unknown[] {
  return [
    readings.map(({ accountId }) => accountId),
    readings.map(({ messageId }) => messageId),
    readings.map(({ text }) => text),
    readings.map(({ label }) => label),
    readings.map(({ confidence }) => rounded(confidence)),
    readings.map(({ score }) => Math.round(score * 1_000) / 1_000),
    readings.map(({ language }) => language),
    readings.map(({ model }) => model),
  ];
}

/** As the column has it. */
function rounded(confidence: number): number {
  return Math.round(Math.min(Math.max(confidence, 0), 1) * 100) / 100;
}
