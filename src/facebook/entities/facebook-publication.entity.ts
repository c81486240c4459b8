import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { AccountId, AssetId, UserId } from '../../database/ids';
import type {
  PublicationKind,
  PublicationMedia,
  PublicationProblem,
  PublicationState,
  PublicationStep,
  PublicationTarget,
} from '../posts/publication-states';

/** Something that was ordered to be published on a Page, and what became of it. */
@Entity('facebook_publications')
export class FacebookPublicationEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  @Column({ name: 'asset_id', type: 'uuid' }) assetId!: AssetId;
  /** Meta's id of the Page. */
  @Column({ name: 'page_id', type: 'text' }) pageId!: string;
  @Column({ type: 'text' }) kind!: PublicationKind;
  @Column({ type: 'text' }) target!: PublicationTarget;
  @Column({ type: 'text' }) state!: PublicationState;
  @Column({ type: 'text', nullable: true }) message!: string | null;
  @Column({ type: 'text', nullable: true }) link!: string | null;
  /** Of a video. */
  @Column({ type: 'text', nullable: true }) title!: string | null;
  @Column({ type: 'jsonb' }) media!: PublicationMedia[];
  @Column({ name: 'scheduled_at', type: 'timestamptz', nullable: true }) scheduledAt!: Date | null;
  @Column({ type: 'bytea' }) digest!: Buffer;
  /** Meta's, as `{page}_{post}`. */
  @Column({ name: 'post_id', type: 'text', nullable: true }) postId!: string | null;
  /** Meta's. */
  @Column({ name: 'video_id', type: 'text', nullable: true }) videoId!: string | null;
  @Column({ name: 'permalink_url', type: 'text', nullable: true }) permalinkUrl!: string | null;
  @Column({ type: 'jsonb', nullable: true }) error!: PublicationProblem | null;
  @Column({ type: 'jsonb' }) history!: PublicationStep[];
  @Column({ name: 'due_at', type: 'timestamptz', nullable: true }) dueAt!: Date | null;
  @Column({ name: 'claim_id', type: 'uuid', nullable: true }) claimId!: string | null;
  /** How often a worker began with it. */
  @Column({ type: 'integer' }) attempts!: number;
  /** How often Meta was read in vain for it. */
  @Column({ type: 'integer' }) readings!: number;
  @Column({ name: 'created_by', type: 'uuid', nullable: true }) createdBy!: UserId | null;
  /** When the call that publishes was begun. */
  @Column({ name: 'started_at', type: 'timestamptz', nullable: true }) startedAt!: Date | null;
  @Column({ name: 'settled_at', type: 'timestamptz', nullable: true }) settledAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
