import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { JobWorker } from '../queue/job-worker';
import { DELIVERY_LANES, type DeliveryLane, queueOf } from './delivery-lane';
import { WebhookProcessor } from './webhook-processor';

const SWEEP_EVERY_MS = 2_000;

/** Batches of a lane that one process works on at once: while one waits for PostgreSQL the other parses. */
const CONCURRENCY: Readonly<Record<DeliveryLane, number>> = { message: 2, status: 2, account: 1, bulk: 1 };

/** Wakes the processor: at once by a job, and by a regular look for what no job came for. Each lane by itself. */
@Injectable()
export class WebhookInboxWorker implements OnModuleInit {
  private readonly log = new Logger(WebhookInboxWorker.name);
  private readonly sweeping = new Set<DeliveryLane | 'quarantine'>();

  constructor(
    private readonly worker: JobWorker,
    private readonly processor: WebhookProcessor,
    private readonly config: AppConfig,
    @InjectDataSource() private readonly database: DataSource,
  ) {}

  onModuleInit(): void {
    for (const lane of DELIVERY_LANES) {
      this.worker.consume(queueOf(lane), 'process', CONCURRENCY[lane], async () => {
        await this.processor.drain(lane);
      });
    }
  }

  /** Without Redis this is the only way deliveries get processed: later, not never. */
  @Interval(SWEEP_EVERY_MS)
  async sweep(): Promise<void> {
    if (!this.config.has('worker')) return;
    await Promise.all([
      this.once('quarantine', () => this.releaseFromQuarantine()),
      ...DELIVERY_LANES.map((lane) => this.once(lane, () => this.processor.drain(lane))),
    ]);
  }

  /** A lane that has much to do must not keep the sweep from the others. */
  private async once(name: DeliveryLane | 'quarantine', work: () => Promise<unknown>): Promise<void> {
    if (this.sweeping.has(name)) return;
    this.sweeping.add(name);
    try {
      await work();
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unknown error';
      this.log.warn(`The sweep of the inbox (${name}) failed: ${message}`);
    } finally {
      this.sweeping.delete(name);
    }
  }

  /** Deliveries for assets that somebody has connected since are looked at again; what was processed of them stays so. */
  private async releaseFromQuarantine(): Promise<void> {
    await this.database.query(
      `WITH released AS (
         DELETE FROM webhook_quarantine q USING assets a
          WHERE a.kind = q.kind AND a.meta_id = q.meta_id AND a.released_at IS NULL
          RETURNING q.delivery_id)
       UPDATE webhook_deliveries d SET state = 'pending', lane = 'bulk', attempts = 0, next_attempt_at = now()
         FROM (SELECT DISTINCT delivery_id FROM released) r
        WHERE d.id = r.delivery_id AND d.state = 'quarantined'`,
    );
  }
}
