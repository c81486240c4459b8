import {
  Column,
  CreateDateColumn,
  DeleteDateColumn,
  Entity,
  Index,
  PrimaryColumn,
  UpdateDateColumn,
} from 'typeorm';
import { newId } from '../../database/ids';
import type { AccountId, AssetId } from '../../database/ids';

/** A part of a template in Meta's own shape, kept as it came: Meta adds kinds at any time. */
export type TemplateComponent = Record<string, unknown>;

/** What Meta said about a status beside the status itself. */
export interface TemplateStatusDetails {
  /** As `FIRST_PAUSE` or `UNPAUSE`. */
  title?: string;
  description?: string;
  /** What to change, in Meta's words. */
  recommendation?: string;
  /** When Meta disables it. */
  disableDate?: string;
}

/** A message template in one language, as Meta has it. */
@Entity('whatsapp_templates')
@Index('whatsapp_templates_by_name', ['accountId', 'wabaId', 'name', 'language'], {
  unique: true,
  where: 'deleted_at IS NULL',
})
@Index('whatsapp_templates_by_meta_id', ['accountId', 'wabaId', 'templateId'])
@Index('whatsapp_templates_of_meta_id', ['accountId', 'templateId'])
export class TemplateEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id: string = newId();
  /** Our row of the WABA, not Meta's id of it. */
  @Column({ name: 'waba_id', type: 'uuid' }) wabaId!: AssetId;
  /** Meta's id. */
  @Column({ name: 'template_id', type: 'text' }) templateId!: string;
  @Column({ type: 'text' }) name!: string;
  @Column({ type: 'text' }) language!: string;
  /** `MARKETING`, `UTILITY`, `AUTHENTICATION`: Meta decides, not who created it. */
  @Column({ type: 'text' }) category!: string;
  @Column({ name: 'previous_category', type: 'text', nullable: true }) previousCategory!: string | null;
  /** The category that Meta has announced to move it to. */
  @Column({ name: 'correct_category', type: 'text', nullable: true }) correctCategory!: string | null;
  /** When Meta moves it there, as announced. */
  @Column({ name: 'category_changes_at', type: 'timestamptz', nullable: true })
  categoryChangesAt!: Date | null;
  /** Meta's word, see TEMPLATE_STATUSES. */
  @Column({ type: 'text' }) status!: string;
  @Column({ name: 'rejected_reason', type: 'text', nullable: true }) rejectedReason!: string | null;
  @Column({ name: 'status_details', type: 'jsonb', nullable: true })
  statusDetails!: TemplateStatusDetails | null;
  @Column({ name: 'quality_score', type: 'text', nullable: true }) qualityScore!: string | null;
  /** `POSITIONAL` or `NAMED`. */
  @Column({ name: 'parameter_format', type: 'text', nullable: true }) parameterFormat!: string | null;
  @Column({ name: 'message_send_ttl_seconds', type: 'integer', nullable: true }) messageSendTtlSeconds!:
    number | null;
  @Column({ type: 'jsonb', default: [] }) components!: TemplateComponent[];
  @Column({ name: 'status_changed_at', type: 'timestamptz', nullable: true }) statusChangedAt!: Date | null;
  @Column({ name: 'quality_changed_at', type: 'timestamptz', nullable: true }) qualityChangedAt!: Date | null;
  @Column({ name: 'category_changed_at', type: 'timestamptz', nullable: true })
  categoryChangedAt!: Date | null;
  @Column({ name: 'components_changed_at', type: 'timestamptz', nullable: true })
  componentsChangedAt!: Date | null;
  @Column({ name: 'status_received_at', type: 'timestamptz', nullable: true }) statusReceivedAt!: Date | null;
  /** When it was last known to exist at Meta. */
  @Column({ name: 'synced_at', type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz', nullable: true }) deletedAt!: Date | null;
}
