import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { AccountId, AssetId, ContactId, ConversationId, UserId } from '../../database/ids';
import type {
  ConversationPlatform,
  ConversationPriority,
  SentimentLabel,
  SentimentTrend,
} from '../conversation-types';

/** At most one is open for a contact (or group) and channel: partial unique indexes see to it. */
@Entity('conversations')
export class ConversationEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: ConversationId;
  @Column({ type: 'text' }) platform!: ConversationPlatform;
  /** Our number, Page or Instagram account. */
  @Column({ name: 'asset_id', type: 'uuid' }) assetId!: AssetId;
  /** The customer; null in groups and threads of comments. */
  @Column({ name: 'contact_id', type: 'uuid', nullable: true }) contactId!: ContactId | null;
  /** Meta's group id, or an empty string. */
  @Column({ name: 'group_id', type: 'text' }) groupId!: string;
  /** Meta's id of the comment that a thread of comments begins with, or an empty string. */
  @Column({ name: 'comment_thread_id', type: 'text' }) commentThreadId!: string;
  @Column({ name: 'agent_id', type: 'uuid', nullable: true }) agentId!: UserId | null;
  @Column({ type: 'text' }) status!: 'active' | 'snoozed' | 'closed';
  /** The highest sequence number given; a bigint, so text in JavaScript. */
  @Column({ name: 'last_seq', type: 'bigint' }) lastSeq!: string;
  @Column({ name: 'unread_count', type: 'integer' }) unreadCount!: number;
  @Column({ name: 'last_message_at', type: 'timestamptz', nullable: true }) lastMessageAt!: Date | null;
  @Column({ name: 'last_message_preview', type: 'text', nullable: true }) lastMessagePreview!: string | null;
  @Column({ name: 'last_inbound_at', type: 'timestamptz', nullable: true }) lastInboundAt!: Date | null;
  @Column({ name: 'window_expires_at', type: 'timestamptz', nullable: true }) windowExpiresAt!: Date | null;
  /** How many messages came from the other side; a bigint, so text in JavaScript. */
  @Column({ name: 'inbound_count', type: 'bigint' }) inboundCount!: string;
  /** Only while it is snoozed; null then, too, when it is until the next message. */
  @Column({ name: 'snoozed_until', type: 'timestamptz', nullable: true }) snoozedUntil!: Date | null;
  @Column({ type: 'text' }) priority!: ConversationPriority;
  @Column({ type: 'text', nullable: true }) sentiment!: SentimentLabel | null;
  /** From -1 to 1. */
  @Column({ name: 'sentiment_score', type: 'real', nullable: true }) sentimentScore!: number | null;
  @Column({ name: 'sentiment_trend', type: 'text', nullable: true }) sentimentTrend!: SentimentTrend | null;
  @Column({ name: 'closed_at', type: 'timestamptz', nullable: true }) closedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
