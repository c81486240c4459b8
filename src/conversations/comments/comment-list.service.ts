import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AssetKind } from '../../assets/entities/asset.entity';
import { type AccountId, type CommentId, isUuid } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import type { CommentHome } from './comment-channel';
import type { CommentPlatform } from './comment-types';
import {
  type CommentStatus,
  type CommentThread,
  type CommentViewRow,
  DESCRIBE,
  IS_ANSWERED,
  IS_GONE,
  type StoredComment,
  THREAD_IDS,
  type ThreadSummary,
  toStoredComment,
} from './comment-view';
import type { PagePosition } from '../page-position';

export interface CommentSlice {
  limit: number;
  /** At most one of the two. */
  before?: PagePosition | undefined;
  after?: PagePosition | undefined;
}

export interface CommentFilter {
  postExternalId?: string | undefined;
  /** Left out: everything but what is removed. */
  status?: CommentStatus | undefined;
  unanswered?: boolean | undefined;
}

export interface CommentPage<Item> {
  /** Newest first. */
  comments: Item[];
  /** Where the next page of older ones begins; null when there are none. */
  before: PagePosition | null;
  after: PagePosition | null;
}

/** Of how many comments of each Page or account one page of a filtered list looks at, so that it never takes long. */
const LOOKED_AT_ONCE = 5_000;
const ANSWERS_SHOWN = 3;

const KIND_OF: Record<CommentPlatform, AssetKind> = { facebook: 'page', instagram: 'instagram' };

/** What is stored of comments, for the API. */
@Injectable()
export class CommentList {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * @param ref our id, or Meta's
   * @throws NotFoundError also for the comments of others
   */
  async get(
    accountIds: readonly AccountId[],
    platform: CommentPlatform,
    ref: string,
  ): Promise<StoredComment> {
    const found = await this.find(accountIds, platform, ref);
    if (found === null) throw noSuchComment();
    return found;
  }

  async find(
    accountIds: readonly AccountId[],
    platform: CommentPlatform,
    ref: string,
  ): Promise<StoredComment | null> {
    const which = isUuid(ref) ? 'c.id = $3' : 'c.external_id = $3';
    const rows: CommentViewRow[] = await this.database.query(
      `WITH listed AS (
         SELECT c.* FROM assets a JOIN comments c ON c.account_id = a.account_id AND c.asset_id = a.id
          WHERE a.account_id = ANY($1) AND a.kind = $2 AND c.is_complete AND ${which}
          ORDER BY a.released_at IS NULL DESC, c.id DESC LIMIT 1) ${DESCRIBE}`,
      [accountIds, KIND_OF[platform], ref],
    );
    return rows[0] === undefined ? null : toStoredComment(rows[0]);
  }

  /** Comments of several accounts, in any order; those that are not there are left out. */
  async getMany(refs: readonly { accountId: AccountId; id: CommentId }[]): Promise<StoredComment[]> {
    if (refs.length === 0) return [];
    const rows: CommentViewRow[] = await this.database.query(
      `WITH listed AS (
         SELECT c.* FROM unnest($1::uuid[], $2::uuid[]) AS wanted (account_id, id)
           JOIN comments c ON c.account_id = wanted.account_id AND c.id = wanted.id
          WHERE c.is_complete) ${DESCRIBE}`,
      [refs.map(({ accountId }) => accountId), refs.map(({ id }) => id)],
    );
    return rows.map(toStoredComment);
  }

  /** The Pages or accounts of which comments under a post or media are stored. */
  async homesOf(
    accountIds: readonly AccountId[],
    platform: CommentPlatform,
    postExternalId: string,
  ): Promise<CommentHome[]> {
    const rows: { account_id: CommentHome['accountId']; id: CommentHome['assetId'] }[] =
      await this.database.query(
        `SELECT a.account_id, a.id FROM assets a
          WHERE a.account_id = ANY($1) AND a.kind = $2 AND a.released_at IS NULL
            AND EXISTS (SELECT 1 FROM comments c WHERE c.account_id = a.account_id AND c.asset_id = a.id
                           AND c.post_external_id = $3)`,
        [accountIds, KIND_OF[platform], postExternalId],
      );
    return rows.map((row) => ({ accountId: row.account_id, assetId: row.id }));
  }

  async findIds(
    tx: EntityManager,
    { accountId, assetId }: CommentHome,
    externalIds: readonly string[],
  ): Promise<Map<string, CommentId>> {
    const rows: { external_id: string; id: CommentId }[] = await tx.query(
      'SELECT external_id, id FROM comments WHERE account_id = $1 AND asset_id = $2 AND external_id = ANY($3)',
      [accountId, assetId, externalIds],
    );
    return new Map(rows.map((row) => [row.external_id, row.id]));
  }

