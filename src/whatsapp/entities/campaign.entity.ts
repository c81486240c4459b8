import { Column, CreateDateColumn, DeleteDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AccountId, AssetId, CampaignId, UserId } from '../../database/ids';

export const CAMPAIGN_STATES = ['draft', 'scheduled', 'running', 'paused', 'completed', 'cancelled'] as const;
/** `campaign-states.ts` has what leads from one to another. */
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

/** Why a campaign stands still. */
export interface PauseReason {
  /** A stable word of ours, as `template_paused`; `user` when somebody asked for it. */
  code: string;
  /** For people: what is wrong and what to do. */
  message: string;
}

/** One template for many people. */
@Entity('campaigns')
@Index('campaigns_of_number', ['accountId', 'assetId'])
export class CampaignEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: CampaignId;
  @Column({ type: 'text' }) name!: string;
  /** The number that it is sent from. */
  @Column({ name: 'asset_id', type: 'uuid' }) assetId!: AssetId;
  /** Our row of the WABA that the number belonged to when the campaign was made. */
  @Column({ name: 'waba_id', type: 'uuid' }) wabaId!: AssetId;
  @Column({ name: 'template_name', type: 'text' }) templateName!: string;
  @Column({ name: 'template_language', type: 'text' }) templateLanguage!: string;
  /** Meta's category when it was started. */
  @Column({ name: 'template_category', type: 'text', nullable: true }) templateCategory!: string | null;
  /** Meta's components, with `{{column}}` where a recipient's value goes. */
  @Column({ type: 'jsonb', default: [] }) components!: Record<string, unknown>[];
  /** By column: what stands in for a value that a recipient does not have. */
  @Column({ type: 'jsonb', default: {} }) defaults!: Record<string, string>;
  @Column({ type: 'text' }) state!: CampaignState;
  @Column({ name: 'pause_reason', type: 'jsonb', nullable: true }) pauseReason!: PauseReason | null;
  @Column({ name: 'scheduled_at', type: 'timestamptz', nullable: true }) scheduledAt!: Date | null;
  @Column({ name: 'started_at', type: 'timestamptz', nullable: true }) startedAt!: Date | null;
  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true }) finishedAt!: Date | null;
  /** Since when it runs without a break. */
  @Column({ name: 'running_since', type: 'timestamptz', nullable: true }) runningSince!: Date | null;
  /** How many messages had left by `runningSince`. */
  @Column({ name: 'left_before', type: 'integer' }) leftBefore!: number;
  @Column({ name: 'created_by', type: 'uuid' }) createdBy!: UserId;
  /** Rises with every change that people make. */
  @Column({ type: 'integer' }) version!: number;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @Column({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz', nullable: true }) deletedAt!: Date | null;
}
