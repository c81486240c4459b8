import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, CommentId } from '../../database/ids';
import { COMMENTS_LOCK } from './account-lock';
import { COMMENTS_AT_ONCE, CommentCounting } from './comment-counting.service';
import {
  COMMENT_COUNTERS,
  COMMENT_METRIC_COLUMNS,
  COMMENT_METRIC_KEY,
  REPLACE_COMMENT_COUNTERS,
  commentCountersOfRow,
  commentCountsOf,
  commentMetricsOf,
  sameCommentMetric,
} from './comment-counts';
import type { RebuildRange } from './metrics-rebuild.service';

const ZEROS = `(${COMMENT_COUNTERS.map(() => '0').join(', ')})`;

/** Counts all stored comments from the beginning, and puts the sums by post right. May run at any time beside the live service. */
@Injectable()
export class CommentRebuild {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly counting: CommentCounting,
  ) {}

  /**
   * A transaction for each few thousand comments of an account, and one for its sums; stopped half-way, it can be started again.
   * @returns how many facts and sums were not as they should have been
   */
  async run({ accountId: only }: Pick<RebuildRange, 'accountId'>): Promise<number> {
    const accounts: { id: AccountId }[] = await this.database.query(
      'SELECT id FROM meta_accounts WHERE $1::uuid IS NULL OR id = $1 ORDER BY id',
      [only ?? null],
    );
    let corrected = 0;
    for (const { id: accountId } of accounts) {
      for (let after: CommentId | null = null; ;) {
        const ids: CommentId[] = await this.commentsAfter(accountId, after);
        const last = ids.at(-1);
        if (last === undefined) break;
        corrected += await this.locked(accountId, (tx) => this.counting.correct(tx, accountId, ids));
        after = last;
      }
      corrected += await this.locked(accountId, (tx) => this.replaceSums(tx, accountId));
    }
    return corrected;
  }

  private async commentsAfter(accountId: AccountId, after: CommentId | null): Promise<CommentId[]> {
    const rows: { id: CommentId }[] = await this.database.query(
      `SELECT id FROM comments WHERE account_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`,
      [accountId, after, COMMENTS_AT_ONCE],
    );
    return rows.map(({ id }) => id);
  }

  private locked<T>(accountId: AccountId, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction('READ COMMITTED', async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [COMMENTS_LOCK, accountId]);
      return work(tx);
    });
  }

  /** A row of zeros, which is left where everything was taken back, says the same as none. */
  private async replaceSums(tx: EntityManager, accountId: AccountId): Promise<number> {
    await tx.query('SET LOCAL jit = off');
    await tx.query(
      `DELETE FROM comment_metric_facts f
        WHERE f.account_id = $1
          AND NOT EXISTS (SELECT FROM comments c WHERE c.account_id = f.account_id AND c.id = f.comment_id)`,
      [accountId],
    );
    const [row]: { corrected: number }[] = await tx.query(
      `WITH counted AS MATERIALIZED (
         ${commentMetricsOf(commentCountsOf('comment_metric_facts', 1, 'f.account_id = $1'))}),
       wrong AS (
         DELETE FROM comment_metrics m
          WHERE m.account_id = $1 AND NOT EXISTS (SELECT FROM counted c WHERE ${sameCommentMetric('c', 'm')})
         RETURNING ${commentCountersOfRow('m')} <> ${ZEROS} AS was_any),
       put AS (
         INSERT INTO comment_metrics AS m (${COMMENT_METRIC_COLUMNS})
         SELECT ${COMMENT_METRIC_COLUMNS} FROM counted ORDER BY ${COMMENT_METRIC_KEY}
         ON CONFLICT ON CONSTRAINT comment_metrics_pkey DO UPDATE SET ${REPLACE_COMMENT_COUNTERS}
          WHERE ${commentCountersOfRow('m')} <> ${commentCountersOfRow('excluded')}
         RETURNING 1)
       SELECT ((SELECT count(*) FROM wrong WHERE was_any) + (SELECT count(*) FROM put))::integer AS corrected`,
      [accountId],
    );
    return row?.corrected ?? 0;
  }
}
