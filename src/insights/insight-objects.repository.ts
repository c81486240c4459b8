import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../database/ids';
import { newId } from '../database/ids';
import { type InsightObject, type InsightObjectRow, STORY_OVER, insightObjectOf } from './insight-object';
import type { FoundObject, InsightAsset } from './insight-source';

type ObjectKey = Pick<InsightObject, 'accountId' | 'id'>;

/** Pages, accounts, posts and media that figures are kept of. */
@Injectable()
export class InsightObjectsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** The Page or account itself, written down if need be. */
  async root(asset: InsightAsset): Promise<InsightObject> {
    const kind = asset.kind === 'page' ? 'page' : 'ig_account';
    await this.upsert(asset, [
      { externalId: asset.externalId, kind, product: null, publishedAt: null, endsAt: null },
    ]);
    const root = await this.find([asset.accountId], asset.externalId, asset.assetId);
    if (root === null) throw new Error('The Page or account did not come back.');
    return root;
  }

  /** Those that are new are read at once. */
  async upsert(asset: InsightAsset, found: readonly FoundObject[]): Promise<void> {
    if (found.length === 0) return;
    await this.database.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO insight_assets (account_id, asset_id, kind, external_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, asset_id) DO NOTHING`,
        [asset.accountId, asset.assetId, asset.kind, asset.externalId],
      );
      await tx.query(
        `INSERT INTO insight_objects AS o
           (account_id, id, asset_id, kind, external_id, product, published_at, ends_at, next_read_at)
         SELECT $1, told.id, $2, told.kind, told.external_id, told.product, told.published_at, told.ends_at, now()
           FROM jsonb_to_recordset($3::jsonb) AS told (id uuid, kind text, external_id text, product text,
                                                       published_at timestamptz, ends_at timestamptz)
          ORDER BY told.external_id
         ON CONFLICT (account_id, asset_id, external_id) DO UPDATE SET
           product = coalesce(excluded.product, o.product),
           published_at = coalesce(excluded.published_at, o.published_at),
           ends_at = coalesce(excluded.ends_at, o.ends_at)
          WHERE (o.product, o.published_at, o.ends_at) IS DISTINCT FROM
                (coalesce(excluded.product, o.product), coalesce(excluded.published_at, o.published_at),
                 coalesce(excluded.ends_at, o.ends_at))`,
        [
          asset.accountId,
          asset.assetId,
          JSON.stringify(
            [...new Map(found.map((each) => [each.externalId, each])).values()].map((each) => ({
              id: newId(),
              kind: each.kind,
              external_id: each.externalId,
              product: each.product,
              published_at: each.publishedAt,
              ends_at: each.endsAt,
            })),
          ),
        ],
      );
    });
  }

  /**
   * Stories that a webhook told the end of, known before or not. Nothing more of them can be read.
   * @returns in any order, each once
   */
  async storiesOver(
    tx: EntityManager,
    told: readonly { accountId: AccountId; assetId: AssetId; mediaId: string; endedAt: Date }[],
  ): Promise<InsightObject[]> {
    if (told.length === 0) return [];
    const json = JSON.stringify(
      [...new Map(told.map((each) => [`${each.assetId} ${each.mediaId}`, each])).values()].map((each) => ({
        id: newId(),
        account_id: each.accountId,
        asset_id: each.assetId,
        external_id: each.mediaId,
        ends_at: each.endedAt,
      })),
    );
    await tx.query(
      `INSERT INTO insight_assets (account_id, asset_id, kind, external_id)
       SELECT DISTINCT a.account_id, a.id, a.kind, a.meta_id
         FROM jsonb_to_recordset($1::jsonb) AS told (account_id uuid, asset_id uuid)
         JOIN assets a ON a.account_id = told.account_id AND a.id = told.asset_id AND a.kind = 'instagram'
        ORDER BY a.account_id, a.id
       ON CONFLICT (account_id, asset_id) DO NOTHING`,
      [json],
    );
    const rows: InsightObjectRow[] = await tx.query(
      `INSERT INTO insight_objects AS o
         (account_id, id, asset_id, kind, external_id, product, ends_at, state, state_reason)
       SELECT told.account_id, told.id, told.asset_id, 'ig_media', told.external_id, 'STORY', told.ends_at, 'over', $2
         FROM jsonb_to_recordset($1::jsonb)
           AS told (account_id uuid, id uuid, asset_id uuid, external_id text, ends_at timestamptz)
         JOIN insight_assets i ON i.account_id = told.account_id AND i.asset_id = told.asset_id
        ORDER BY told.account_id, told.asset_id, told.external_id
       ON CONFLICT (account_id, asset_id, external_id) DO UPDATE SET
         product = 'STORY', ends_at = coalesce(o.ends_at, excluded.ends_at), state = 'over',
         state_reason = excluded.state_reason, next_read_at = NULL
       RETURNING o.*`,
      [json, STORY_OVER],
    );
    return rows.map(insightObjectOf);
  }

  /** By Meta's id. */
  async find(
    accountIds: readonly AccountId[],
    externalId: string,
    assetId: AssetId | null = null,
  ): Promise<InsightObject | null> {
    const rows: InsightObjectRow[] = await this.database.query(
      `SELECT * FROM insight_objects
        WHERE account_id = ANY($1) AND external_id = $2 AND ($3::uuid IS NULL OR asset_id = $3)
        ORDER BY read_at DESC NULLS LAST LIMIT 1`,
      [accountIds, externalId, assetId],
    );
    return rows[0] === undefined ? null : insightObjectOf(rows[0]);
  }

  /** Posts and media to be read now, those that end soonest first, then the longest waiting. */
  async due({ accountId, assetId }: InsightAsset, limit: number): Promise<InsightObject[]> {
    const rows: InsightObjectRow[] = await this.database.query(
      `SELECT * FROM insight_objects
        WHERE account_id = $1 AND asset_id = $2 AND next_read_at <= now() AND kind IN ('post', 'ig_media')
        ORDER BY ends_at NULLS LAST, next_read_at LIMIT $3`,
      [accountId, assetId, limit],
    );
    return rows.map(insightObjectOf);
  }

  /** When something of the asset is to be read next; null when nothing ever is. */
  async nextReadAt({ accountId, assetId }: InsightAsset): Promise<Date | null> {
    const rows: { next: Date | null }[] = await this.database.query(
      `SELECT min(next_read_at) AS next FROM insight_objects
        WHERE account_id = $1 AND asset_id = $2 AND next_read_at IS NOT NULL`,
      [accountId, assetId],
    );
    return rows[0]?.next ?? null;
  }

  /** No older days are asked for. Which there are, every metric says by itself. */
  async endPast({ accountId, id }: ObjectKey): Promise<void> {
    await this.database.query(
      `UPDATE insight_objects SET covered_from = now() - interval '10 years' WHERE account_id = $1 AND id = $2`,
      [accountId, id],
    );
  }

  /** Not read any more; what is stored of it stays. */
  async end({ accountId, id }: ObjectKey, state: InsightObject['state'], reason: string): Promise<void> {
    await this.database.query(
      `UPDATE insight_objects SET state = $3, state_reason = $4, next_read_at = NULL WHERE account_id = $1 AND id = $2`,
      [accountId, id, state, reason],
    );
  }
}
