import {
  Column,
  CreateDateColumn,
  DeleteDateColumn,
  Entity,
  Index,
  PrimaryColumn,
  Unique,
  UpdateDateColumn,
} from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';

/** What customers see of a business number. Meta leaves out what is empty. */
export interface BusinessProfile {
  about?: string;
  address?: string;
  description?: string;
  email?: string;
  websites?: string[];
  profilePictureUrl?: string;
  vertical?: string;
}

/** A business phone number. `id` is that of its row in `assets`. */
@Entity('whatsapp_phone_numbers')
@Unique('whatsapp_phone_numbers_by_meta_id', ['accountId', 'phoneNumberId'])
@Index('whatsapp_phone_numbers_of_waba', ['accountId', 'whatsappBusinessAccountId'])
export class WhatsAppPhoneNumberEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: AssetId;
  @Column({ name: 'whatsapp_business_account_id', type: 'uuid' }) whatsappBusinessAccountId!: AssetId;
  /** Meta's id, the one messages are sent from. */
  @Column({ name: 'phone_number_id', type: 'text' }) phoneNumberId!: string;
  /** As Meta displays it, `+1 555-078-3881`. */
  @Column({ name: 'phone_number', type: 'text', nullable: true }) phoneNumber!: string | null;
  /** The verified name. */
  @Column({ name: 'display_name', type: 'text', nullable: true }) displayName!: string | null;
  @Column({ name: 'business_profile', type: 'jsonb', default: {} }) businessProfile!: BusinessProfile;
  /** `CONNECTED`, `PENDING`, `FLAGGED`, `RESTRICTED`, `BANNED`, … as Meta names it; `UNKNOWN` when it says nothing. */
  @Column({ type: 'text' }) status!: string;
  /** Meta's time of the newest webhook, or ours of the answer, that changed the status. */
  @Column({ name: 'status_changed_at', type: 'timestamptz', nullable: true }) statusChangedAt!: Date | null;
  /** As Meta gives it when the number is read by itself: `can_send_message` and the entities that hinder it. */
  @Column({ name: 'health_status', type: 'jsonb', nullable: true }) healthStatus!: Record<
    string,
    unknown
  > | null;
  @Column({ name: 'quality_rating', type: 'text', nullable: true }) qualityRating!: string | null;
  @Column({ name: 'name_status', type: 'text', nullable: true }) nameStatus!: string | null;
  @Column({ name: 'code_verification_status', type: 'text', nullable: true }) codeVerificationStatus!:
    string | null;
  @Column({ name: 'platform_type', type: 'text', nullable: true }) platformType!: string | null;
  @Column({ name: 'throughput_level', type: 'text', nullable: true }) throughputLevel!: string | null;
  @Column({ name: 'messaging_limit', type: 'text', nullable: true }) messagingLimit!: string | null;
  @Column({ name: 'messaging_limit_changed_at', type: 'timestamptz', nullable: true })
  messagingLimitChangedAt!: Date | null;
  @Column({ name: 'name_changed_at', type: 'timestamptz', nullable: true }) nameChangedAt!: Date | null;
  /** A name that Meta is looking at; the present one stays until it is approved and the number registered again. */
  @Column({ name: 'new_display_name', type: 'text', nullable: true }) newDisplayName!: string | null;
  @Column({ name: 'new_name_status', type: 'text', nullable: true }) newNameStatus!: string | null;
  @Column({ type: 'text', nullable: true }) username!: string | null;
  /** `approved`, or `reserved` until Meta's usernames open to everybody. */
  @Column({ name: 'username_status', type: 'text', nullable: true }) usernameStatus!: string | null;
  @Column({ name: 'username_changed_at', type: 'timestamptz', nullable: true })
  usernameChangedAt!: Date | null;
  @Column({ name: 'account_mode', type: 'text', nullable: true }) accountMode!: string | null;
  @Column({ name: 'is_official_business_account', type: 'boolean', nullable: true })
  isOfficialBusinessAccount!: boolean | null;
  /** True for a number that is also in use in the phone app. */
  @Column({ name: 'is_on_biz_app', type: 'boolean', nullable: true }) isOnBizApp!: boolean | null;
  @Column({ name: 'is_pin_enabled', type: 'boolean', nullable: true }) isPinEnabled!: boolean | null;
  /** Two-step PIN, encrypted. */
  @Column({ type: 'text', nullable: true, select: false }) pin!: string | null;
  @Column({ name: 'pin_set_at', type: 'timestamptz', nullable: true }) pinSetAt!: Date | null;
  /** Encrypted; one that was sent to Meta, as long as it is not known whether Meta took it. */
  @Column({ name: 'pin_pending', type: 'text', nullable: true, select: false }) pinPending!: string | null;
  /** Meta's time of the newest change of the PIN that it told of, whoever made it. */
  @Column({ name: 'pin_changed_at', type: 'timestamptz', nullable: true }) pinChangedAt!: Date | null;
  /** Meta's code of an answer to a message, saying that nothing can be sent from this number. */
  @Column({ name: 'send_problem_code', type: 'integer', nullable: true }) sendProblemCode!: number | null;
  @Column({ name: 'send_problem_at', type: 'timestamptz', nullable: true }) sendProblemAt!: Date | null;
  /** When it is to be read from Meta by itself: no webhook tells of the quality rating. */
  @Column({ name: 'next_read_at', type: 'timestamptz', default: () => "now() + interval '1 day'" })
  nextReadAt!: Date;
  /** Where its messages go by our wish, before the account's and the app's addresses. */
  @Column({ name: 'callback_override_url', type: 'text', nullable: true }) callbackOverrideUrl!:
    string | null;
  /** Encrypted. */
  @Column({ name: 'callback_verify_token', type: 'text', nullable: true, select: false })
  callbackVerifyToken!: string | null;
  @Column({ name: 'callback_verify_token_hash', type: 'bytea', nullable: true, select: false })
  callbackVerifyTokenHash!: Buffer | null;
  @Column({ name: 'synced_at', type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz', nullable: true }) deletedAt!: Date | null;
}
