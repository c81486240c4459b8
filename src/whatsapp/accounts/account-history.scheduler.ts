import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { AccountHistory } from './account-history';

const EVERY_MS = 60 * 60_000;
/** Long enough for every appeal and for two years' comparison. */
const KEPT_MS = 2 * 365 * 86_400_000;
const REMOVED_AT_ONCE = 1_000;

/** Removes what happened to accounts and numbers more than two years ago. */
@Injectable()
export class AccountHistoryScheduler {
  private readonly log = new Logger(AccountHistoryScheduler.name);

  constructor(
    private readonly config: AppConfig,
    private readonly history: AccountHistory,
  ) {}

  @Interval(EVERY_MS)
  async tick(): Promise<void> {
    if (!this.config.has('scheduler')) return;
    try {
      await this.removeOld();
    } catch (error) {
      this.log.warn(
        `Old account events were not removed: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    }
  }

  /** One round; also for tests that do not want to wait. */
  async removeOld(): Promise<void> {
    const before = new Date(Date.now() - KEPT_MS);
    while ((await this.history.removeOlderThan(before, REMOVED_AT_ONCE)) === REMOVED_AT_ONCE);
  }
}
