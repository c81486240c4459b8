import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import { COUNTERS, type MetricDimension, NO_ASSET } from '../counting/message-counters';
import type { Counts } from './message-figures';

/** Which sums are read. */
export interface MetricScope {
  accountId: AccountId;
  /** null: all of the account, from the sums over all of them. */
  assetIds: readonly AssetId[] | null;
  template: { name: string; language: string | null } | null;
  /** Inclusive; begins a bucket. */
  from: Date;
  /** Exclusive; begins a bucket. */
  until: Date;
}

export interface TemplateCounts {
  name: string;
  language: string;
  counts: Counts;
}

const SUMS = COUNTERS.map((name) => `sum(${name})::float8 AS ${name}`).join(', ');
const MOST_TEMPLATES = 1_000;

/**
 * Reads the figures of WhatsApp messages. Every query goes down the primary key of `message_metrics`: account, dimension,
 * platform, asset and then the range of time.
 */
@Injectable()
export class MetricsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @param bounds rising instants; the sums of the times between them, in order, without those where nothing happened */
  async series(scope: MetricScope, bounds: readonly Date[]): Promise<Map<number, Counts>> {
    const { where, parameters } = conditions(scope);
    const rows: (Counts & { bucket: number })[] = await this.database.query(
      `SELECT width_bucket(bucket_at, $${parameters.length + 1}::timestamptz[]) - 1 AS bucket, ${SUMS}
         FROM message_metrics WHERE ${where} GROUP BY 1`,
      [...parameters, bounds],
    );
    return new Map(rows.map(({ bucket, ...counts }) => [bucket, counts]));
  }

  /** By asset; without those where nothing happened. */
  async byChannel(scope: MetricScope & { assetIds: readonly AssetId[] }): Promise<Map<AssetId, Counts>> {
    const { where, parameters } = conditions(scope);
    const rows: (Counts & { asset_id: AssetId })[] = await this.database.query(
      `SELECT asset_id, ${SUMS} FROM message_metrics WHERE ${where} GROUP BY asset_id`,
      parameters,
    );
    return new Map(rows.map(({ asset_id, ...counts }) => [asset_id, counts]));
  }

  /** Those that were sent most first, at most a thousand. */
  async byTemplate(scope: MetricScope & { assetIds: readonly AssetId[] }): Promise<TemplateCounts[]> {
    const { where, parameters } = conditions(scope, 'template');
    const rows: (Counts & { template_name: string; template_language: string })[] = await this.database.query(
      `SELECT template_name, template_language, ${SUMS} FROM message_metrics WHERE ${where}
        GROUP BY template_name, template_language
        ORDER BY sum(sent) + sum(unsent_failed) DESC, template_name, template_language LIMIT ${MOST_TEMPLATES}`,
      parameters,
    );
    return rows.map(({ template_name: name, template_language: language, ...counts }) => ({
      name,
      language,
      counts,
    }));
  }
}

/** The condition that both reads of figures and of failures share. */
export function conditions(
  scope: MetricScope,
  dimension: MetricDimension = dimensionOf(scope),
): { where: string; parameters: unknown[] } {
  const { accountId, assetIds, template, from, until } = scope;
  const parameters: unknown[] = [
    accountId,
    dimension,
    dimension === 'account' ? [NO_ASSET] : (assetIds ?? []),
    from,
    until,
  ];
  let where = `account_id = $1 AND dimension = $2 AND platform = 'whatsapp' AND asset_id = ANY($3::uuid[])
                AND bucket_at >= $4 AND bucket_at < $5`;
  if (template !== null) {
    parameters.push(template.name, template.language);
    where += ' AND template_name = $6 AND ($7::text IS NULL OR template_language = $7)';
  }
  return { where, parameters };
}

function dimensionOf({ assetIds, template }: MetricScope): MetricDimension {
  if (template !== null) return 'template';
  return assetIds === null ? 'account' : 'channel';
}
