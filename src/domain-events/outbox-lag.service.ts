import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { OutboxSubscribers } from './outbox-subscribers';

/** How far a subscriber is behind. */
export interface SubscriberLag {
  subscriber: string;
  /** Committed events, of all kinds, that it has not got to. */
  events: number;
  /** Since when the first of them waits; null when none does. */
  oldestAt: Date | null;
  /** How long that is, by the clock of PostgreSQL; 0 when none waits. */
  oldestAgeMs: number;
  /** Events that failed and are tried again. */
  failing: number;
  /** Events that were given up. */
  dead: number;
}

@Injectable()
export class OutboxLag {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly subscribers: OutboxSubscribers,
  ) {}

  /** Of every subscriber that this process knows of and that ever began. */
  async read(): Promise<SubscriberLag[]> {
    return this.database.query(
      `SELECT c.subscriber, (coalesce(begun.events, 0) + ahead.events + arrivals.events)::integer AS events,
              lag.oldest_at AS "oldestAt",
              coalesce(greatest(0, extract(epoch FROM clock_timestamp() - lag.oldest_at) * 1000), 0)::float8 AS "oldestAgeMs",
              failures.failing, failures.dead
         FROM outbox_cursors c
        CROSS JOIN (SELECT coalesce(sum(size), 0) AS events, min(arrived_at) AS oldest_at FROM outbox_arrivals) AS arrivals
        CROSS JOIN LATERAL (
          SELECT coalesce(sum(size), 0) AS events, min(arrived_at) AS oldest_at
            FROM outbox_batches WHERE position > c.position) AS ahead
         LEFT JOIN LATERAL (
          SELECT count(e.id) AS events, min(b.arrived_at) FILTER (WHERE e.id IS NOT NULL) AS oldest_at
            FROM outbox_batches b JOIN domain_events e ON e.batch_id = b.batch_id AND e.id > c.event_id
           WHERE b.position = c.position) AS begun ON true
        CROSS JOIN LATERAL (SELECT least(begun.oldest_at, ahead.oldest_at, arrivals.oldest_at) AS oldest_at) AS lag
        CROSS JOIN LATERAL (
          SELECT count(*) FILTER (WHERE state = 'waiting')::integer AS failing,
                 count(*) FILTER (WHERE state = 'dead')::integer AS dead
            FROM outbox_failures f WHERE f.subscriber = c.subscriber) AS failures
        WHERE c.subscriber = ANY($1) ORDER BY c.subscriber`,
      [this.subscribers.names()],
    );
  }
}
