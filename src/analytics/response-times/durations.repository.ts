import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import type { DurationFigures, DurationGroup, DurationKind } from './duration-figures';
import {
  type PackedDurations,
  type UnpackedDurations,
  belowEnds,
  figuresOfSorted,
  packedAsSql,
  unpacked,
} from './packed-durations';

export interface DurationScope {
  accountId: AccountId;
  platforms: readonly ConversationPlatform[];
  /** null: all of the account. */
  assetIds: readonly AssetId[] | null;
}

/** A table with a row for each duration, and an index that holds all columns that are named here. */
interface DurationSource {
  table: string;
  at: string;
  seconds: string;
  agent: string;
  /** Which rows are of the first kind; null: there is none. */
  isFirst: string | null;
  kinds: Partial<Record<DurationKind, keyof UnpackedDurations>>;
}

const SOURCES: readonly DurationSource[] = [
  {
    table: 'message_metric_facts',
    at: 'answered_at',
    seconds: 'answer_seconds',
    agent: 'agent',
    isFirst: 'is_first_answer',
    kinds: { firstResponse: 'firsts', response: 'all' },
  },
  {
    table: 'conversation_cases',
    at: 'closed_at',
    seconds: 'seconds',
    agent: `coalesce(closed_by, '')`,
    isFirst: null,
    kinds: { resolution: 'all' },
  },
];

export interface DurationSeries {
  /** By the number of the time between two bounds; without those where nothing happened. */
  points: Map<number, DurationFigures>;
  total: DurationFigures;
  /** Of all of them, as `distributionOf` takes it. */
  below: number[];
}

/** More in one statement look so expensive to PostgreSQL that it compiles it first, which takes longer than they do. */
const POINTS_AT_ONCE = 190;
/** Statements of a question beside each other, for each table: enough for two processors, and connections are left for others. */
const LANES = 2;

/**
 * Reads how long customers waited and cases took. Each duration of the range is read once, from an index alone, and taken as it
 * is: 4 bytes each. Percentiles are made of them here, as sorting them in the database for every group and point takes several
 * times as long as reading them.
 */
@Injectable()
export class DurationsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Of the times between rising bounds, and of all of them. */
  async overTime(
    scope: DurationScope,
    bounds: readonly Date[],
  ): Promise<Record<DurationKind, DurationSeries>> {
    const found: Partial<Record<DurationKind, DurationSeries>> = {};
    await Promise.all(
      SOURCES.map(async (source) => {
        const packed = await this.packedPoints(source, scope, bounds);
        const total = unpacked(packed.map((point) => point.packed));
        const points = packed.map(({ place, packed: own }) => [place, unpacked([own])] as const);
        for (const [kind, part] of kindsOf(source))
          found[kind] = {
            points: new Map(
              points.flatMap(([place, own]) =>
                own[part].length === 0 ? [] : [[place, figuresOfSorted(own[part])]],
              ),
            ),
            total: figuresOfSorted(total[part]),
            below: belowEnds(total[part]),
          };
      }),
    );
    return found as Record<DurationKind, DurationSeries>;
  }

  /** By user, by our id of the channel, or by platform. Nobody's are left out. */
  async byGroup(
    scope: DurationScope,
    { from, until }: { from: Date; until: Date },
    group: DurationGroup,
  ): Promise<Record<DurationKind, Map<string, DurationFigures>>> {
    const found: Record<DurationKind, Map<string, DurationFigures>> = {
      firstResponse: new Map(),
      response: new Map(),
      resolution: new Map(),
    };
    const middle = new Date((from.getTime() + until.getTime()) / 2);
    await Promise.all(
      SOURCES.map(async (source) => {
        const halves = await Promise.all([
          this.packedGroups(source, scope, { from, until: middle }, group),
          this.packedGroups(source, scope, { from: middle, until }, group),
        ]);
        const parts = new Map<string, PackedDurations[]>();
        for (const { name, packed } of halves.flat()) parts.set(name, [...(parts.get(name) ?? []), packed]);
        for (const [name, packed] of parts) {
          const own = unpacked(packed);
          for (const [kind, part] of kindsOf(source))
            if (own[part].length > 0) found[kind].set(name, figuresOfSorted(own[part]));
        }
      }),
    );
    return found;
  }

  private async packedPoints(
    source: DurationSource,
    scope: DurationScope,
    bounds: readonly Date[],
  ): Promise<{ place: number; packed: PackedDurations }[]> {
    const { where, parameters } = conditions(scope, 5);
    const chunks: number[] = [];
    for (let first = 0; first < bounds.length - 1; first += POINTS_AT_ONCE) chunks.push(first);
    const found: { place: number; packed: PackedDurations }[][] = [];
    const work = async (): Promise<void> => {
      for (let first = chunks.shift(); first !== undefined; first = chunks.shift()) {
        const own = bounds.slice(first, first + POINTS_AT_ONCE + 1);
        // Each point is a stretch of the index.
        found.push(
          await this.database.query(
            `SELECT $4::integer + point.place::integer - 1 AS place, found.packed
               FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS point (since, until, place)
              CROSS JOIN LATERAL (
                SELECT ${packedAsSql(source.seconds, source.isFirst)} AS packed FROM ${source.table}
                 WHERE ${where} AND ${source.at} >= point.since AND ${source.at} < point.until) AS found
              WHERE found.packed IS NOT NULL`,
            [scope.accountId, own.slice(0, -1), own.slice(1), first, ...parameters],
          ),
        );
      }
    };
    await Promise.all(Array.from({ length: LANES }, work));
    return found.flat();
  }

  private async packedGroups(
    source: DurationSource,
    scope: DurationScope,
    { from, until }: { from: Date; until: Date },
    group: DurationGroup,
  ): Promise<{ name: string; packed: PackedDurations }[]> {
    const { where, parameters } = conditions(scope, 4);
    const name = { agent: source.agent, channel: 'asset_id', platform: 'platform' }[group];
    return this.database.query(
      `SELECT named.name::text AS name, named.packed
         FROM (SELECT ${name} AS name, ${packedAsSql(source.seconds, source.isFirst)} AS packed FROM ${source.table}
                WHERE ${where} AND ${source.at} >= $2 AND ${source.at} < $3
                  ${group === 'agent' ? `AND ${source.agent} <> ''` : ''}
                GROUP BY 1) AS named`,
      [scope.accountId, from, until, ...parameters],
    );
  }
}

function kindsOf({ kinds }: DurationSource): [kind: DurationKind, part: keyof UnpackedDurations][] {
  return Object.entries(kinds) as [DurationKind, keyof UnpackedDurations][];
}

/**
 * A condition that holds for all rows is left out, as it is looked at for each.
 * @param next number of the first parameter that is free; $1 is the account
 */
function conditions(
  { platforms, assetIds }: DurationScope,
  next: number,
): { where: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  let where = 'account_id = $1';
  if (platforms.length < CONVERSATION_PLATFORMS.length) {
    where += ` AND platform = ANY($${next + parameters.length}::text[])`;
    parameters.push(platforms);
  }
  if (assetIds !== null) {
    where += ` AND asset_id = ANY($${next + parameters.length}::uuid[])`;
    parameters.push(assetIds);
  }
  return { where, parameters };
}
