import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { AccountId } from '../../database/ids';
import type { EventSeverity } from '../../domain-events/domain-events';

/** Something that happened to a WhatsApp Business Account or number, as Meta told it or as it was done here. */
@Entity('whatsapp_account_events')
@Unique('whatsapp_account_events_once', ['accountId', 'fingerprint'])
@Index('whatsapp_account_events_of_waba', ['accountId', 'wabaId', 'id'])
@Index('whatsapp_account_events_by_age', ['createdAt'])
@Index('whatsapp_account_events_of_number', ['accountId', 'phoneNumberId', 'id'])
export class WhatsAppAccountEventEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  /** UUIDv7: in the order in which it was learnt here. */
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  @Column({ name: 'waba_id', type: 'text', nullable: true }) wabaId!: string | null;
  @Column({ name: 'phone_number_id', type: 'text', nullable: true }) phoneNumberId!: string | null;
  @Column({ type: 'text' }) field!: string;
  @Column({ type: 'text', nullable: true }) event!: string | null;
  @Column({ type: 'text' }) severity!: EventSeverity;
  @Column({ type: 'text' }) summary!: string;
  @Column({ type: 'jsonb', default: [] }) changes!: {
    what: string;
    previous: string | null;
    current: string | null;
    severity: EventSeverity;
  }[];
  @Column({ type: 'jsonb', nullable: true }) details!: unknown;
  /** Meta's time. */
  @Column({ name: 'occurred_at', type: 'timestamptz' }) occurredAt!: Date;
  @Column({ type: 'bytea', nullable: true, select: false }) fingerprint!: Buffer | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
}
