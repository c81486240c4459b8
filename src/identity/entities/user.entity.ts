import { Column, CreateDateColumn, DeleteDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import { type UserId, newId } from '../../database/ids';
import type { UserRole } from '../authenticated-user';

/** Unique among those not removed: the e-mail address whatever its case, and issuer with subject. */
@Entity('users')
export class UserEntity {
  @PrimaryColumn({ type: 'uuid' }) id: UserId = newId<UserId>();
  /** In lower case. */
  @Column({ type: 'text' }) email!: string;
  @Column({ type: 'text' }) name!: string;
  /** Argon2id; null for users of the surrounding product. */
  @Column({ name: 'password_hash', type: 'text', nullable: true, select: false }) passwordHash!:
    string | null;
  @Column({ type: 'text' }) role!: UserRole;
  @Column({ name: 'external_issuer', type: 'text', nullable: true }) externalIssuer!: string | null;
  @Column({ name: 'external_subject', type: 'text', nullable: true }) externalSubject!: string | null;
  /** Access tokens from before are not taken; null where it is the first password. */
  @Column({ name: 'password_changed_at', type: 'timestamptz', nullable: true })
  passwordChangedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz' }) deletedAt!: Date | null;
}
