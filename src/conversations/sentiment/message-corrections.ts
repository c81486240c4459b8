import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, type ConversationId, type MessageId, type UserId, isUuid } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import type { SentimentLabel } from '../conversation-types';
import { recordActivities } from '../inbox/conversation-activity';
import { MessageSentiments } from './message-sentiments';
import type { MessageKey } from './stored-mood';

/** What somebody said of a message, beside what the analyzer says. */
export interface StoredCorrection {
  accountId: AccountId;
  messageId: MessageId;
  /** Null where the message is gone. */
  conversationId: ConversationId | null;
  /** Null where the message was edited, taken back or removed since. */
  text: string | null;
  label: SentimentLabel;
  machine: { label: SentimentLabel; confidence: number; language: string | null; model: string } | null;
  correctedBy: UserId | null;
  correctedAt: Date;
}

/** Newest first. */
export interface CorrectionSlice {
  limit: number;
  before?: CorrectionPlace | undefined;
  after?: CorrectionPlace | undefined;
}

export interface CorrectionPlace {
  at: Date;
  messageId: string;
}

interface MessageRow {
  conversation_id: ConversationId;
  is_readable: boolean;
  sentiment: SentimentLabel | null;
}

interface CorrectionRow {
  account_id: AccountId;
  message_id: MessageId;
  conversation_id: ConversationId | null;
  text: string | null;
  label: SentimentLabel;
  machine_label: SentimentLabel | null;
  machine_confidence: string | null;
  machine_language: string | null;
  machine_model: string | null;
  corrected_by: UserId | null;
  corrected_at: Date;
}

const SCORES: Record<SentimentLabel, number> = { positive: 1, neutral: 0, negative: -1 };
const FIND = `SELECT account_id FROM messages WHERE account_id = ANY ($1::uuid[]) AND id = $2`;
const DIGEST = `sha256(convert_to(m.message_text, 'UTF8'))`;

/** What people know better than the analyzer. It stays, whatever an analyzer says of the same text later. */
@Injectable()
export class MessageCorrections {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly sentiments: MessageSentiments,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @param accountIds those that the user may use
   * @throws NotFoundError when no such message is in any of them
   * @throws ConflictError for a message that no customer wrote, or that has no text
   */
  async correct(
    accountIds: readonly AccountId[],
    messageId: string,
    by: { label: SentimentLabel; userId: UserId },
  ): Promise<MessageId> {
    const key = await this.find(accountIds, messageId);
    await this.database.transaction(async (tx) => {
      const message = await this.lock(tx, key);
      if (!message.is_readable)
        throw new ConflictError('Only what a customer wrote has a sentiment, as long as it can be read.');
      // What the analyzer said is kept from the first time on; later ones find the message as people see it.
      await tx.query(
        `INSERT INTO sentiment_corrections AS k (account_id, message_id, label, text_digest, machine_label,
                machine_confidence, machine_score, machine_language, machine_model, corrected_by)
         SELECT m.account_id, m.id, $3, ${DIGEST}, m.sentiment, m.confidence, m.sentiment_score, m.sentiment_language,
                m.sentiment_model, $4
           FROM messages m WHERE m.account_id = $1 AND m.id = $2
         ON CONFLICT (account_id, message_id) DO UPDATE SET
           label = excluded.label, corrected_by = excluded.corrected_by, corrected_at = excluded.corrected_at,
           text_digest = excluded.text_digest,
           machine_label = CASE WHEN k.text_digest = excluded.text_digest THEN k.machine_label ELSE excluded.machine_label END,
           machine_confidence = CASE WHEN k.text_digest = excluded.text_digest THEN k.machine_confidence ELSE excluded.machine_confidence END,
           machine_score = CASE WHEN k.text_digest = excluded.text_digest THEN k.machine_score ELSE excluded.machine_score END,
           machine_language = CASE WHEN k.text_digest = excluded.text_digest THEN k.machine_language ELSE excluded.machine_language END,
           machine_model = CASE WHEN k.text_digest = excluded.text_digest THEN k.machine_model ELSE excluded.machine_model END`,
        [key.accountId, key.messageId, by.label, by.userId],
      );
      await tx.query(
        `UPDATE messages SET sentiment = $3, confidence = 1, sentiment_score = $4, sentiment_corrected_by = $5,
                sentiment_corrected_at = now(), updated_at = now()
          WHERE account_id = $1 AND id = $2`,
        [key.accountId, key.messageId, by.label, SCORES[by.label], by.userId],
      );
      await this.tell(tx, key, { message, label: by.label, userId: by.userId, isTakenBack: false });
    });
    return key.messageId;
  }

