import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { InsightAsset, InsightAssetKind } from '../insight-source';
import type { InsightProblem } from './insight-problem';

/** Longer than any single call; every object that was read renews it. */
const LEASE = '5 minutes';

export interface ClaimedAsset extends InsightAsset {
  leaseId: string;
  claimedAt: Date;
  listedAt: Date | null;
  failures: number;
}

export interface PullOutcome {
  nextPullAt: Date;
  /** null: it went well. */
  problem: InsightProblem | null;
}

export interface StoredProblem {
  code: InsightProblem['code'];
  message: string;
  since: Date;
}

/** Which Pages and accounts are to be pulled, by whom, and what keeps them from it. */
@Injectable()
export class InsightAssetsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Wakes Pages and accounts that were connected since, and puts those to sleep that nobody owns any more. */
  async keepUp(): Promise<void> {
    await this.database.query(
      `INSERT INTO insight_assets AS i (account_id, asset_id, kind, external_id)
       SELECT a.account_id, a.id, a.kind, a.meta_id FROM assets a
        WHERE a.kind IN ('page', 'instagram') AND a.released_at IS NULL
          AND NOT EXISTS (SELECT FROM insight_assets known
                           WHERE known.account_id = a.account_id AND known.asset_id = a.id
                             AND known.next_pull_at IS NOT NULL)
       ON CONFLICT (account_id, asset_id)
         DO UPDATE SET next_pull_at = now(), problem_code = NULL, problem = NULL, problem_since = NULL, failures = 0`,
    );
    await this.database.query(
      `UPDATE insight_assets i SET next_pull_at = NULL
        WHERE next_pull_at <= now()
          AND NOT EXISTS (SELECT FROM assets a
                           WHERE a.account_id = i.account_id AND a.id = i.asset_id AND a.released_at IS NULL)`,
    );
  }

  /** The longest waiting first. */
  async due(limit: number): Promise<Pick<InsightAsset, 'accountId' | 'assetId'>[]> {
    const rows: { account_id: AccountId; asset_id: AssetId }[] = await this.database.query(
      `SELECT account_id, asset_id FROM insight_assets
        WHERE next_pull_at <= now() AND (lease_until IS NULL OR lease_until <= now())
        ORDER BY next_pull_at LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({ accountId: row.account_id, assetId: row.asset_id }));
  }

  /** Makes the caller the only one that pulls it; null when it is not due, or somebody else is at it. */
  async claim(accountId: AccountId, assetId: AssetId): Promise<ClaimedAsset | null> {
    const leaseId = randomUUID();
    const [rows]: [
      {
        kind: InsightAssetKind;
        external_id: string;
        listed_at: Date | null;
        failures: number;
        claimed_at: Date;
      }[],
      number,
    ] = await this.database.query(
      `UPDATE insight_assets i SET lease_id = $3, lease_until = now() + $4::interval
        WHERE account_id = $1 AND asset_id = $2 AND next_pull_at <= now()
          AND (lease_until IS NULL OR lease_until <= now())
          AND EXISTS (SELECT FROM assets a
                       WHERE a.account_id = i.account_id AND a.id = i.asset_id AND a.released_at IS NULL)
        RETURNING kind, external_id, listed_at, failures, now() AS claimed_at`,
      [accountId, assetId, leaseId, LEASE],
    );
    const [row] = rows;
    return row === undefined
      ? null
      : {
          accountId,
          assetId,
          kind: row.kind,
          externalId: row.external_id,
          leaseId,
          claimedAt: row.claimed_at,
          listedAt: row.listed_at,
          failures: row.failures,
        };
  }

  /** @returns false when somebody else has taken it over */
  async renew({ accountId, assetId, leaseId }: ClaimedAsset): Promise<boolean> {
    const [, renewed]: [unknown[], number] = await this.database.query(
      `UPDATE insight_assets SET lease_until = now() + $4::interval
        WHERE account_id = $1 AND asset_id = $2 AND lease_id = $3`,
      [accountId, assetId, leaseId, LEASE],
    );
    return renewed > 0;
  }

  async recordListing({ accountId, assetId }: InsightAsset, listedAt: Date): Promise<void> {
    await this.database.query(
      'UPDATE insight_assets SET listed_at = $3 WHERE account_id = $1 AND asset_id = $2',
      [accountId, assetId, listedAt],
    );
  }

  async release(
    { accountId, assetId, leaseId, claimedAt }: ClaimedAsset,
    { nextPullAt, problem }: PullOutcome,
  ): Promise<void> {
    await this.database.query(
      `UPDATE insight_assets SET
         lease_id = NULL, lease_until = NULL,
         -- Somebody connected anew or disconnected it meanwhile: that is newer.
         next_pull_at = CASE WHEN next_pull_at IS NULL OR next_pull_at > $7::timestamptz THEN next_pull_at
                             ELSE $4::timestamptz END,
         pulled_at = CASE WHEN $5::text IS NULL THEN now() ELSE pulled_at END,
         failures = CASE WHEN $5::text IS NULL THEN 0 ELSE failures + 1 END,
         ${PROBLEM}
        WHERE account_id = $1 AND asset_id = $2 AND lease_id = $3`,
      [accountId, assetId, leaseId, nextPullAt, problem?.code ?? null, problem?.message ?? null, claimedAt],
    );
  }

  /** Learnt outside of a pull; null: it works. A pull that waits for a person need not wait any longer then. */
  async recordProblem({ accountId, assetId }: InsightAsset, problem: InsightProblem | null): Promise<void> {
    await this.database.query(
      `UPDATE insight_assets SET
         next_pull_at = CASE WHEN $5::text IS NULL AND problem_code IS NOT NULL THEN now()
                             WHEN $4 THEN greatest(next_pull_at, $3) ELSE next_pull_at END,
         ${PROBLEM}
        WHERE account_id = $1 AND asset_id = $2`,
      [
        accountId,
        assetId,
        problem === null ? null : new Date(Date.now() + problem.waitMs),
        problem !== null,
        problem?.code ?? null,
        problem?.message ?? null,
      ],
    );
  }

  async problemOf({
    accountId,
    assetId,
  }: Pick<InsightAsset, 'accountId' | 'assetId'>): Promise<StoredProblem | null> {
    const rows: { problem_code: InsightProblem['code'] | null; problem: string; problem_since: Date }[] =
      await this.database.query(
        `SELECT problem_code, problem, problem_since FROM insight_assets WHERE account_id = $1 AND asset_id = $2`,
        [accountId, assetId],
      );
    const [row] = rows;
    return row === undefined || row.problem_code === null
      ? null
      : { code: row.problem_code, message: row.problem, since: row.problem_since };
  }

  /** What waited for a person need not wait any longer: the account was connected again, or its token renewed. */
  async wake(tx: EntityManager, accountIds: readonly AccountId[]): Promise<void> {
    await tx.query(
      `UPDATE insight_assets SET next_pull_at = now()
        WHERE account_id = ANY($1) AND next_pull_at IS NOT NULL AND problem_code IN ('permission', 'token')`,
      [accountIds],
    );
  }
}

/** `problem_since` stays for as long as the problem is the same. */
const PROBLEM = `problem_since = CASE WHEN $5::text IS NULL THEN NULL
                              WHEN problem_code = $5 THEN problem_since ELSE now() END,
         problem_code = $5, problem = $6`;
