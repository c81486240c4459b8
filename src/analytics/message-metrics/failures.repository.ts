import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AssetId, MessageId } from '../../database/ids';
import type { RollupScope } from '../rollups/rollup-reader';

export interface LastFailure {
  at: Date;
  messageId: MessageId;
  /** Meta's own heading, where it gave one. */
  title: string | null;
}

export type FailureScope = RollupScope & { assetIds: readonly AssetId[] };

@Injectable()
export class FailuresRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

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

  /** Of all of these, the quarter of an hour of the last one. */
  async lastQuartersOf(scope: FailureScope, codes: readonly string[]): Promise<Map<string, Date>> {
    if (codes.length === 0) return new Map();
    const rows: { code: string; at: Date }[] = await this.database.query(
      `SELECT label AS code, max(bucket_at) AS at FROM message_metrics
        WHERE account_id = $1 AND grain = 'quarter' AND dimension = 'error' AND platform = ANY($6::text[]) AND asset_id = ANY($3::uuid[])
          AND bucket_at >= $4 AND bucket_at < $5 AND label = ANY($2::text[]) AND failed > 0
          AND ($7::text IS NULL OR template_name = $7) AND ($8::text IS NULL OR template_language = $8)
        GROUP BY label`,
      [
        scope.accountId,
        codes,
        scope.assetIds,
        scope.from,
        scope.until,
        scope.platforms,
        scope.template?.name ?? null,
        scope.template?.language ?? null,
      ],
    );
    return new Map(rows.map(({ code, at }) => [code, at]));
  }
}
