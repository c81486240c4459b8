import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, Unique, UpdateDateColumn } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';

export const GROUP_STATES = ['creating', 'active', 'failed', 'deleting', 'deleted'] as const;
export type GroupState = (typeof GROUP_STATES)[number];

/** Somebody who is in the group, or was. Either id may be missing. */
export interface GroupParticipant {
  waId: string | null;
  userId: string | null;
  username: string | null;
  state: 'joined' | 'left' | 'removed';
  /** ISO 8601, by Meta's clock. */
  at: string;
}

export interface GroupProblem {
  code: number | null;
  message: string | null;
}

@Entity('whatsapp_groups')
@Unique('whatsapp_groups_by_meta_id', ['accountId', 'groupId'])
@Unique('whatsapp_groups_by_request', ['accountId', 'requestId'])
@Index('whatsapp_groups_of_number', ['accountId', 'phoneNumberId', 'id'])
export class GroupEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  /** Our id of the number that made it. */
  @Column({ name: 'phone_number_id', type: 'uuid' }) phoneNumberId!: AssetId;
  /** Meta's id, once it told it. */
  @Column({ name: 'group_id', type: 'text', nullable: true }) groupId!: string | null;
  @Column({ name: 'request_id', type: 'text', nullable: true }) requestId!: string | null;
  @Column({ type: 'text', nullable: true }) subject!: string | null;
  @Column({ type: 'text', nullable: true }) description!: string | null;
  @Column({ name: 'join_approval_mode', type: 'text', nullable: true }) joinApprovalMode!: string | null;
  @Column({ name: 'invite_link', type: 'text', nullable: true }) inviteLink!: string | null;
  @Column({ type: 'text' }) state!: GroupState;
  @Column({ name: 'is_suspended', type: 'boolean', default: false }) isSuspended!: boolean;
  @Column({ type: 'jsonb', nullable: true }) error!: GroupProblem | null;
  @Column({ type: 'jsonb', default: [] }) participants!: GroupParticipant[];
  @Column({ name: 'state_changed_at', type: 'timestamptz', nullable: true }) stateChangedAt!: Date | null;
  @Column({ name: 'settings_changed_at', type: 'timestamptz', nullable: true })
  settingsChangedAt!: Date | null;
  @Column({ name: 'suspension_changed_at', type: 'timestamptz', nullable: true })
  suspensionChangedAt!: Date | null;
  @Column({ name: 'synced_at', type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
