import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, Unique, UpdateDateColumn } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';

export const CALL_STATES = ['starting', 'unknown', 'ringing', 'pre_accepted', 'accepted', 'ended'] as const;
export type CallState = (typeof CALL_STATES)[number];
export const CALL_DIRECTIONS = ['USER_INITIATED', 'BUSINESS_INITIATED'] as const;
export type CallDirection = (typeof CALL_DIRECTIONS)[number];
export const CALL_OUTCOMES = ['completed', 'rejected', 'failed', 'not_answered'] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** What the person's end offers or answers with. */
export interface CallSession {
  sdpType: string;
  sdp: string;
}

export interface CallProblem {
  code: number | null;
  message: string | null;
}

@Entity('whatsapp_calls')
@Unique('whatsapp_calls_by_meta_id', ['accountId', 'callId'])
@Index('whatsapp_calls_of_number', ['accountId', 'phoneNumberId', 'id'])
@Index('whatsapp_calls_live', ['accountId', 'phoneNumberId', 'id'], { where: "state <> 'ended'" })
export class CallEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  /** UUIDv7: in the order in which calls were learnt of here. */
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  /** Our id of the number. */
  @Column({ name: 'phone_number_id', type: 'uuid' }) phoneNumberId!: AssetId;
  /** Meta's id. */
  @Column({ name: 'call_id', type: 'text', nullable: true }) callId!: string | null;
  @Column({ type: 'text' }) direction!: CallDirection;
  @Column({ name: 'wa_id', type: 'text', nullable: true }) waId!: string | null;
  @Column({ name: 'user_id', type: 'text', nullable: true }) userId!: string | null;
  @Column({ type: 'text', nullable: true }) name!: string | null;
  @Column({ type: 'text' }) state!: CallState;
  @Column({ type: 'text', nullable: true }) outcome!: CallOutcome | null;
  @Column({ type: 'jsonb', nullable: true }) session!: CallSession | null;
  @Column({ name: 'callback_data', type: 'text', nullable: true }) callbackData!: string | null;
  @Column({ type: 'jsonb', nullable: true }) error!: CallProblem | null;
  @Column({ name: 'offered_at', type: 'timestamptz', nullable: true }) offeredAt!: Date | null;
  @Column({ name: 'ringing_at', type: 'timestamptz', nullable: true }) ringingAt!: Date | null;
  @Column({ name: 'accepted_at', type: 'timestamptz', nullable: true }) acceptedAt!: Date | null;
  @Column({ name: 'rejected_at', type: 'timestamptz', nullable: true }) rejectedAt!: Date | null;
  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true }) endedAt!: Date | null;
  @Column({ name: 'duration_seconds', type: 'integer', nullable: true }) durationSeconds!: number | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' }) updatedAt!: Date;
}
