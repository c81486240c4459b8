import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { createMonthPartitions } from './month-partitions';

@Injectable()
export class PartitionScheduler {
  private readonly log = new Logger(PartitionScheduler.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

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
}
