import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import { type UserId, newId } from '../../database/ids';

/** One row for each refresh token ever handed out. Those that follow from one login are a family. */
@Entity('refresh_tokens')
export class RefreshTokenEntity {
  @PrimaryColumn({ type: 'uuid' }) id: string = newId();
  @Column({ name: 'user_id', type: 'uuid' }) userId!: UserId;
  @Column({ name: 'family_id', type: 'uuid' }) familyId!: string;
  /** SHA-256 of the token. */
  @Column({ name: 'token_hash', type: 'bytea' }) tokenHash!: Buffer;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @Column({ name: 'expires_at', type: 'timestamptz' }) expiresAt!: Date;
  @Column({ name: 'used_at', type: 'timestamptz', nullable: true }) usedAt!: Date | null;
  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true }) revokedAt!: Date | null;
}
