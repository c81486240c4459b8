import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { createdAtOf, firstIdAt } from '../database/ids';
import { WHOLE_BATCH } from './outbox-cursors.repository';
import { OutboxSubscribers } from './outbox-subscribers';

/** Any fixed number: one node at a time forgets, the others leave it to it. */
const RETENTION_LOCK = 7_205_030;
/** In one transaction, so that none lasts long. */
const EVENTS_AT_ONCE = 5_000;
const BATCHES_AT_ONCE = 1_000;
const DAY_MS = 86_400_000;
const NOBODY_FAILED =
  'NOT EXISTS (SELECT FROM outbox_failures f WHERE f.account_id = e.account_id AND f.event_id = e.id)';
/** More than clocks of several machines differ. */
const MARGIN_MS = DAY_MS;

interface Chunk {
  taken: number;
  events: number;
}

/**
 * Forgets events that everybody was told of. Those with a fingerprint stay as long as there are deliveries that they may
 * come from: without them, a replay would tell everybody again.
 */
@Injectable()
export class OutboxRetention {
  private readonly log = new Logger('Outbox');

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly subscribers: OutboxSubscribers,
    private readonly config: AppConfig,
  ) {}

  @Cron('23 * * * *', { timeZone: 'UTC' })
  async forgetRegularly(): Promise<void> {
    if (!this.config.has('scheduler')) return;
    try {
      const forgotten = await this.forget(new Date());
      if (forgotten > 0) this.log.log(`${forgotten} events were forgotten`);
    } catch (error) {
      // Nothing depends on it: the next hour does the same.
      this.log.warn(`Old events stay: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
  }

  /** @returns how many events were removed */
  async forget(now: Date): Promise<number> {
    const days = this.config.env.EVENT_RETENTION_DAYS;
    if (days === 0) return 0;
    const before = new Date(now.getTime() - days * DAY_MS);
    await this.forgetFailures(before);
    const told = await this.inChunks((tx) => this.forgetTold(tx, before));
    const unneeded = await this.beforeAllDeliveries(before);
    return told + (await this.inChunks((tx) => this.forgetRest(tx, unneeded)));
  }

  /** No delivery is left of what happened before then. Asked of the table: a setting tells when they may go, not that they went. */
  private async beforeAllDeliveries(before: Date): Promise<Date> {
    const [oldest]: { id: string }[] = await this.database.query(
      'SELECT id FROM webhook_deliveries ORDER BY id LIMIT 1',
    );
    if (oldest === undefined) return before;
    return new Date(Math.min(before.getTime(), createdAtOf(oldest.id).getTime() - MARGIN_MS));
  }

  /** What was given up long ago, and what waits for a subscriber that is no more. */
  private async forgetFailures(before: Date): Promise<void> {
    await this.database.query(
      `DELETE FROM outbox_failures WHERE updated_at < $1 AND (state = 'dead' OR subscriber <> ALL ($2))`,
      [before, this.subscribers.names()],
    );
  }

  private async inChunks(forget: (tx: EntityManager) => Promise<Chunk>): Promise<number> {
    let total = 0;
    for (;;) {
      const chunk = await this.database.transaction(async (tx) => {
        const [lock]: { is_held: boolean }[] = await tx.query(
          'SELECT pg_try_advisory_xact_lock($1) AS is_held',
          [RETENTION_LOCK],
        );
        return lock?.is_held === true ? forget(tx) : null;
      });
      if (chunk === null || chunk.taken === 0) return total;
      total += chunk.events;
    }
  }

  /** The oldest batches that everybody was told of, with their events; those with a fingerprint lose their place only. */
  private async forgetTold(tx: EntityManager, before: Date): Promise<Chunk> {
    // A subscriber that this process does not know may be one of a newer release, unless nobody has moved it for so long.
    const [chunk]: Chunk[] = await tx.query(
      `WITH oldest AS (
         SELECT position, arrived_at, sum(size) OVER (ORDER BY position) - size AS before
           FROM (SELECT * FROM outbox_batches
                  WHERE position <= (
                    SELECT coalesce(min(c.position - (c.event_id <> $3)::integer), min(s.last_position))
                      FROM outbox_sequence s
                      LEFT JOIN outbox_cursors c ON c.subscriber = ANY($1) OR c.updated_at >= $2)
                  ORDER BY position LIMIT $4) AS told),
       taken AS (
         DELETE FROM outbox_batches b USING oldest
          WHERE b.position = oldest.position AND oldest.arrived_at < $2 AND oldest.before < $5
          RETURNING b.batch_id),
       gone AS (
         DELETE FROM domain_events e USING taken
          WHERE e.batch_id = taken.batch_id AND e.fingerprint IS NULL AND ${NOBODY_FAILED}
          RETURNING e.id)
       SELECT (SELECT count(*)::integer FROM taken) AS taken, (SELECT count(*)::integer FROM gone) AS events`,
      [this.subscribers.names(), before, WHOLE_BATCH, BATCHES_AT_ONCE, EVENTS_AT_ONCE],
    );
    return chunk ?? { taken: 0, events: 0 };
  }

  /** Events whose batch went before them: those with a fingerprint, and those that failed then and have been told since. */
  private async forgetRest(tx: EntityManager, before: Date): Promise<Chunk> {
    const [, events]: [unknown[], number] = await tx.query(
      `DELETE FROM domain_events WHERE id IN (
         SELECT id FROM domain_events e
          WHERE e.id < $1 AND ${NOBODY_FAILED}
            AND NOT EXISTS (SELECT FROM outbox_batches b WHERE b.batch_id = e.batch_id)
            AND e.batch_id NOT IN (SELECT batch_id FROM outbox_arrivals)
          ORDER BY e.id LIMIT $2)`,
      [firstIdAt(before), EVENTS_AT_ONCE],
    );
    return { taken: events, events };
  }
}
