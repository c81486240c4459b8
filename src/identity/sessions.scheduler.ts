import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';

@Injectable()
export class SessionsScheduler {
  private readonly log = new Logger(SessionsScheduler.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

  /** Used tokens are kept until they would have expired: till then a second use has to be noticed. */
  @Cron('23 4 * * *', { timeZone: 'UTC' })
  async forgetExpired(): Promise<void> {
    if (!this.config.has('scheduler')) return;
    try {
      await this.database.query('DELETE FROM refresh_tokens WHERE expires_at < now()');
    } catch (error) {
      // They are refused all the same: tomorrow is soon enough.
      this.log.warn(`Expired refresh tokens stay: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
