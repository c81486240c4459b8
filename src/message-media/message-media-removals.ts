import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, isUuid } from '../database/ids';
import type { MessageKey } from './message-media-notes';

/** Files that are to go: of messages that were taken back, of rows that are gone, of stories whose day is over. */
@Injectable()
export class MessageMediaRemovals {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** The files go, that there were some stays known. @returns how many there were */
  async removeOf(tx: EntityManager, messages: readonly MessageKey[]): Promise<number> {
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
         FROM gone
       -- That of a story waits there already, for the end of its day.
       ON CONFLICT (storage_key) DO UPDATE SET due_at = excluded.due_at RETURNING 1`,
      [keys.map(([accountId]) => accountId), keys.map(([, id]) => id)],
    );
    return rows.length;
  }

  /**
   * Has files removed whose rows are gone, or were never written, and forgets them. A file that cannot be removed is left for
   * later, and holds nothing up.
   * @param remove may throw
   * @returns how many there were
   */
  async settle(limit: number, remove: (storageKey: string) => Promise<void>): Promise<number> {
    return this.database.transaction(async (tx) => {
      const rows: { storage_key: string }[] = await tx.query(
        `SELECT storage_key FROM media_removals WHERE due_at <= now()
          ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
        [limit],
      );
      const busy = await this.endOf(
        tx,
        rows.map((row) => row.storage_key),
      );
      const due = rows.filter((row) => !busy.has(row.storage_key));
      const results = await Promise.allSettled(due.map((row) => remove(row.storage_key)));
      const keysOf = (status: 'fulfilled' | 'rejected'): string[] =>
        due.filter((_, index) => results[index]?.status === status).map((row) => row.storage_key);
      await tx.query('DELETE FROM media_removals WHERE storage_key = ANY ($1)', [keysOf('fulfilled')]);
      const later = [...keysOf('rejected'), ...busy];
      if (later.length > 0)
        await tx.query(
          `UPDATE media_removals SET due_at = now() + interval '10 minutes' WHERE storage_key = ANY ($1)`,
          [later],
        );
      return rows.length;
    });
  }

  /**
   * Files whose time has come though their rows do not say so: those of stories.
   * @returns the keys of those that somebody is at, and which have to wait
   */
  private async endOf(tx: EntityManager, keys: readonly string[]): Promise<Set<string>> {
    const places = keys.flatMap((key) => placeOf(key) ?? []);
    if (places.length === 0) return new Set();
    const columns = [places.map(({ accountId }) => accountId), places.map(({ id }) => id)];
    // Whoever holds a row may wait for its removal, which is held here: the row is not waited for.
    await tx.query(
      `UPDATE message_media m SET state = 'removed', error = NULL
         FROM (SELECT account_id, id FROM message_media
                WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
                  AND state IN ('pending', 'stored', 'failed') FOR UPDATE SKIP LOCKED) AS found
        WHERE m.account_id = found.account_id AND m.id = found.id`,
      columns,
    );
    const rows: { storage_key: string }[] = await tx.query(
      `SELECT storage_key FROM message_media
        WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND state <> 'removed'`,
      columns,
    );
    return new Set(rows.map((row) => row.storage_key));
  }
}

/** null for a key that is not of a message's file. */
function placeOf(storageKey: string): { accountId: string; id: string } | null {
  const [accountId = '', , id = ''] = storageKey.split('/');
  return isUuid(accountId) && isUuid(id) ? { accountId, id } : null;
}
