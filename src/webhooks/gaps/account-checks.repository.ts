import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AssetKind } from '../../assets/entities/asset.entity';
import type { AccountId } from '../../database/ids';

/** How the last look at something ended, and when to look again. */
export interface CheckOutcome {
  nextInMs: number;
  /** What could not be done, as a sentence for people. */
  problem: string | null;
}

/** Whoever claims a check and dies leaves it to others after this. */
const CLAIM_MS = 5 * 60_000;
/** Connecting has just subscribed the assets: soon enough to know since when they were seen so. */
const FIRST_CHECK_AFTER_MS = 3 * 60_000;

/**
 * When to look at subscriptions again. Processes claim what is due by moving it on, in place of a lock, which would hold a
 * database connection for as long as Meta takes to answer.
 */
@Injectable()
export class AccountChecksRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Accounts that have begun to own something of these kinds are looked at from now on. */
  async enrol(kinds: readonly AssetKind[]): Promise<void> {
    await this.database.query(
      `INSERT INTO webhook_account_checks (account_id, next_check_at)
       SELECT DISTINCT a.account_id, now() + $2 * interval '1 millisecond' FROM assets a
        WHERE a.released_at IS NULL AND a.kind = ANY($1)
          AND NOT EXISTS (SELECT FROM webhook_account_checks c WHERE c.account_id = a.account_id)
       ON CONFLICT DO NOTHING`,
      [kinds, FIRST_CHECK_AFTER_MS],
    );
  }

  async claim(limit: number): Promise<AccountId[]> {
    const [rows]: [{ account_id: AccountId }[], number] = await this.database.query(
      `UPDATE webhook_account_checks SET next_check_at = now() + $2 * interval '1 millisecond'
        WHERE account_id IN (SELECT account_id FROM webhook_account_checks WHERE next_check_at <= now()
                              ORDER BY next_check_at LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING account_id`,
      [limit, CLAIM_MS],
    );
    return rows.map((row) => row.account_id);
  }

  async complete(accountId: AccountId, { nextInMs, problem }: CheckOutcome): Promise<void> {
    await this.database.query(
      `INSERT INTO webhook_account_checks AS c (account_id, next_check_at, checked_at, problem)
       SELECT id, now() + $2 * interval '1 millisecond', now(), $3 FROM meta_accounts WHERE id = $1
       ON CONFLICT (account_id) DO UPDATE
          SET next_check_at = excluded.next_check_at, checked_at = excluded.checked_at, problem = excluded.problem`,
      [accountId, nextInMs, problem],
    );
  }

  /** The app's own subscriptions. @returns false when they are not due, or somebody else looks */
  async claimApp(): Promise<boolean> {
    const [, claimed]: [unknown[], number] = await this.database.query(
      `UPDATE webhook_watch SET next_check_at = now() + $1 * interval '1 millisecond' WHERE id = 1 AND next_check_at <= now()`,
      [CLAIM_MS],
    );
    return claimed > 0;
  }

  async completeApp({ nextInMs, problem }: CheckOutcome): Promise<void> {
    await this.database.query(
      `UPDATE webhook_watch
          SET next_check_at = now() + $1 * interval '1 millisecond', checked_at = now(), problem = $2 WHERE id = 1`,
      [nextInMs, problem],
    );
  }
}
