import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, type AssetId, type UserId, newId } from '../../database/ids';
import { FacebookPublicationEntity } from '../entities/facebook-publication.entity';
import { type PostDraft, digestOf } from './post-draft';
import { type Change, type From, assignmentsOf } from './publication-change';
import type { PublicationState } from './publication-states';

export type Publication = FacebookPublicationEntity;
export type PublicationKey = Pick<Publication, 'accountId' | 'id'>;

export interface NewPublication {
  accountId: AccountId;
  assetId: AssetId;
  pageId: string;
  createdBy: UserId;
  draft: PostDraft;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];
interface KeyRow {
  account_id: AccountId;
  id: string;
}

@Injectable()
export class PublicationsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @param outer a transaction that is under way: then a part of it that can fail by itself */
  async transaction<T>(
    work: (tx: EntityManager) => Promise<T>,
    outer: EntityManager = this.database.manager,
  ): Promise<T> {
    return outer.transaction(work);
  }

  /** @returns null when the same post is being published already */
  async insert(
    tx: EntityManager,
    { accountId, assetId, pageId, createdBy, draft }: NewPublication,
  ): Promise<{ id: string } | null> {
    const id = newId();
    const rows: unknown[] = await tx.query(
      `INSERT INTO facebook_publications (account_id, id, asset_id, page_id, kind, target, state, message, link, title,
                                          media, scheduled_at, digest, created_by, due_at, history)
       VALUES ($1, $2, $3, $4, $5, $6, 'preparing', $7, $8, $9, $10::jsonb, $11, $12, $13, now(),
               jsonb_build_array(jsonb_build_object('state', 'preparing', 'at', now())))
       ON CONFLICT (account_id, asset_id, digest) WHERE state IN ('preparing', 'publishing', 'unknown') DO NOTHING
       RETURNING id`,
      [
        accountId,
        id,
        assetId,
        pageId,
        draft.kind,
        draft.target,
        draft.message,
        draft.link,
        draft.title,
        JSON.stringify(draft.media),
        draft.scheduledAt,
        digestOf(draft),
        createdBy,
      ],
    );
    return rows.length === 0 ? null : { id };
  }

  /** The one that is in the way of an equal one. */
  async findOpen(
    tx: EntityManager,
    accountId: AccountId,
    assetId: AssetId,
    draft: PostDraft,
  ): Promise<Publication | null> {
    return tx
      .createQueryBuilder(FacebookPublicationEntity, 'p')
      .where(`p.account_id = :accountId AND p.asset_id = :assetId AND p.digest = :digest`, {
        accountId,
        assetId,
        digest: digestOf(draft),
      })
      .andWhere(`p.state IN ('preparing', 'publishing', 'unknown')`)
      .getOne();
  }

  async find(
    { accountId, id }: PublicationKey,
    tx: EntityManager = this.database.manager,
  ): Promise<Publication | null> {
    return tx.findOneBy(FacebookPublicationEntity, { accountId, id });
  }

  async findIn(accountIds: readonly AccountId[], id: string): Promise<Publication | null> {
    if (accountIds.length === 0) return null;
    return this.database.manager
      .createQueryBuilder(FacebookPublicationEntity, 'p')
      .where('p.account_id IN (:...accountIds) AND p.id = :id', { accountIds, id })
      .getOne();
  }

  /** Those of a Page that have one of these ids at Meta, of posts or videos. */
  async withMetaIds(
    accountId: AccountId,
    assetId: AssetId,
    ids: readonly string[],
    tx: EntityManager = this.database.manager,
  ): Promise<Publication[]> {
    if (ids.length === 0) return [];
    return tx
      .createQueryBuilder(FacebookPublicationEntity, 'p')
      .where('p.account_id = :accountId AND p.asset_id = :assetId', { accountId, assetId })
      .andWhere('(p.post_id IN (:...ids) OR p.video_id IN (:...ids))', { ids })
      .getMany();
  }

  /**
   * Newest first.
   * @param page at most one of `before` (older than this id) and `after` (newer; the oldest of those)
   */
  async page(
    accountId: AccountId,
    assetId: AssetId,
    page: {
      limit: number;
      states: readonly PublicationState[] | null;
      before?: string | undefined;
      after?: string | undefined;
    },
  ): Promise<Publication[]> {
    const query = this.database.manager
      .createQueryBuilder(FacebookPublicationEntity, 'p')
      .where('p.account_id = :accountId AND p.asset_id = :assetId', { accountId, assetId })
      .orderBy('p.id', page.after === undefined ? 'DESC' : 'ASC')
      .limit(page.limit);
    if (page.states !== null) query.andWhere('p.state IN (:...states)', { states: page.states });
    if (page.before !== undefined) query.andWhere('p.id < :before', { before: page.before });
    if (page.after !== undefined) query.andWhere('p.id > :after', { after: page.after });
    const found = await query.getMany();
    return page.after === undefined ? found : found.reverse();
  }

  /**
   * Takes the one that has been due for longest, so that nobody else does until the lease is over. One that a dead
   * process had is due again then.
   */
  async claim(leaseMs: number): Promise<Publication | null> {
    const [[row]]: Updated<KeyRow> = await this.database.query(
      `UPDATE facebook_publications SET claim_id = $1, due_at = now() + $2 * interval '1 millisecond'
        WHERE (account_id, id) = (
          SELECT account_id, id FROM facebook_publications WHERE due_at <= now()
           ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING account_id, id`,
      [newId(), leaseMs],
    );
    return row === undefined ? null : this.find({ accountId: row.account_id, id: row.id });
  }

  /** @returns how it stands now; null when it was in another state, or somebody else has it */
  async change(
    tx: EntityManager,
    { accountId, id }: PublicationKey,
    from: From,
    change: Change,
  ): Promise<Publication | null> {
    const values: unknown[] = [accountId, id, from.states];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const sets = ['updated_at = now()', ...assignmentsOf(change, bind)];
    const claim = from.claimId === undefined ? '' : `AND claim_id = ${bind(from.claimId)}`;
    const [rows]: Updated<KeyRow> = await tx.query(
      `UPDATE facebook_publications SET ${sets.join(', ')}
        WHERE account_id = $1 AND id = $2 AND state = ANY ($3) ${claim} RETURNING account_id, id`,
      values,
    );
    return rows.length === 0 ? null : this.find({ accountId, id }, tx);
  }

  /** One photo is at Meta now. Others of the same publication may be written at the same time. */
  async recordHandle(key: PublicationKey, claimId: string, index: number, handle: string): Promise<boolean> {
    const [, count]: Updated<never> = await this.database.query(
      `UPDATE facebook_publications SET media = jsonb_set(media, ARRAY[$4::text, 'handle'], to_jsonb($5::text)), updated_at = now()
        WHERE account_id = $1 AND id = $2 AND claim_id = $3 AND state = 'preparing'`,
      [key.accountId, key.id, claimId, String(index), handle],
    );
    return count > 0;
  }

  /** The worker is still at it. @returns whether nobody else has it by now */
  async extend(key: PublicationKey, claimId: string, leaseMs: number): Promise<boolean> {
    const [, count]: Updated<never> = await this.database.query(
      `UPDATE facebook_publications SET due_at = now() + $4 * interval '1 millisecond'
        WHERE account_id = $1 AND id = $2 AND claim_id = $3`,
      [key.accountId, key.id, claimId, leaseMs],
    );
    return count > 0;
  }

  /**
   * Meta has said itself whose post this is: another publication that was thought to have become it has not, and is
   * looked for again.
   */
  async takeFromOthers(tx: EntityManager, publication: Publication, postId: string): Promise<void> {
    await tx.query(
      `UPDATE facebook_publications
          SET post_id = NULL, permalink_url = NULL, state = 'unknown', settled_at = NULL, due_at = now(), updated_at = now(),
              history = history || jsonb_build_array(jsonb_build_object('state', 'unknown', 'at', now(), 'note',
                'Meta named the post that this was taken for as that of another publication.'))
        WHERE account_id = $1 AND asset_id = $2 AND post_id = $3 AND id <> $4`,
      [publication.accountId, publication.assetId, postId, publication.id],
    );
  }

  /** Those that a post that turns up may be: begun, and not found so far. The oldest first. */
  async findLost(
    tx: EntityManager,
    pages: readonly { accountId: AccountId; assetId: AssetId }[],
    begunSince: Date,
    failedCode: string,
  ): Promise<Publication[]> {
    if (pages.length === 0) return [];
    const rows: KeyRow[] = await tx.query(
      `SELECT account_id, id FROM facebook_publications
        WHERE (account_id, asset_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND started_at >= $3
          AND (state = 'unknown' OR (state = 'failed' AND error ->> 'code' = $4))
        ORDER BY started_at, id LIMIT 500 FOR UPDATE`,
      [pages.map(({ accountId }) => accountId), pages.map(({ assetId }) => assetId), begunSince, failedCode],
    );
    if (rows.length === 0) return [];
    return tx.find(FacebookPublicationEntity, {
      where: rows.map(({ account_id: accountId, id }) => ({ accountId, id })),
      order: { startedAt: 'ASC', id: 'ASC' },
    });
  }
}