  /** The comments under a post itself, each with its latest answers. */
  async threads(
    home: CommentHome,
    postExternalId: string,
    slice: CommentSlice,
  ): Promise<CommentPage<CommentThread>> {
    const { bound, order, parameters } = boundOf(slice, [home.accountId, home.assetId, postExternalId]);
    const rows: CommentViewRow[] = await this.database.query(
      `WITH listed AS (
         SELECT c.* FROM comments c
          WHERE c.account_id = $1 AND c.asset_id = $2 AND c.post_external_id = $3 AND c.parent_external_id IS NULL
            AND c.is_complete AND c.removed_at IS NULL${bound}
          ORDER BY c.commented_at ${order}, c.id ${order} LIMIT ${slice.limit}) ${DESCRIBE}
        ORDER BY c.commented_at DESC, c.id DESC`,
      parameters,
    );
    const roots = rows.map(toStoredComment);
    const answers = await this.latestAnswers(
      home,
      roots.filter(({ answerCount }) => answerCount > 0).map(({ id }) => id),
    );
    return pageOf(
      roots.map((root) => ({ ...root, answers: answers.get(root.id) ?? [] })),
      slice,
    );
  }

  /** The answers to a comment, also those to its answers. */
  async answers(comment: StoredComment, slice: CommentSlice): Promise<CommentPage<StoredComment>> {
    const { bound, order, parameters } = boundOf(slice, [comment.accountId, comment.id], 'r');
    const rows: CommentViewRow[] = await this.database.query(
      `WITH listed AS (
         SELECT r.* FROM comments c
           JOIN comments r ON r.account_id = c.account_id AND r.asset_id = c.asset_id
            AND r.parent_external_id = ANY(${THREAD_IDS}) AND r.is_complete AND r.removed_at IS NULL
          WHERE c.account_id = $1 AND c.id = $2${bound}
          ORDER BY r.commented_at ${order}, r.id ${order} LIMIT ${slice.limit}) ${DESCRIBE}
        ORDER BY c.commented_at DESC, c.id DESC`,
      parameters,
    );
    return pageOf(rows.map(toStoredComment), slice);
  }

  async summaryOf({ accountId, assetId }: CommentHome, postExternalId: string): Promise<ThreadSummary> {
    const rows: ThreadSummary[] = await this.database.query(
      `SELECT count(*)::int AS total, (count(*) FILTER (WHERE c.parent_external_id IS NULL))::int AS "topLevel",
              (count(*) FILTER (WHERE c.is_hidden))::int AS hidden,
              (count(*) FILTER (WHERE NOT c.by_business AND NOT ${IS_ANSWERED}))::int AS unanswered
         FROM comments c
        WHERE c.account_id = $1 AND c.asset_id = $2 AND c.post_external_id = $3 AND c.is_complete AND NOT ${IS_GONE}`,
      [accountId, assetId, postExternalId],
    );
    return rows[0] ?? { total: 0, topLevel: 0, hidden: 0, unanswered: 0 };
  }

  /** Over all posts. A page may hold fewer than `limit`, even none, and still have a next one. */
  async feed(
    homes: readonly CommentHome[],
    filter: CommentFilter,
    slice: CommentSlice,
  ): Promise<CommentPage<StoredComment>> {
    const mine = [homes.map(({ accountId }) => accountId), homes.map(({ assetId }) => assetId)];
    const { bound, order, parameters } = boundOf(slice, mine);
    const conditions = ['c.is_complete', ...conditionsOf(filter, parameters)].join(' AND ');
    const horizon = isSelective(filter) ? await this.horizonOf(filter, boundOf(slice, mine), order) : null;
    const within =
      horizon === null
        ? ''
        : ` AND (c.commented_at, c.id) ${order === 'ASC' ? '<=' : '>='} ($${parameters.push(horizon.at)}, $${parameters.push(horizon.id)})`;
    const rows: CommentViewRow[] = await this.database.query(
      `WITH listed AS (
         SELECT found.* FROM unnest($1::uuid[], $2::uuid[]) AS mine (account_id, asset_id) CROSS JOIN LATERAL (
           SELECT c.* FROM comments c
            WHERE c.account_id = mine.account_id AND c.asset_id = mine.asset_id AND ${conditions}${bound}${within}
            ORDER BY c.commented_at ${order}, c.id ${order} LIMIT ${slice.limit}) found
          ORDER BY found.commented_at ${order}, found.id ${order} LIMIT ${slice.limit}) ${DESCRIBE}
        ORDER BY c.commented_at DESC, c.id DESC`,
      parameters,
    );
    const page = pageOf(rows.map(toStoredComment), slice);
    if (horizon === null || rows.length === slice.limit) return page;
    return order === 'ASC' ? { ...page, after: horizon } : { ...page, before: horizon };
  }

