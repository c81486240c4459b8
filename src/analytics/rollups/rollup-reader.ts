import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import { ADDED_UP, NO_ASSET, type RollupDimension } from '../counting/message-counters';
import { COUNTERS, type Counts, NO_COUNTS } from './rollup-counts';
import { type Grain, fullDaysOf, fullMonthsOf, widestGrain } from './rollup-grains';

/** Which sums are read. */
export interface RollupScope {
  accountId: AccountId;
  platforms: readonly ConversationPlatform[];
  /** null: all of the account. */
  assetIds: readonly AssetId[] | null;
  /** Inclusive; begins a quarter of an hour. */
  from: Date;
  /** Exclusive; begins a quarter of an hour. */
  until: Date;
  /** Of dimensions that have one (campaign, agent, sentiment, error, price): only this one. */
  label?: string;
  template?: { name: string; language: string | null };
  /** Only groups with these names: few series out of many. */
  only?: { group: RollupGroup; names: readonly string[] };
}

/** What totals may be told apart by. `template`: name and language with a tabulator between them. */
export type RollupGroup = 'platform' | 'asset' | 'label' | 'template';

const GROUP_EXPRESSIONS: Record<RollupGroup, string> = {
  platform: 'platform',
  asset: 'asset_id::text',
  label: 'label',
  template: `template_name || E'\\t' || template_language`,
};

const SUMS = COUNTERS.map((name) => `sum(${name})::float8 AS ${name}`).join(', ');
const MOST_GROUPS = 5_000;

/**
 * Reads the figures. Every query goes down the primary key of `message_metrics`: account, grain, dimension, platform, asset
 * and then the range of time. Points are added up from hours, totals from whole days and what is left at both ends.
 */
@Injectable()
export class RollupReader {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * The sums of the times between rising bounds, by the number of the time between them; without those where nothing happened.
   * @param group tells the series apart; without it there is one, under an empty name
   */
  async series(
    scope: RollupScope,
    dimension: RollupDimension,
    bounds: readonly Date[],
    group?: RollupGroup,
  ): Promise<Map<string, Map<number, Counts>>> {
    const { where, parameters } = conditions(scope, dimension, group);
    const grain = widestGrain(bounds);
    const name = group === undefined ? `''` : GROUP_EXPRESSIONS[group];
    const rows: (Counts & { name: string; bucket: number })[] = await this.database.query(
      `SELECT ${name} AS name, width_bucket(bucket_at, $${parameters.length + 1}::timestamptz[]) - 1 AS bucket, ${SUMS}
         FROM message_metrics
        WHERE ${where} AND grain = '${grain}' AND bucket_at >= $4 AND bucket_at < $5 GROUP BY 1, 2`,
      [...parameters, bounds],
    );
    const series = new Map<string, Map<number, Counts>>();
    for (const { name: key, bucket, ...counts } of rows) {
      const points = series.get(key) ?? new Map<number, Counts>();
      series.set(key, points.set(bucket, counts));
    }
    return series;
  }

  async total(scope: RollupScope, dimension: RollupDimension): Promise<Counts> {
    const [row] = await this.sums(scope, dimension, undefined);
    return row?.[1] ?? NO_COUNTS;
  }

  /** Without those where nothing happened, most messages first, at most 5,000. */
  async totalsBy(
    scope: RollupScope,
    dimension: RollupDimension,
    group: RollupGroup,
  ): Promise<Map<string, Counts>> {
    return new Map(await this.sums(scope, dimension, group));
  }

  private async sums(
    scope: RollupScope,
    dimension: RollupDimension,
    group: RollupGroup | undefined,
  ): Promise<[string, Counts][]> {
    const { relation, parameters } = rollupRows(scope, dimension, group);
    const name = group === undefined ? `''` : GROUP_EXPRESSIONS[group];
    const rows: ({ [K in keyof Counts]: number | null } & { name: string })[] = await this.database.query(
      `SELECT ${name} AS name, ${SUMS} FROM ${relation} AS part
        GROUP BY 1 ORDER BY sum(received) + sum(sent) + sum(unsent_failed) + sum(comments) DESC, 1 LIMIT ${MOST_GROUPS}`,
      parameters,
    );
    // Without rows there is one of nulls, where nothing is told apart.
    return rows.flatMap(({ name: key, ...counts }) =>
      counts.sent === null ? [] : [[key, counts as Counts]],
    );
  }
}

/**
 * The rows that a total is made of, as a relation: whole months and days of UTC, and quarters of an hour at both ends. For
 * totals that are told apart by more than `RollupReader` does.
 * @param group `asset` where channels are told apart
 */
export function rollupRows(
  scope: RollupScope,
  dimension: RollupDimension,
  group?: RollupGroup,
): { relation: string; parameters: unknown[] } {
  const { where, parameters } = conditions(scope, dimension, group);
  const days = fullDaysOf(scope);
  const months = fullMonthsOf(days);
  const [day, dayEnd, month, monthEnd] = [1, 2, 3, 4].map(
    (place) => `$${parameters.length + place}::timestamptz`,
  );
  const rows = (grain: Grain, from: string, until: string): string =>
    `SELECT * FROM message_metrics
      WHERE ${where} AND grain = '${grain}' AND bucket_at >= ${from} AND bucket_at < ${until}`;
  return {
    relation: `(${rows('month', `${month}`, `${monthEnd}`)}
      UNION ALL ${rows('day', `${day}`, `least(${month}, ${dayEnd})`)}
      UNION ALL ${rows('day', `greatest(${monthEnd}, ${day})`, `${dayEnd}`)}
      UNION ALL ${rows('quarter', '$4', `least(${day}, $5)`)}
      UNION ALL ${rows('quarter', `greatest(${dayEnd}, $4)`, '$5')})`,
    parameters: [...parameters, days.from, days.until, months.from, months.until],
  };
}

/** What every read has in common; $4 and $5 are the range. */
function conditions(
  { accountId, platforms, assetIds, from, until, label, template, only }: RollupScope,
  dimension: RollupDimension,
  group: RollupGroup | undefined,
): { where: string; parameters: unknown[] } {
  const isByAsset = [group, only?.group].includes('asset');
  const parameters: unknown[] = [
    accountId,
    dimension,
    platforms,
    from,
    until,
    // Sums over all assets have none.
    dimension === 'account' || (assetIds === null && !isByAsset && ADDED_UP.includes(dimension))
      ? [NO_ASSET]
      : assetIds,
  ];
  // Always with assets: the index has them before the time.
  let where = `account_id = $1 AND dimension = $2 AND platform = ANY($3::text[])
                AND asset_id = ANY(coalesce($6::uuid[], ARRAY(SELECT id FROM assets WHERE account_id = $1)))`;
  if (label !== undefined) {
    parameters.push(label);
    where += ` AND label = $${parameters.length}`;
  }
  if (template !== undefined) {
    parameters.push(template.name, template.language);
    where += ` AND template_name = $${parameters.length - 1}
               AND ($${parameters.length}::text IS NULL OR template_language = $${parameters.length})`;
  }
  if (only !== undefined) {
    parameters.push(only.names);
    where += ` AND ${GROUP_EXPRESSIONS[only.group]} = ANY($${parameters.length}::text[])`;
  }
  return { where, parameters };
}

/** Which dimension tells all messages of a scope: the sums over all channels, unless some are named. */
export function dimensionOfAll(assetIds: readonly AssetId[] | null): 'account' | 'channel' {
  return assetIds === null ? 'account' : 'channel';
}
