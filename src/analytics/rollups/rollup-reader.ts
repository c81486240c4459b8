import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import { ADDED_UP, NO_ASSET, type RollupDimension } from '../counting/message-counters';
import { COUNTERS, type Counter, type CountsOf, NO_COUNTS } from './rollup-counts';
import { type Grain, type GrainPiece, piecesOf, shiftedPointsOf, widestGrain } from './rollup-grains';

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
/** The same as they are stored: what is grouped by is compared for each row, and a text is slower than an id. */
const GROUP_COLUMNS: Record<Exclude<RollupGroup, 'template'>, string> = {
  platform: 'platform',
  asset: 'asset_id',
  label: 'label',
};

const MOST_GROUPS = 5_000;
/** What there is most of comes first. */
const TRAFFIC: readonly Counter[] = ['received', 'sent', 'unsent_failed', 'comments'];

const sumsOf = (counters: readonly Counter[]): string =>
  counters.map((name) => `sum(${name})::float8 AS ${name}`).join(', ');

/** Sums by name of the series, and by number of the point. */
type Series<Name extends Counter> = Map<string, Map<number, CountsOf<Name>>>;

/**
 * Reads the figures. Every query goes down the primary key of `message_metrics`: account, grain, dimension, platform, asset
 * and then the range of time. Totals are added up from whole months, days and what is left at both ends; points of a zone from
 * days of UTC and the hours between. Whoever needs few counters names them.
 */
@Injectable()
export class RollupReader {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * The sums of the times between rising bounds, by the number of the time between them; without those where nothing happened.
   * @param group tells the series apart; without it there is one, under an empty name
   */
  async series<Name extends Counter = Counter>(
    scope: RollupScope,
    dimension: RollupDimension,
    bounds: readonly Date[],
    group?: RollupGroup,
    counters: readonly Name[] = COUNTERS as readonly Counter[] as readonly Name[],
  ): Promise<Series<Name>> {
    const shifted = shiftedPointsOf(bounds);
    if (shifted === null)
      return this.steps(scope, dimension, { grain: widestGrain(bounds), bounds }, group, counters);
    const { grain, midnights, edges } = shifted;
    const [whole, ofEdges] = await Promise.all([
      this.steps(scope, dimension, { grain, bounds: midnights }, group, counters),
      this.ranges(scope, dimension, edges, group, counters),
    ]);
    const last = bounds.length - 2;
    for (const [name, points] of ofEdges)
      for (const [number, counts] of points) {
        const edge = edges[number];
        if (edge === undefined) continue;
        const series = whole.get(name) ?? new Map<number, CountsOf<Name>>();
        whole.set(name, series);
        for (const [point, sign] of [[edge.of, 1] as const, [edge.countedIn, -1] as const])
          if (point >= 0 && point <= last)
            series.set(point, added(counters, series.get(point), counts, sign));
      }
    return withoutNothing(whole, counters);
  }

  async total<Name extends Counter = Counter>(
    scope: RollupScope,
    dimension: RollupDimension,
    counters: readonly Name[] = COUNTERS as readonly Counter[] as readonly Name[],
  ): Promise<CountsOf<Name>> {
    const [row] = await this.sums(scope, dimension, undefined, counters);
    return row?.[1] ?? NO_COUNTS;
  }

  /** Without those where nothing happened, most messages first (as far as counters tell), at most 5,000. */
  async totalsBy<Name extends Counter = Counter>(
    scope: RollupScope,
    dimension: RollupDimension,
    group: RollupGroup,
    counters: readonly Name[] = COUNTERS as readonly Counter[] as readonly Name[],
  ): Promise<Map<string, CountsOf<Name>>> {
    return new Map(await this.sums(scope, dimension, group, counters));
  }

