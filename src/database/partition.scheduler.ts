import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { AppConfig } from '../config/app-config';
import { createMonthPartitions } from './month-partitions';
import { PartitionRetention } from './partition-retention';
import { SchemaOwner } from './schema-owner';

@Injectable()
export class PartitionScheduler implements BeforeApplicationShutdown {
  private readonly log = new Logger(PartitionScheduler.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly owner: SchemaOwner,
    private readonly config: AppConfig,
  ) {}

  @Cron('17 3 * * *', { timeZone: 'UTC' })
  async createAhead(): Promise<void> {
    if (!this.config.has('scheduler')) return;
    try {
      if (!(await this.mayChangeTables())) return;
      const { manager } = await this.owner.connection();
      const created = await createMonthPartitions(manager, new Date());
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
      if (!(await this.mayChangeTables())) return;
      await new PartitionRetention(await this.owner.connection()).run(
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

  private async mayChangeTables(): Promise<boolean> {
    if (await this.owner.mayChangeSchema()) return true;
    // Somebody else may see to it, as a daily npm run migrate does for the coming months.
    this.log.warn(
      'Months are neither made nor removed here: the role in DATABASE_URL does not own the tables, and ' +
        'MIGRATION_DATABASE_URL is not set.',
    );
    return false;
  }
}
