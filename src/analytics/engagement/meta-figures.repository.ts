import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AssetId } from '../../database/ids';
import { type InsightPeriod } from '../../insights/metrics/insight-metric';
import { INSIGHT_METRICS } from '../../insights/metrics/metric-registry';
import type { BucketFigure } from '../../insights/reports/insight-figures.repository';
import { figuresOf } from '../../insights/reports/metric-figures';
import type { AnalyticsRange } from '../scope/analytics-range';
import { type MetaFigures, metaFigures, namesOf } from './engagement-metrics';
import type { EngagedObject, EngagedPost, EngagementScope, PublishedHere } from './engagement-results';

/** Of a Page or account: figures of days, added up as far as they may be. */
export interface AssetFigures {
  figures: MetaFigures;
  /** Of how many days of the range any figure is known. */
  knownDays: number;
}

/** Of a post or media: as Meta told them last before the end of the range. */
export interface PostFigures {
  figures: MetaFigures;
  /** Where Meta's day begins on which the latest of them was read. */
  asOf: Date | null;
}

/** A day of Meta's counts to the time in which its noon lies, as in `InsightFiguresRepository`. */
const NOON = `interval '12 hours'`;
const LONGEST_TEXT = 200;

/** Reads what the insights stored of Pages, accounts, posts and media. Never asks Meta. */
@Injectable()
export class MetaFiguresRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Without those of which nothing is stored. */
  async ofAssets(
    { accountId, assetIds, from, until }: EngagementScope,
    { timeZone }: Pick<AnalyticsRange, 'timeZone'>,
  ): Promise<Map<AssetId, AssetFigures>> {
    const rows: {
      asset_id: AssetId;
      kind: 'page' | 'ig_account';
      metric: string;
      period: InsightPeriod;
      sum: number;
      last: number;
      last_at: Date;
      days: number;
    }[] = await this.database.query(
      `SELECT o.asset_id, o.kind, v.metric, v.period, sum(v.value) AS sum,
              (array_agg(v.value ORDER BY v.bucket_at DESC))[1] AS last, max(v.bucket_at) AS last_at,
              count(*) FILTER (WHERE v.period = 'day')::integer AS days
         FROM insight_objects o
         JOIN insight_values v ON v.account_id = o.account_id AND v.object_id = o.id AND v.metric = ANY($3::text[])
          AND v.period = ANY('{day,week,days_28}') AND v.breakdown = '' AND v.label = ''
          AND v.bucket_at >= $4::timestamptz - ${NOON} AND v.bucket_at < $5::timestamptz - ${NOON}
        WHERE o.account_id = $1 AND o.asset_id = ANY($2::uuid[]) AND o.kind IN ('page', 'ig_account')
        GROUP BY o.asset_id, o.kind, v.metric, v.period`,
      [accountId, assetIds, [...namesOf('page'), ...namesOf('ig_account')], from, until],
    );
    const range = { timeZone, granularity: 'total', bounds: [from, until] } as const;
    const byAsset = new Map<AssetId, typeof rows>();
    for (const row of rows) byAsset.set(row.asset_id, [...(byAsset.get(row.asset_id) ?? []), row]);
    return new Map(
      [...byAsset].map(([assetId, own]) => {
        const kind = own[0]?.kind ?? 'page';
        const valueOf = (name: string): number | null => {
          const metric = INSIGHT_METRICS.find((each) => each.kind === kind && each.name === name);
          const found = own
            .filter((row) => row.metric === name)
            .map(({ period, sum, last, last_at: lastAt }): BucketFigure => ({
              metric: name,
              period,
              bucket: 0,
              sum,
              last,
              lastAt,
            }));
          return metric === undefined
            ? null
            : figuresOf(metric, found, { ...range, bounds: [from, until] }, undefined).total;
        };
        return [
          assetId,
          { figures: metaFigures(kind, valueOf), knownDays: Math.max(...own.map(({ days }) => days)) },
        ];
      }),
    );
  }

  /** By our id of the object. */
  async ofPosts(
    { accountId, until }: EngagementScope,
    objects: readonly EngagedObject[],
  ): Promise<Map<string, PostFigures>> {
    const asked = objects.flatMap(({ id, kind }) => namesOf(kind).map((metric) => ({ id, metric })));
    const rows: { object_id: string; metric: string; value: number; bucket_at: Date }[] =
      await this.database.query(
        `SELECT asked.object_id, asked.metric, known.value, known.bucket_at
           FROM unnest($2::uuid[], $3::text[]) AS asked (object_id, metric)
          CROSS JOIN LATERAL (
            SELECT v.value, v.bucket_at FROM insight_values v
             WHERE v.account_id = $1 AND v.object_id = asked.object_id AND v.metric = asked.metric
               AND v.period = 'lifetime' AND v.breakdown = '' AND v.label = '' AND v.bucket_at < $4::timestamptz - ${NOON}
             ORDER BY v.bucket_at DESC LIMIT 1) AS known`,
        [accountId, asked.map(({ id }) => id), asked.map(({ metric }) => metric), until],
      );
    const byObject = new Map<string, Map<string, (typeof rows)[number]>>();
    for (const row of rows) {
      const own = byObject.get(row.object_id) ?? new Map<string, (typeof rows)[number]>();
      byObject.set(row.object_id, own.set(row.metric, row));
    }
    return new Map(
      objects.map(({ id, kind }) => {
        const own = byObject.get(id);
        const times = [...(own?.values() ?? [])].map(({ bucket_at: at }) => at.getTime());
        return [
          id,
          {
            figures: metaFigures(kind, (name) => own?.get(name)?.value),
            asOf: times.length === 0 ? null : new Date(Math.max(...times)),
          },
        ];
      }),
    );
  }

  /** By Meta's id. Only of what this service published. */
  async publishedHere(
    { accountId, assetIds }: EngagementScope,
    posts: readonly EngagedPost[],
  ): Promise<Map<string, PublishedHere>> {
    const rows: { external_id: string; permalink: string | null; text: string | null }[] =
      await this.database.query(
        `SELECT post_id AS external_id, permalink_url AS permalink, left(coalesce(message, title), ${LONGEST_TEXT}) AS text
           FROM facebook_publications
          WHERE account_id = $1 AND asset_id = ANY($2::uuid[]) AND post_id = ANY($3::text[])
          UNION ALL
         SELECT media_id, permalink, left(request ->> 'caption', ${LONGEST_TEXT}) FROM instagram_publications
          WHERE account_id = $1 AND media_id = ANY($3::text[])`,
        [accountId, assetIds, posts.map(({ externalId }) => externalId)],
      );
    return new Map(rows.map(({ external_id: id, permalink, text }) => [id, { permalink, text }]));
  }
}
