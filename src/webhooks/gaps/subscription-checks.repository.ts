import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AssetKind } from '../../assets/entities/asset.entity';
import type { AccountId, AssetId } from '../../database/ids';
import { WEBHOOK_OBJECTS, type WebhookObject } from '../webhook-fields';
import type { AssetSubscription } from '../webhook-subscriber.registry';
import type { AppSubscription } from '../webhook-subscriptions-api';
import { kindsOf } from './object-kinds';
import { judge } from './subscription-memory';
import { type MissedTime, WebhookGapsRepository } from './webhook-gaps.repository';

const JUST_NOW_MS = 60_000;

/** One of the app's own subscriptions, as it was found. */
export interface AppLook {
  object: WebhookObject;
  /** What Meta has; null when it has none for this object. */
  present: AppSubscription | null;
  /** Null when it is as we need it. */
  problem: string | null;
}

interface MemoryRow {
  last_seen_at: Date | null;
  missing_since: Date | null;
}

interface AssetRow extends MemoryRow {
  id: AssetId;
  kind: AssetKind;
  meta_id: string;
  created_at: Date;
}

/** Remembers what looks at Meta's subscriptions have shown, and writes down the gaps that they prove. */
@Injectable()
export class SubscriptionChecksRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly gaps: WebhookGapsRepository,
  ) {}

  /** The database's time: that of different processes cannot be compared. */
  async now(): Promise<Date> {
    const [row]: { now: Date }[] = await this.database.query('SELECT clock_timestamp() AS now');
    if (row === undefined) throw new Error('The database did not tell its time.');
    return row.now;
  }

  /** Whether anything was ever seen in place that has not been looked at just now. */
  async isLookDue(accountId: AccountId | 'app'): Promise<boolean> {
    const [table, owner] =
      accountId === 'app'
        ? ['webhook_app_subscriptions', 'true']
        : ['webhook_asset_subscriptions', 'account_id = $2'];
    const rows: unknown[] = await this.database.query(
      `SELECT 1 FROM ${table} WHERE ${owner}
       HAVING count(last_seen_at) > 0 AND max(checked_at) < now() - $1 * interval '1 millisecond'`,
      accountId === 'app' ? [JUST_NOW_MS] : [JUST_NOW_MS, accountId],
    );
    return rows.length > 0;
  }

  async ownedKinds(): Promise<Set<AssetKind>> {
    const rows: { kind: AssetKind }[] = await this.database.query(
      'SELECT DISTINCT kind FROM assets WHERE released_at IS NULL',
    );
    return new Set(rows.map(({ kind }) => kind));
  }

  /** @returns how many gaps came to light */
  async recordApp(looks: readonly AppLook[], at: Date): Promise<number> {
    if (looks.length === 0) return 0;
    return this.database.transaction(async (tx) => {
      await tx.query(
        'INSERT INTO webhook_app_subscriptions (object) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING',
        [WEBHOOK_OBJECTS],
      );
      // All rows in one order: two that record at once wait for each other instead of for ever.
      const rows: (MemoryRow & { object: WebhookObject })[] = await tx.query(
        'SELECT object, last_seen_at, missing_since FROM webhook_app_subscriptions ORDER BY object FOR UPDATE',
      );
      const memories = new Map(rows.map((row) => [row.object, row]));
      const [clock]: { now: Date }[] = await tx.query('SELECT clock_timestamp() AS now');
      const until = clock?.now ?? at;
      let found = 0;
      for (const { object, present, problem } of looks) {
        const { memory, gapFrom } = judge(memoryOf(memories.get(object)), {
          isInPlace: problem === null,
          at,
        });
        await tx.query(
          `UPDATE webhook_app_subscriptions
              SET is_present = $2, is_active = $3, callback_url = $4, fields = $5, last_seen_at = $6, missing_since = $7,
                  checked_at = $8, problem = $9
            WHERE object = $1 AND (checked_at IS NULL OR checked_at <= $8)`,
          [
            object,
            present !== null,
            present?.isActive === true,
            present?.callbackUrl ?? null,
            JSON.stringify(present?.fields ?? []),
            memory.lastSeenAt,
            memory.missingSince,
            at,
            problem,
          ],
        );
        if (gapFrom === null) continue;
        const window = { from: gapFrom, until };
        const missed = await this.gaps.affectedBy(tx, kindsOf([object]), 'unsubscribed', window);
        found += await this.gaps.record(tx, missed);
      }
      return found;
    });
  }

  /** @returns how many gaps came to light */
  async recordAssets(accountId: AccountId, looks: readonly AssetSubscription[], at: Date): Promise<number> {
    if (looks.length === 0) return 0;
    return this.database.transaction(async (tx) => {
      await tx.query(
        'INSERT INTO webhook_account_checks (account_id, next_check_at) VALUES ($1, now()) ON CONFLICT DO NOTHING',
        [accountId],
      );
      // Two that record at once take turns.
      await tx.query('SELECT 1 FROM webhook_account_checks WHERE account_id = $1 FOR UPDATE', [accountId]);
      const assets = await this.assetsOf(tx, accountId);
      const [clock]: { now: Date }[] = await tx.query('SELECT clock_timestamp() AS now');
      const until = clock?.now ?? at;
      const missed: MissedTime[] = [];
      for (const look of looks) {
        const asset = assets.get(keyOf(look.asset));
        // Given up while Meta was asked.
        if (asset === undefined) continue;
        const isInPlace = look.state === 'unreadable' ? 'unknown' : look.state === 'subscribed';
        const { memory, gapFrom } = judge(memoryOf(asset), { isInPlace, at });
        await tx.query(
          `INSERT INTO webhook_asset_subscriptions AS s
             (account_id, asset_id, state, last_seen_at, missing_since, checked_at, problem)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (account_id, asset_id) DO UPDATE
              SET state = excluded.state, last_seen_at = excluded.last_seen_at, missing_since = excluded.missing_since,
                  checked_at = excluded.checked_at, problem = excluded.problem
            WHERE s.checked_at <= excluded.checked_at`,
          [accountId, asset.id, look.state, memory.lastSeenAt, memory.missingSince, at, look.problem],
        );
        if (gapFrom === null) continue;
        for (const ref of look.covers) {
          const covered = assets.get(keyOf(ref));
          if (covered === undefined || covered.created_at >= until) continue;
          const from = covered.created_at > gapFrom ? covered.created_at : gapFrom;
          missed.push({
            accountId,
            assetId: covered.id,
            kind: covered.kind,
            cause: 'unsubscribed',
            from,
            until,
          });
        }
      }
      return this.gaps.record(tx, missed);
    });
  }

  /** What the account owns now, with what is remembered of it; what it has given up is forgotten. */
  private async assetsOf(tx: EntityManager, accountId: AccountId): Promise<Map<string, AssetRow>> {
    await tx.query(
      `DELETE FROM webhook_asset_subscriptions s USING assets a
        WHERE s.account_id = $1 AND a.account_id = s.account_id AND a.id = s.asset_id AND a.released_at IS NOT NULL`,
      [accountId],
    );
    const rows: AssetRow[] = await tx.query(
      `SELECT a.id, a.kind, a.meta_id, a.created_at, s.last_seen_at, s.missing_since
         FROM assets a LEFT JOIN webhook_asset_subscriptions s ON s.account_id = a.account_id AND s.asset_id = a.id
        WHERE a.account_id = $1 AND a.released_at IS NULL`,
      [accountId],
    );
    return new Map(rows.map((row) => [keyOf({ kind: row.kind, metaId: row.meta_id }), row]));
  }
}

function keyOf({ kind, metaId }: { kind: AssetKind; metaId: string }): string {
  return `${kind}:${metaId}`;
}

function memoryOf(row: MemoryRow | undefined): { lastSeenAt: Date | null; missingSince: Date | null } {
  return { lastSeenAt: row?.last_seen_at ?? null, missingSince: row?.missing_since ?? null };
}
