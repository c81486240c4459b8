import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import { NO_ASSET } from '../counting/message-counters';
import { piecesOf, widestGrain } from '../rollups/rollup-grains';
import { type CaseCounts, NO_CASES } from './analytics-metrics';

export interface CaseScope {
  accountId: AccountId;
  platforms: readonly ConversationPlatform[];
  /** null: all of the account. */
  assetIds: readonly AssetId[] | null;
}

/** Conversations as they are at the moment. */
export interface ConversationsNow {
  /** Neither closed nor snoozed. */
  open: number;
  /** Of the open ones: nobody's. */
  unassigned: number;
  snoozed: number;
}

const GROUPS = { platform: 'platform', asset: 'asset_id::text' } as const;

type CaseSeries = Map<string, Map<number, CaseCounts>>;

/**
 * Counts the cases of conversations: from their sums by hour, day and month where the times allow it, otherwise one by one
 * down an index that holds all it needs.
 */
@Injectable()
export class CaseCountsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * Cases of the times between rising bounds, by the number of the time between them; without those where nothing happened.
   * @param group tells the series apart; without it there is one, under an empty name
   */
  async series(
    { accountId, platforms, assetIds }: CaseScope,
    bounds: readonly Date[],
    group?: keyof typeof GROUPS,
  ): Promise<CaseSeries> {
    const name = group === undefined ? `''` : GROUPS[group];
    const grain = widestGrain(bounds);
    const rows: (CaseCounts & { name: string; bucket: number })[] = await this.database.query(
      `SELECT ${name} AS name, width_bucket(at, $4::timestamptz[]) - 1 AS bucket, sum(opened)::integer AS cases_opened,
              sum(closed)::integer AS cases_closed
         FROM (${grain === 'quarter' ? casesBetween('$5', '$6') : sumsBetween(grain, '$5', '$6')}) AS counted
        GROUP BY 1, 2`,
      [
        accountId,
        platforms,
        grain === 'quarter' || group === 'asset' ? assetIds : (assetIds ?? [NO_ASSET]),
        bounds,
        bounds[0],
        bounds.at(-1),
      ],
    );
    const series: CaseSeries = new Map();
    for (const { name: key, bucket, ...counts } of rows) addTo(series, key, bucket, counts);
    return series;
  }

  /**
   * Cases of the times between rising bounds, by channel and by platform. The times are few: each is put together from months,
   * days, and single cases at its ends.
   */
  async totals(
    { accountId, platforms, assetIds }: CaseScope,
    bounds: readonly Date[],
  ): Promise<Record<'channels' | 'platforms', CaseSeries>> {
    const parameters: unknown[] = [accountId, platforms, assetIds];
    const parts = bounds.slice(1).flatMap((until, bucket) =>
      piecesOf({ from: bounds[bucket] ?? until, until }).map((piece) => {
        const [from, end] = [piece.from, piece.until].map((at) => `$${parameters.push(at)}::timestamptz`);
        const rows = piece.grain === 'quarter' ? casesBetween : sumsBetween.bind(null, piece.grain);
        return `SELECT ${bucket} AS bucket, platform, asset_id, opened, closed FROM (${rows(from ?? '', end ?? '')}) AS piece`;
      }),
    );
    const rows: (CaseCounts & { bucket: number; platform: string; asset_id: AssetId })[] =
      await this.database.query(
        `SELECT bucket, platform, asset_id, sum(opened)::integer AS cases_opened, sum(closed)::integer AS cases_closed
           FROM (${parts.join(' UNION ALL ')}) AS counted GROUP BY 1, 2, 3`,
        parameters,
      );
    const totals: Record<'channels' | 'platforms', CaseSeries> = {
      channels: new Map(),
      platforms: new Map(),
    };
    for (const { bucket, platform, asset_id: assetId, ...counts } of rows) {
      addTo(totals.channels, assetId, bucket, counts);
      addTo(totals.platforms, platform, bucket, counts);
    }
    return totals;
  }

  /** Each number down the index by platform, by channel or by agent. */
  async now({ accountId, platforms, assetIds }: CaseScope): Promise<ConversationsNow> {
    const wherever =
      assetIds === null
        ? 'platform = ANY($2::text[])'
        : 'platform = ANY($2::text[]) AND asset_id = ANY($3::uuid[])';
    const counted = (status: string, further = ''): string => `
      (SELECT count(*)::integer FROM conversations
        WHERE account_id = $1 AND status = '${status}' AND last_message_at IS NOT NULL AND ${wherever} ${further})`;
    const [row]: ConversationsNow[] = await this.database.query(
      `SELECT ${counted('active')} AS open, ${counted('active', 'AND agent_id IS NULL')} AS unassigned,
              ${counted('snoozed')} AS snoozed`,
      assetIds === null ? [accountId, platforms] : [accountId, platforms, assetIds],
    );
    return row ?? { open: 0, unassigned: 0, snoozed: 0 };
  }
}

/** Single cases, as both queries below take them: $1 is the account, $2 platforms, $3 channels or null. */
function casesBetween(from: string, until: string): string {
  const half = (at: string, opened: number): string => `
    SELECT platform, asset_id, ${at} AS at, ${opened} AS opened, ${1 - opened} AS closed FROM conversation_cases
     WHERE account_id = $1 AND ${at} >= ${from} AND ${at} < ${until} AND platform = ANY($2::text[])
       AND ($3::uuid[] IS NULL OR asset_id = ANY($3))`;
  return `${half('opened_at', 1)} UNION ALL ${half('closed_at', 0)}`;
}

/** The same, added up. */
function sumsBetween(grain: 'hour' | 'day' | 'month', from: string, until: string): string {
  return `
    SELECT platform, asset_id, bucket_at AS at, opened, closed FROM conversation_case_counts
     WHERE account_id = $1 AND grain = '${grain}' AND platform = ANY($2::text[])
       AND asset_id = ANY(coalesce($3::uuid[], ARRAY(SELECT id FROM assets WHERE account_id = $1)))
       AND bucket_at >= ${from} AND bucket_at < ${until}`;
}

function addTo(series: CaseSeries, name: string, bucket: number, counts: CaseCounts): void {
  const points = series.get(name) ?? new Map<number, CaseCounts>();
  const before = points.get(bucket) ?? NO_CASES;
  points.set(bucket, {
    cases_opened: before.cases_opened + counts.cases_opened,
    cases_closed: before.cases_closed + counts.cases_closed,
  });
  series.set(name, points);
}
