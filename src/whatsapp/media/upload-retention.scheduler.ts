import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { MediaHolds } from './media-holds';
import { MediaUploadsRepository, type UnusedPlace } from './media-uploads.repository';

const DAY_MS = 86_400_000;
const AT_ONCE = 500;

/** Removes uploads that nothing has used for `MEDIA_UPLOAD_RETENTION_DAYS` and that nothing waits to be sent with. */
@Injectable()
export class UploadRetentionScheduler implements BeforeApplicationShutdown {
  private readonly log = new Logger(UploadRetentionScheduler.name);
  private isClosing = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly uploads: MediaUploadsRepository,
    private readonly holds: MediaHolds,
  ) {}

  @Cron('37 4 * * *', { timeZone: 'UTC' })
  async removeRegularly(): Promise<void> {
    if (!this.config.has('scheduler')) return;
    try {
      const removed = await this.removeUnused(new Date());
      if (removed > 0) this.log.log(`${removed} uploads were removed that nobody had used for long.`);
    } catch (error) {
      this.log.error(
        `Unused uploads were not removed: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    }
  }

  beforeApplicationShutdown(): void {
    this.isClosing = true;
  }

  /**
   * Safe to run in any number of processes at once: rows that another one looks at are left to it.
   * @returns how many went
   */
  async removeUnused(now: Date): Promise<number> {
    const days = this.config.env.MEDIA_UPLOAD_RETENTION_DAYS;
    if (days === 0) return 0;
    const since = new Date(now.getTime() - days * DAY_MS);
    let removed = 0;
    let place: UnusedPlace | null = null;
    do {
      const step: { removed: number; last: UnusedPlace | null } = await this.removeSome(since, place);
      removed += step.removed;
      place = step.last;
    } while (place !== null && !this.isClosing);
    return removed;
  }

  /** The rows are locked from the look at what is still to be sent on: nobody begins to use one between. */
  private async removeSome(
    since: Date,
    after: UnusedPlace | null,
  ): Promise<{ removed: number; last: UnusedPlace | null }> {
    return this.database.transaction(async (tx) => {
      const unused = await this.uploads.unusedSince(tx, since, AT_ONCE, after);
      const held = await this.holds.heldOf(tx, unused);
      const unwanted = unused.filter(({ id }) => !held.has(id));
      if (unwanted.length > 0) await this.uploads.removeAll(tx, unwanted);
      return { removed: unwanted.length, last: unused.length < AT_ONCE ? null : (unused.at(-1) ?? null) };
    });
  }
}
