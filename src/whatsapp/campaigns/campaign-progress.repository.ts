import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, CampaignId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { RECIPIENT_STATES, type RecipientState } from '../entities/campaign-recipient.entity';
import type { RecipientCounts } from '../entities/campaign-progress.entity';
import type { CampaignState } from '../entities/campaign.entity';
import type { CampaignKey } from './campaign-imports.repository';

export type CountChanges = Partial<Record<RecipientState, number>>;

/** A campaign is told of at most this often. */
const TELL_EVERY = '1 second';
const MOST_TOLD_AT_ONCE = 200;

interface ToldRow extends Record<RecipientState, number> {
  account_id: AccountId;
  campaign_id: CampaignId;
  state: CampaignState;
  total: number;
}

/** Adds up how far campaigns are. The row of a campaign is locked last in every transaction, and briefly. */
@Injectable()
export class CampaignProgressRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** @param changes how many more, or fewer, recipients are in a state; they add up to 0, as nobody comes or goes */
  async change(tx: EntityManager, { accountId, id }: CampaignKey, changes: CountChanges): Promise<void> {
    const states = RECIPIENT_STATES.filter((state) => (changes[state] ?? 0) !== 0);
    if (states.length === 0) return;
    await tx.query(
      `UPDATE campaign_progress SET ${states.map((state, index) => `${state} = ${state} + $${index + 3}`).join(', ')},
              is_told = false
        WHERE account_id = $1 AND campaign_id = $2`,
      [accountId, id, ...states.map((state) => changes[state])],
    );
  }

  /** What it was paused for is forgotten: from here on it is judged anew. */
  async forgetOutcomes(tx: EntityManager, { accountId, id }: CampaignKey): Promise<void> {
    await tx.query(
      `UPDATE campaign_progress SET recent = 0, recent_failed = 0, recent_limited = 0, stop_error = NULL, is_told = false
        WHERE account_id = $1 AND campaign_id = $2`,
      [accountId, id],
    );
  }

  /** For a change that counts nobody differently, as a pause. */
  async makeUntold(tx: EntityManager, { accountId, id }: CampaignKey): Promise<void> {
    await tx.query(
      'UPDATE campaign_progress SET is_told = false WHERE account_id = $1 AND campaign_id = $2',
      [accountId, id],
    );
  }

  /** Tells of every campaign that has changed since it was told of, unless that was a moment ago. */
  async tellChanges(): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [rows]: [ToldRow[], number] = await tx.query(
        `WITH untold AS (
           SELECT account_id, campaign_id FROM campaign_progress
            WHERE NOT is_told AND told_at <= now() - interval '${TELL_EVERY}'
            ORDER BY told_at LIMIT ${MOST_TOLD_AT_ONCE} FOR UPDATE SKIP LOCKED)
         UPDATE campaign_progress p SET is_told = true, told_at = now()
           FROM untold JOIN campaigns c ON c.account_id = untold.account_id AND c.id = untold.campaign_id
          WHERE p.account_id = untold.account_id AND p.campaign_id = untold.campaign_id
          RETURNING p.*, c.state`,
      );
      await this.outbox.record(
        tx,
        rows.map((row) => ({
          kind: 'campaign.progress',
          accountId: row.account_id,
          payload: { campaignId: row.campaign_id, state: row.state, counts: countsOf(row) },
        })),
      );
    });
  }
}

export function countsOf(row: RecipientCounts): RecipientCounts {
  const counts = Object.fromEntries(RECIPIENT_STATES.map((state) => [state, row[state]]));
  return { total: row.total, ...counts } as RecipientCounts;
}

/** How many messages have left, whatever became of them. */
export function leftOf(counts: RecipientCounts): number {
  return counts.accepted + counts.sent + counts.delivered + counts.read + counts.failed + counts.unknown;
}
