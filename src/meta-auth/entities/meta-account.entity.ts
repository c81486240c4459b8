import {
  Column,
  CreateDateColumn,
  DeleteDateColumn,
  Entity,
  Index,
  PrimaryColumn,
  UpdateDateColumn,
} from 'typeorm';
import type { AccountId, UserId } from '../../database/ids';
import { newId } from '../../database/ids';

export const LOGIN_KINDS = ['facebook', 'embedded_signup', 'instagram'] as const;
/** Which of Meta's ways in was taken; it decides hosts, scopes and how the token is renewed. */
export type LoginKind = (typeof LOGIN_KINDS)[number];

export const TOKEN_KINDS = ['user', 'system_user', 'instagram_user'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

export const ACCOUNT_STATUSES = ['active', 'expired', 'revoked'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

/** Why an account does not work, or works with less than before. Machine-readable; frontends have their own words. */
export const STATUS_REASONS = [
  'token_expired',
  'token_invalid',
  'password_changed',
  'logged_out',
  'checkpoint',
  'unconfirmed_user',
  'app_removed',
  'permissions_lost',
  'data_access_expired',
  'data_deletion',
  'disconnected',
] as const;
export type StatusReason = (typeof STATUS_REASONS)[number];

/** One permission as `debug_token` details it. */
export interface GranularScope {
  scope: string;
  /** The assets it is limited to. null = all of them, which is what Meta means by leaving the list out. */
  targetIds: string[] | null;
}

/** A login at Meta that somebody gave us, with its token and how the token fares. */
@Entity('meta_accounts')
@Index('meta_accounts_by_person', ['userId', 'metaAppId', 'metaUserId'], {
  unique: true,
  where: 'deleted_at IS NULL',
})
@Index('meta_accounts_by_meta_user', ['metaUserId'])
@Index('meta_accounts_due', ['nextRefreshAt'], {
  where: 'deleted_at IS NULL AND next_refresh_at IS NOT NULL',
})
export class MetaAccountEntity {
  @PrimaryColumn({ type: 'uuid' }) id: AccountId = newId<AccountId>();
  /** Our user who connected it. */
  @Column({ name: 'user_id', type: 'uuid' }) userId!: UserId;
  @Column({ name: 'login_kind', type: 'text' }) loginKind!: LoginKind;
  @Column({ name: 'meta_app_id', type: 'text' }) metaAppId!: string;
  /** The person's or system user's id for this app, as `/me` and `signed_request` give it. */
  @Column({ name: 'meta_user_id', type: 'text' }) metaUserId!: string;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  /** Ciphertext. Not selected unless asked for: what is not loaded cannot leak. */
  @Column({ name: 'access_token', type: 'text', nullable: true, select: false }) accessToken!: string | null;
  /** Ciphertext, for ways in that hand out one; none of Meta's does at present. */
  @Column({ name: 'refresh_token', type: 'text', nullable: true, select: false }) refreshToken!:
    string | null;
  @Column({ name: 'token_kind', type: 'text' }) tokenKind!: TokenKind;
  /** null = does not expire. */
  @Column({ name: 'token_expiry', type: 'timestamptz', nullable: true }) tokenExpiry!: Date | null;
  /** After this Meta refuses reads of the person's data although the token is valid. null = never. */
  @Column({ name: 'data_access_expiry', type: 'timestamptz', nullable: true }) dataAccessExpiry!: Date | null;
  @Column({ type: 'text' }) status!: AccountStatus;
  @Column({ name: 'status_reason', type: 'text', nullable: true }) statusReason!: StatusReason | null;
  /** Granted ones. */
  @Column({ type: 'jsonb' }) permissions!: string[];
  @Column({ name: 'granular_scopes', type: 'jsonb' }) granularScopes!: GranularScope[];
  /** When to look at the token again. null = not until the person connects again. */
  @Column({ name: 'next_refresh_at', type: 'timestamptz', nullable: true }) nextRefreshAt!: Date | null;
  /** In a row, for the backoff. */
  @Column({ name: 'refresh_failures', type: 'integer' }) refreshFailures!: number;
  @Column({ name: 'last_checked_at', type: 'timestamptz', nullable: true }) lastCheckedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz', nullable: true }) deletedAt!: Date | null;
}
