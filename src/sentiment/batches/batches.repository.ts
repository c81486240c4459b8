import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { SentimentLabel } from '../../conversations/conversation-types';
import { type AccountId, type UserId, newId } from '../../database/ids';
import type { BatchFormat, BatchLayout } from './batch-layout';
import type { BatchError, BatchState, ClaimedBatch, StoredBatch } from './stored-batch';

/** Errors that are kept of one batch; those beyond are counted. */
export const MOST_BATCH_ERRORS = 10_000;
/** Of one user, at the same time: each holds its file. */
const MOST_UNDER_WAY = 20;
/** A file that comes in says so far more often. */
const ABANDONED_AFTER = '10 minutes';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Whose batches a user sees: the own ones, and those shared with an account of theirs. */
export interface BatchReader {
  userId: UserId;
  accountIds: readonly AccountId[];
}

export interface BatchProgress {
  position: number;
  line: number;
  /** Whether a part of the result was stored. */
  hasPart: boolean;
  counts: Record<SentimentLabel, number>;
  errors: readonly BatchError[];
  model: string | null;
}

interface BatchRow {
  id: string;
  user_id: UserId;
  shared_account_id: AccountId | null;
  state: BatchState;
  file_name: string | null;
  format: BatchFormat;
  delimiter: string | null;
  columns: string[] | null;
  text_column: number;
  size: string | null;
  position: string;
  line: string;
  parts: number;
  positive: string;
  neutral: string;
  negative: string;
  failed: string;
  model: string | null;
  error: { code: string; message: string } | null;
  claim: string | null;
  stuck: number;
  created_at: Date;
  updated_at: Date;
  finished_at: Date | null;
  expires_at: Date;
}

type Updated<Row> = [rows: Row[], count: number];

