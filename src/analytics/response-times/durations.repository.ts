import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import {
  DISTRIBUTION_ENDS,
  type DurationFigures,
  type DurationGroup,
  type DurationKind,
  type DurationStats,
  NO_DURATIONS,
  durationFigures,
} from './duration-figures';

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
  /** Which rows are of each kind; null: all. */
  kinds: Partial<Record<DurationKind, string | null>>;
}

const SOURCES: readonly DurationSource[] = [
  {
    table: 'message_metric_facts',
    at: 'answered_at',
    seconds: 'answer_seconds',
    agent: 'agent',
    kinds: { firstResponse: 'is_first_answer', response: null },
  },
  {
    table: 'conversation_cases',
    at: 'closed_at',
    seconds: 'seconds',
    agent: `coalesce(closed_by, '')`,
    kinds: { resolution: null },
  },
];

export interface OverallDurations {
  figures: DurationFigures;
  /** As `distributionOf` takes it. */
  below: number[];
}

/** Agents and channels with the most. */
const MOST_GROUPS = 1_000;

/**
 * Reads how long customers waited and cases took, each percentile from the rows themselves. Rows of the range are read once
 * for each question, from an index alone; sorting them is what costs, so none is sorted with anything but its seconds.
 */
@Injectable()
export class DurationsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Of the whole range. */
  async overall(
    scope: DurationScope,
    { from, until }: { from: Date; until: Date },
  ): Promise<Record<DurationKind, OverallDurations>> {
    const found: Partial<Record<DurationKind, OverallDurations>> = {};
    await Promise.all(
      SOURCES.map(async (source) => {
        const { where, parameters } = conditions(source, scope);
        const kinds = kindsOf(source);
        const arrays = kinds.map(
          ([kind, filter]) =>
            `array_agg(${source.seconds} ORDER BY ${source.seconds})${filter} AS "${kind}",
             sum(${source.seconds})${filter} AS "${kind} sum"`,
        );
        const [row]: Record<DurationKind, (DurationStats & { below: number[] }) | null>[] =
          await this.database.query(
            `SELECT ${kinds.map(([kind]) => `${statsOfSorted(kind)} AS "${kind}"`).join(', ')}
               FROM (SELECT ${arrays.join(', ')} FROM ${source.table}
                      WHERE ${where} AND ${source.at} >= $2 AND ${source.at} < $3) AS sorted`,
            [scope.accountId, from, until, ...parameters],
          );
        for (const [kind] of kinds) {
          const stats = row?.[kind] ?? null;
          found[kind] = {
            figures: stats === null ? NO_DURATIONS : durationFigures(stats),
            below: stats?.below ?? [],
          };
        }
      }),
    );
    const none: OverallDurations = { figures: NO_DURATIONS, below: [] };
    return { firstResponse: none, response: none, resolution: none, ...found };
  }

  /** Of the times between rising bounds, by the number of the time between them; without those where nothing happened. */
  async overTime(
    scope: DurationScope,
    bounds: readonly Date[],
  ): Promise<Record<DurationKind, Map<number, DurationFigures>>> {
    const found = emptyMaps<number>();
    await Promise.all(
      SOURCES.map(async (source) => {
        const { where, parameters } = conditions(source, scope);
        const kinds = kindsOf(source);
        // Each point is a stretch of the index, and sorted by itself: many short sorts cost less than a long one.
        const rows: ({ place: number } & Record<DurationKind, DurationStats>)[] = await this.database.query(
          `SELECT point.place::integer - 1 AS place, found.*
             FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS point (since, until, place)
            CROSS JOIN LATERAL (
              SELECT ${kinds.map(([kind, filter]) => `${statsOf(source.seconds, filter)} AS "${kind}"`).join(', ')}
                FROM ${source.table}
               WHERE ${where} AND ${source.at} >= point.since AND ${source.at} < point.until
              HAVING count(*) > 0) AS found`,
          [scope.accountId, bounds.slice(0, -1), bounds.slice(1), ...parameters],
        );
        for (const row of rows)
          for (const [kind] of kinds)
            if (row[kind].count > 0) found[kind].set(row.place, durationFigures(row[kind]));
      }),
    );
    return found;
  }

  /** By user, by our id of the channel, or by platform: the thousand with the most of each kind. Nobody's are left out. */
  async byGroup(
    scope: DurationScope,
    { from, until }: { from: Date; until: Date },
    group: DurationGroup,
  ): Promise<Record<DurationKind, Map<string, DurationFigures>>> {
    const found = emptyMaps<string>();
    await Promise.all(
      SOURCES.map(async (source) => {
        const { where, parameters } = conditions(source, scope);
        const kinds = kindsOf(source);
        const name = { agent: source.agent, channel: 'asset_id', platform: 'platform' }[group];
        // Gathered first and sorted then: sorting all of them by name and seconds at once takes several times as long.
        const rows: ({ name: string } & Record<DurationKind, DurationStats>)[] = await this.database.query(
          `SELECT gathered.name::text AS name, ${kinds.map(([kind]) => `"${kind}".stats AS "${kind}"`).join(', ')}
             FROM (SELECT ${name} AS name, count(*) AS count,
                          ${kinds.map(([kind, filter]) => `array_agg(${source.seconds})${filter} AS "${kind}"`).join(', ')}
                     FROM ${source.table}
                    WHERE ${where} AND ${source.at} >= $2 AND ${source.at} < $3
                      ${group === 'agent' ? `AND ${source.agent} <> ''` : ''}
                    GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${MOST_GROUPS}) AS gathered
            ${kinds
              .map(
                ([kind]) =>
                  `CROSS JOIN LATERAL (SELECT ${statsOf('one', '')} AS stats
                                         FROM unnest(gathered."${kind}") AS one) AS "${kind}"`,
              )
              .join('\n')}`,
          [scope.accountId, from, until, ...parameters],
        );
        for (const row of rows)
          for (const [kind] of kinds)
            if (row[kind].count > 0) found[kind].set(row.name, durationFigures(row[kind]));
      }),
    );
    return found;
  }
}

