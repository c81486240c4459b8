import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type {
  AccountId,
  AssetId,
  ContactId,
  ConversationId,
  DeliveryId,
  MessageId,
  UserId,
} from '../../database/ids';
import type { MessageError, MessageStatus, Platform, SenderType } from '../conversation-types';

/** A message of any platform. Partitioned by month of its UUIDv7 id. */
@Entity('messages')
export class MessageEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ type: 'uuid' }) id!: MessageId;
  @Column({ name: 'conversation_id', type: 'uuid' }) conversationId!: ConversationId;
  @Column({ name: 'asset_id', type: 'uuid' }) assetId!: AssetId;
  @Column({ name: 'contact_id', type: 'uuid', nullable: true }) contactId!: ContactId | null;
  @Column({ type: 'text' }) platform!: Platform;
  @Column({ type: 'text' }) direction!: 'inbound' | 'outbound';
  @Column({ name: 'sender_type', type: 'text' }) senderType!: SenderType;
  @Column({ name: 'sender_id', type: 'text', nullable: true }) senderId!: string | null;
  @Column({ type: 'text' }) type!: string;
  @Column({ name: 'message_text', type: 'text', nullable: true }) messageText!: string | null;
  @Column({ type: 'jsonb' }) content!: Record<string, unknown>;
  @Column({ type: 'jsonb', nullable: true }) context!: Record<string, unknown> | null;
  @Column({ type: 'jsonb' }) metadata!: Record<string, unknown>;
  @Column({ name: 'external_id', type: 'text', nullable: true }) externalId!: string | null;
  @Column({ type: 'text' }) status!: MessageStatus;
  @Column({ type: 'jsonb', nullable: true }) error!: MessageError | null;
  /** A bigint, so text in JavaScript. */
  @Column({ type: 'bigint' }) seq!: string;
  @Column({ type: 'text', nullable: true }) sentiment!: string | null;
  @Column({ type: 'numeric', precision: 3, scale: 2, nullable: true }) confidence!: string | null;
  /** From -1 to 1. */
  @Column({ name: 'sentiment_score', type: 'real', nullable: true }) sentimentScore!: number | null;
  /** ISO 639-1. */
  @Column({ name: 'sentiment_language', type: 'text', nullable: true }) sentimentLanguage!: string | null;
  @Column({ name: 'sentiment_model', type: 'text', nullable: true }) sentimentModel!: string | null;
  /** Who put it right, and when. */
  @Column({ name: 'sentiment_corrected_by', type: 'uuid', nullable: true })
  sentimentCorrectedBy!: UserId | null;
  @Column({ name: 'sentiment_corrected_at', type: 'timestamptz', nullable: true })
  sentimentCorrectedAt!: Date | null;
  @Column({ type: 'timestamptz' }) timestamp!: Date;
  @Column({ name: 'edited_at', type: 'timestamptz', nullable: true }) editedAt!: Date | null;
  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true }) revokedAt!: Date | null;
  /** Of the webhook that it came with; null for what we sent, or read from Meta. */
  @Column({ name: 'delivery_id', type: 'uuid', nullable: true }) deliveryId!: DeliveryId | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
