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

/** What Meta forbids an account for a time, as `RESTRICTED_BIZ_INITIATED_MESSAGING`. */
export interface AccountRestriction {
  type: string;
  /** ISO 8601; null: until Meta says otherwise. */
  expiresAt: string | null;
}

/** A WhatsApp Business Account (WABA): it holds phone numbers and templates. `id` is that of its row in `assets`. */
@Entity('whatsapp_business_accounts')
@Unique('whatsapp_business_accounts_by_meta_id', ['accountId', 'wabaId'])
export class WhatsAppBusinessAccountEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: AssetId;
  /** Meta's id. */
  @Column({ name: 'waba_id', type: 'text' }) wabaId!: string;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  @Column({ type: 'text', nullable: true }) currency!: string | null;
  @Column({ name: 'timezone_id', type: 'text', nullable: true }) timezoneId!: string | null;
  /** Meta's review: `APPROVED`, `PENDING`, `REJECTED`; after webhooks also what they say, as `DISABLED`. */
  @Column({ type: 'text' }) status!: string;
  /** The portfolio's, as `TIER_1K`; shared by all its numbers. */
  @Column({ name: 'messaging_limit', type: 'text', nullable: true }) messagingLimit!: string | null;
  /** As Meta gives it: `can_send_message` and the entities that hinder it. */
  @Column({ name: 'health_status', type: 'jsonb', nullable: true }) healthStatus!: Record<
    string,
    unknown
  > | null;
  /** Meta's time of the newest webhook that changed the status. */
  @Column({ name: 'status_changed_at', type: 'timestamptz', nullable: true }) statusChangedAt!: Date | null;
  /** What the webhook behind the status said beside it: violation, date of the ban, who ended a connection. */
  @Column({ name: 'status_details', type: 'jsonb', nullable: true }) statusDetails!: Record<
    string,
    unknown
  > | null;
  @Column({ type: 'jsonb', default: [] }) restrictions!: AccountRestriction[];
  @Column({ name: 'restrictions_changed_at', type: 'timestamptz', nullable: true })
  restrictionsChangedAt!: Date | null;
  @Column({ name: 'messaging_limit_changed_at', type: 'timestamptz', nullable: true })
  messagingLimitChangedAt!: Date | null;
  /** How many numbers Meta lets the account, or its business, have. */
  @Column({ name: 'phone_number_limit', type: 'integer', nullable: true }) phoneNumberLimit!: number | null;
  /** Where its messages go by our wish, in place of the app's own address. */
  @Column({ name: 'callback_override_url', type: 'text', nullable: true }) callbackOverrideUrl!:
    string | null;
  /** Encrypted. */
  @Column({ name: 'callback_verify_token', type: 'text', nullable: true, select: false })
  callbackVerifyToken!: string | null;
  @Column({ name: 'callback_verify_token_hash', type: 'bytea', nullable: true, select: false })
  callbackVerifyTokenHash!: Buffer | null;
  /** Since when its webhooks come to our app; null as long as that is not proven. */
  @Column({ name: 'subscribed_at', type: 'timestamptz', nullable: true }) subscribedAt!: Date | null;
  /** When the list of templates was last read to its end. */
  @Column({ name: 'templates_synced_at', type: 'timestamptz', nullable: true })
  templatesSyncedAt!: Date | null;
  @Column({ name: 'templates_sync_lease_until', type: 'timestamptz', nullable: true })
  templatesSyncLeaseUntil!: Date | null;
  /** When the list of flows was last read to its end. */
  @Column({ name: 'flows_synced_at', type: 'timestamptz', nullable: true }) flowsSyncedAt!: Date | null;
  @Column({ name: 'synced_at', type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz', nullable: true }) deletedAt!: Date | null;
}
