import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, AssetId, ContactId, ConversationId, MessageId, UserId } from '../../database/ids';
import { isUuid } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import type {
  MessageError,
  MessageStatus,
  Platform,
  SenderType,
  SentimentLabel,
} from '../conversation-types';
import { type MessageMedia, MessageMediaReaders } from '../message-media';
import type { PagePosition } from '../page-position';
import type { MessageSentiment, MessageWithHistory, StatusTransition, StoredMessage } from './stored-message';

export interface MessageRow {
  id: MessageId;
  account_id: AccountId;
  conversation_id: ConversationId;
  asset_id: AssetId;
  contact_id: ContactId | null;
  platform: Platform;
  direction: 'inbound' | 'outbound';
  sender_type: SenderType;
  sender_id: string | null;
  type: string;
  message_text: string | null;
  content: Record<string, unknown>;
  context: Record<string, unknown> | null;
  metadata: Record<string, unknown>;
  external_id: string | null;
  status: MessageStatus;
  error: MessageError | null;
  sentiment: SentimentLabel | null;
  /** A numeric, so text in JavaScript. */
  confidence: string | null;
  sentiment_language: string | null;
  sentiment_model: string | null;
  sentiment_corrected_by: UserId | null;
  sentiment_corrected_at: Date | null;
  seq: string;
  timestamp: Date;
  edited_at: Date | null;
  revoked_at: Date | null;
  created_at: Date;
}

/** In a list made by PostgreSQL instants are text. */
type StatusRow = Omit<StatusTransition, 'at'> & { at: string };

/** The order of a message's life. */
const LIFE = `ARRAY['queued', 'unknown', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played']`;

