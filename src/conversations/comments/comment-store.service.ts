import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type CommentId, newId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import {
  type CommentFacts,
  appearanceOf,
  factsOfComment,
  factsOfEdit,
  factsOfHiding,
  factsOfLiking,
  factsOfNote,
  factsOfRemoval,
  fingerprintOf,
  joined,
} from './comment-facts';
import type {
  ArrivedComment,
  ArrivedCommentEdit,
  ArrivedCommentHiding,
  ArrivedCommentLiking,
  ArrivedCommentRemoval,
  CommentKey,
  CommentNote,
} from './comment-types';
import { type CommentRow, changeColumns, factsOfRow } from './comment-row';
import { type Doing, ErasedPeople } from '../erasure/erased-people';
import { keyColumns, keyOf } from '../messages/external-key';

/** What a batch tells of comments; what is left out is nothing. */
export interface ToldOfComments {
  arrived?: readonly ArrivedComment[];
  edits?: readonly ArrivedCommentEdit[];
  hidings?: readonly ArrivedCommentHiding[];
  likings?: readonly ArrivedCommentLiking[];
  notes?: readonly CommentNote[];
  removals?: readonly ArrivedCommentRemoval[];
}

interface ToldComment {
  key: CommentKey;
  facts: CommentFacts;
}

interface ChangedComment {
  key: CommentKey;
  id: CommentId;
  before: CommentFacts;
  after: CommentFacts;
}

/**
 * The one store of comments for Pages and Instagram accounts, as webhook handlers and backfills use it: within a
 * transaction, in batches, as often as the same things are told. Edits, hidings and removals may come before their
 * comment.
 */
