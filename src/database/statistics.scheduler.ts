import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { analyseFreshTables } from './fresh-statistics';

const LOOK_EVERY_MS = 1_000;

/** Where batches are worked on, tables grow: their statistics must not be minutes behind. */
@Injectable()
export class StatisticsScheduler {
  private readonly log = new Logger(StatisticsScheduler.name);
  private isLooking = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    if (!this.config.has('worker') || this.isLooking) return;
    this.isLooking = true;
    try {
      const analysed = await analyseFreshTables(this.database);
      if (analysed !== null && analysed.length > 0) this.log.debug(`Analysed ${analysed.join(', ')}`);
    } catch (error) {
      // It makes things faster, nothing more.
      this.log.debug(`Tables were not analysed: ${error instanceof Error ? error.message : 'unknown error'}`);
    } finally {
      this.isLooking = false;
    }
  }
}
