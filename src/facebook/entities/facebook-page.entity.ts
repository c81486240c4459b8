import {
  Column,
  CreateDateColumn,
  DeleteDateColumn,
  Entity,
  PrimaryColumn,
  Unique,
  UpdateDateColumn,
} from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';

export const PAGE_STATUSES = ['available', 'connected', 'reauth_required'] as const;
/**
 * `available`: the account could connect it. `connected`: its events come here and it can be written from.
 * `reauth_required`: connected, but Meta no longer takes its token.
 */
export type PageStatus = (typeof PAGE_STATUSES)[number];

/** A Facebook Page that a connected account has a role on. `id` is that of its row in `assets`. */
@Entity('facebook_pages')
@Unique('facebook_pages_by_meta_id', ['accountId', 'pageId'])
export class FacebookPageEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: AssetId;
  /** Meta's id. */
  @Column({ name: 'page_id', type: 'text' }) pageId!: string;
  @Column({ type: 'text' }) name!: string;
  /** Ciphertext. Not selected unless asked for: what is not loaded cannot leak. */
  @Column({ name: 'access_token', type: 'text', nullable: true, select: false }) accessToken!: string | null;
  @Column({ type: 'text', nullable: true }) category!: string | null;
  @Column({ name: 'picture_url', type: 'text', nullable: true }) pictureUrl!: string | null;
  /** What the person who connected the account may do on the Page; null where Meta does not say. */
  @Column({ type: 'jsonb', nullable: true }) tasks!: string[] | null;
  /** The account on Instagram that is linked to the Page, by Meta's id. */
  @Column({ name: 'instagram_id', type: 'text', nullable: true }) instagramId!: string | null;
  @Column({ type: 'text' }) status!: PageStatus;
  /** Why it does not work, in Meta's words. */
  @Column({ name: 'status_reason', type: 'text', nullable: true }) statusReason!: string | null;
  /** What Meta confirmed that it sends. */
  @Column({ name: 'subscribed_fields', type: 'jsonb' }) subscribedFields!: string[];
  @Column({ name: 'last_seen_subscribed_at', type: 'timestamptz', nullable: true })
  lastSeenSubscribedAt!: Date | null;
  @Column({ name: 'connected_at', type: 'timestamptz', nullable: true }) connectedAt!: Date | null;
  /** When name, picture and tasks were last read from Meta. */
  @Column({ name: 'synced_at', type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz', nullable: true }) deletedAt!: Date | null;
}
