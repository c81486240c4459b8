import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { beginBatch } from '../../database/batch-transaction';
import type { AccountId, AssetId, CommentId } from '../../database/ids';
import { COMMENTS_LOCK } from './account-lock';
import { addCommentMetrics, commentCountsOf } from './comment-counts';
import {
  COMMENT_FACT_COLUMNS,
  answeredBy,
  commentFactsOfRow,
  isAnswered,
  isReply,
  oneByOne,
  ownCommentFactsOf,
  storeCommentFacts,
} from './comment-facts';

/** A reply that has come, or gone from where it was. */
interface MovedReply {
  asset_id: AssetId;
  parent_external_id: string;
  commented_at: string;
  is_there: boolean;
}

export const COMMENTS_AT_ONCE = 5_000;

/**
 * Counts comments by post: reads again what is known of them, compares it with what was counted, and corrects the sums by the
 * difference. So it makes no difference how often, in which order and in which batches it is told of them.
 */
@Injectable()
export class CommentCounting {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Counts everything that changed, but of accounts that another process counts at. @returns how many comments were counted */
  async drain(): Promise<number> {
    let total = 0;
    for (const accountId of await this.changedAccounts())
      for (let counted = COMMENTS_AT_ONCE; counted === COMMENTS_AT_ONCE; total += counted)
        counted = await this.database.transaction('READ COMMITTED', (tx) => this.count(tx, accountId));
    return total;
  }

  private async changedAccounts(): Promise<AccountId[]> {
    const rows: { account_id: AccountId }[] = await this.database.query(
      'SELECT DISTINCT account_id FROM comment_metric_changes',
    );
    return rows.map((row) => row.account_id);
  }

  /** @returns how many changes were taken */
  private async count(tx: EntityManager, accountId: AccountId): Promise<number> {
    const [lock]: { got: boolean }[] = await tx.query(
      'SELECT pg_try_advisory_xact_lock($1, hashtext($2)) AS got',
      [COMMENTS_LOCK, accountId],
    );
    if (lock?.got !== true) return 0;
    const [rows]: [{ comment_id: CommentId }[], number] = await tx.query(
      `DELETE FROM comment_metric_changes WHERE account_id = $1 AND id IN (
         SELECT id FROM comment_metric_changes WHERE account_id = $1 ORDER BY id LIMIT ${COMMENTS_AT_ONCE})
       RETURNING comment_id`,
      [accountId],
    );
    await this.correct(tx, accountId, [...new Set(rows.map((row) => row.comment_id))]);
    return rows.length;
  }

  /**
   * @param tx holds the account's lock
   * @returns how many facts were not as they should have been
   */
  async correct(tx: EntityManager, accountId: AccountId, ids: readonly CommentId[]): Promise<number> {
    if (ids.length === 0) return 0;
    await beginBatch(tx);
    const own = await this.correctOwn(tx, accountId, ids);
    return own.corrected + (await this.correctAnswers(tx, accountId, ids, own.replies));
  }

  /** What comments tell themselves, and which replies are not where they were. */
  private async correctOwn(
    tx: EntityManager,
    accountId: AccountId,
    ids: readonly CommentId[],
  ): Promise<{ corrected: number; replies: MovedReply[] }> {
    const [row]: { corrected: number; replies: MovedReply[] }[] = await tx.query(
      `WITH told AS MATERIALIZED (SELECT $1::uuid AS account_id, unnest($2::uuid[]) AS comment_id),
       fresh AS MATERIALIZED (${ownCommentFactsOf('told')}),
       compared AS MATERIALIZED (
         SELECT fresh, old FROM fresh
           LEFT JOIN ${oneByOne('comment_metric_facts', 'comment_id', 'fresh')} AS old ON true
          WHERE old.comment_id IS NULL OR ${commentFactsOfRow('fresh')} IS DISTINCT FROM ${commentFactsOfRow('old')}),
       changed AS MATERIALIZED (SELECT (fresh).* FROM compared),
       replaced AS MATERIALIZED (SELECT (old).* FROM compared WHERE (old).comment_id IS NOT NULL),
       stored AS (${storeCommentFacts('changed')}),
       added AS (${addCommentMetrics(`${commentCountsOf('changed')} UNION ALL ${commentCountsOf('replaced', -1)}`)}),
       replies AS (
         SELECT asset_id, parent_external_id, commented_at, true AS is_there FROM changed AS f WHERE ${isReply('f')}
         EXCEPT ALL
         SELECT asset_id, parent_external_id, commented_at, true FROM replaced AS f WHERE ${isReply('f')}),
       gone AS (
         SELECT asset_id, parent_external_id, commented_at, false AS is_there FROM replaced AS f WHERE ${isReply('f')}
         EXCEPT ALL
         SELECT asset_id, parent_external_id, commented_at, false FROM changed AS f WHERE ${isReply('f')})
       SELECT (SELECT count(*) FROM compared)::integer AS corrected,
              (SELECT coalesce(json_agg(moved), '[]')
                 FROM (SELECT * FROM replies UNION ALL SELECT * FROM gone) AS moved) AS replies`,
      [accountId, ids],
    );
    return row ?? { corrected: 0, replies: [] };
  }

  /** A statement of its own, so that it sees the replies that were counted just now. */
  private async correctAnswers(
    tx: EntityManager,
    accountId: AccountId,
    ids: readonly CommentId[],
    replies: readonly MovedReply[],
  ): Promise<number> {
    const [row]: { corrected: number }[] = await tx.query(
      `WITH replies AS MATERIALIZED (
         SELECT $1::uuid AS account_id, r.*
           FROM unnest($3::uuid[], $4::text[], $5::timestamptz[], $6::boolean[])
                  AS r (asset_id, parent_external_id, commented_at, is_there)),
       told AS MATERIALIZED (
         SELECT $1::uuid AS account_id, unnest($2::uuid[]) AS comment_id UNION ${answeredBy('replies')}),
       replaced AS MATERIALIZED (
         SELECT f.* FROM told
          CROSS JOIN ${oneByOne('comment_metric_facts', 'comment_id', 'told')} AS f
          CROSS JOIN ${oneByOne('comments', 'id', 'told')} AS c
          WHERE NOT f.by_business AND f.is_answered <> ${isAnswered('c', 'f')}),
       changed AS MATERIALIZED (
         SELECT ${COMMENT_FACT_COLUMNS.replace('is_answered', 'NOT is_answered AS is_answered')} FROM replaced),
       stored AS (${storeCommentFacts('changed')}),
       added AS (${addCommentMetrics(`${commentCountsOf('changed')} UNION ALL ${commentCountsOf('replaced', -1)}`)})
       SELECT count(*)::integer AS corrected FROM replaced`,
      [
        accountId,
        ids,
        replies.map((reply) => reply.asset_id),
        replies.map((reply) => reply.parent_external_id),
        replies.map((reply) => reply.commented_at),
        replies.map((reply) => reply.is_there),
      ],
    );
    return row?.corrected ?? 0;
  }
}