  /**
   * The same as totals of several times that follow each other, by the number of the time between the bounds.
   * @param groups what they are told apart by, one in the other
   */
  async periods<Name extends Counter>(
    scope: Omit<RollupScope, 'from' | 'until'>,
    dimension: RollupDimension,
    bounds: readonly Date[],
    groups: readonly Exclude<RollupGroup, 'template'>[],
    counters: readonly Name[],
  ): Promise<{ period: number; names: string[]; counts: CountsOf<Name> }[]> {
    const { where, parameters } = conditions(scope, dimension, groups);
    const names = groups.map((group, place) => ({ column: GROUP_COLUMNS[group], name: `name_${place}` }));
    // No column more than is needed: here they are copied, as the number of the period is put beside them.
    const columns = [...names.map(({ column, name }) => `${column} AS ${name}`), ...counters].join(', ');
    const parts = bounds
      .slice(1)
      .flatMap((until, period) =>
        piecesOf({ from: bounds[period] ?? until, until }).map(
          (piece) => `SELECT ${period} AS period, ${columns} FROM ${rowsOf(piece, where, parameters)}`,
        ),
      );
    if (parts.length === 0) return [];
    const rows: (CountsOf<Name> & { period: number; names: string[] })[] = await this.database.query(
      `SELECT period, ARRAY[${names.map(({ name }) => `${name}::text`).join(', ')}]::text[] AS names, ${sumsOf(counters)}
         FROM (${parts.join(' UNION ALL ')}) AS part
        GROUP BY ${['period', ...names.map(({ name }) => name)].join(', ')}`,
      parameters,
    );
    return rows.map(({ period, names: own, ...counts }) => ({
      period,
      names: own,
      counts: counts,
    }));
  }

  /** Points that begin where rows of a grain do. */
  private async steps<Name extends Counter>(
    scope: RollupScope,
    dimension: RollupDimension,
    { grain, bounds }: { grain: Grain; bounds: readonly Date[] },
    group: RollupGroup | undefined,
    counters: readonly Name[],
  ): Promise<Series<Name>> {
    const { where, parameters } = conditions(scope, dimension, [group]);
    const name = group === undefined ? `''` : GROUP_EXPRESSIONS[group];
    return seriesOf<Name>(
      await this.database.query(
        `SELECT ${name} AS name, width_bucket(bucket_at, $${parameters.push(bounds)}::timestamptz[]) - 1 AS point, ${sumsOf(counters)}
           FROM message_metrics
          WHERE ${where} AND grain = '${grain}'
            AND bucket_at >= $${parameters.push(bounds[0])} AND bucket_at < $${parameters.push(bounds.at(-1))}
          GROUP BY 1, 2`,
        parameters,
      ),
    );
  }

  /** Short times, each looked for in the index by itself. By their numbers. */
  private async ranges<Name extends Counter>(
    scope: RollupScope,
    dimension: RollupDimension,
    ranges: readonly { from: Date; until: Date }[],
    group: RollupGroup | undefined,
    counters: readonly Name[],
  ): Promise<Series<Name>> {
    const pieces = ranges.flatMap((range, number) => piecesOf(range).map((piece) => ({ ...piece, number })));
    const { where, parameters, condition } = conditions(scope, dimension, [group]);
    const name = group === undefined ? `''` : GROUP_EXPRESSIONS[group];
    const [from, until] = [pieces[0]?.from, pieces.at(-1)?.until];
    return seriesOf<Name>(
      await this.database.query(
        // Only where there is something in those months: of a hundred channels on four platforms each has one or two.
        `WITH place AS MATERIALIZED (
           SELECT DISTINCT platform, asset_id FROM message_metrics
            WHERE ${where} AND grain = 'month' AND bucket_at >= date_trunc('month', $${parameters.push(from)}::timestamptz, 'UTC')
              AND bucket_at < $${parameters.push(until)})
         SELECT part.name, piece.number AS point, ${sumsOf(counters)}
           FROM place
          CROSS JOIN unnest($${parameters.push(pieces.map(({ number }) => number))}::integer[],
                            $${parameters.push(pieces.map(({ grain }) => grain))}::text[],
                            $${parameters.push(pieces.map((piece) => piece.from))}::timestamptz[],
                            $${parameters.push(pieces.map((piece) => piece.until))}::timestamptz[]) AS piece (number, grain, since, until)
          CROSS JOIN LATERAL (
            SELECT ${name} AS name, ${counters.join(', ')} FROM message_metrics
             WHERE account_id = $1 AND dimension = $2 AND platform = place.platform AND asset_id = place.asset_id
               AND grain = piece.grain AND bucket_at >= piece.since AND bucket_at < piece.until ${condition} OFFSET 0) AS part
          GROUP BY 1, 2`,
        parameters,
      ),
    );
  }