/** With the condition as an aggregate takes it, or nothing. */
function kindsOf({ kinds }: DurationSource): [kind: DurationKind, filter: string][] {
  return (Object.entries(kinds) as [DurationKind, string | null][]).map(([kind, only]) => [
    kind,
    only === null ? '' : ` FILTER (WHERE ${only})`,
  ]);
}

const PERCENTILES = 'ARRAY[0.5, 0.9]';

/** `DurationStats` as JSON. */
function statsOf(seconds: string, filter: string): string {
  const percentiles = `percentile_disc(${PERCENTILES}) WITHIN GROUP (ORDER BY ${seconds})${filter}`;
  return `json_build_object('count', count(*)${filter}, 'sum', sum(${seconds})${filter},
            'median', (${percentiles})[1], 'p90', (${percentiles})[2])`;
}

/** The same of an array that is sorted, and how many of its elements lie below each end of the distribution. */
function statsOfSorted(kind: DurationKind): string {
  const count = `cardinality("${kind}")`;
  const below = DISTRIBUTION_ENDS.map((end) => `width_bucket(${end - 1}, "${kind}")`).join(', ');
  return `CASE WHEN ${count} > 0 THEN json_build_object('count', ${count}, 'sum', "${kind} sum",
            'median', "${kind}"[ceil(0.5::float8 * ${count})::integer], 'p90', "${kind}"[ceil(0.9::float8 * ${count})::integer],
            'below', ARRAY[${below}, ${count}]) END`;
}

/** $1 is the account, $2 and $3 are the range. A condition that holds for all rows is left out, as it is looked at for each. */
function conditions(
  source: DurationSource,
  { platforms, assetIds }: DurationScope,
): { where: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  let where = 'account_id = $1';
  if (platforms.length < CONVERSATION_PLATFORMS.length) {
    parameters.push(platforms);
    where += ` AND platform = ANY($${parameters.length + 3}::text[])`;
  }
  if (assetIds !== null) {
    parameters.push(assetIds);
    where += ` AND asset_id = ANY($${parameters.length + 3}::uuid[])`;
  }
  return { where, parameters };
}

function emptyMaps<Key>(): Record<DurationKind, Map<Key, DurationFigures>> {
  return { firstResponse: new Map(), response: new Map(), resolution: new Map() };
}
