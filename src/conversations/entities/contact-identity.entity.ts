import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AccountId, ContactId } from '../../database/ids';
import type { IdentityKind } from '../conversation-types';

@Entity('contact_identities')
@Index('contact_identities_by_contact', ['accountId', 'contactId'])
export class ContactIdentityEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'text' }) kind!: IdentityKind;
  @PrimaryColumn({ type: 'text' }) value!: string;
  @Column({ name: 'contact_id', type: 'uuid' }) contactId!: ContactId;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
}
