import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, type ConversationId, type MessageId, createdAtOf, newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import type { MediaError } from './media-outcome';

/** Types of messages that have a file. A voice message is `audio`. */
const MEDIA_TYPES = ['image', 'audio', 'video', 'document', 'sticker'];

/** A file that this process has taken, until its lease is over. */
export interface ClaimedMedia {
  accountId: AccountId;
  id: string;
  /** Meta's. */
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
}

interface MediaRow {
  account_id: AccountId;
  id: string;
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

  /**
   * Notes the files of those of the messages that came from WhatsApp and have one: from people, from the business's own
   * phone, from a number's history. Once for each file that a message has had: an edit may bring another one.
   * @returns how many there are now to be fetched
   */
  async addOf(
    tx: EntityManager,
    messages: readonly { accountId: AccountId; messageId: MessageId }[],
  ): Promise<number> {
    const given = messages.map((message) => {
      const id = newId();
      return { ...message, id, key: storageKeyOf(message.accountId, id) };
    });
    const added: unknown[] = await tx.query(
      `INSERT INTO message_media (account_id, id, message_id, asset_id, media_id, mime_type, sha256, file_name, storage_key)
       SELECT m.account_id, given.id, m.id, m.asset_id, m.content ->> 'id', m.content ->> 'mime_type',
              m.content ->> 'sha256', left(m.content ->> 'filename', 240), given.key
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS given (account_id, message_id, id, key)
         JOIN messages m ON m.account_id = given.account_id AND m.id = given.message_id
        WHERE m.platform = 'whatsapp' AND (m.direction = 'inbound' OR m.sender_type = 'app') AND m.revoked_at IS NULL
          -- The history's placeholder keeps its type when the file is told of later.
          AND CASE WHEN m.type = 'media_placeholder' THEN m.content ->> 'type' ELSE m.type END = ANY ($5)
          AND m.content ->> 'id' ~ '^\\S+$' AND length(m.content ->> 'id') <= 512
       ON CONFLICT ON CONSTRAINT message_media_of_message DO NOTHING RETURNING id`,
      [
        given.map(({ accountId }) => accountId),
        given.map(({ messageId }) => messageId),
        given.map(({ id }) => id),
        given.map(({ key }) => key),
        MEDIA_TYPES,
      ],
    );
    return added.length;
  }

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
        RETURNING account_id, id, media_id, sha256, mime_type, storage_key, attempts, refusals, created_at`,
      [leaseMs],
    );
    if (row === undefined) return null;
    return {
      accountId: row.account_id,
      id: row.id,
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
                mime_type = coalesce(mime_type, $4), real_type = $6, is_suspect = $7, error = NULL
          WHERE account_id = $1 AND id = $2 AND state NOT IN ('stored', 'removed') RETURNING message_id`,
        [media.accountId, media.id, file.bytes, file.mimeType, file.sha256, file.realType, file.isSuspect],
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

  /** The files go, that there were some stays known. @returns how many there were */
  async removeOf(
    tx: EntityManager,
    messages: readonly { accountId: AccountId; messageId: MessageId }[],
  ): Promise<number> {
    return this.remove(
      tx,
      `(account_id, message_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      messages.map(({ accountId, messageId }) => [accountId, messageId]),
    );
  }

  /** The same for one file. */
  async removeOne(tx: EntityManager, accountId: AccountId, id: string): Promise<void> {
    await this.remove(tx, `(account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`, [
      [accountId, id],
    ]);
  }

  private async remove(
    tx: EntityManager,
    condition: string,
    keys: readonly (readonly [AccountId, string])[],
  ): Promise<number> {
    const rows: unknown[] = await tx.query(
      `WITH found AS (
         SELECT account_id, id, state, next_attempt_at FROM message_media
          WHERE ${condition} AND state <> 'removed' ORDER BY account_id, id FOR UPDATE),
       gone AS (
         UPDATE message_media m SET state = 'removed', error = NULL FROM found
          WHERE m.account_id = found.account_id AND m.id = found.id
          RETURNING m.storage_key, found.state, found.next_attempt_at)
       INSERT INTO media_removals (storage_key, due_at)
       -- Whoever is fetching it at this moment may still store it.
       SELECT storage_key, CASE WHEN state = 'fetching' THEN greatest(now(), next_attempt_at) + interval '5 minutes'
                                ELSE now() END
         FROM gone ON CONFLICT DO NOTHING RETURNING 1`,
      [keys.map(([accountId]) => accountId), keys.map(([, id]) => id)],
    );
    return rows.length;
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

  /**
   * Has files removed whose rows are gone, or were never written, and forgets them. A file that cannot be removed is left for
   * later, and holds nothing up.
   * @param remove may throw
   * @returns how many there were
   */
  async settleRemovals(limit: number, remove: (storageKey: string) => Promise<void>): Promise<number> {
    return this.database.transaction(async (tx) => {
      const rows: { storage_key: string }[] = await tx.query(
        `SELECT storage_key FROM media_removals WHERE due_at <= now()
          ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
        [limit],
      );
      const results = await Promise.allSettled(rows.map((row) => remove(row.storage_key)));
      const keysOf = (status: 'fulfilled' | 'rejected'): string[] =>
        rows.filter((_, index) => results[index]?.status === status).map((row) => row.storage_key);
      await tx.query('DELETE FROM media_removals WHERE storage_key = ANY ($1)', [keysOf('fulfilled')]);
      const failed = keysOf('rejected');
      if (failed.length > 0)
        await tx.query(
          `UPDATE media_removals SET due_at = now() + interval '10 minutes' WHERE storage_key = ANY ($1)`,
          [failed],
        );
      return rows.length;
    });
  }
}

/** By account and month, so that no folder holds everything. */
function storageKeyOf(accountId: AccountId, id: string): string {
  return `${accountId}/${createdAtOf(id).toISOString().slice(0, 7)}/${id}`;
}
