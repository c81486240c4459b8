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
  /** Since when its webhooks come to our app; null as long as that is not proven. */
  @Column({ name: 'subscribed_at', type: 'timestamptz', nullable: true }) subscribedAt!: Date | null;
  /** When the list of templates was last read to its end. */
  @Column({ name: 'templates_synced_at', type: 'timestamptz', nullable: true })
  templatesSyncedAt!: Date | null;
  @Column({ name: 'templates_sync_lease_until', type: 'timestamptz', nullable: true })
  templatesSyncLeaseUntil!: Date | null;
  @Column({ name: 'synced_at', type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz', nullable: true }) deletedAt!: Date | null;
}
