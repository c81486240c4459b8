import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AssetId, MessageId } from '../../database/ids';
import { type RollupScope, rollupRows } from '../rollups/rollup-reader';

export interface FailureCount {
  code: string;
  count: number;
  /** The day of UTC of the last one, or the quarter of an hour at the ends of the range. */
  lastBucketAt: Date;
}

/** How many of one code there were at one number, or with one template. */
export interface FailurePart {
  code: string;
  assetId: AssetId | null;
  template: { name: string; language: string } | null;
  count: number;
}

export interface LastFailure {
  at: Date;
  messageId: MessageId;
  /** Meta's own heading, where it gave one. */
  title: string | null;
}

export type FailureScope = RollupScope & { assetIds: readonly AssetId[] };

/** Meta has some two hundred codes. */
const MOST_CODES = 500;
const MOST_PARTS = 20;

@Injectable()
export class FailuresRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** The most frequent first. */
  async byCode(scope: FailureScope): Promise<FailureCount[]> {
    const { relation, parameters } = rollupRows(scope, 'error');
    const rows: { code: string; count: number; last_bucket_at: Date }[] = await this.database.query(
      `SELECT label AS code, sum(failed)::float8 AS count, max(bucket_at) FILTER (WHERE failed > 0) AS last_bucket_at
         FROM ${relation} AS part
        GROUP BY label HAVING sum(failed) > 0 ORDER BY sum(failed) DESC, label LIMIT ${MOST_CODES}`,
      parameters,
    );
    return rows.map(({ code, count, last_bucket_at: lastBucketAt }) => ({ code, count, lastBucketAt }));
  }

  /** Of each code the twenty numbers and the twenty templates with the most, the most first. */
  async parts(scope: FailureScope): Promise<FailurePart[]> {
    const { relation, parameters } = rollupRows(scope, 'error');
    const rows: {
      code: string;
      asset_id: AssetId | null;
      template_name: string | null;
      template_language: string | null;
      count: number;
    }[] = await this.database.query(
      `SELECT * FROM (
         SELECT label AS code, asset_id, template_name, template_language, sum(failed)::float8 AS count,
                row_number() OVER (PARTITION BY label, grouping(asset_id)
                                   ORDER BY sum(failed) DESC, asset_id, template_name, template_language) AS place
           FROM ${relation} AS part
          GROUP BY GROUPING SETS ((label, asset_id), (label, template_name, template_language))
         HAVING sum(failed) > 0 AND (template_name IS NULL OR template_name <> '')) AS part
        WHERE place <= ${MOST_PARTS} ORDER BY code, place`,
      parameters,
    );
    return rows.map((row) => ({
      code: row.code,
      assetId: row.asset_id,
      template:
        row.template_name === null
          ? null
          : { name: row.template_name, language: row.template_language ?? '' },
      count: row.count,
    }));
  }

  /** Those whose messages are still stored. */
  async lastOf(scope: FailureScope, codes: readonly string[]): Promise<Map<string, LastFailure>> {
    const rows: { code: string; at: Date; message_id: MessageId; title: string | null }[] =
      await this.database.query(
        `SELECT c.code, last.failed_at AS at, last.message_id, s.error ->> 'title' AS title
           FROM unnest($2::text[]) AS c (code)
          CROSS JOIN LATERAL (
            SELECT f.failed_at, f.message_id FROM message_metric_facts f
             WHERE f.account_id = $1 AND f.error_code = c.code AND f.failed_at >= $4 AND f.failed_at < $5
               AND f.platform = ANY($8::text[]) AND f.asset_id = ANY($3::uuid[])
               AND ($6::text IS NULL OR f.template_name = $6) AND ($7::text IS NULL OR f.template_language = $7)
             ORDER BY f.failed_at DESC LIMIT 1) AS last
           LEFT JOIN LATERAL (
            SELECT error FROM message_statuses s
             WHERE s.account_id = $1 AND s.message_id = last.message_id AND s.status = 'failed'
             ORDER BY at, participant LIMIT 1) AS s ON true`,
        [
          scope.accountId,
          codes,
          scope.assetIds,
          scope.from,
          scope.until,
          scope.template?.name ?? null,
          scope.template?.language ?? null,
          scope.platforms,
        ],
      );
    return new Map(
      rows.map(({ code, at, message_id: messageId, title }) => [code, { at, messageId, title }]),
    );
  }
}
