import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AssetEntity, type AssetKind } from '../../assets/entities/asset.entity';
import type { AccountId, AssetId } from '../../database/ids';
import { newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { type GapCause, type GapState, WebhookGapEntity } from '../entities/webhook-gap.entity';
import { BackfillRegistry } from './backfill.registry';

/** A time in which an asset missed its events. */
export interface MissedTime {
  accountId: AccountId;
  assetId: AssetId;
  kind: AssetKind;
  cause: GapCause;
  from: Date;
  until: Date;
}

export interface GapFilter {
  state?: GapState | undefined;
  limit: number;
  before?: string | undefined;
  after?: string | undefined;
}

export interface GapKey {
  accountId: AccountId;
  gapId: string;
}

interface AffectedRow {
  account_id: AccountId;
  id: AssetId;
  kind: AssetKind;
  from_at: Date;
}

@Injectable()
export class WebhookGapsRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
    private readonly backfills: BackfillRegistry,
  ) {}

  /**
   * Writes gaps down and tells of them, each once however often it is found.
   * @returns how many were new
   */
  async record(tx: EntityManager, missed: readonly MissedTime[]): Promise<number> {
    if (missed.length === 0) return 0;
    const rows: {
      account_id: AccountId;
      id: string;
      asset_id: AssetId;
      cause: GapCause;
      from_at: Date;
      until_at: Date;
    }[] = await tx.query(
      `INSERT INTO webhook_gaps (account_id, id, asset_id, cause, from_at, until_at)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[])
         ON CONFLICT ON CONSTRAINT webhook_gaps_once DO NOTHING
         RETURNING account_id, id, asset_id, cause, from_at, until_at`,
      [
        missed.map(({ accountId }) => accountId),
        missed.map(() => newId()),
        missed.map(({ assetId }) => assetId),
        missed.map(({ cause }) => cause),
        missed.map(({ from }) => from),
        missed.map(({ until }) => until),
      ],
    );
    const kinds = new Map(missed.map(({ assetId, kind }) => [assetId, kind]));
    await this.outbox.record(
      tx,
      rows.map((row) => {
        const kind = kinds.get(row.asset_id);
        return {
          kind: 'webhook.gap_found',
          accountId: row.account_id,
          payload: {
            gapId: row.id,
            assetId: row.asset_id,
            cause: row.cause,
            from: row.from_at.toISOString(),
            until: row.until_at.toISOString(),
            repairable: kind !== undefined && this.backfills.canRepair(kind),
          },
        };
      }),
    );
    return rows.length;
  }

  /**
   * The connected assets of these kinds that would have had events between two instants. None before anybody has configured a
   * webhook, and none whose subscription was looked for and never seen: nothing was delivered for those anyway.
   */
  async affectedBy(
    tx: EntityManager,
    kinds: readonly AssetKind[],
    cause: GapCause,
    window: { from: Date; until: Date },
  ): Promise<MissedTime[]> {
    const rows: AffectedRow[] = await tx.query(
      `SELECT a.account_id, a.id, a.kind, greatest($2::timestamptz, a.created_at) AS from_at FROM assets a
        WHERE a.released_at IS NULL AND a.kind = ANY($1) AND a.created_at < $3
          AND EXISTS (SELECT FROM webhook_configs)
          AND NOT EXISTS (SELECT FROM webhook_asset_subscriptions s
                           WHERE s.account_id = a.account_id AND s.asset_id = a.id AND s.last_seen_at IS NULL)`,
      [kinds, window.from, window.until],
    );
    return rows.map((row) => ({
      accountId: row.account_id,
      assetId: row.id,
      kind: row.kind,
      cause,
      from: row.from_at,
      until: window.until,
    }));
  }

  /** Newest first. */
  async page(accountId: AccountId, { state, limit, before, after }: GapFilter): Promise<WebhookGapEntity[]> {
    const isForward = before === undefined && after !== undefined;
    const query = this.withAsset().where('gap.account_id = :accountId', { accountId });
    if (state !== undefined) query.andWhere('gap.state = :state', { state });
    if (before !== undefined) query.andWhere('gap.id < :before', { before });
    if (isForward) query.andWhere('gap.id > :after', { after });
    const rows = await query
      .orderBy('gap.id', isForward ? 'ASC' : 'DESC')
      .take(limit)
      .getMany();
    return isForward ? rows.reverse() : rows;
  }

  async find(accountIds: readonly AccountId[], gapId: string): Promise<WebhookGapEntity | null> {
    return this.withAsset()
      .where('gap.account_id = ANY(:accountIds) AND gap.id = :gapId', { accountIds, gapId })
      .getOne();
  }

  private withAsset() {
    return this.database.manager
      .createQueryBuilder(WebhookGapEntity, 'gap')
      .innerJoinAndMapOne(
        'gap.asset',
        AssetEntity,
        'asset',
        'asset.account_id = gap.account_id AND asset.id = gap.asset_id',
      );
  }
}
