import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import { type UserId, newId } from '../../database/ids';
import type { UserRole } from '../authenticated-user';

@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn({ type: 'uuid' }) id: string = newId();
  @Column({ name: 'user_id', type: 'uuid' }) userId!: UserId;
  @Column({ type: 'text' }) name!: string;
  /** The first characters, by which people tell their keys apart. */
  @Column({ type: 'text' }) prefix!: string;
  /** SHA-256 of the key. */
  @Column({ name: 'key_hash', type: 'bytea', select: false }) keyHash!: Buffer;
  @Column({ type: 'text' }) role!: UserRole;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true }) lastUsedAt!: Date | null;
  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true }) expiresAt!: Date | null;
  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true }) revokedAt!: Date | null;
}
