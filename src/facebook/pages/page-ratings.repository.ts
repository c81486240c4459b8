import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { PagePosition } from '../../conversations/page-position';
import { type AccountId, type AssetId, newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import type { StoredRating } from './page-event-types';

/** Somebody recommended the Page or advised against it, changed that, or took it back. */
export interface ToldRating {
  accountId: AccountId;
  assetId: AssetId;
  storyId: string;
  reviewer: { id: string; name: string | null } | null;
  recommendation: string | null;
  rating: number | null;
  text: string | null;
  ratedAt: Date;
  isRemoved: boolean;
  at: Date;
}

interface RatingRow {
  account_id: AccountId;
  id: string;
  asset_id: AssetId;
  story_id: string;
  reviewer_id: string | null;
  reviewer_name: string | null;
  recommendation: string | null;
  rating: number | null;
  text: string | null;
  rated_at: Date;
  removed_at: Date | null;
}

/** Reviews of Pages. Of what is told of one the latest counts; what was taken back stays so, without its words. */
@Injectable()
export class PageRatings {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  async record(tx: EntityManager, told: readonly ToldRating[]): Promise<void> {
    if (told.length === 0) return;
    const changed: RatingRow[] = await tx.query(
      `INSERT INTO page_ratings AS r (account_id, id, asset_id, story_id, reviewer_id, reviewer_name, recommendation,
                                      rating, text, rated_at, told_at, removed_at)
       SELECT DISTINCT ON (account_id, asset_id, story_id)
              account_id, id, asset_id, story_id, reviewer_id, reviewer_name, recommendation, rating, text, rated_at, at,
              CASE WHEN is_removed THEN at END
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[],
                     $9::text[], $10::timestamptz[], $11::timestamptz[], $12::boolean[])
                AS told (account_id, id, asset_id, story_id, reviewer_id, reviewer_name, recommendation, rating, text,
                         rated_at, at, is_removed)
        ORDER BY account_id, asset_id, story_id, is_removed DESC, at DESC, coalesce(text, '') COLLATE "C" DESC
       ON CONFLICT ON CONSTRAINT page_ratings_by_story DO UPDATE SET
         reviewer_id = coalesce(excluded.reviewer_id, r.reviewer_id),
         reviewer_name = coalesce(excluded.reviewer_name, r.reviewer_name),
         recommendation = coalesce(excluded.recommendation, r.recommendation),
         rating = coalesce(excluded.rating, r.rating), text = excluded.text, told_at = excluded.told_at,
         removed_at = excluded.removed_at
        WHERE r.removed_at IS NULL
          AND (excluded.removed_at IS NOT NULL OR
               (excluded.told_at, coalesce(excluded.text, '') COLLATE "C") > (r.told_at, coalesce(r.text, '') COLLATE "C"))
       RETURNING *`,
      [
        told.map(({ accountId }) => accountId),
        told.map(() => newId()),
        told.map(({ assetId }) => assetId),
        told.map(({ storyId }) => storyId),
        told.map(({ reviewer }) => reviewer?.id ?? null),
        told.map(({ reviewer }) => reviewer?.name ?? null),
        told.map(({ recommendation }) => recommendation),
        told.map(({ rating }) => rating),
        told.map(({ text, isRemoved }) => (isRemoved ? null : text)),
        told.map(({ ratedAt }) => ratedAt),
        told.map(({ at }) => at),
        told.map(({ isRemoved }) => isRemoved),
      ],
    );
    await this.outbox.record(
      tx,
      changed.map((row) => ({
        kind: 'page.rated',
        accountId: row.account_id,
        payload: {
          ratingId: row.id,
          assetId: row.asset_id,
          recommendation: row.recommendation,
          isRemoved: row.removed_at !== null,
        },
      })),
    );
  }

  /** Those of one Page, the latest first. */
  async page(
    accountId: AccountId,
    assetId: AssetId,
    { limit, before }: { limit: number; before?: PagePosition | undefined },
  ): Promise<StoredRating[]> {
    const rows: RatingRow[] = await this.database.query(
      `SELECT * FROM page_ratings
        WHERE account_id = $1 AND asset_id = $2 AND ($4::timestamptz IS NULL OR (rated_at, id) < ($4, $5::uuid))
        ORDER BY rated_at DESC, id DESC LIMIT $3`,
      [accountId, assetId, limit, before?.at ?? null, before?.id ?? null],
    );
    return rows.map((row) => ({
      id: row.id,
      storyId: row.story_id,
      reviewer:
        row.reviewer_id === null && row.reviewer_name === null
          ? null
          : { id: row.reviewer_id, name: row.reviewer_name },
      recommendation: row.recommendation,
      rating: row.rating,
      text: row.text,
      ratedAt: row.rated_at,
      removedAt: row.removed_at,
    }));
  }
}
