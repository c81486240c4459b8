import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import { NO_ASSET } from '../counting/message-counters';
import { widestGrain } from '../rollups/rollup-grains';
import type { SumColumn, SumRow } from '../rollups/sum-block';
import type { CaseCounts } from './analytics-metrics';

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

/**
 * Counts the cases of conversations: from their sums by hour, day and month where the times allow it, otherwise one by one
 * down an index that holds all it needs.
 */
@Injectable()
export class CaseCountsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @param bounds of steps, rising */
  async load(
    accountId: AccountId,
    columns: readonly SumColumn[],
    bounds: readonly Date[],
  ): Promise<SumRow<keyof CaseCounts>[]> {
    const isByAsset = columns.includes('asset');
    const grain = widestGrain(bounds);
    const hasSums = grain !== 'quarter';
    const rows: (CaseCounts & { step: number; platform: string; asset: string })[] =
      await this.database.query(
        `SELECT width_bucket(at, $3::timestamptz[]) - 1 AS step, platform, ${isByAsset ? 'asset_id' : `''`} AS asset,
              sum(opened)::integer AS cases_opened, sum(closed)::integer AS cases_closed
         FROM (${hasSums ? sumsBetween(grain, !isByAsset) : CASES_BETWEEN}) AS counted
        GROUP BY 1, 2, 3`,
        [
          accountId,
          CONVERSATION_PLATFORMS,
          bounds,
          bounds[0],
          bounds.at(-1),
          ...(hasSums && !isByAsset ? [[NO_ASSET]] : []),
        ],
      );
    return rows.map(({ step, platform, asset, ...counts }) => ({ step, names: { platform, asset }, counts }));
  }

  /** Each number down the index by platform, by channel or by agent. */
  async now({ accountId, platforms, assetIds }: CaseScope): Promise<ConversationsNow> {
    const parameters: unknown[] = [accountId];
    // Where all are asked for, the index of agents alone tells how many are nobody's.
    let wherever = '';
    if (platforms.length < CONVERSATION_PLATFORMS.length || assetIds !== null)
      wherever += ` AND platform = ANY($${parameters.push(platforms)}::text[])`;
    if (assetIds !== null) wherever += ` AND asset_id = ANY($${parameters.push(assetIds)}::uuid[])`;
    const counted = (status: string, further = ''): string => `
      (SELECT count(*)::integer FROM conversations
        WHERE account_id = $1 AND status = '${status}' AND last_message_at IS NOT NULL ${wherever} ${further})`;
    const [row]: ConversationsNow[] = await this.database.query(
      `SELECT ${counted('active')} AS open, ${counted('active', 'AND agent_id IS NULL')} AS unassigned,
              ${counted('snoozed')} AS snoozed`,
      parameters,
    );
    return row ?? { open: 0, unassigned: 0, snoozed: 0 };
  }
}

/** Single cases: $1 is the account, $2 all platforms, $4 and $5 are both ends. */
const half = (at: string, opened: number): string => `
  SELECT platform, asset_id, ${at} AS at, ${opened} AS opened, ${1 - opened} AS closed FROM conversation_cases
   WHERE account_id = $1 AND ${at} >= $4 AND ${at} < $5 AND platform = ANY($2::text[])`;
const CASES_BETWEEN = `${half('opened_at', 1)} UNION ALL ${half('closed_at', 0)}`;

/** The same, added up. */
function sumsBetween(grain: 'hour' | 'day' | 'month', isOverAssets: boolean): string {
  return `
    SELECT platform, asset_id, bucket_at AS at, opened, closed FROM conversation_case_counts
     WHERE account_id = $1 AND grain = '${grain}' AND platform = ANY($2::text[])
       AND asset_id = ANY(${isOverAssets ? '$6::uuid[]' : 'ARRAY(SELECT id FROM assets WHERE account_id = $1)'})
       AND bucket_at >= $4 AND bucket_at < $5`;
}
