import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../config/app-config';
import { MediaStorage } from './media-storage';

/** Far longer than any file takes; what is older was left by a process that died. */
const ABANDONED_AFTER_MS = 6 * 60 * 60_000;

/** Has the storage forget what was left half-written, when a worker starts and from time to time. */
@Injectable()
export class StorageCleaner implements OnApplicationBootstrap {
  private readonly log = new Logger(StorageCleaner.name);

  constructor(
    private readonly config: AppConfig,
    private readonly storage: MediaStorage,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.clean();
  }

  @Interval(ABANDONED_AFTER_MS)
  async clean(): Promise<void> {
    if (!this.config.has('worker')) return;
    try {
      await this.storage.removeAbandoned(new Date(Date.now() - ABANDONED_AFTER_MS));
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      this.log.warn(`Unfinished files were not looked at: ${reason}`);
    }
  }
}
