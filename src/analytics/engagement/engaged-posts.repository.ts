import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AssetId } from '../../database/ids';
import type { InsightObjectState } from '../../insights/insight-object';
import type { MediaProduct } from '../../insights/metrics/insight-metric';
import { commentsByPost } from './comments-by-post';
import { OWN_FIGURES, type OwnFigures } from './comment-engagement';
import { META_NAMES } from './engagement-metrics';
import type { EngagedObject, EngagedPosts, EngagementScope, PostSort } from './engagement-results';

interface AssetRow extends OwnFigures {
  asset_id: AssetId;
  posts: number;
}
interface PostRow extends OwnFigures {
  asset_id: AssetId;
  external_id: string;
  object_id: string | null;
  kind: EngagedObject['kind'];
  product: MediaProduct | null;
  published_at: string | null;
  state: InsightObjectState;
}

const COUNTS = OWN_FIGURES.map((name) => `coalesce(c.${name}, 0) AS ${name}`).join(', ');
const SUMS = OWN_FIGURES.map((name) => `sum(${name})::integer AS ${name}`).join(', ');

/** Posts and media that were published, or commented on, in a time. */
@Injectable()
export class EngagedPostsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async find(
    { accountId, assetIds, from, until }: EngagementScope,
    sort: PostSort,
    limit: number,
  ): Promise<EngagedPosts> {
    const { value, join } = orderOf(sort);
    const parameters: unknown[] = [accountId, assetIds, from, until, limit];
    const [row]: { assets: AssetRow[]; posts: PostRow[] }[] = await this.database.query(
      `WITH commented AS MATERIALIZED (${commentsByPost({ from, until }, parameters)}),
       published AS (
         SELECT asset_id, external_id FROM insight_objects
          WHERE account_id = $1 AND asset_id = ANY($2::uuid[]) AND kind IN ('post', 'ig_media')
            AND published_at >= $3 AND published_at < $4),
       posts AS MATERIALIZED (
         SELECT coalesce(c.asset_id, p.asset_id) AS asset_id, coalesce(c.post_external_id, p.external_id) AS external_id,
                ${COUNTS}
           FROM commented c
           FULL JOIN published p ON p.asset_id = c.asset_id AND p.external_id = c.post_external_id),
       assets AS (
         -- Comments of which nobody knows the post count, too.
         SELECT asset_id, count(external_id)::integer AS posts, ${SUMS} FROM posts GROUP BY asset_id),
       ordered AS (
         SELECT posts.*, o.id AS object_id, o.kind, o.product, o.published_at, o.state,
                row_number() OVER (ORDER BY ${value} DESC NULLS LAST, o.published_at DESC NULLS LAST, posts.external_id) AS place
           FROM posts
           LEFT JOIN insight_objects o ON o.account_id = $1 AND o.asset_id = posts.asset_id
                                      AND o.external_id = posts.external_id AND o.kind IN ('post', 'ig_media')
           ${join}
          WHERE posts.external_id IS NOT NULL
          ORDER BY place LIMIT $5)
       SELECT (SELECT coalesce(json_agg(assets), '[]') FROM assets) AS assets,
              (SELECT coalesce(json_agg(ordered ORDER BY place), '[]') FROM ordered) AS posts`,
      parameters,
    );
    return {
      posts: (row?.posts ?? []).map((post) => ({
        assetId: post.asset_id,
        externalId: post.external_id,
        object: objectOf(post),
        own: ownOf(post),
      })),
      byAsset: new Map(
        (row?.assets ?? []).map((asset) => [asset.asset_id, { posts: asset.posts, own: ownOf(asset) }]),
      ),
    };
  }
}

/** Figures of Meta's are those that were known at the end of the range. */
function orderOf(sort: PostSort): { value: string; join: string } {
  switch (sort) {
    case 'comments':
    case 'answered':
      return { value: `posts.${sort}`, join: '' };
    case 'publishedAt':
      return { value: 'o.published_at', join: '' };
    default: {
      const [ofPosts, ofMedia] = [META_NAMES.post[sort]?.[0] ?? '', META_NAMES.ig_media[sort]?.[0] ?? ''];
      return {
        value: 'known.value',
        join: `LEFT JOIN LATERAL (
                 SELECT v.value FROM insight_values v
                  WHERE v.account_id = $1 AND v.object_id = o.id AND v.period = 'lifetime'
                    AND v.metric = CASE o.kind WHEN 'post' THEN '${ofPosts}' ELSE '${ofMedia}' END
                    AND v.breakdown = '' AND v.label = '' AND v.bucket_at < $4 - interval '12 hours'
                  ORDER BY v.bucket_at DESC LIMIT 1) AS known ON true`,
      };
    }
  }
}

function objectOf({ object_id: id, kind, product, published_at: at, state }: PostRow): EngagedObject | null {
  return id === null ? null : { id, kind, product, publishedAt: at === null ? null : new Date(at), state };
}

function ownOf(row: OwnFigures): OwnFigures {
  return Object.fromEntries(OWN_FIGURES.map((name) => [name, row[name]])) as OwnFigures;
}
