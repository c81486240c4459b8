import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';

/** Long enough for a client that was switched off over a weekend to repeat its request safely. */
export const IDEMPOTENCY_DAYS = 7;

@Injectable()
export class IdempotencyScheduler {
  private readonly log = new Logger(IdempotencyScheduler.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

  @Cron('41 * * * *', { timeZone: 'UTC' })
  async forgetOld(): Promise<void> {
    if (!this.config.has('scheduler')) return;
    try {
      await this.database.query(
        'DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(days => $1::int)',
        [IDEMPOTENCY_DAYS],
      );
    } catch (error) {
      // Nothing depends on it: the next hour does the same.
      this.log.warn(`Old idempotency keys stay: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
