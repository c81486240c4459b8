import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { AccountId, AssetId, MessageId } from '../../database/ids';
import type { MessageError, Platform } from '../conversation-types';

/** One line of the ledger of sends; SendLedger has the states. */
@Entity('message_sends')
export class MessageSendEntity {
  @PrimaryColumn({ name: 'account_id', type: 'uuid' }) accountId!: AccountId;
  @PrimaryColumn({ name: 'message_id', type: 'uuid' }) messageId!: MessageId;
  @Column({ name: 'asset_id', type: 'uuid' }) assetId!: AssetId;
  @Column({ type: 'text' }) platform!: Platform;
  /** What goes to Meta, without our correlation data. */
  @Column({ type: 'jsonb' }) request!: Record<string, unknown>;
  @Column({ type: 'text' }) state!: 'queued' | 'held' | 'sending' | 'accepted' | 'failed' | 'unknown';
  /** Place of its lane in SEND_LANES. */
  @Column({ type: 'smallint', default: 1 }) lane!: number;
  @Column({ type: 'text', default: '' }) recipient!: string;
  @Column({ name: 'ordered_for', type: 'timestamptz' }) orderedFor!: Date;
  @Column({ type: 'integer' }) attempts!: number;
  @Column({ type: 'integer', default: 0 }) limited!: number;
  @Column({ name: 'available_at', type: 'timestamptz' }) availableAt!: Date;
  @Column({ name: 'started_at', type: 'timestamptz', nullable: true }) startedAt!: Date | null;
  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true }) finishedAt!: Date | null;
  @Column({ type: 'jsonb', nullable: true }) error!: MessageError | null;
  /** The request that ordered it; null where none did, as for campaigns. */
  @Column({ name: 'request_id', type: 'text', nullable: true }) requestId!: string | null;
  /** Where it belongs in a trace, as `traceparent`; null where it is not traced. */
  @Column({ name: 'trace_parent', type: 'text', nullable: true }) traceParent!: string | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' }) createdAt!: Date;
}
