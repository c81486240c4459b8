import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, CommentId, MessageId } from '../../database/ids';

/** A text that is to be read: of a message or of a comment. */
export type WorkKey = { accountId: AccountId } & (
  { messageId: MessageId; commentId: null } | { messageId: null; commentId: CommentId }
);

/** One that this process has taken, until its lease is over. */
export type ClaimedText = WorkKey & {
  /** Names the claim. Another one: somebody else has it, or the text is another by now. */
  version: string;
  /** This one included. */
  attempt: number;
  isLive: boolean;
  createdAt: Date;
  /** Null where there is nothing to read any more. */
  text: string | null;
};

export interface WorkCounts {
  pending: number;
  oldestPendingAt: Date | null;
  failed: number;
  dead: number;
}

interface WorkRow {
  account_id: AccountId;
  message_id: MessageId | null;
  comment_id: CommentId | null;
  version: string;
  attempts: number;
  is_live: boolean;
  created_at: Date;
}

type Updated<Row> = [rows: Row[], count: number];
type Claim = WorkKey & Pick<ClaimedText, 'version'>;

/** Texts that are to be read: `pending`, and gone once they are read; `failed` (refused) and `dead` (given up) stay. */
@Injectable()
export class SentimentWork {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * Whoever reads one of these texts at this moment is told that it may be another by now.
   * @param isLive false for what is read again: it lets everything else go before, and leaves alone what waits already
   */
  async add(tx: EntityManager, keys: readonly WorkKey[], isLive: boolean): Promise<void> {
    if (keys.length === 0) return;
    const sorted = [...keys].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    await tx.query(
      `INSERT INTO sentiment_work AS w (account_id, id, message_id, comment_id, is_live)
       SELECT account_id, coalesce(message_id, comment_id), message_id, comment_id, $4
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS told (account_id, message_id, comment_id)
       ON CONFLICT (account_id, id) DO UPDATE
         SET state = 'pending', version = gen_random_uuid(), is_live = w.is_live OR excluded.is_live, attempts = 0,
             available_at = now(), error = NULL, created_at = now()
         ${isLive ? '' : `WHERE w.state <> 'pending'`}`,
      [
        sorted.map(({ accountId }) => accountId),
        sorted.map(({ messageId }) => messageId),
        sorted.map(({ commentId }) => commentId),
        isLive,
      ],
    );
  }

  /** There is nothing to read any more. */
  async drop(tx: EntityManager, keys: readonly WorkKey[]): Promise<void> {
    if (keys.length === 0) return;
    await tx.query(
      'DELETE FROM sentiment_work WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))',
      [keys.map(({ accountId }) => accountId), keys.map(idOf)],
    );
  }

  /** Takes what has been due for longest, what was just written before what is read again. */
  async claim(most: number, leaseMs: number): Promise<ClaimedText[]> {
    const live = await this.claimOf(true, most, leaseMs);
    const other = live.length < most ? await this.claimOf(false, most - live.length, leaseMs) : [];
    return this.withTexts([...live, ...other]);
  }

  /**
   * Takes out what was read, and what has nothing to be read.
   * @returns those that are still what was claimed
   */
  async settle<Item extends Claim>(tx: EntityManager, items: readonly Item[]): Promise<Item[]> {
    if (items.length === 0) return [];
    const [rows]: Updated<{ version: string }> = await tx.query(
      `DELETE FROM sentiment_work
        WHERE (account_id, id, version) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])) RETURNING version`,
      [items.map(({ accountId }) => accountId), items.map(idOf), items.map(({ version }) => version)],
    );
    const settled = new Set(rows.map(({ version }) => version));
    return items.filter(({ version }) => settled.has(version));
  }

  /** They are refused and stay so, or are given up. */
  async giveUp(state: 'failed' | 'dead', items: readonly (Claim & { error: string })[]): Promise<void> {
    if (items.length === 0) return;
    await this.database.query(
      `UPDATE sentiment_work w SET state = $5, error = told.error
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS told (account_id, id, version, error)
        WHERE w.account_id = told.account_id AND w.id = told.id AND w.version = told.version`,
      [
        items.map(({ accountId }) => accountId),
        items.map(idOf),
        items.map(({ version }) => version),
        items.map(({ error }) => error),
        state,
      ],
    );
  }

