import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';

export const DATA_DELETION_STATUSES = ['received', 'completed'] as const;
export type DataDeletionStatus = (typeof DATA_DELETION_STATUSES)[number];

/** A person's wish, told by Meta, that we delete what we hold about them. */
@Entity('data_deletion_requests')
@Index('data_deletion_requests_open', ['requestedAt'], { where: `status = 'received'` })
export class DataDeletionRequestEntity {
  @PrimaryColumn({ name: 'confirmation_code', type: 'text' }) confirmationCode!: string;
  /** Of the signed part of the request, so that the same request is one deletion however often it is sent. */
  @Column({ name: 'request_digest', type: 'bytea', unique: true }) requestDigest!: Buffer;
  /** null once completed. */
  @Column({ name: 'meta_user_id', type: 'text', nullable: true }) metaUserId!: string | null;
  @Column({ type: 'text' }) status!: DataDeletionStatus;
  @Column({ name: 'accounts_deleted', type: 'integer' }) accountsDeleted!: number;
  @CreateDateColumn({ name: 'requested_at', type: 'timestamptz' }) requestedAt!: Date;
  @Column({ name: 'completed_at', type: 'timestamptz', nullable: true }) completedAt!: Date | null;
}