@Injectable()
export class MessagesService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly media: MessageMediaReaders,
  ) {}

  /** @throws NotFoundError when no such message is in any of the accounts */
  async getWithHistory(accountIds: readonly AccountId[], id: string): Promise<MessageWithHistory> {
    const rows: (MessageRow & { statuses: StatusRow[] | null })[] =
      isUuid(id) && accountIds.length > 0
        ? await this.database.query(
            // In one statement, that is as of one instant: a status committed between two would be in the history, and
            // not in the message.
            `SELECT m.*, history.statuses FROM messages m
              CROSS JOIN LATERAL (
                SELECT json_agg(json_build_object('status', s.status, 'at', s.at, 'participant', s.participant,
                                                  'error', s.error, 'details', s.details)
                                ORDER BY array_position(${LIFE}, s.status), s.at) AS statuses
                  FROM message_statuses s WHERE s.account_id = m.account_id AND s.message_id = m.id) AS history
              WHERE m.account_id = ANY($1) AND m.id = $2`,
            [accountIds, id],
          )
        : [];
    const [row] = rows;
    if (row === undefined) throw new NotFoundError('There is no such message.');
    const [message] = await this.withMedia([row]);
    if (message === undefined) throw new Error('A message that was found is missing.');
    const statuses = (row.statuses ?? []).map(({ at, ...status }) => ({ ...status, at: new Date(at) }));
    return { message, statuses };
  }

  /**
   * Records that a customer's message was marked as read at the platform, where everything before it counts as read too.
   * The conversation's unread count becomes what came after it.
   */
  async recordRead({ accountId, conversationId, at }: StoredMessage, readAt: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      // First the conversation, as everything does that touches both.
      await tx.query('SELECT 1 FROM conversations WHERE account_id = $1 AND id = $2 FOR UPDATE', [
        accountId,
        conversationId,
      ]);
      const [read]: [{ id: MessageId }[], number] = await tx.query(
        `UPDATE messages SET status = 'read', updated_at = now()
          WHERE account_id = $1 AND conversation_id = $2 AND direction = 'inbound' AND status = 'received'
            AND "timestamp" <= $3
          RETURNING id`,
        [accountId, conversationId, at],
      );
      await tx.query(
        `INSERT INTO message_statuses (account_id, message_id, status, at)
         SELECT $1, id, 'read', $3 FROM unnest($2::uuid[]) AS id ON CONFLICT DO NOTHING`,
        [accountId, read.map(({ id }) => id), readAt],
      );
      await tx.query(
        `UPDATE conversations c
            SET unread_count = least(c.unread_count, (
                  SELECT count(*) FROM messages m
                   WHERE m.account_id = c.account_id AND m.conversation_id = c.id AND m."timestamp" > $3
                     AND m.direction = 'inbound' AND m.sender_type = 'customer' AND m.status = 'received')),
                updated_at = now()
          WHERE c.account_id = $1 AND c.id = $2`,
        [accountId, conversationId, at],
      );
    });
  }

  /**
   * One page of a thread, newest first.
   * @param page at most one of `before` (older than it) and `after` (newer than it; the oldest of those come first in time,
   *   so that a reader can go on without a gap)
   */
  async pageOfThread(
    accountId: AccountId,
    conversationId: ConversationId,
    page: { limit: number; before?: PagePosition | undefined; after?: PagePosition | undefined },
  ): Promise<StoredMessage[]> {
    const parameters: unknown[] = [accountId, conversationId, page.limit];
    let bound = '';
    let order = 'DESC';
    if (page.before !== undefined) {
      bound = 'AND ("timestamp", id) < ($4, $5)';
      parameters.push(page.before.at, page.before.id);
    } else if (page.after !== undefined) {
      bound = 'AND ("timestamp", id) > ($4, $5)';
      order = 'ASC';
      parameters.push(page.after.at, page.after.id);
    }
    const rows: MessageRow[] = await this.database.query(
      `SELECT * FROM messages WHERE account_id = $1 AND conversation_id = $2 ${bound}
        ORDER BY "timestamp" ${order}, id ${order} LIMIT $3`,
      parameters,
    );
    const messages = await this.withMedia(rows);
    return order === 'ASC' ? messages.reverse() : messages;
  }

  /** Messages of one account, in the order asked for; those that are not there are left out. */
  async getMany(accountId: AccountId, ids: readonly MessageId[]): Promise<StoredMessage[]> {
    return this.getAcross(ids.map((id) => ({ accountId, id })));
  }

  /** The same of several accounts. */
  async getAcross(refs: readonly { accountId: AccountId; id: MessageId }[]): Promise<StoredMessage[]> {
    if (refs.length === 0) return [];
    const rows: MessageRow[] = await this.database.query(
      `SELECT m.* FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (account_id, id, place)
         JOIN messages m ON m.account_id = wanted.account_id AND m.id = wanted.id ORDER BY wanted.place`,
      [refs.map(({ accountId }) => accountId), refs.map(({ id }) => id)],
    );
    return this.withMedia(rows);
  }

  private async withMedia(rows: readonly MessageRow[]): Promise<StoredMessage[]> {
    const media = await this.media.read(
      rows.map(({ id, account_id: accountId, platform, direction, content }) => ({
        id,
        accountId,
        platform,
        direction,
        content,
      })),
    );
    return rows.map((row) => toStoredMessage(row, media.get(row.id) ?? []));
  }
}

function toStoredMessage(row: MessageRow, files: readonly MessageMedia[]): StoredMessage {
  return {
    id: row.id,
    accountId: row.account_id,
    conversationId: row.conversation_id,
    assetId: row.asset_id,
    contactId: row.contact_id,
    platform: row.platform,
    direction: row.direction,
    senderType: row.sender_type,
    senderId: row.sender_id,
    type: row.type,
    text: row.message_text,
    content: row.content,
    media: files[0] ?? null,
    files,
    context: row.context,
    metadata: row.metadata,
    externalId: row.external_id,
    status: row.status,
    error: row.error,
    sentiment: sentimentOf(row),
    seq: Number(row.seq),
    at: row.timestamp,
    editedAt: row.edited_at,
    revokedAt: row.revoked_at,
    createdAt: row.created_at,
  };
}

function sentimentOf(row: MessageRow): MessageSentiment | null {
  if (row.sentiment === null) return null;
  return {
    label: row.sentiment,
    confidence: Number(row.confidence ?? 0),
    language: row.sentiment_language,
    model: row.sentiment_model,
    correctedBy: row.sentiment_corrected_by,
    correctedAt: row.sentiment_corrected_at,
  };
}
