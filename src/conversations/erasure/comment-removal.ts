import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AssetId, CommentId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { type ClaimedErasure, type ErasureStep, ROWS_AT_ONCE, type StepResult } from './erasure-stage';
import { valuesOf } from './person-erasers';

/**
 * What a person wrote under posts stays as a place in its thread, with nothing in it. At Meta it stands as before: that is the
 * person's own to remove.
 */
@Injectable()
export class CommentRemoval implements ErasureStep {
  readonly stage = 'comments';

  constructor(private readonly outbox: Outbox) {}

  async run(tx: EntityManager, person: ClaimedErasure): Promise<StepResult> {
    const { accountId } = person;
    const rows: { id: CommentId; asset_id: AssetId; thread_id: string; was_removed: boolean }[] =
      await tx.query(
        `SELECT id, asset_id, coalesce(parent_external_id, external_id) AS thread_id, removed_at IS NOT NULL AS was_removed
         FROM comments
        WHERE account_id = $1 AND author_id IS NOT NULL AND author_id = ANY($2)
        ORDER BY id LIMIT ${ROWS_AT_ONCE} FOR UPDATE`,
        [accountId, valuesOf(person, 'psid', 'igsid')],
      );
    if (rows.length === 0) return { removed: {}, next: 'done' };
    const ids = rows.map(({ id }) => id);
    await tx.query(
      `UPDATE comments
          SET author_id = NULL, author_name = NULL, author_username = NULL, author_told_at = NULL, text = NULL,
              attachment = NULL, text_told_at = NULL, edited_at = NULL, metadata = '{}', sentiment = NULL, confidence = NULL,
              sentiment_score = NULL, sentiment_language = NULL, sentiment_model = NULL,
              removed_at = coalesce(removed_at, now()), updated_at = now()
        WHERE account_id = $1 AND id = ANY($2)`,
      [accountId, ids],
    );
    await tx.query(
      'DELETE FROM sentiment_work WHERE account_id = $1 AND comment_id IS NOT NULL AND comment_id = ANY($2)',
      [accountId, ids],
    );
    // What we answered stays known to have been answered; what it said was for the person.
    await tx.query(
      `UPDATE comment_actions SET request = '{}'
        WHERE account_id = $1 AND comment_id = ANY($2) AND kind = 'private_reply' AND state IN ('done', 'failed')`,
      [accountId, ids],
    );
    await tx.query(
      `UPDATE conversations v SET last_message_preview = NULL, updated_at = now()
         FROM unnest($2::uuid[], $3::text[]) AS thread (asset_id, id)
        WHERE v.account_id = $1 AND v.asset_id = thread.asset_id AND v.comment_thread_id = thread.id
          AND v.comment_thread_id <> '' AND v.last_message_preview IS NOT NULL`,
      [accountId, rows.map((row) => row.asset_id), rows.map((row) => row.thread_id)],
    );
    await this.outbox.record(
      tx,
      rows
        .filter((row) => !row.was_removed)
        .map(({ id, asset_id: assetId }) => ({
          kind: 'comment.removed',
          accountId,
          payload: { commentId: id, assetId },
        })),
    );
    return { removed: { comments: ids.length }, next: 'more' };
  }
}
