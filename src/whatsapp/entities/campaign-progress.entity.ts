import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AccountId, CampaignId } from '../../database/ids';
import type { RecipientState } from './campaign-recipient.entity';

/** How many recipients are in each state at present; each is in one. */
export type RecipientCounts = Record<RecipientState, number> & { total: number };

/** How far a campaign is. */
@Entity('campaign_progress')
export class CampaignProgressEntity implements RecipientCounts {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ name: 'campaign_id', type: 'uuid' }) campaignId!: CampaignId;
  @Column({ type: 'integer' }) total!: number;
  @Column({ type: 'integer' }) pending!: number;
  @Column({ type: 'integer' }) queued!: number;
  @Column({ type: 'integer' }) accepted!: number;
  @Column({ type: 'integer' }) sent!: number;
  @Column({ type: 'integer' }) delivered!: number;
  @Column({ type: 'integer' }) read!: number;
  @Column({ type: 'integer' }) failed!: number;
  @Column({ type: 'integer' }) skipped!: number;
  @Column({ type: 'integer' }) unknown!: number;
  @Column({ type: 'integer' }) cancelled!: number;
  /** Outcomes of late; halved, with the two below, when there get many. */
  @Column({ type: 'integer' }) recent!: number;
  @Column({ name: 'recent_failed', type: 'integer' }) recentFailed!: number;
  /** Of these, what Meta held back because it limits marketing. */
  @Column({ name: 'recent_limited', type: 'integer' }) recentLimited!: number;
  /** An error that the next message would meet, too. */
  @Column({ name: 'stop_error', type: 'jsonb', nullable: true }) stopError!: {
    code: string;
    title: string | null;
  } | null;
  /** False while something has changed that `campaign.progress` has not told. */
  @Column({ name: 'is_told', type: 'boolean' }) isTold!: boolean;
  @Column({ name: 'told_at', type: 'timestamptz' }) toldAt!: Date;
}