@Injectable()
export class BatchesRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @returns null while the user has too many under way */
  async begin(draft: {
    userId: UserId;
    accountId: AccountId | null;
    format: BatchFormat;
    fileName: string | null;
    expiresAt: Date;
  }): Promise<string | null> {
    const rows: { id: string }[] = await this.database.query(
      `INSERT INTO sentiment_batches (id, user_id, shared_account_id, format, file_name, expires_at)
       SELECT $1, $2, $3, $4, $5, $6
        WHERE (SELECT count(*) FROM sentiment_batches
                WHERE user_id = $2 AND state IN ('receiving', 'queued', 'running', 'waiting')) < ${MOST_UNDER_WAY}
       RETURNING id`,
      [newId(), draft.userId, draft.accountId, draft.format, draft.fileName, draft.expiresAt],
    );
    return rows[0]?.id ?? null;
  }

  /** The file is still coming in. */
  async touch(id: string): Promise<void> {
    await this.database.query(
      `UPDATE sentiment_batches SET updated_at = now() WHERE id = $1 AND state = 'receiving'`,
      [id],
    );
  }

  /** @returns whether it was still waited for */
  async received(id: string, size: number, layout: BatchLayout): Promise<boolean> {
    const [, count]: Updated<unknown> = await this.database.query(
      `UPDATE sentiment_batches
          SET state = 'queued', size = $2, delimiter = $3, columns = $4, text_column = $5, position = $6, line = $7,
              available_at = now(), updated_at = now()
        WHERE id = $1 AND state = 'receiving'`,
      [
        id,
        size,
        layout.delimiter,
        JSON.stringify(layout.columns),
        layout.textColumn,
        layout.start.offset,
        layout.start.line,
      ],
    );
    return count === 1;
  }

  async find({ userId, accountIds }: BatchReader, id: string): Promise<StoredBatch | null> {
    const rows: BatchRow[] = await this.database.query(
      `SELECT * FROM sentiment_batches
        WHERE id = $1 AND (user_id = $2 OR shared_account_id = ANY ($3::uuid[])) AND state NOT IN ('receiving', 'removed')`,
      [id, userId, accountIds],
    );
    const [row] = rows;
    return row === undefined ? null : batchOf(row);
  }

  /** Newest first. */
  async page(
    { userId, accountIds }: BatchReader,
    slice: { limit: number; before?: string | undefined; after?: string | undefined },
  ): Promise<StoredBatch[]> {
    const isForward = slice.before === undefined && slice.after !== undefined;
    const order = isForward ? 'ASC' : 'DESC';
    const walk = (condition: string): string =>
      `(SELECT * FROM sentiment_batches WHERE ${condition} AND id > $3 AND id < $4
           AND state NOT IN ('receiving', 'removed') ORDER BY id ${order} LIMIT $5)`;
    // One walk for the own ones and one for the shared ones: each goes along its index.
    const rows: BatchRow[] = await this.database.query(
      `SELECT * FROM (${walk('user_id = $1')} UNION ALL
         ${walk('shared_account_id = ANY ($2::uuid[]) AND user_id <> $1')}) b ORDER BY id ${order} LIMIT $5`,
      [userId, accountIds, slice.after ?? FIRST_ID, slice.before ?? LAST_ID, slice.limit],
    );
    const batches = rows.map(batchOf);
    return isForward ? batches.reverse() : batches;
  }

  /** By line. */
  async errors(id: string, page: { afterLine: number; limit: number }): Promise<BatchError[]> {
    const rows: { line: string; code: string; message: string }[] = await this.database.query(
      `SELECT line, code, message FROM sentiment_batch_errors WHERE batch_id = $1 AND line > $2 ORDER BY line LIMIT $3`,
      [id, page.afterLine, page.limit],
    );
    return rows.map((row) => ({ ...row, line: Number(row.line) }));
  }

  /** Takes the one that has waited longest: a new one, or one that somebody took and never finished. */
  async claim(leaseMs: number): Promise<ClaimedBatch | null> {
    const [[row]]: Updated<BatchRow> = await this.database.query(
      `UPDATE sentiment_batches
          SET state = 'running', claim = gen_random_uuid(), available_at = now() + $1 * interval '1 millisecond'
        WHERE id = (
          SELECT id FROM sentiment_batches
           WHERE state IN ('queued', 'running', 'waiting') AND available_at <= now()
           ORDER BY available_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING *`,
      [leaseMs],
    );
    return row === undefined ? null : { ...batchOf(row), claim: row.claim ?? '' };
  }

  /** @returns whether it is still this claim's: it may have been cancelled, or taken over */
  async renew({ id, claim }: ClaimedBatch, leaseMs: number): Promise<boolean> {
    const [, count]: Updated<unknown> = await this.database.query(
      `UPDATE sentiment_batches SET available_at = now() + $3 * interval '1 millisecond'
        WHERE id = $1 AND claim = $2 AND state = 'running'`,
      [id, claim, leaseMs],
    );
    return count === 1;
  }

  /**
   * Stores how far it is, and what is wrong with the lines up to there, together.
   * @returns whether it is still this claim's; if not, nothing is stored
   */
  async advance({ id, claim }: ClaimedBatch, progress: BatchProgress, leaseMs: number): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [rows]: Updated<{ failed: string }> = await tx.query(
        `UPDATE sentiment_batches
            SET position = $3, line = $4, parts = parts + $5::int, positive = positive + $6, neutral = neutral + $7,
                negative = negative + $8, failed = failed + $9, model = coalesce($10, model), stuck = 0, error = NULL,
                available_at = now() + $11 * interval '1 millisecond', updated_at = now()
          WHERE id = $1 AND claim = $2 AND state = 'running' RETURNING failed`,
        [
          id,
          claim,
          progress.position,
          progress.line,
          progress.hasPart ? 1 : 0,
          progress.counts.positive,
          progress.counts.neutral,
          progress.counts.negative,
          progress.errors.length,
          progress.model,
          leaseMs,
        ],
      );
      const [row] = rows;
      if (row === undefined) return false;
      const room = MOST_BATCH_ERRORS - (Number(row.failed) - progress.errors.length);
      const kept = progress.errors.slice(0, Math.max(room, 0));
      if (kept.length > 0)
        await tx.query(
          `INSERT INTO sentiment_batch_errors (batch_id, line, code, message)
           SELECT $1, told.* FROM unnest($2::bigint[], $3::text[], $4::text[]) AS told ON CONFLICT DO NOTHING`,
          [
            id,
            kept.map(({ line }) => line),
            kept.map(({ code }) => code),
            kept.map(({ message }) => message),
          ],
        );
      return true;
    });
  }

  /** It goes on from where it is: at once, or when somebody can read again. */
  async release(
    { id, claim }: ClaimedBatch,
    next: { state: 'queued' | 'waiting'; delayMs: number; error: { code: string; message: string } | null },
  ): Promise<void> {
    await this.database.query(
      `UPDATE sentiment_batches
          SET state = $3, claim = NULL, available_at = now() + $4 * interval '1 millisecond', error = $5,
              stuck = stuck + ($5::jsonb IS NOT NULL)::int, updated_at = now()
        WHERE id = $1 AND claim = $2 AND state = 'running'`,
      [id, claim, next.state, Math.round(next.delayMs), next.error && JSON.stringify(next.error)],
    );
  }

  async finish(
    { id, claim }: ClaimedBatch,
    error: { code: string; message: string } | null,
  ): Promise<boolean> {
    const [, count]: Updated<unknown> = await this.database.query(
      `UPDATE sentiment_batches
          SET state = $3, claim = NULL, error = $4, finished_at = now(), updated_at = now()
        WHERE id = $1 AND claim = $2 AND state = 'running'`,
      [id, claim, error === null ? 'completed' : 'failed', error && JSON.stringify(error)],
    );
    return count === 1;
  }

  /** What is done stays. Does nothing once it is over. */
  async cancel(id: string): Promise<void> {
    await this.database.query(
      `UPDATE sentiment_batches SET state = 'cancelled', claim = NULL, finished_at = now(), updated_at = now()
        WHERE id = $1 AND state IN ('queued', 'running', 'waiting')`,
      [id],
    );
  }

  /** From now on nobody sees it; its files go soon. */
  async remove(id: string): Promise<void> {
    await this.database.query(
      `UPDATE sentiment_batches SET state = 'removed', claim = NULL, updated_at = now() WHERE id = $1`,
      [id],
    );
  }

  /** Those that are old enough, and those whose file never came. */
  async removeExpired(): Promise<void> {
    await this.database.query(
      `UPDATE sentiment_batches SET state = 'removed', claim = NULL, updated_at = now()
        WHERE id IN (
          SELECT id FROM sentiment_batches WHERE expires_at < now() AND state <> 'removed'
          UNION ALL
          SELECT id FROM sentiment_batches
           WHERE state = 'receiving' AND updated_at < now() - interval '${ABANDONED_AFTER}'
          LIMIT 1000)`,
    );
  }

  async removed(limit: number): Promise<{ id: string; parts: number }[]> {
    return this.database.query(
      `SELECT id, parts FROM sentiment_batches WHERE state = 'removed' ORDER BY updated_at LIMIT $1`,
      [limit],
    );
  }

  async forget(id: string): Promise<void> {
    await this.database.query(`DELETE FROM sentiment_batches WHERE id = $1 AND state = 'removed'`, [id]);
  }
}

function batchOf(row: BatchRow): StoredBatch {
  return {
    id: row.id,
    userId: row.user_id,
    accountId: row.shared_account_id,
    state: row.state,
    fileName: row.file_name,
    format: row.format,
    delimiter: row.delimiter,
    columns: row.columns ?? [],
    textColumn: row.text_column,
    size: Number(row.size ?? 0),
    position: Number(row.position),
    line: Number(row.line),
    parts: row.parts,
    counts: {
      positive: Number(row.positive),
      neutral: Number(row.neutral),
      negative: Number(row.negative),
    },
    failed: Number(row.failed),
    model: row.model,
    error: row.error,
    stuck: row.stuck,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
  };
}
