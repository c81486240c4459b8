import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { AccountId, CampaignId } from '../../database/ids';

export type ImportSource = 'json' | 'csv';
/** `broken`: it ended before its end; what it had brought in by then stays. */
export type ImportState = 'running' | 'completed' | 'broken';

/** One list of recipients that was handed in. */
@Entity('campaign_imports')
export class CampaignImportEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ name: 'campaign_id', type: 'uuid' }) campaignId!: CampaignId;
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  @Column({ type: 'text' }) source!: ImportSource;
  @Column({ name: 'file_name', type: 'text', nullable: true }) fileName!: string | null;
  @Column({ type: 'text' }) state!: ImportState;
  /** How many recipients were read, good or not. */
  @Column({ type: 'integer' }) lines!: number;
  @Column({ type: 'integer' }) added!: number;
  /** Already there, from this list or an earlier one. */
  @Column({ type: 'integer' }) duplicates!: number;
  @Column({ type: 'integer' }) invalid!: number;
  /** The last line of the file that was dealt with. */
  @Column({ name: 'line_reached', type: 'integer' }) lineReached!: number;
  /** Why it broke. */
  @Column({ type: 'jsonb', nullable: true }) error!: { code: string; message: string } | null;
  /** The file's columns, as they were understood. */
  @Column({ type: 'jsonb', nullable: true }) columns!: string[] | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @Column({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true }) finishedAt!: Date | null;
}
