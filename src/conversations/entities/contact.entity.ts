import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { AccountId, ContactId, UserId } from '../../database/ids';

/** A person on the other side. Who it is on which platform stands in ContactIdentityEntity. */
@Entity('contacts')
export class ContactEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: ContactId;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  /**
   * When the platform told the name: an older name that comes late changes nothing. Of a name that was given by hand:
   * `GIVEN_BY_HAND`, which no platform's time comes after.
   */
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
  /** The contact that stands for the person, where somebody merged this one into it; null for one that stands for itself. */
  @Column({ name: 'person_id', type: 'uuid', nullable: true }) personId!: ContactId | null;
  /** What the team keeps about the person, by its own names. */
  @Column({ type: 'jsonb' }) attributes!: Record<string, unknown>;
  @Column({ type: 'text', nullable: true }) note!: string | null;
  /** Who gave the name, where the platform did not. */
  @Column({ name: 'named_by', type: 'uuid', nullable: true }) namedBy!: UserId | null;
  /** What the platform called the person when somebody gave another name, and when it had told that. */
  @Column({ name: 'told_name', type: 'text', nullable: true }) toldName!: string | null;
  @Column({ name: 'told_name_at', type: 'timestamptz', nullable: true }) toldNameAt!: Date | null;
  /** Its data is being removed. */
  @Column({ name: 'erasing_at', type: 'timestamptz', nullable: true }) erasingAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
