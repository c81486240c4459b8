import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import { ADDED_UP, NO_ASSET, type RollupDimension } from '../counting/message-counters';
import { COUNTERS, type Counts, NO_COUNTS } from './rollup-counts';
import { type GrainPiece, piecesOf, widestGrain } from './rollup-grains';

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
const LONG_POINT_MS = 2 * 86_400_000;

/**
 * Reads the figures. Every query goes down the primary key of `message_metrics`: account, grain, dimension, platform, asset
 * and then the range of time. Totals and long points are added up from whole months, days and what is left at both ends.
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
    const name = group === undefined ? `''` : GROUP_EXPRESSIONS[group];
    const pieces = piecesOfPoints(bounds, scope.platforms.length * assetsIn(parameters));
    const rows: (Counts & { name: string; bucket: number })[] =
      pieces === null
        ? await this.database.query(
            `SELECT ${name} AS name, width_bucket(bucket_at, $${parameters.push(bounds)}::timestamptz[]) - 1 AS bucket, ${SUMS}
               FROM message_metrics
              WHERE ${where} AND grain = '${widestGrain(bounds)}'
                AND bucket_at >= $${parameters.push(scope.from)} AND bucket_at < $${parameters.push(scope.until)}
              GROUP BY 1, 2`,
            parameters,
          )
        : await this.database.query(
            `SELECT ${name} AS name, piece.bucket, ${SUMS}
               FROM unnest($${parameters.push(pieces.map(({ bucket }) => bucket))}::integer[],
                           $${parameters.push(pieces.map(({ grain }) => grain))}::text[],
                           $${parameters.push(pieces.map(({ from }) => from))}::timestamptz[],
                           $${parameters.push(pieces.map(({ until }) => until))}::timestamptz[]) AS piece (bucket, grain, since, until)
              CROSS JOIN LATERAL (
                SELECT * FROM message_metrics
                 WHERE ${where} AND grain = piece.grain AND bucket_at >= piece.since AND bucket_at < piece.until OFFSET 0) AS part
              GROUP BY 1, 2`,
            parameters,
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

/** So many ranges of the index are looked for faster than the rows of years by the quarter of an hour are added up. */
const MOST_RANGES = 12_000;

/**
 * Points put together from pieces of different grains, where rows of one grain would be many more: points of days in a zone
 * with half hours, and points of weeks and months in any zone but UTC.
 * @param rangesOfPiece how many places in the index a piece is looked for in
 * @returns null where one grain does as well
 */
function piecesOfPoints(
  bounds: readonly Date[],
  rangesOfPiece: number,
): (GrainPiece & { bucket: number })[] | null {
  const [first, last] = [bounds[0], bounds.at(-1)];
  if (first === undefined || last === undefined) return null;
  const grain = widestGrain(bounds);
  const averageMs = (last.getTime() - first.getTime()) / Math.max(1, bounds.length - 1);
  if (grain === 'month' || grain === 'day' || (grain === 'hour' && averageMs < LONG_POINT_MS)) return null;
  const pieces = bounds
    .slice(1)
    .flatMap((until, bucket) =>
      piecesOf({ from: bounds[bucket] ?? until, until }).map((piece) => ({ ...piece, bucket })),
    );
  return pieces.length * rangesOfPiece > MOST_RANGES ? null : pieces;
}

/** Of how many assets rows are read; of all of an account nobody knows. */
function assetsIn([, , , assetIds]: readonly unknown[]): number {
  return Array.isArray(assetIds) ? assetIds.length : Infinity;
}

/**
 * The rows that a total is made of, as a relation: whole months, days and hours of UTC, and quarters of an hour at both ends.
 * For totals that are told apart by more than `RollupReader` does.
 * @param group `asset` where channels are told apart
 */
export function rollupRows(
  scope: RollupScope,
  dimension: RollupDimension,
  group?: RollupGroup,
): { relation: string; parameters: unknown[] } {
  const { where, parameters } = conditions(scope, dimension, group);
  const found = piecesOf(scope);
  const pieces = found.length > 0 ? found : [{ grain: 'quarter', from: scope.from, until: scope.until }];
  const rows = pieces.map(({ grain, from, until }) => {
    const [first, end] = [from, until].map((at) => `$${parameters.push(at)}::timestamptz`);
    return `SELECT * FROM message_metrics WHERE ${where} AND grain = '${grain}' AND bucket_at >= ${first} AND bucket_at < ${end}`;
  });
  return { relation: `(${rows.join(' UNION ALL ')})`, parameters };
}

/** What every read has in common, whatever its range. */
function conditions(
  { accountId, platforms, assetIds, label, template, only }: RollupScope,
  dimension: RollupDimension,
  group: RollupGroup | undefined,
): { where: string; parameters: unknown[] } {
  const isByAsset = [group, only?.group].includes('asset');
  const parameters: unknown[] = [
    accountId,
    dimension,
    platforms,
    // Sums over all assets have none.
    dimension === 'account' || (assetIds === null && !isByAsset && ADDED_UP.includes(dimension))
      ? [NO_ASSET]
      : assetIds,
  ];
  // Always with assets: the index has them before the time.
  let where = `account_id = $1 AND dimension = $2 AND platform = ANY($3::text[])
                AND asset_id = ANY(coalesce($4::uuid[], ARRAY(SELECT id FROM assets WHERE account_id = $1)))`;
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