  /** @param error null where they are handed back and were not tried */
  async retry(items: readonly (Claim & { delayMs: number; error: string | null })[]): Promise<void> {
    if (items.length === 0) return;
    await this.database.query(
      `UPDATE sentiment_work w
          SET available_at = now() + told.delay_ms * interval '1 millisecond', error = told.error,
              attempts = w.attempts - (told.error IS NULL)::int
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[])
                AS told (account_id, id, version, delay_ms, error)
        WHERE w.account_id = told.account_id AND w.id = told.id AND w.version = told.version`,
      [
        items.map(({ accountId }) => accountId),
        items.map(idOf),
        items.map(({ version }) => version),
        items.map(({ delayMs }) => Math.round(delayMs)),
        items.map(({ error }) => error),
      ],
    );
  }

  /** Over all accounts. */
  async counts(): Promise<WorkCounts> {
    const [row]: { pending: number; oldest: Date | null; failed: number; dead: number }[] =
      await this.database.query(
        `SELECT (SELECT count(*)::int FROM sentiment_work WHERE state = 'pending') AS pending,
                (SELECT min(created_at) FROM sentiment_work WHERE state = 'pending') AS oldest,
                (SELECT count(*)::int FROM sentiment_work WHERE state = 'failed' AND state <> 'pending') AS failed,
                (SELECT count(*)::int FROM sentiment_work WHERE state = 'dead' AND state <> 'pending') AS dead`,
      );
    return {
      pending: row?.pending ?? 0,
      oldestPendingAt: row?.oldest ?? null,
      failed: row?.failed ?? 0,
      dead: row?.dead ?? 0,
    };
  }

  private async claimOf(isLive: boolean, most: number, leaseMs: number): Promise<WorkRow[]> {
    const [rows]: Updated<WorkRow> = await this.database.query(
      `UPDATE sentiment_work w
          SET version = gen_random_uuid(), attempts = attempts + 1, available_at = now() + $3 * interval '1 millisecond'
         FROM (SELECT account_id, id FROM sentiment_work
                WHERE state = 'pending' AND is_live = $1 AND available_at <= now()
                ORDER BY available_at LIMIT $2 FOR UPDATE SKIP LOCKED) due
        WHERE w.account_id = due.account_id AND w.id = due.id
        RETURNING w.account_id, w.message_id, w.comment_id, w.version, w.attempts, w.is_live, w.created_at`,
      [isLive, most, leaseMs],
    );
    return rows;
  }

  private async withTexts(rows: readonly WorkRow[]): Promise<ClaimedText[]> {
    if (rows.length === 0) return [];
    const texts: { id: string; text: string | null }[] = await this.database.query(
      `SELECT m.id, m.message_text AS text FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, id)
         JOIN messages m ON m.account_id = told.account_id AND m.id = told.id WHERE m.revoked_at IS NULL
       UNION ALL
       SELECT c.id, c.text FROM unnest($1::uuid[], $3::uuid[]) AS told (account_id, id)
         JOIN comments c ON c.account_id = told.account_id AND c.id = told.id`,
      [
        rows.map((row) => row.account_id),
        rows.map((row) => row.message_id),
        rows.map((row) => row.comment_id),
      ],
    );
    const textOf = new Map(texts.map(({ id, text }) => [id, text]));
    return rows.map((row) => {
      const { account_id: accountId, message_id: messageId, comment_id: commentId } = row;
      const rest = {
        version: row.version,
        attempt: row.attempts,
        isLive: row.is_live,
        createdAt: row.created_at,
        text: textOf.get(messageId ?? commentId ?? '') ?? null,
      };
      if (messageId !== null) return { accountId, messageId, commentId: null, ...rest };
      if (commentId !== null) return { accountId, messageId: null, commentId, ...rest };
      throw new Error('A text is neither of a message nor of a comment.');
    });
  }
}

export function idOf(key: WorkKey): string {
  return key.messageId ?? key.commentId;
}
