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

/** `token`: Meta takes it no more; `permission`, `tasks`: too little may be done with it; `role`: the person has none. */
export type PageProblem = 'token' | 'permission' | 'tasks' | 'role';

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
  /** Whether Meta gives a token for it; null where nobody has looked. */
  @Column({ name: 'has_token', type: 'boolean', nullable: true }) hasToken!: boolean | null;
  /** What Meta last did to the Page over its policies: `block`, `unblock`, `warning`. */
  @Column({ name: 'policy_action', type: 'text', nullable: true }) policyAction!: string | null;
  @Column({ name: 'policy_reason', type: 'text', nullable: true }) policyReason!: string | null;
  @Column({ name: 'policy_at', type: 'timestamptz', nullable: true }) policyAt!: Date | null;
  /** Of the apps that share the Page's conversations, by id. */
  @Column({ name: 'app_roles', type: 'jsonb', nullable: true }) appRoles!: Record<string, string[]> | null;
  @Column({ name: 'app_roles_at', type: 'timestamptz', nullable: true }) appRolesAt!: Date | null;
  /** What keeps it from working, in a word. */
  @Column({ name: 'health_problem', type: 'text', nullable: true }) healthProblem!: PageProblem | null;
  /** When somebody looks next whether it still works; null where it is not connected. */
  @Column({ name: 'health_due_at', type: 'timestamptz', nullable: true }) healthDueAt!: Date | null;
  @Column({ name: 'health_checked_at', type: 'timestamptz', nullable: true }) healthCheckedAt!: Date | null;
  /** When name, picture and tasks were last read from Meta. */
  @Column({ name: 'synced_at', type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz', nullable: true }) deletedAt!: Date | null;
}