  /**
   * Takes it back: the message is again what the analyzer says of it.
   * @throws NotFoundError where there is no such message, or nobody has said anything of it
   */
  async takeBack(accountIds: readonly AccountId[], messageId: string, userId: UserId): Promise<MessageId> {
    const key = await this.find(accountIds, messageId);
    await this.database.transaction(async (tx) => {
      const message = await this.lock(tx, key);
      const [written]: [{ sentiment: SentimentLabel | null }[], number] = await tx.query(
        `UPDATE messages m
            SET sentiment = k.machine_label, confidence = k.machine_confidence, sentiment_score = k.machine_score,
                sentiment_language = k.machine_language, sentiment_model = k.machine_model,
                sentiment_corrected_by = NULL, sentiment_corrected_at = NULL, updated_at = now()
           FROM sentiment_corrections k
          WHERE m.account_id = $1 AND m.id = $2 AND k.account_id = m.account_id AND k.message_id = m.id
            AND m.sentiment_corrected_at IS NOT NULL
          RETURNING m.sentiment`,
        [key.accountId, key.messageId],
      );
      const [, removed]: [unknown[], number] = await tx.query(
        'DELETE FROM sentiment_corrections WHERE account_id = $1 AND message_id = $2',
        [key.accountId, key.messageId],
      );
      if (removed === 0) throw new NotFoundError('Nobody has corrected the sentiment of this message.');
      const label = written[0]?.sentiment ?? message.sentiment;
      await this.tell(tx, key, { message, label, userId, isTakenBack: true });
    });
    return key.messageId;
  }

  async page(accountIds: readonly AccountId[], slice: CorrectionSlice): Promise<StoredCorrection[]> {
    if (accountIds.length === 0) return [];
    const isForward = slice.before === undefined && slice.after !== undefined;
    const place = isForward ? slice.after : slice.before;
    const order = isForward ? 'ASC' : 'DESC';
    const rows: CorrectionRow[] = await this.database.query(
      `SELECT k.*, m.conversation_id, CASE WHEN k.text_digest = ${DIGEST} THEN m.message_text END AS text
         FROM sentiment_corrections k LEFT JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id
        WHERE k.account_id = ANY ($1::uuid[])
          ${place === undefined ? '' : `AND (k.corrected_at, k.message_id) ${isForward ? '>' : '<'} ($3, $4)`}
        ORDER BY k.corrected_at ${order}, k.message_id ${order} LIMIT $2`,
      [accountIds, slice.limit, ...(place === undefined ? [] : [place.at, place.messageId])],
    );
    const corrections = rows.map(correctionOf);
    return isForward ? corrections.reverse() : corrections;
  }

  /** All of them, the newest first, a page at a time. */
  async *all(accountIds: readonly AccountId[], pageSize: number): AsyncGenerator<StoredCorrection> {
    let before: CorrectionPlace | undefined;
    for (;;) {
      const page = await this.page(accountIds, { limit: pageSize, before });
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return;
      before = { at: last.correctedAt, messageId: last.messageId };
    }
  }

  private async find(accountIds: readonly AccountId[], messageId: string): Promise<MessageKey> {
    const rows: { account_id: AccountId }[] =
      isUuid(messageId) && accountIds.length > 0
        ? await this.database.query(FIND, [accountIds, messageId])
        : [];
    const [row] = rows;
    if (row === undefined) throw new NotFoundError('There is no such message.');
    return { accountId: row.account_id, messageId: messageId as MessageId };
  }

  private async lock(tx: EntityManager, key: MessageKey): Promise<MessageRow> {
    await this.sentiments.lockOf(tx, [key]);
    const rows: MessageRow[] = await tx.query(
      `SELECT conversation_id, sentiment,
              direction = 'inbound' AND sender_type = 'customer' AND revoked_at IS NULL AND message_text IS NOT NULL
                AS is_readable
         FROM messages WHERE account_id = $1 AND id = $2 FOR UPDATE`,
      [key.accountId, key.messageId],
    );
    const [row] = rows;
    if (row === undefined) throw new NotFoundError('There is no such message.');
    return row;
  }

  private async tell(
    tx: EntityManager,
    { accountId, messageId }: MessageKey,
    told: { message: MessageRow; label: SentimentLabel | null; userId: UserId; isTakenBack: boolean },
  ): Promise<void> {
    const { conversation_id: conversationId, sentiment: previous } = told.message;
    await recordActivities(tx, [
      {
        accountId,
        conversationId,
        actorId: told.userId,
        kind: 'sentiment_corrected',
        payload: { messageId, from: previous, to: told.label, isTakenBack: told.isTakenBack },
      },
    ]);
    await this.sentiments.reviewConversations(tx, [{ accountId, conversationId }]);
    if (told.label === null) return;
    await this.outbox.record(tx, [
      {
        kind: 'message.sentiment',
        accountId,
        payload: {
          messageId,
          conversationId,
          label: told.label,
          confidence: 1,
          language: null,
          model: null,
        },
      },
    ]);
  }
}

function correctionOf(row: CorrectionRow): StoredCorrection {
  return {
    accountId: row.account_id,
    messageId: row.message_id,
    conversationId: row.conversation_id,
    text: row.text,
    label: row.label,
    machine:
      row.machine_label === null
        ? null
        : {
            label: row.machine_label,
            confidence: Number(row.machine_confidence ?? 0),
            language: row.machine_language,
            model: row.machine_model ?? '',
          },
    correctedBy: row.corrected_by,
    correctedAt: row.corrected_at,
  };
}