  private async sums<Name extends Counter>(
    scope: RollupScope,
    dimension: RollupDimension,
    group: RollupGroup | undefined,
    counters: readonly Name[],
  ): Promise<[string, CountsOf<Name>][]> {
    const { relation, parameters } = rollupRows(scope, dimension, group);
    const name = group === undefined ? `''` : GROUP_EXPRESSIONS[group];
    const traffic = TRAFFIC.filter((counter) => (counters as readonly Counter[]).includes(counter));
    const most = [...traffic.map((counter) => `sum(${counter})`), '0'].join(' + ');
    const rows: (Record<Name, number | null> & { name: string; count: number })[] = await this.database.query(
      `SELECT ${name} AS name, count(*)::integer AS count, ${sumsOf(counters)} FROM ${relation} AS part
        GROUP BY 1 ORDER BY ${most} DESC, 1 LIMIT ${MOST_GROUPS}`,
      parameters,
    );
    // Without rows there is one of nulls, where nothing is told apart.
    return rows.flatMap(({ name: key, count, ...counts }) =>
      count === 0 ? [] : [[key, counts as unknown as CountsOf<Name>]],
    );
  }
}

function seriesOf<Name extends Counter>(
  rows: readonly (CountsOf<Name> & { name: string; point: number })[],
): Series<Name> {
  const series: Series<Name> = new Map();
  for (const { name, point, ...counts } of rows) {
    const points = series.get(name) ?? new Map<number, CountsOf<Name>>();
    series.set(name, points.set(point, counts));
  }
  return series;
}

function added<Name extends Counter>(
  counters: readonly Name[],
  one: CountsOf<Name> | undefined,
  other: CountsOf<Name>,
  sign: 1 | -1,
): CountsOf<Name> {
  return Object.fromEntries(
    counters.map((name) => [name, (one?.[name] ?? 0) + sign * other[name]]),
  ) as CountsOf<Name>;
}

/** Where all of a day lay in the hours that are another point's, nothing is left of it. */
function withoutNothing<Name extends Counter>(series: Series<Name>, counters: readonly Name[]): Series<Name> {
  for (const [name, points] of series) {
    for (const [point, counts] of points)
      if (counters.every((counter) => counts[counter] === 0)) points.delete(point);
    if (points.size === 0) series.delete(name);
  }
  return series;
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
  const { where, parameters } = conditions(scope, dimension, [group]);
  const found = piecesOf(scope);
  const pieces =
    found.length > 0 ? found : [{ grain: 'quarter' as const, from: scope.from, until: scope.until }];
  const rows = pieces.map((piece) => `SELECT * FROM ${rowsOf(piece, where, parameters)}`);
  return { relation: `(${rows.join(' UNION ALL ')})`, parameters };
}

/** The rows of a piece of time, as what stands behind FROM. */
function rowsOf({ grain, from, until }: GrainPiece, where: string, parameters: unknown[]): string {
  const [first, end] = [from, until].map((at) => `$${parameters.push(at)}::timestamptz`);
  return `message_metrics WHERE ${where} AND grain = '${grain}' AND bucket_at >= ${first} AND bucket_at < ${end}`;
}

/** What every read has in common, whatever its range. @returns also by itself what of it is not the place in the index */
function conditions(
  { accountId, platforms, assetIds, label, template, only }: Omit<RollupScope, 'from' | 'until'>,
  dimension: RollupDimension,
  groups: readonly (RollupGroup | undefined)[],
): { where: string; parameters: unknown[]; condition: string } {
  const isByAsset = [...groups, only?.group].includes('asset');
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
  const where = `account_id = $1 AND dimension = $2 AND platform = ANY($3::text[])
                AND asset_id = ANY(coalesce($4::uuid[], ARRAY(SELECT id FROM assets WHERE account_id = $1)))`;
  let condition = '';
  if (label !== undefined) {
    parameters.push(label);
    condition += ` AND label = $${parameters.length}`;
  }
  if (template !== undefined) {
    parameters.push(template.name, template.language);
    condition += ` AND template_name = $${parameters.length - 1}
               AND ($${parameters.length}::text IS NULL OR template_language = $${parameters.length})`;
  }
  if (only !== undefined) {
    parameters.push(only.names);
    condition += ` AND ${GROUP_EXPRESSIONS[only.group]} = ANY($${parameters.length}::text[])`;
  }
  return { where: where + condition, parameters, condition };
}

/** Which dimension tells all messages of a scope: the sums over all channels, unless some are named. */
export function dimensionOfAll(assetIds: readonly AssetId[] | null): 'account' | 'channel' {
  return assetIds === null ? 'account' : 'channel';
}
