import { Injectable } from '@nestjs/common';
import type { AssetKind } from '../../assets/entities/asset.entity';
import type { AccountId, AssetId } from '../../database/ids';
import type { GapCause } from '../entities/webhook-gap.entity';

/** A time of one asset to read again from Meta. */
export interface BackfillRequest {
  accountId: AccountId;
  assetId: AssetId;
  /** Meta's id of the asset. */
  metaId: string;
  /** Some minutes before the gap began. */
  from: Date;
  /** Some minutes after it ended, but never later than now. */
  until: Date;
}

export interface BackfillResult {
  /** How many things of that time Meta still had. */
  found: number;
  /** How many of them were not stored here yet. */
  stored: number;
  /** What people should know of it beside the counts. */
  note?: string;
}

/**
 * Reads what Meta still has of one kind of asset. It is called again after failures and restarts, perhaps twice at once, and
 * also for what did arrive by webhook: it stores under the same keys as the webhook's handler and so changes nothing then.
 */
export interface Backfiller {
  readonly kind: AssetKind;
  /** @throws AppError; a retryable one is followed by another attempt later */
  backfill(request: BackfillRequest): Promise<BackfillResult>;
}

/** Says what a gap means for an asset whose past nobody can read at Meta. */
export interface UnreadablePast {
  readonly kind: AssetKind;
  /** @returns sentences for the people of the account */
  explain(gap: BackfillRequest & { cause: GapCause }): Promise<string>;
}

/** Where platform modules say, in their `onModuleInit`, what can be had again of what was missed. */
@Injectable()
export class BackfillRegistry {
  private readonly backfillers = new Map<AssetKind, Backfiller[]>();
  private readonly unreadable = new Map<AssetKind, UnreadablePast>();

  /** Several may register for one kind: a Page has messages and comments. */
  register(backfiller: Backfiller): void {
    this.backfillers.set(backfiller.kind, [...this.of(backfiller.kind), backfiller]);
  }

  registerUnreadable(past: UnreadablePast): void {
    this.unreadable.set(past.kind, past);
  }

  of(kind: AssetKind): readonly Backfiller[] {
    return this.backfillers.get(kind) ?? [];
  }

  unreadableOf(kind: AssetKind): UnreadablePast | undefined {
    return this.unreadable.get(kind);
  }

  canRepair(kind: AssetKind): boolean {
    return this.of(kind).length > 0;
  }
}
