import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DeliveryId } from '../../database/ids';
import type { DeliveryLane } from '../delivery-lane';
import type { IgnoredReason } from '../delivery-outcome';

export const DELIVERY_STATES = ['pending', 'processed', 'ignored', 'quarantined', 'dead'] as const;
/**
 * `pending`: stored, its effects are still to come. `processed`: done. `ignored`: nothing in it concerns us, see the
 * reason. `quarantined`: something in it is for an id that nobody connected yet; it is processed when somebody does.
 * `dead`: it failed again and again and waits for a replay.
 */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One delivery of Meta's, as it came. Partitioned by month of its id. */
@Entity('webhook_deliveries')
export class WebhookDeliveryEntity {
  @PrimaryColumn({ type: 'uuid' }) id!: DeliveryId;
  /** SHA-256 of the body. */
  @Column({ type: 'bytea' }) digest!: Buffer;
  /** The exact bytes. */
  @Column({ type: 'bytea', select: false }) body!: Buffer;
  @Column({ type: 'text' }) lane!: DeliveryLane;
  @Column({ type: 'text' }) state!: DeliveryState;
  @Column({ type: 'text', nullable: true }) object!: string | null;
  @Column({ type: 'integer' }) attempts!: number;
  @Column({ name: 'next_attempt_at', type: 'timestamptz' }) nextAttemptAt!: Date;
  @Column({ name: 'events_processed', type: 'integer' }) eventsProcessed!: number;
  @Column({ name: 'events_ignored', type: 'integer' }) eventsIgnored!: number;
  @Column({ name: 'events_quarantined', type: 'integer' }) eventsQuarantined!: number;
  @Column({ name: 'events_dead', type: 'integer' }) eventsDead!: number;
  @Column({ type: 'jsonb' }) ignored!: IgnoredReason[];
  @Column({ type: 'text', nullable: true }) reason!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;
  @Column({ name: 'received_at', type: 'timestamptz' }) receivedAt!: Date;
  @Column({ name: 'processed_at', type: 'timestamptz', nullable: true }) processedAt!: Date | null;
}
