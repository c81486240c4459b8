import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CONVERSATION_PLATFORMS } from '../../conversations/conversation-types';
import type { AccountId } from '../../database/ids';
import { NO_ASSET } from '../counting/message-counters';
import { type Counter, NO_COUNTS } from './rollup-counts';
import { type GrainPiece, piecesOf, shiftedPointsOf, widestGrain } from './rollup-grains';
import type { SumColumn, SumRow } from './sum-block';
import { type SumSet, countersOfDimension, isOverAssets } from './sum-set';

/** What columns are made of. */
const PARTS: Record<SumColumn, readonly string[]> = {
  platform: ['platform'],
  asset: ['asset_id'],
  template: ['template_name', 'template_language'],
  label: ['label'],
};

/** As they come. */
type Found = { step: number } & Partial<Record<SumColumn, string>> & Record<Counter, number>;

/**
 * Reads sums of messages and comments. Every query goes down the primary key of `message_metrics`: account, grain, dimension,
 * platform, asset and then the range of time. Steps of a zone are put together from days of UTC and the hours between.
 */
@Injectable()
export class SumsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @param bounds of steps, rising; each begins a quarter of an hour */
  async load(accountId: AccountId, set: SumSet, bounds: readonly Date[]): Promise<SumRow<Counter>[]> {
    const shared = sharedOf(accountId, set);
    const { parameters } = shared;
    const shifted = shiftedPointsOf(bounds);
    if (shifted === null) {
      const found: Found[] = await this.database.query(
        stepsAsSql(set, shared, widestGrain(bounds), bounds),
        parameters,
      );
      return found.map((row) => rowOf(set, row));
    }
    const { grain, midnights, edges } = shifted;
    // In one statement: what is committed meanwhile is in both, or in neither.
    const rows: (Found & { is_edge: boolean })[] = await this.database.query(
      `SELECT false AS is_edge, whole.* FROM (${stepsAsSql(set, shared, grain, midnights)}) AS whole
        UNION ALL
       SELECT true, hours.* FROM (${rangesAsSql(set, shared, edges)}) AS hours`,
      parameters,
    );
    const counters = countersOfDimension(set.dimension);
    const keyOf = ({ names }: SumRow, step: number): string =>
      [step, ...set.columns.map((column) => names[column])].join('\u0000');
    const sums = new Map<string, SumRow<Counter>>();
    for (const found of rows) {
      if (found.is_edge) continue;
      const row = rowOf(set, found);
      sums.set(keyOf(row, row.step), row);
    }
    const last = bounds.length - 2;
    for (const found of rows) {
      const edge = edges[found.step];
      if (!found.is_edge || edge === undefined) continue;
      const row = rowOf(set, found);
      for (const [step, sign] of [[edge.of, 1] as const, [edge.countedIn, -1] as const]) {
        if (step < 0 || step > last) continue;
        const key = keyOf(row, step);
        const counts = { ...(sums.get(key)?.counts ?? NO_COUNTS) };
        for (const name of counters) counts[name] += sign * row.counts[name];
        sums.set(key, { step, names: row.names, counts });
      }
    }
    return [...sums.values()];
  }
}

/** What both parts of a statement have in common, whatever their times. Each adds parameters of its own. */
interface SharedSql {
  where: string;
  parameters: unknown[];
  sums: string;
}

/** Steps that begin where rows of a grain do. */
function stepsAsSql(
  set: SumSet,
  { where, parameters, sums }: SharedSql,
  grain: GrainPiece['grain'],
  bounds: readonly Date[],
): string {
  return `
    SELECT width_bucket(bucket_at, $${parameters.push(bounds)}::timestamptz[]) - 1 AS step, ${namesOf(set, '')}, ${sums}
      FROM message_metrics
     WHERE ${where} AND grain = '${grain}'
       AND bucket_at >= $${parameters.push(bounds[0])} AND bucket_at < $${parameters.push(bounds.at(-1))}
     GROUP BY step, ${groupsOf(set, '')}`;
}

/** Short times, each looked for in the index by itself. By their numbers. */
function rangesAsSql(
  set: SumSet,
  { where, parameters, sums }: SharedSql,
  ranges: readonly { from: Date; until: Date }[],
): string {
  const pieces = ranges.flatMap((range, number) => piecesOf(range).map((piece) => ({ ...piece, number })));
  const [from, until] = [pieces[0]?.from, pieces.at(-1)?.until];
  // Only where there is something in those months: of a hundred channels on four platforms each has one or two.
  return `
    WITH place AS MATERIALIZED (
      SELECT DISTINCT platform, asset_id FROM message_metrics
       WHERE ${where} AND grain = 'month' AND bucket_at >= date_trunc('month', $${parameters.push(from)}::timestamptz, 'UTC')
         AND bucket_at < $${parameters.push(until)})
    SELECT piece.number AS step, ${namesOf(set, 'part.')}, ${sums}
      FROM place
     CROSS JOIN unnest($${parameters.push(pieces.map(({ number }) => number))}::integer[],
                       $${parameters.push(pieces.map(({ grain }) => grain))}::text[],
                       $${parameters.push(pieces.map((piece) => piece.from))}::timestamptz[],
                       $${parameters.push(pieces.map((piece) => piece.until))}::timestamptz[]) AS piece (number, grain, since, until)
     CROSS JOIN LATERAL (
       SELECT * FROM message_metrics
        WHERE account_id = $1 AND dimension = $2 AND platform = place.platform AND asset_id = place.asset_id
          AND grain = piece.grain AND bucket_at >= piece.since AND bucket_at < piece.until OFFSET 0) AS part
     GROUP BY step, ${groupsOf(set, 'part.')}`;
}

function sharedOf(accountId: AccountId, set: SumSet): SharedSql {
  return {
    // Always with platforms and assets: the index has them before the time.
    where: `account_id = $1 AND dimension = $2
            AND platform = ANY($3::text[]) AND asset_id = ANY(coalesce($4::uuid[], ARRAY(SELECT id FROM assets WHERE account_id = $1)))`,
    parameters: [accountId, set.dimension, CONVERSATION_PLATFORMS, isOverAssets(set) ? [NO_ASSET] : null],
    sums: countersOfDimension(set.dimension)
      .map((name) => `sum(${name})::float8 AS ${name}`)
      .join(', '),
  };
}

const namesOf = ({ columns }: SumSet, relation: string): string =>
  columns
    .map((column) => `${PARTS[column].map((part) => relation + part).join(` || E'\\t' || `)} AS ${column}`)
    .join(', ');

const groupsOf = ({ columns }: SumSet, relation: string): string =>
  columns.flatMap((column) => PARTS[column].map((part) => relation + part)).join(', ');

function rowOf({ dimension, columns }: SumSet, found: Found): SumRow<Counter> {
  const names: SumRow['names'] = {};
  for (const column of columns) names[column] = found[column] ?? '';
  const counts = { ...NO_COUNTS };
  for (const name of countersOfDimension(dimension)) counts[name] = found[name];
  return { step: found.step, names, counts };
}
