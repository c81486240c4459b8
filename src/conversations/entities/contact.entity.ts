import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { AccountId, ContactId } from '../../database/ids';

/** A person on the other side. Who it is on which platform stands in ContactIdentityEntity. */
@Entity('contacts')
export class ContactEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: ContactId;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  /** When the platform told the name: an older name that comes late changes nothing. */
  @Column({ name: 'name_told_at', type: 'timestamptz', nullable: true }) nameToldAt!: Date | null;
  @Column({ type: 'jsonb' }) profile!: Record<string, unknown>;
  /** The same of each key of the profile, in milliseconds since 1970. */
  @Column({ name: 'profile_told_at', type: 'jsonb' }) profileToldAt!: Record<string, number>;
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
