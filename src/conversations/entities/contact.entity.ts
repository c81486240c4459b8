import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { AccountId, ContactId } from '../../database/ids';

/** A person on the other side. Who it is on which platform stands in ContactIdentityEntity. */
@Entity('contacts')
export class ContactEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: ContactId;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  @Column({ type: 'jsonb' }) profile!: Record<string, unknown>;
  /** Wants no messages at all. */
  @Column({ name: 'opted_out_at', type: 'timestamptz', nullable: true }) optedOutAt!: Date | null;
  /** Wants no marketing. */
  @Column({ name: 'marketing_opted_out_at', type: 'timestamptz', nullable: true })
  marketingOptedOutAt!: Date | null;
  /** When the person last chose about marketing, either way. */
  @Column({ name: 'marketing_choice_at', type: 'timestamptz', nullable: true })
  marketingChoiceAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