@Injectable()
export class CommentStore {
  constructor(
    private readonly erased: ErasedPeople,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Everything that a batch tells, at once: what it tells of one comment in several ways is one change of it.
   * @returns how many comments were not stored before
   */
  async apply(tx: EntityManager, told: ToldOfComments): Promise<number> {
    const { arrived: all = [], edits = [], hidings = [], likings = [], notes = [], removals = [] } = told;
    const arrived = await this.erased.withoutErased(tx, all, doingOf);
    const changed = await this.learn(tx, [
      ...arrived.map((comment) => ({ key: comment, facts: factsOfComment(comment) })),
      ...edits.map((edit) => ({ key: edit, facts: factsOfEdit(edit) })),
      ...hidings.map((hiding) => ({ key: hiding, facts: factsOfHiding(hiding) })),
      ...likings.map((liking) => ({ key: liking, facts: factsOfLiking(liking) })),
      ...notes.map((note) => ({ key: note, facts: factsOfNote(note) })),
      ...removals.map((removal) => ({ key: removal, facts: factsOfRemoval(removal) })),
    ]);
    return changed.filter(({ before, after }) => after.isComplete && !before.isComplete).length;
  }

  /** @returns how many of them were not stored before */
  async storeArrived(tx: EntityManager, arrived: readonly ArrivedComment[]): Promise<number> {
    return this.apply(tx, { arrived });
  }

  async applyEdits(tx: EntityManager, edits: readonly ArrivedCommentEdit[]): Promise<void> {
    await this.apply(tx, { edits });
  }

  async applyHiding(tx: EntityManager, hidings: readonly ArrivedCommentHiding[]): Promise<void> {
    await this.apply(tx, { hidings });
  }

  async applyRemovals(tx: EntityManager, removals: readonly ArrivedCommentRemoval[]): Promise<void> {
    await this.apply(tx, { removals });
  }

  private async learn(tx: EntityManager, told: readonly ToldComment[]): Promise<ChangedComment[]> {
    if (told.length === 0) return [];
    const byKey = new Map<string, ToldComment>();
    for (const { key, facts } of told) {
      const known = byKey.get(keyOf(key));
      byKey.set(keyOf(key), { key, facts: known === undefined ? facts : joined(known.facts, facts) });
    }
    // Sorted, so that transactions with the same comments wait for each other instead of deadlocking.
    const sorted = [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
    const changed: ChangedComment[] = [];
    for (const row of await this.locked(tx, sorted)) {
      const news = byKey.get(
        keyOf({ accountId: row.account_id, assetId: row.asset_id, externalId: row.external_id }),
      );
      if (news === undefined) continue;
      const before = factsOfRow(row);
      const after = joined(before, news.facts);
      if (fingerprintOf(after) !== fingerprintOf(before))
        changed.push({ key: news.key, id: row.id, before, after });
    }
    await this.write(tx, changed);
    await this.outbox.record(tx, inOrderTold(changed, [...byKey.keys()]).flatMap(eventsOf));
    return changed;
  }

  /** The rows of these comments, made where there are none, and nobody else's until the transaction ends. */
  private async locked(tx: EntityManager, comments: readonly ToldComment[]): Promise<CommentRow[]> {
    const keys = comments.map(({ key }) => key);
    await tx.query(
      `INSERT INTO comments (account_id, asset_id, external_id, id, platform)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[])
       ON CONFLICT DO NOTHING`,
      [...keyColumns(keys), keys.map(() => newId<CommentId>()), keys.map(({ platform }) => platform)],
    );
    return tx.query(
      `SELECT * FROM comments
        WHERE (account_id, asset_id, external_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]))
        ORDER BY account_id, asset_id, external_id COLLATE "C" FOR UPDATE`,
      keyColumns(keys),
    );
  }

  private async write(tx: EntityManager, changed: readonly ChangedComment[]): Promise<void> {
    if (changed.length === 0) return;
    await tx.query(
      `UPDATE comments c
          SET is_complete = told.is_complete, post_external_id = told.post_external_id,
              parent_external_id = told.parent_external_id, author_id = told.author_id, author_name = told.author_name,
              author_username = told.author_username, author_told_at = told.author_told_at,
              by_business = told.by_business, text = told.text, attachment = told.attachment,
              text_told_at = told.text_told_at, commented_at = told.commented_at, edited_at = told.edited_at,
              is_hidden = told.is_hidden, hidden_told_at = told.hidden_told_at, like_count = told.like_count,
              likes_told_at = told.likes_told_at, is_liked = told.is_liked, liked_told_at = told.liked_told_at,
              removed_at = told.removed_at,
              metadata = told.metadata, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::timestamptz[], $10::boolean[], $11::text[], $12::jsonb[], $13::timestamptz[],
                     $14::timestamptz[], $15::timestamptz[], $16::boolean[], $17::timestamptz[], $18::integer[],
                     $19::timestamptz[], $20::boolean[], $21::timestamptz[], $22::timestamptz[], $23::jsonb[])
                AS told (account_id, id, is_complete, post_external_id, parent_external_id, author_id, author_name,
                         author_username, author_told_at, by_business, text, attachment, text_told_at, commented_at,
                         edited_at, is_hidden, hidden_told_at, like_count, likes_told_at, is_liked, liked_told_at,
                         removed_at, metadata)
        WHERE c.account_id = told.account_id AND c.id = told.id`,
      [
        changed.map(({ key }) => key.accountId),
        changed.map(({ id }) => id),
        ...changeColumns(changed.map(({ after }) => after)),
      ],
    );
  }
}

/** What whoever was erased wrote before is at Meta yet, and would come back with the next reading. */
function doingOf({ accountId, platform, author, at }: ArrivedComment): Doing | null {
  if (author?.id == null) return null;
  const kind = platform === 'facebook' ? 'psid' : 'igsid';
  return { accountId, identities: [{ kind, value: author.id }], at };
}

/** Rows come in the order in which they are locked; events are told in the order in which they came. */
function inOrderTold(changed: readonly ChangedComment[], keys: readonly string[]): ChangedComment[] {
  const placeOf = new Map(keys.map((key, place) => [key, place]));
  return [...changed].sort((a, b) => (placeOf.get(keyOf(a.key)) ?? 0) - (placeOf.get(keyOf(b.key)) ?? 0));
}

/** Of a comment that nobody has seen, and that is gone already, nobody is told. */
function eventsOf({ key, id, before, after }: ChangedComment): DomainEvent[] {
  const common = { accountId: key.accountId, payload: { commentId: id, assetId: key.assetId } };
  if (!after.isComplete || before.removedAt !== null) return [];
  if (!before.isComplete) return after.removedAt === null ? [{ kind: 'comment.created', ...common }] : [];
  if (after.removedAt !== null) return [{ kind: 'comment.removed', ...common }];
  return appearanceOf(before) === appearanceOf(after) ? [] : [{ kind: 'comment.updated', ...common }];
}
