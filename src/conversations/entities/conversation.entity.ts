import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { AccountId, AssetId, ContactId, ConversationId, UserId } from '../../database/ids';
import type { Platform } from '../conversation-types';

/** At most one is open for a contact (or group) and channel: partial unique indexes see to it. */
@Entity('conversations')
export class ConversationEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: ConversationId;
  @Column({ type: 'text' }) platform!: Platform;
  /** Our number, Page or Instagram account. */
  @Column({ name: 'asset_id', type: 'uuid' }) assetId!: AssetId;
  /** The customer; null in groups. */
  @Column({ name: 'contact_id', type: 'uuid', nullable: true }) contactId!: ContactId | null;
  /** Meta's group id, or an empty string. */
  @Column({ name: 'group_id', type: 'text' }) groupId!: string;
  @Column({ name: 'agent_id', type: 'uuid', nullable: true }) agentId!: UserId | null;
  @Column({ type: 'text' }) status!: 'active' | 'snoozed' | 'closed';
  /** The highest sequence number given; a bigint, so text in JavaScript. */
  @Column({ name: 'last_seq', type: 'bigint' }) lastSeq!: string;
  @Column({ name: 'unread_count', type: 'integer' }) unreadCount!: number;
  @Column({ name: 'last_message_at', type: 'timestamptz', nullable: true }) lastMessageAt!: Date | null;
  @Column({ name: 'last_message_preview', type: 'text', nullable: true }) lastMessagePreview!: string | null;
  @Column({ name: 'last_inbound_at', type: 'timestamptz', nullable: true }) lastInboundAt!: Date | null;
  @Column({ name: 'window_expires_at', type: 'timestamptz', nullable: true }) windowExpiresAt!: Date | null;
  @Column({ name: 'closed_at', type: 'timestamptz', nullable: true }) closedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
