import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
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

/** Counts the cases of conversations. Each half of a query goes down an index that holds all it needs. */
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
  ): Promise<Map<string, Map<number, CaseCounts>>> {
    const name = group === undefined ? `''` : GROUPS[group];
    const counted = (at: 'opened_at' | 'closed_at', counter: keyof CaseCounts): string => `
      SELECT '${counter}' AS counter, ${name} AS name, width_bucket(${at}, $2::timestamptz[]) - 1 AS bucket,
             count(*)::integer AS count
        FROM conversation_cases
       WHERE account_id = $1 AND ${at} >= $3 AND ${at} < $4 AND platform = ANY($5::text[])
         AND ($6::uuid[] IS NULL OR asset_id = ANY($6))
       GROUP BY 2, 3`;
    const rows: { counter: keyof CaseCounts; name: string; bucket: number; count: number }[] =
      await this.database.query(
        `${counted('opened_at', 'cases_opened')} UNION ALL ${counted('closed_at', 'cases_closed')}`,
        [accountId, bounds, bounds[0], bounds.at(-1), platforms, assetIds],
      );
    const series = new Map<string, Map<number, CaseCounts>>();
    for (const { counter, name: key, bucket, count } of rows) {
      const points = series.get(key) ?? new Map<number, CaseCounts>();
      series.set(key, points.set(bucket, { ...(points.get(bucket) ?? NO_CASES), [counter]: count }));
    }
    return series;
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
