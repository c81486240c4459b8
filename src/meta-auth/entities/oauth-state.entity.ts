import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../database/ids';

/** A `state` that was handed out: who asked for it, where Meta sends the person back to, and whether it was used. */
@Entity('oauth_states')
@Index('oauth_states_by_expiry', ['expiresAt'])
export class OAuthStateEntity {
  /** SHA-256 of the nonce: a copy of the table makes no valid state. */
  @PrimaryColumn({ name: 'nonce_hash', type: 'bytea' }) nonceHash!: Buffer;
  @Column({ name: 'user_id', type: 'uuid' }) userId!: UserId;
  @Column({ name: 'redirect_uri', type: 'text' }) redirectUri!: string;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @Column({ name: 'expires_at', type: 'timestamptz' }) expiresAt!: Date;
  @Column({ name: 'used_at', type: 'timestamptz', nullable: true }) usedAt!: Date | null;
}
