import { isNativeError } from 'node:util/types';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId, CommentActionId, CommentId, UserId } from '../../database/ids';
import type { CommentAction, CommentActionKind, CommentActionRequest } from './comment-action';
import type { CommentHome } from './comment-channel';
import type { CommentActionState } from './comment-rules';
import type { CommentPlatform } from './comment-types';
import type { MessageError } from '../conversation-types';

export type NewCommentAction = Pick<
  CommentAction,
  | 'accountId'
  | 'id'
  | 'assetId'
  | 'platform'
  | 'kind'
  | 'postExternalId'
  | 'commentId'
  | 'userId'
  | 'request'
  | 'digest'
>;

interface ActionRow {
  account_id: AccountId;
  id: CommentActionId;
  asset_id: AssetId;
  platform: CommentPlatform;
  kind: CommentActionKind;
  post_external_id: string | null;
  comment_id: CommentId | null;
  user_id: UserId;
  request: CommentActionRequest;
  digest: Buffer;
  state: CommentActionState;
  external_id: string | null;
  error: MessageError | null;
  checks: number;
  created_at: Date;
  started_at: Date;
  finished_at: Date | null;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated = [rows: ActionRow[], count: number];

/** Longer than a call with all that may come before and after it: what is still under way then, its process has left. */
export const LONGEST_CALL_MS = 180_000;
/** While one process looks for it, no other does. */
const LEASE_MS = 60_000;

@Injectable()
export class CommentActionsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** @returns false while the outcome of the same is open, or where the comment has its one private reply */
  async begin(tx: EntityManager, action: NewCommentAction): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO comment_actions (account_id, id, asset_id, platform, kind, post_external_id, comment_id, user_id,
                                    request, digest, state, started_at, check_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'sending', now(), now() + $11 * interval '1 millisecond')
       ON CONFLICT DO NOTHING RETURNING id`,
      [
        action.accountId,
        action.id,
        action.assetId,
        action.platform,
        action.kind,
        action.postExternalId,
        action.commentId,
        action.userId,
        JSON.stringify(action.request),
        action.digest,
        LONGEST_CALL_MS,
      ],
    );
    return rows.length > 0;
  }

  /** One that failed is tried again. @returns null when somebody else did so, or something else stands in its way */
  async beginAgain(accountId: AccountId, id: CommentActionId): Promise<CommentAction | null> {
    try {
      const [rows]: Updated = await this.database.query(
        `UPDATE comment_actions
            SET state = 'sending', error = NULL, checks = 0, finished_at = NULL, started_at = now(),
                check_at = now() + $3 * interval '1 millisecond'
          WHERE account_id = $1 AND id = $2 AND state = 'failed' RETURNING *`,
        [accountId, id, LONGEST_CALL_MS],
      );
      return rows[0] === undefined ? null : toAction(rows[0]);
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }

  async find(accountIds: readonly AccountId[], id: string): Promise<CommentAction | null> {
    const rows: ActionRow[] = await this.database.query(
      'SELECT * FROM comment_actions WHERE account_id = ANY($1) AND id = $2',
      [accountIds, id],
    );
    return rows[0] === undefined ? null : toAction(rows[0]);
  }

  /** Nobody else's until the transaction ends. */
  async lock(
    tx: EntityManager,
    id: string,
    { accountId, assetId }: CommentHome,
  ): Promise<CommentAction | null> {
    const rows: ActionRow[] = await tx.query(
      'SELECT * FROM comment_actions WHERE account_id = $1 AND id = $2 AND asset_id = $3 FOR UPDATE',
      [accountId, id, assetId],
    );
    return rows[0] === undefined ? null : toAction(rows[0]);
  }

  /**
   * Also one that was given up already: that Meta names its id is proof. An id that another one has is left to that one.
   * @returns false when it was settled before
   */
  async recordDone(
    tx: EntityManager,
    { accountId, id }: CommentAction,
    externalId: string,
  ): Promise<boolean> {
    const [, changed]: Updated = await tx.query(
      `UPDATE comment_actions a
          SET state = 'done', error = NULL, finished_at = now(),
              external_id = CASE WHEN EXISTS (SELECT 1 FROM comment_actions o WHERE o.account_id = a.account_id
                AND o.asset_id = a.asset_id AND o.external_id = $3) THEN NULL ELSE $3 END
        WHERE a.account_id = $1 AND a.id = $2 AND a.state <> 'done'`,
      [accountId, id, externalId],
    );
    return changed > 0;
  }

  /** @returns false when it was settled meanwhile */
  async recordFailed(
    tx: EntityManager,
    { accountId, id }: CommentAction,
    error: MessageError,
  ): Promise<boolean> {
    const [, changed]: Updated = await tx.query(
      `UPDATE comment_actions SET state = 'failed', error = $3, finished_at = now()
        WHERE account_id = $1 AND id = $2 AND state IN ('sending', 'unknown')`,
      [accountId, id, JSON.stringify(error)],
    );
    return changed > 0;
  }

  /** @param afterMs when to look for it again */
  async recordOpen(
    { accountId, id }: CommentAction,
    { error, checks, afterMs }: { error: MessageError | null; checks: number; afterMs: number },
  ): Promise<void> {
    await this.database.query(
      `UPDATE comment_actions
          SET state = 'unknown', error = coalesce($3, error), checks = $4,
              check_at = now() + $5 * interval '1 millisecond'
        WHERE account_id = $1 AND id = $2 AND state IN ('sending', 'unknown')`,
      [accountId, id, error === null ? null : JSON.stringify(error), checks, afterMs],
    );
  }

  /** Takes some that are due to be looked for, which makes what a process left behind `unknown`. */
  async claimDue(most: number): Promise<CommentAction[]> {
    const [rows]: Updated = await this.database.query(
      `UPDATE comment_actions SET state = 'unknown', check_at = now() + $2 * interval '1 millisecond'
        WHERE (account_id, id) IN (
          SELECT account_id, id FROM comment_actions WHERE state IN ('sending', 'unknown') AND check_at <= now()
           ORDER BY check_at LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING *`,
      [most, LEASE_MS],
    );
    return rows.map(toAction);
  }

  /** Which of these were there before the action began, or are what another one made. */
  async messagesFromBefore(action: CommentAction, externalIds: readonly string[]): Promise<Set<string>> {
    if (externalIds.length === 0) return new Set();
    const rows: { external_id: string }[] = await this.database.query(
      `SELECT k.external_id FROM message_keys k JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id
        WHERE k.account_id = $1 AND k.asset_id = $2 AND k.external_id = ANY($3) AND m.created_at < $4
        UNION
       SELECT o.external_id FROM comment_actions o
        WHERE o.account_id = $1 AND o.asset_id = $2 AND o.external_id = ANY($3) AND o.id <> $5`,
      [action.accountId, action.assetId, externalIds, action.startedAt, action.id],
    );
    return new Set(rows.map((row) => row.external_id));
  }

  /**
   * Comments of the business that came to be stored after the action began and that no other action made. Meta's clock may
   * go a little differently.
   * @param parents what they answer; null: the post itself
   */
  async candidatesFor(
    action: CommentAction,
    parents: readonly string[] | null,
  ): Promise<{ externalId: string; text: string | null; hasAttachment: boolean }[]> {
    const [aim, value] =
      parents === null
        ? ['c.parent_external_id IS NULL AND c.post_external_id = $3', action.postExternalId]
        : ['c.parent_external_id = ANY($3)', parents];
    const rows: { external_id: string; text: string | null; has_attachment: boolean }[] =
      await this.database.query(
        `SELECT c.external_id, c.text, c.attachment IS NOT NULL AS has_attachment FROM comments c
          WHERE c.account_id = $1 AND c.asset_id = $2 AND c.is_complete AND c.by_business AND c.removed_at IS NULL
            AND ${aim} AND c.created_at >= $4 AND c.commented_at >= $4 - interval '2 minutes'
            AND NOT EXISTS (SELECT 1 FROM comment_actions o WHERE o.account_id = c.account_id
              AND o.asset_id = c.asset_id AND o.external_id = c.external_id AND o.id <> $5)
          ORDER BY c.commented_at, c.id LIMIT 100`,
        [action.accountId, action.assetId, value, action.startedAt, action.id],
      );
    return rows.map((row) => ({
      externalId: row.external_id,
      text: row.text,
      hasAttachment: row.has_attachment,
    }));
  }
}

function toAction(row: ActionRow): CommentAction {
  return {
    accountId: row.account_id,
    id: row.id,
    assetId: row.asset_id,
    platform: row.platform,
    kind: row.kind,
    postExternalId: row.post_external_id,
    commentId: row.comment_id,
    userId: row.user_id,
    request: row.request,
    digest: row.digest,
    state: row.state,
    externalId: row.external_id,
    error: row.error,
    checks: row.checks,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

function isUniqueViolation(thrown: unknown): boolean {
  if (!isNativeError(thrown)) return false;
  if ('code' in thrown && thrown.code === '23505') return true;
  return 'driverError' in thrown && isUniqueViolation(thrown.driverError);
}