  /** How far a filtered page looks; null: to the end. */
  private async horizonOf(
    filter: CommentFilter,
    { bound, parameters }: ReturnType<typeof boundOf>,
    order: 'ASC' | 'DESC',
  ): Promise<PagePosition | null> {
    const ofPost =
      filter.postExternalId === undefined
        ? ''
        : ` AND c.post_external_id = $${parameters.push(filter.postExternalId)}`;
    const rows: { commented_at: Date; id: string }[] = await this.database.query(
      `SELECT last.commented_at, last.id
         FROM unnest($1::uuid[], $2::uuid[]) AS mine (account_id, asset_id) CROSS JOIN LATERAL (
           SELECT c.commented_at, c.id FROM comments c
            WHERE c.account_id = mine.account_id AND c.asset_id = mine.asset_id AND c.is_complete${ofPost}${bound}
            ORDER BY c.commented_at ${order}, c.id ${order} OFFSET ${LOOKED_AT_ONCE - 1} LIMIT 1) last
        ORDER BY last.commented_at ${order}, last.id ${order} LIMIT 1`,
      parameters,
    );
    const [row] = rows;
    return row === undefined ? null : { at: row.commented_at.toISOString(), id: row.id };
  }

  private async latestAnswers(
    { accountId, assetId }: CommentHome,
    roots: readonly CommentId[],
  ): Promise<Map<CommentId, StoredComment[]>> {
    const found = new Map<CommentId, StoredComment[]>();
    if (roots.length === 0) return found;
    const rows: (CommentViewRow & { root_id: CommentId })[] = await this.database.query(
      `WITH listed AS (
         SELECT latest.*, c.id AS root_id FROM comments c CROSS JOIN LATERAL (
           SELECT r.* FROM comments r
            WHERE r.account_id = c.account_id AND r.asset_id = c.asset_id AND r.parent_external_id = ANY(${THREAD_IDS})
              AND r.is_complete AND r.removed_at IS NULL
            ORDER BY r.commented_at DESC, r.id DESC LIMIT ${ANSWERS_SHOWN}) latest
          WHERE c.account_id = $1 AND c.asset_id = $2 AND c.id = ANY($3)) ${DESCRIBE}
        ORDER BY c.commented_at, c.id`,
      [accountId, assetId, roots],
    );
    for (const row of rows) found.set(row.root_id, [...(found.get(row.root_id) ?? []), toStoredComment(row)]);
    return found;
  }
}

export function noSuchComment(): NotFoundError {
  return new NotFoundError(
    'There is no such comment here. One from before the connection is here once the comments of its post were read.',
  );
}

function conditionsOf(
  { postExternalId, status, unanswered }: CommentFilter,
  parameters: unknown[],
): string[] {
  const conditions: string[] = [];
  if (postExternalId !== undefined)
    conditions.push(`c.post_external_id = $${parameters.push(postExternalId)}`);
  if (status === 'open') conditions.push(`NOT c.is_hidden AND NOT ${IS_GONE}`);
  else if (status === 'hidden') conditions.push(`c.is_hidden AND NOT ${IS_GONE}`);
  else conditions.push(status === 'removed' ? IS_GONE : `NOT ${IS_GONE}`);
  if (unanswered !== undefined)
    conditions.push(`NOT c.by_business AND ${unanswered ? 'NOT ' : ''}${IS_ANSWERED}`);
  return conditions;
}

/** Everything else matches nearly every comment. */
function isSelective({ status, unanswered }: CommentFilter): boolean {
  return unanswered !== undefined || status === 'hidden' || status === 'removed';
}

function boundOf(
  { before, after }: CommentSlice,
  given: readonly unknown[],
  table: 'c' | 'r' = 'c',
): { bound: string; order: 'ASC' | 'DESC'; parameters: unknown[] } {
  const parameters = [...given];
  const position = before ?? after;
  const order = before === undefined && after !== undefined ? 'ASC' : 'DESC';
  if (position === undefined) return { bound: '', order, parameters };
  const [at, id] = [parameters.push(position.at), parameters.push(position.id)];
  const sign = order === 'ASC' ? '>' : '<';
  return { bound: ` AND (${table}.commented_at, ${table}.id) ${sign} ($${at}, $${id})`, order, parameters };
}

function pageOf<Item extends StoredComment>(comments: Item[], { limit }: CommentSlice): CommentPage<Item> {
  const last = comments.length < limit ? undefined : comments.at(-1);
  const [first] = comments;
  return { comments, before: last ? positionOf(last) : null, after: first ? positionOf(first) : null };
}

function positionOf({ commentedAt, id }: StoredComment): PagePosition {
  return { at: commentedAt.toISOString(), id };
}
