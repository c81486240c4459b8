import type { DataSource } from 'typeorm';
import { EngagedPostsRepository } from '../../src/analytics/engagement/engaged-posts.repository';
import { OWN_FIGURES, type OwnFigures } from '../../src/analytics/engagement/comment-engagement';
import type { EngagementScope } from '../../src/analytics/engagement/engagement-results';

/** Figures by Page and post; of comments whose post nobody knows, under `null`. */
export type FiguresByPost = Record<string, OwnFigures>;

/**
 * What docs/analytics.md says of comments, counted from the stored comments in one walk, without any of the tables that figures
 * are kept in.
 */
export async function recountedComments(
  db: DataSource,
  { accountId, assetIds, from, until }: EngagementScope,
): Promise<FiguresByPost> {
  const rows: (OwnFigures & { asset_id: string; post_external_id: string | null })[] = await db.query(
    `WITH replies AS (
       SELECT asset_id, parent_external_id, max(commented_at) AS last_at FROM comments
        WHERE account_id = $1 AND is_complete AND by_business AND removed_at IS NULL AND parent_external_id IS NOT NULL
        GROUP BY 1, 2),
     private_replies AS (
       SELECT DISTINCT comment_id FROM comment_actions
        WHERE account_id = $1 AND kind = 'private_reply' AND state = 'done')
     SELECT c.asset_id, c.post_external_id,
            count(*) FILTER (WHERE NOT c.by_business)::int AS comments,
            count(*) FILTER (WHERE NOT c.by_business AND (r.last_at >= c.commented_at OR beside.last_at >= c.commented_at
                                                          OR p.comment_id IS NOT NULL))::int AS answered,
            count(*) FILTER (WHERE NOT c.by_business AND c.is_hidden AND c.removed_at IS NULL)::int AS hidden,
            count(*) FILTER (WHERE NOT c.by_business AND c.removed_at IS NOT NULL)::int AS removed,
            count(*) FILTER (WHERE c.by_business AND c.parent_external_id IS NOT NULL)::int AS replies,
            count(*) FILTER (WHERE NOT c.by_business AND c.sentiment = 'positive')::int AS positive,
            count(*) FILTER (WHERE NOT c.by_business AND c.sentiment = 'neutral')::int AS neutral,
            count(*) FILTER (WHERE NOT c.by_business AND c.sentiment = 'negative')::int AS negative
       FROM comments c
       LEFT JOIN replies r ON r.asset_id = c.asset_id AND r.parent_external_id = c.external_id
       LEFT JOIN replies beside ON beside.asset_id = c.asset_id AND beside.parent_external_id = c.parent_external_id
       LEFT JOIN private_replies p ON p.comment_id = c.id
      WHERE c.account_id = $1 AND c.asset_id = ANY($2::uuid[]) AND c.commented_at >= $3 AND c.commented_at < $4
        AND c.is_complete
      GROUP BY c.asset_id, c.post_external_id`,
    [accountId, assetIds, from, until],
  );
  return byPost(
    rows.map((row) => ({ assetId: row.asset_id, externalId: row.post_external_id, own: ownOf(row) })),
  );
}

/** The same as the service answers it. What has no post is what a Page has more than its posts. */
export async function answeredComments(db: DataSource, scope: EngagementScope): Promise<FiguresByPost> {
  const { posts, byAsset } = await new EngagedPostsRepository(db).find(scope, 'comments', 1_000);
  const answered: { assetId: string; externalId: string | null; own: OwnFigures }[] = [...posts];
  for (const [assetId, { own }] of byAsset) {
    const rest = ownOf(own);
    for (const post of posts.filter((each) => each.assetId === assetId))
      for (const name of OWN_FIGURES) rest[name] -= post.own[name];
    if (OWN_FIGURES.some((name) => rest[name] !== 0)) answered.push({ assetId, externalId: null, own: rest });
  }
  return byPost(answered);
}

/** Only those without a post that count nothing are left out: of these no answer tells. */
export function withoutNothing(figures: FiguresByPost): FiguresByPost {
  return Object.fromEntries(
    Object.entries(figures).filter(
      ([key, own]) => !key.endsWith(' null') || OWN_FIGURES.some((name) => own[name] !== 0),
    ),
  );
}

function byPost(
  rows: readonly { assetId: string; externalId: string | null; own: OwnFigures }[],
): FiguresByPost {
  return Object.fromEntries(
    rows
      .map(({ assetId, externalId, own }): [string, OwnFigures] => [`${assetId} ${externalId}`, own])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function ownOf(row: OwnFigures): OwnFigures {
  return Object.fromEntries(OWN_FIGURES.map((name) => [name, row[name]])) as OwnFigures;
}

/** Sums of an account that its facts do not add up to: there must be none. */
export async function commentSumsThatDoNotAddUp(db: DataSource, accountId: string): Promise<unknown[]> {
  return db.query(
    `SELECT grain, asset_id, post_external_id, at, sum(written)::int AS written, sum(comments)::int AS comments
       FROM (SELECT grain, asset_id, post_external_id, date_trunc(grain, commented_at, 'UTC') AS at, 1 AS written,
                    (NOT by_business)::int AS comments
               FROM comment_metric_facts CROSS JOIN unnest(ARRAY['day', 'month']) AS grain WHERE account_id = $1
             UNION ALL
             SELECT grain, asset_id, post_external_id, bucket_at, -written, -comments
               FROM comment_metrics WHERE account_id = $1) AS part
      GROUP BY 1, 2, 3, 4 HAVING sum(written) <> 0 OR sum(comments) <> 0`,
    [accountId],
  );
}
