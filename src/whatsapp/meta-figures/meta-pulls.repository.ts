import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { InsightProblem } from '../../insights/pulling/insight-problem';
import type { MetaFigureOwner } from './meta-figure';

/** Longer than any single call; every answer that is stored renews it. */
const LEASE = '5 minutes';

export interface ClaimedPull extends MetaFigureOwner {
  leaseId: string;
  claimedAt: Date;
  failures: number;
}

export interface MetaPullOutcome {
  nextPullAt: Date;
  /** null: it went well. */
  problem: InsightProblem | null;
}

/** Somebody else has taken the pull over: nothing of it may be written any more. */
export class PullTakenOverError extends Error {}

/** Which WhatsApp Business Accounts' figures are to be pulled, by whom, and what keeps them from it. */
@Injectable()
export class MetaPullsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Wakes accounts that were connected since, and puts those to sleep that nobody owns any more. */
  async keepUp(): Promise<void> {
    await this.database.query(
      `INSERT INTO whatsapp_meta_pulls AS p (account_id, waba_id)
       SELECT a.account_id, a.id FROM assets a
         JOIN whatsapp_business_accounts w ON w.account_id = a.account_id AND w.id = a.id
        WHERE a.kind = 'waba' AND a.released_at IS NULL
          AND NOT EXISTS (SELECT FROM whatsapp_meta_pulls known
                           WHERE known.account_id = a.account_id AND known.waba_id = a.id
                             AND known.next_pull_at IS NOT NULL)
       ON CONFLICT (account_id, waba_id)
         DO UPDATE SET next_pull_at = now(), problem_code = NULL, problem = NULL, problem_since = NULL, failures = 0`,
    );
    await this.database.query(
      `UPDATE whatsapp_meta_pulls p SET next_pull_at = NULL
        WHERE next_pull_at <= now()
          AND NOT EXISTS (SELECT FROM assets a
                           WHERE a.account_id = p.account_id AND a.id = p.waba_id AND a.released_at IS NULL)`,
    );
  }

  /** The longest waiting first. */
  async due(limit: number): Promise<{ accountId: AccountId; assetId: AssetId }[]> {
    const rows: { account_id: AccountId; waba_id: AssetId }[] = await this.database.query(
      `SELECT account_id, waba_id FROM whatsapp_meta_pulls
        WHERE next_pull_at <= now() AND (lease_until IS NULL OR lease_until <= now())
        ORDER BY next_pull_at LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({ accountId: row.account_id, assetId: row.waba_id }));
  }

  /** Makes the caller the only one that pulls; null when it is not due, released, or somebody else is at it. */
  async claim(accountId: AccountId, assetId: AssetId): Promise<ClaimedPull | null> {
    const leaseId = randomUUID();
    const [rows]: [
      { waba_id: string; currency: string | null; failures: number; claimed_at: Date }[],
      number,
    ] = await this.database.query(
      `UPDATE whatsapp_meta_pulls p SET lease_id = $3, lease_until = now() + $4::interval
         FROM whatsapp_business_accounts w
         JOIN assets a ON a.account_id = w.account_id AND a.id = w.id AND a.released_at IS NULL
        WHERE p.account_id = $1 AND p.waba_id = $2 AND p.next_pull_at <= now()
          AND (p.lease_until IS NULL OR p.lease_until <= now()) AND w.account_id = $1 AND w.id = $2
        RETURNING w.waba_id, w.currency, p.failures, now() AS claimed_at`,
      [accountId, assetId, leaseId, LEASE],
    );
    const [row] = rows;
    return row === undefined
      ? null
      : {
          accountId,
          assetId,
          wabaId: row.waba_id,
          currency: row.currency,
          leaseId,
          claimedAt: row.claimed_at,
          failures: row.failures,
        };
  }

  /**
   * In the transaction of a write: whoever has lost the lease writes nothing, not even what was asked before.
   * @throws PullTakenOverError also when the account was disconnected meanwhile
   */
  async hold(tx: EntityManager, { accountId, assetId, leaseId }: ClaimedPull): Promise<void> {
    const [, held]: [unknown[], number] = await tx.query(
      `UPDATE whatsapp_meta_pulls p SET lease_until = now() + $4::interval
        WHERE account_id = $1 AND waba_id = $2 AND lease_id = $3
          AND EXISTS (SELECT FROM assets a
                       WHERE a.account_id = p.account_id AND a.id = p.waba_id AND a.released_at IS NULL)`,
      [accountId, assetId, leaseId, LEASE],
    );
    if (held === 0) throw new PullTakenOverError('The pull was taken over, or the account disconnected.');
  }

  async release(
    { accountId, assetId, leaseId, claimedAt }: ClaimedPull,
    { nextPullAt, problem }: MetaPullOutcome,
  ): Promise<void> {
    await this.database.query(
      `UPDATE whatsapp_meta_pulls SET
         lease_id = NULL, lease_until = NULL,
         -- Somebody connected anew or disconnected it meanwhile: that is newer.
         next_pull_at = CASE WHEN next_pull_at IS NULL OR next_pull_at > $7::timestamptz THEN next_pull_at
                             ELSE $4::timestamptz END,
         pulled_at = CASE WHEN $5::text IS NULL THEN now() ELSE pulled_at END,
         failures = CASE WHEN $5::text IS NULL THEN 0 ELSE failures + 1 END,
         problem_since = CASE WHEN $5::text IS NULL THEN NULL
                              WHEN problem_code = $5 THEN problem_since ELSE now() END,
         problem_code = $5, problem = $6
        WHERE account_id = $1 AND waba_id = $2 AND lease_id = $3`,
      [accountId, assetId, leaseId, nextPullAt, problem?.code ?? null, problem?.message ?? null, claimedAt],
    );
  }

  /** What waited for a person need not wait any longer: the account was connected again, or its token renewed. */
  async wake(tx: EntityManager, accountIds: readonly AccountId[]): Promise<void> {
    // In the order of a pull, which holds its row before it writes any series.
    const rows: { account_id: AccountId; waba_id: AssetId }[] = await tx.query(
      `SELECT account_id, waba_id FROM whatsapp_meta_pulls
        WHERE account_id = ANY($1) AND next_pull_at IS NOT NULL ORDER BY account_id, waba_id FOR UPDATE`,
      [accountIds],
    );
    if (rows.length === 0) return;
    await tx.query(
      `UPDATE whatsapp_meta_pulls SET next_pull_at = now()
        WHERE account_id = ANY($1) AND next_pull_at IS NOT NULL AND problem_code IN ('permission', 'token')`,
      [accountIds],
    );
    const [mended]: [{ account_id: AccountId; waba_id: AssetId }[], number] = await tx.query(
      `UPDATE whatsapp_meta_series SET retry_at = NULL
        WHERE account_id = ANY($1) AND state = 'refused' AND retry_at > now() RETURNING account_id, waba_id`,
      [accountIds],
    );
    if (mended.length > 0)
      await tx.query(
        `UPDATE whatsapp_meta_pulls SET next_pull_at = now()
          WHERE account_id = ANY($1) AND waba_id = ANY($2) AND next_pull_at IS NOT NULL`,
        [accountIds, mended.map((row) => row.waba_id)],
      );
  }

  /** Template insights were switched on: they need not wait until they are tried again. */
  async wakeTemplates(accountId: AccountId, assetId: AssetId): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(
        `UPDATE whatsapp_meta_pulls SET next_pull_at = now()
          WHERE account_id = $1 AND waba_id = $2 AND next_pull_at IS NOT NULL`,
        [accountId, assetId],
      );
      await tx.query(
        `UPDATE whatsapp_meta_series SET retry_at = NULL
          WHERE account_id = $1 AND waba_id = $2 AND kind = 'template'`,
        [accountId, assetId],
      );
    });
  }
}
