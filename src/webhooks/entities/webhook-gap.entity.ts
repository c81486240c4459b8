import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, Unique, UpdateDateColumn } from 'typeorm';
import type { AssetEntity } from '../../assets/entities/asset.entity';
import type { AccountId, AssetId } from '../../database/ids';

export const GAP_CAUSES = ['receiver_down', 'unsubscribed'] as const;
/** `receiver_down`: nobody here took deliveries. `unsubscribed`: Meta did not send any. */
export type GapCause = (typeof GAP_CAUSES)[number];

export const GAP_STATES = ['found', 'repairing', 'repaired', 'not_repairable', 'failed'] as const;
export type GapState = (typeof GAP_STATES)[number];

/** A time in which events of an asset may have been missed, and what came of reading them again. */
@Entity('webhook_gaps')
@Unique('webhook_gaps_once', ['accountId', 'assetId', 'cause', 'fromAt'])
@Index('webhook_gaps_by_state', ['accountId', 'state', 'id'])
@Index('webhook_gaps_due', ['nextAttemptAt'], {
  where: `state IN ('found', 'repairing') AND NOT waits_for_account`,
})
export class WebhookGapEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  @Column({ name: 'asset_id', type: 'uuid' }) assetId!: AssetId;
  @Column({ type: 'text' }) cause!: GapCause;
  @Column({ name: 'from_at', type: 'timestamptz' }) fromAt!: Date;
  @Column({ name: 'until_at', type: 'timestamptz' }) untilAt!: Date;
  @Column({ type: 'text' }) state!: GapState;
  @Column({ type: 'integer' }) attempts!: number;
  /** While `repairing`: until when whoever is at it counts as alive. */
  @Column({ name: 'next_attempt_at', type: 'timestamptz' }) nextAttemptAt!: Date;
  /** Its account's connection does not work: no attempt before it does again. */
  @Column({ name: 'waits_for_account', type: 'boolean' }) waitsForAccount!: boolean;
  @Column({ name: 'found_count', type: 'integer' }) foundCount!: number;
  @Column({ name: 'stored_count', type: 'integer' }) storedCount!: number;
  /** For people. */
  @Column({ type: 'text', nullable: true }) note!: string | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  /** Filled in where a query joins it. */
  asset?: AssetEntity;
}
