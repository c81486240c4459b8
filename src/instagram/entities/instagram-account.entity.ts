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

export const INSTAGRAM_STATUSES = ['available', 'connected', 'reauth_required'] as const;
/**
 * `available`: seen at Meta, and nothing is received for it. `connected`: its messages and comments come in.
 * `reauth_required`: it was connected, and Meta no longer lets us reach it.
 */
export type InstagramStatus = (typeof INSTAGRAM_STATUSES)[number];

/** `token`: none opens it; `permission`: too little may be done with it; `link`: it is no longer what the Page is linked to. */
export type InstagramProblem = 'token' | 'permission' | 'link';

/** A professional Instagram account that a connected Meta account can use. */
@Entity('instagram_accounts')
@Unique('instagram_accounts_by_meta_id', ['accountId', 'igAccountId'])
export class InstagramAccountEntity {
  /** The connected Meta account. */
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  /** Its asset has the same. */
  @PrimaryColumn({ type: 'uuid' }) id!: AssetId;
  /** Meta's id, as webhooks carry it (`1784…`). */
  @Column({ name: 'ig_account_id', type: 'text' }) igAccountId!: string;
  /** What Instagram Login calls it beside that; null for accounts that are reached through a Page. */
  @Column({ name: 'app_scoped_id', type: 'text', nullable: true }) appScopedId!: string | null;
  @Column({ type: 'text' }) username!: string;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  /** On Meta's file servers, for a limited time. */
  @Column({ name: 'profile_picture', type: 'text', nullable: true }) profilePicture!: string | null;
  /** Meta's id of the Page that it is reached through; null for Instagram Login. */
  @Column({ name: 'page_id', type: 'text', nullable: true }) pageId!: string | null;
  @Column({ name: 'page_name', type: 'text', nullable: true }) pageName!: string | null;
  @Column({ type: 'text' }) status!: InstagramStatus;
  /** For people. */
  @Column({ name: 'status_reason', type: 'text', nullable: true }) statusReason!: string | null;
  @Column({ name: 'connected_at', type: 'timestamptz', nullable: true }) connectedAt!: Date | null;
  /** What keeps it from working, in a word. */
  @Column({ name: 'health_problem', type: 'text', nullable: true }) healthProblem!: InstagramProblem | null;
  /** When somebody looks next whether it still works; null where it is not connected. */
  @Column({ name: 'health_due_at', type: 'timestamptz', nullable: true }) healthDueAt!: Date | null;
  @Column({ name: 'health_checked_at', type: 'timestamptz', nullable: true }) healthCheckedAt!: Date | null;
  /** When it was last seen at Meta. */
  @Column({ name: 'synced_at', type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  /** No longer among what the Meta account can use. */
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz' }) deletedAt!: Date | null;
}
