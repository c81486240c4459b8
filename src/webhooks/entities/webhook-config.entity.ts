import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, Unique, UpdateDateColumn } from 'typeorm';
import type { AccountId } from '../../database/ids';

@Entity('webhook_configs')
@Unique('webhook_configs_one_each', ['accountId'])
export class WebhookConfigEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  /** Encrypted. */
  @Column({ name: 'verify_token', type: 'text' }) verifyToken!: string;
  /** SHA-256 of the verify token, to find it by. */
  @Index('webhook_configs_by_verify_token')
  @Column({ name: 'verify_token_hash', type: 'bytea' })
  verifyTokenHash!: Buffer;
  @Column({ name: 'target_url', type: 'text' }) targetUrl!: string;
  @Column({ type: 'jsonb' }) fields!: Record<string, boolean>;
  @Column({ type: 'text' }) status!: 'pending' | 'active';
  @Column({ name: 'status_reason', type: 'text', nullable: true }) statusReason!: string | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
