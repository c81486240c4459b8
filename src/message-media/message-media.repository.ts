import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { Platform } from '../conversations/conversation-types';
import type { AccountId, ConversationId, MessageId } from '../database/ids';
import { Outbox } from '../domain-events/outbox';
import type { MediaError } from './media-outcome';

/** A file that this process has taken, until its lease is over. */
export interface ClaimedMedia {
  accountId: AccountId;
  id: string;
  messageId: MessageId;
  /** null where the message is gone. */
  platform: Platform | null;
  /** Meta's, or which attachment it is. */
  mediaId: string;
  /** As the webhook told. */
  sha256: string | null;
  /** The same. */
  mimeType: string | null;
  storageKey: string;
  /** This one included; names the claim, as nobody else's has the same number. */
  attempt: number;
  /** How often Meta did not have it, or gave another file, before. */
  refusals: number;
  createdAt: Date;
}

/** A file that has come from Meta. */
export interface FetchedFile {
  bytes: number;
  /** As Meta told when it was asked. */
  mimeType: string | null;
  sha256: Buffer;
  /** What its first bytes show; null where they show nothing. */
  realType: string | null;
  /** It is not what was told, or runs where it is opened. */
  isSuspect: boolean;
  /** What Meta's server calls it; kept where the message gives no name. */
  fileName: string | null;
}

interface MediaRow {
  account_id: AccountId;
  id: string;
  message_id: MessageId;
  platform: Platform | null;
  media_id: string;
  sha256: string | null;
  mime_type: string | null;
  storage_key: string;
  attempts: number;
  refusals: number;
  created_at: Date;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

/** Files of messages: `pending` ► `fetching` ► `stored` or `failed`, or `pending` again; `removed` from any of them. */
@Injectable()
export class MessageMediaRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** What waits for a token need not wait any longer. */
  async makeDue(tx: EntityManager, accountIds: readonly AccountId[]): Promise<void> {
    await tx.query(
      `UPDATE message_media SET next_attempt_at = now()
        WHERE account_id = ANY ($1::uuid[]) AND state = 'pending' AND next_attempt_at > now()`,
      [accountIds],
    );
  }

  /** Takes the file that has been due for longest: a new one, or one that somebody took and never finished. */
  async claim(leaseMs: number): Promise<ClaimedMedia | null> {
    const [[row]]: Updated<MediaRow> = await this.database.query(
      `UPDATE message_media SET state = 'fetching', attempts = attempts + 1,
              next_attempt_at = now() + $1 * interval '1 millisecond'
        WHERE (account_id, id) = (
          SELECT account_id, id FROM message_media
           WHERE state IN ('pending', 'fetching') AND next_attempt_at <= now()
           ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING account_id, id, message_id, media_id, sha256, mime_type, storage_key, attempts, refusals, created_at,
                  (SELECT m.platform FROM messages m
                    WHERE m.account_id = message_media.account_id AND m.id = message_media.message_id) AS platform`,
      [leaseMs],
    );
    if (row === undefined) return null;
    return {
      accountId: row.account_id,
      id: row.id,
      messageId: row.message_id,
      platform: row.platform,
      mediaId: row.media_id,
      sha256: row.sha256,
      mimeType: row.mime_type,
      storageKey: row.storage_key,
      attempt: row.attempts,
      refusals: row.refusals,
      createdAt: row.created_at,
    };
  }

  /** Tells of it, too. */
  async recordStored(media: ClaimedMedia, file: FetchedFile): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [rows]: Updated<{ message_id: MessageId }> = await tx.query(
        // Also when the lease was over meanwhile: the file is whole, whoever brought it.
        `UPDATE message_media SET state = 'stored', stored_at = now(), size_bytes = $3, content_sha256 = $5,
                mime_type = coalesce(mime_type, $4), real_type = $6, is_suspect = $7,
                file_name = coalesce(file_name, left($8, 240)), error = NULL
          WHERE account_id = $1 AND id = $2 AND state NOT IN ('stored', 'removed') RETURNING message_id`,
        [
          media.accountId,
          media.id,
          file.bytes,
          file.mimeType,
          file.sha256,
          file.realType,
          file.isSuspect,
          file.fileName,
        ],
      );
      const [stored] = rows;
      if (stored !== undefined) {
        await this.tell(tx, media.accountId, media.id, stored.message_id);
        return;
      }
      // The message, or only its file, went while the file was on the way.
      await tx.query(
        `INSERT INTO media_removals (storage_key)
         SELECT $3 WHERE NOT EXISTS (
           SELECT FROM message_media WHERE account_id = $1 AND id = $2 AND state <> 'removed')
         ON CONFLICT (storage_key) DO UPDATE SET due_at = now()`,
        [media.accountId, media.id, media.storageKey],
      );
    });
  }

  private async tell(
    tx: EntityManager,
    accountId: AccountId,
    mediaId: string,
    messageId: MessageId,
  ): Promise<void> {
    const messages: { conversation_id: ConversationId }[] = await tx.query(
      'SELECT conversation_id FROM messages WHERE account_id = $1 AND id = $2',
      [accountId, messageId],
    );
    const [message] = messages;
    if (message === undefined) return;
    await this.outbox.record(tx, [
      {
        kind: 'message.media_stored',
        accountId,
        payload: { messageId, conversationId: message.conversation_id, mediaId },
      },
    ]);
  }

  async recordFailed(media: ClaimedMedia, error: MediaError): Promise<void> {
    await this.database.query(
      `UPDATE message_media SET state = 'failed', error = $4
        WHERE account_id = $1 AND id = $2 AND state = 'fetching' AND attempts = $3`,
      [media.accountId, media.id, media.attempt, JSON.stringify(error)],
    );
  }

  /** Back to `pending`. */
  async recordRetry(
    media: ClaimedMedia,
    retry: { delayMs: number; isCounted: boolean; isRefusal: boolean; error: MediaError | null },
  ): Promise<void> {
    await this.database.query(
      `UPDATE message_media SET state = 'pending', next_attempt_at = now() + $4 * interval '1 millisecond',
              attempts = attempts - $5::int, refusals = refusals + $6::int, error = $7
        WHERE account_id = $1 AND id = $2 AND state = 'fetching' AND attempts = $3`,
      [
        media.accountId,
        media.id,
        media.attempt,
        retry.delayMs,
        retry.isCounted ? 0 : 1,
        retry.isRefusal ? 1 : 0,
        retry.error === null ? null : JSON.stringify(retry.error),
      ],
    );
  }
}
