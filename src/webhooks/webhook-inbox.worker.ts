import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { JobWorker } from '../queue/job-worker';
import { WebhookProcessor } from './webhook-processor';

const SWEEP_EVERY_MS = 2_000;

/** Wakes the processor: at once by a job for every delivery, and by a regular look for what no job came for. */
@Injectable()
export class WebhookInboxWorker implements OnModuleInit {
  private readonly log = new Logger(WebhookInboxWorker.name);
  private isSweeping = false;

  constructor(
    private readonly worker: JobWorker,
    private readonly processor: WebhookProcessor,
    private readonly config: AppConfig,
    @InjectDataSource() private readonly database: DataSource,
  ) {}

  onModuleInit(): void {
    this.worker.consume('webhook-inbox', 'process', 2, async () => {
      await this.processor.drain();
    });
  }

  /** Without Redis this is the only way deliveries get processed: later, not never. */
  @Interval(SWEEP_EVERY_MS)
  async sweep(): Promise<void> {
    if (!this.config.has('worker') || this.isSweeping) return;
    this.isSweeping = true;
    try {
      await this.releaseFromQuarantine();
      await this.processor.drain();
    } catch (error) {
      this.log.warn(
        `The sweep of the inbox failed: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    } finally {
      this.isSweeping = false;
    }
  }

  /** Deliveries for assets that somebody has connected since are looked at again; what was processed of them stays so. */
  private async releaseFromQuarantine(): Promise<void> {
    await this.database.query(
      `WITH released AS (
         DELETE FROM webhook_quarantine q USING assets a
          WHERE a.kind = q.kind AND a.meta_id = q.meta_id AND a.released_at IS NULL
          RETURNING q.delivery_id)
       UPDATE webhook_deliveries d SET state = 'pending', next_attempt_at = now()
         FROM (SELECT DISTINCT delivery_id FROM released) r
        WHERE d.id = r.delivery_id AND d.state = 'quarantined'`,
    );
  }
}
