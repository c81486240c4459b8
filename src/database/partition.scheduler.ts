import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { createMonthPartitions } from './month-partitions';
import { PartitionRetention } from './partition-retention';

@Injectable()
export class PartitionScheduler implements BeforeApplicationShutdown {
  private readonly log = new Logger(PartitionScheduler.name);
  private readonly retention: PartitionRetention;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {
    this.retention = new PartitionRetention(database);
  }

  @Cron('17 3 * * *', { timeZone: 'UTC' })
  async createAhead(): Promise<void> {
    if (!this.config.has('scheduler')) return;
    try {
      const created = await createMonthPartitions(this.database.manager, new Date());
      if (created.length > 0) this.log.log(`Created partitions ${created.join(', ')}`);
    } catch (error) {
      // Six months are ahead: tomorrow's run is soon enough.
      this.log.error(
        `Partitions could not be created: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  @Cron('47 3 * * *', { timeZone: 'UTC' })
  async removeOld(): Promise<void> {
    if (!this.config.has('scheduler') || this.stopping.signal.aborted || this.running !== undefined) return;
    this.running = this.removeNow();
    await this.running;
    this.running = undefined;
  }

  /** Stops at the end of the statement that runs; whoever runs next goes on there. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async removeNow(): Promise<void> {
    const { WEBHOOK_RETENTION_DAYS, MESSAGE_RETENTION_DAYS, RETENTION_DETACHED } = this.config.env;
    try {
      await this.retention.run(
        {
          webhookDays: WEBHOOK_RETENTION_DAYS,
          messageDays: MESSAGE_RETENTION_DAYS,
          detached: RETENTION_DETACHED,
        },
        { now: new Date(), signal: this.stopping.signal },
      );
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      this.log.error(
        `Old months could not be removed: ${error instanceof Error ? error.message : String(error)}. ` +
          'Tomorrow’s run goes on.',
      );
    }
  }
}
