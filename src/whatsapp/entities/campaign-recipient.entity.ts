import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { AccountId, CampaignId, MessageId } from '../../database/ids';

export const RECIPIENT_STATES = [
  'pending',
  'queued',
  'accepted',
  'sent',
  'delivered',
  'read',
  'failed',
  'skipped',
  'unknown',
  'cancelled',
] as const;
/**
 * `pending`: nothing was ordered yet. `queued`: the message is ordered. Then as messages go, from `accepted` to `read`,
 * `failed` or `unknown`. `skipped`: left out for a reason of ours. `cancelled`: the campaign ended before.
 */
export type RecipientState = (typeof RECIPIENT_STATES)[number];

/** Somebody who is to get a campaign's message, once. */
@Entity('campaign_recipients')
@Unique('campaign_recipients_once', ['accountId', 'personKey', 'campaignId'])
@Index('campaign_recipients_by_state', ['state', 'accountId', 'campaignId', 'id'])
export class CampaignRecipientEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ name: 'campaign_id', type: 'uuid' }) campaignId!: CampaignId;
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  /** Digits of a phone number, or a business-scoped user id. */
  @Column({ type: 'text' }) recipient!: string;
  /** The same for every form of the same person's number. */
  @Column({ name: 'person_key', type: 'text' }) personKey!: string;
  /** Of the list that it came in, from 1. */
  @Column({ type: 'integer' }) line!: number;
  /** By column. */
  @Column({ type: 'jsonb', default: {} }) parameters!: Record<string, string>;
  @Column({ type: 'text' }) state!: RecipientState;
  @Column({ name: 'message_id', type: 'uuid', nullable: true }) messageId!: MessageId | null;
  /** How many messages were ordered. */
  @Column({ type: 'smallint' }) attempt!: number;
  /** Meta's code, or a word of ours: why it failed or was left out. */
  @Column({ name: 'reason_code', type: 'text', nullable: true }) reasonCode!: string | null;
  @Column({ type: 'text', nullable: true }) reason!: string | null;
  @Column({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
