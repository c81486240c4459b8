import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { LoginAttempts } from './login-attempts.repository';
import { KNOWN_DAYS } from './login-lock';

@Injectable()
export class SessionsScheduler {
  private readonly log = new Logger(SessionsScheduler.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly attempts: LoginAttempts,
  ) {}

  /** Used tokens are kept until they would have expired: till then a second use has to be noticed. */
  @Cron('23 4 * * *', { timeZone: 'UTC' })
  async forgetExpired(): Promise<void> {
    if (!this.config.has('scheduler')) return;
    try {
      await this.database.query('DELETE FROM refresh_tokens WHERE expires_at < now()');
      await this.attempts.forgetOld(KNOWN_DAYS);
    } catch (error) {
      // They count for nothing all the same: tomorrow is soon enough.
      this.log.warn(
        `Expired refresh tokens and counts of old logins stay: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
