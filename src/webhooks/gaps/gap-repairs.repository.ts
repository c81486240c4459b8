import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AssetKind } from '../../assets/entities/asset.entity';
import type { AccountId, AssetId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import type { GapCause } from '../entities/webhook-gap.entity';
import type { GapKey } from './webhook-gaps.repository';

/** A gap that this process works on, as long as it keeps extending its lease. */
export interface HeldGap extends GapKey {
  assetId: AssetId;
  kind: AssetKind;
  metaId: string;
  /** False once its account has given the asset up. */
  isOwned: boolean;
  cause: GapCause;
  from: Date;
  until: Date;
  /** By the database's clock, when it was taken. */
  now: Date;
  /** Which attempt this is. Also tells this holder from a later one: what an overtaken one writes is not taken. */
  attempts: number;
}

export interface RepairOutcome {
  state: 'repaired' | 'not_repairable';
  found: number;
  stored: number;
  note: string | null;
}

export interface RepairSetback {
  note: string;
  /** null: no further attempt. */
  nextAttemptInMs: number | null;
  /** Try again when the account's connection works, not before. */
  waitsForAccount: boolean;
}

interface HeldRow {
  asset_id: AssetId;
  kind: AssetKind;
  meta_id: string;
  is_owned: boolean;
  cause: GapCause;
  from_at: Date;
  until_at: Date;
  now: Date;
  attempts: number;
}

/** Where a gap stands on its way to being repaired. */
@Injectable()
export class GapRepairsRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** @returns null when nothing is to be done, or somebody else is at it */
  async take({ accountId, gapId }: GapKey, leaseMs: number): Promise<HeldGap | null> {
    const [rows]: [HeldRow[], number] = await this.database.query(
      `UPDATE webhook_gaps g
          SET state = 'repairing', attempts = g.attempts + 1, updated_at = now(),
              next_attempt_at = now() + $3 * interval '1 millisecond'
         FROM assets a
        WHERE g.account_id = $1 AND g.id = $2 AND a.account_id = g.account_id AND a.id = g.asset_id
          AND g.state IN ('found', 'repairing') AND NOT g.waits_for_account AND g.next_attempt_at <= now()
        RETURNING g.asset_id, a.kind, a.meta_id, a.released_at IS NULL AS is_owned, g.cause, g.from_at, g.until_at,
                  now() AS now, g.attempts`,
      [accountId, gapId, leaseMs],
    );
    const [row] = rows;
    if (row === undefined) return null;
    return {
      accountId,
      gapId,
      assetId: row.asset_id,
      kind: row.kind,
      metaId: row.meta_id,
      isOwned: row.is_owned,
      cause: row.cause,
      from: row.from_at,
      until: row.until_at,
      now: row.now,
      attempts: row.attempts,
    };
  }

  async extend({ accountId, gapId, attempts }: HeldGap, leaseMs: number): Promise<void> {
    await this.database.query(
      `UPDATE webhook_gaps SET next_attempt_at = now() + $4 * interval '1 millisecond'
        WHERE account_id = $1 AND id = $2 AND attempts = $3 AND state = 'repairing'`,
      [accountId, gapId, attempts, leaseMs],
    );
  }

  async finish(gap: HeldGap, { state, found, stored, note }: RepairOutcome): Promise<void> {
    const { accountId, gapId, assetId } = gap;
    await this.database.transaction(async (tx) => {
      const [, written]: [unknown[], number] = await tx.query(
        `UPDATE webhook_gaps SET state = $4, found_count = $5, stored_count = stored_count + $6, note = $7, updated_at = now()
          WHERE account_id = $1 AND id = $2 AND attempts = $3 AND state = 'repairing'`,
        [accountId, gapId, gap.attempts, state, found, stored, note],
      );
      if (written === 0) return;
      await this.outbox.record(tx, [
        state === 'repaired'
          ? { kind: 'webhook.gap_repaired', accountId, payload: { gapId, assetId, found, stored } }
          : { kind: 'webhook.gap_unrepaired', accountId, payload: { gapId, assetId, state, note } },
      ]);
    });
  }

  async postpone(
    { accountId, gapId, assetId, attempts }: HeldGap,
    { note, nextAttemptInMs, waitsForAccount }: RepairSetback,
  ): Promise<void> {
    const isGivenUp = nextAttemptInMs === null;
    await this.database.transaction(async (tx) => {
      const [, written]: [unknown[], number] = await tx.query(
        `UPDATE webhook_gaps SET state = $4, note = $5, waits_for_account = $6, updated_at = now(),
                next_attempt_at = now() + $7 * interval '1 millisecond'
          WHERE account_id = $1 AND id = $2 AND attempts = $3 AND state = 'repairing'`,
        [
          accountId,
          gapId,
          attempts,
          isGivenUp ? 'failed' : 'found',
          note,
          waitsForAccount,
          nextAttemptInMs ?? 0,
        ],
      );
      if (written === 0 || !isGivenUp) return;
      await this.outbox.record(tx, [
        { kind: 'webhook.gap_unrepaired', accountId, payload: { gapId, assetId, state: 'failed', note } },
      ]);
    });
  }

  /** Begins anew; one that somebody works on is left to them. */
  async restart({ accountId, gapId }: GapKey): Promise<void> {
    await this.database.query(
      `UPDATE webhook_gaps
          SET state = 'found', attempts = 0, next_attempt_at = now(), waits_for_account = false, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND state <> 'repairing'`,
      [accountId, gapId],
    );
  }

  /** The account's connection has been seen to work. */
  async releaseWaiting(accountId: AccountId): Promise<void> {
    await this.database.query(
      `UPDATE webhook_gaps SET waits_for_account = false, next_attempt_at = now()
        WHERE account_id = $1 AND waits_for_account AND state = 'found'`,
      [accountId],
    );
  }

  /** To be worked on now, the longest waiting first; also those whose worker has died. */
  async due(limit: number): Promise<GapKey[]> {
    const rows: { account_id: AccountId; id: string }[] = await this.database.query(
      `SELECT account_id, id FROM webhook_gaps
        WHERE state IN ('found', 'repairing') AND NOT waits_for_account AND next_attempt_at <= now()
        ORDER BY next_attempt_at LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({ accountId: row.account_id, gapId: row.id }));
  }
}
