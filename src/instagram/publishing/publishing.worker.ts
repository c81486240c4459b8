import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { JobQueue } from '../../queue/job-queue';
import { JobWorker } from '../../queue/job-worker';
import { within } from '../../queue/within';
import { PublicationClaims } from './publication-claims';
import { PublicationRunner } from './publication-runner';

/** Publications worked on at once by one process: nearly all of that is waiting for Meta. */
const CONCURRENCY = 6;
const SWEEP_EVERY_MS = 5_000;
/** What is due later, a sweep finds as well. */
const LONGEST_WAKE_MS = 20 * 60_000;
const LONGEST_CLOSE_MS = 15_000;

/**
 * Publishes what is due. The rows say what is to be done and when; jobs only wake for it in time, and a sweep makes up for
 * those that were lost.
 */
@Injectable()
export class InstagramPublishingWorker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly log = new Logger(InstagramPublishingWorker.name);
  private readonly runners = new Set<Promise<void>>();
  private isClosing = false;

  constructor(
    private readonly config: AppConfig,
    private readonly jobs: JobWorker,
    private readonly queue: JobQueue,
    private readonly claims: PublicationClaims,
    private readonly runner: PublicationRunner,
  ) {}

  onModuleInit(): void {
    this.jobs.consume('instagram-publishing', 'advance', 1, () => {
      // Not awaited: a job that waited for Meta would swallow the wake-ups that come meanwhile.
      this.wake();
      return Promise.resolve();
    });
  }

  /** Has some worker look for what is due, after so long. */
  async announce(delayMs: number): Promise<void> {
    if (delayMs > LONGEST_WAKE_MS) return;
    await this.queue.add('instagram-publishing', 'advance', {}, delayMs > 0 ? { delayMs } : {});
  }

  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (!this.config.has('worker') || this.isClosing || this.runners.size >= CONCURRENCY) return;
    const runner = this.work()
      .catch((error: unknown) => {
        this.log.warn(
          `A publication was left for later: ${error instanceof Error ? error.message : 'unknown error'}`,
        );
      })
      .finally(() => this.runners.delete(runner));
    this.runners.add(runner);
  }

  /** Takes nothing more; what is under way is finished, or taken over by another process after its lease. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    await within(LONGEST_CLOSE_MS, Promise.all(this.runners));
  }

  private async work(): Promise<void> {
    while (!this.isClosing) {
      const claimed = await this.claims.claim(this.runner.leaseMs);
      if (claimed === null) return;
      // Where there is one, there may be more.
      this.wake();
      const delayMs = await this.runner.run(claimed);
      if (delayMs !== null) await this.announce(delayMs);
    }
  }
}
