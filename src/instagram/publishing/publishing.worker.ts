import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { DueRows } from '../../queue/due-rows';
import { JobQueue } from '../../queue/job-queue';
import { JobWorker } from '../../queue/job-worker';
import { type ClaimedPublication, PublicationClaims } from './publication-claims';
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
  private readonly rows: DueRows<ClaimedPublication>;

  constructor(
    private readonly config: AppConfig,
    private readonly jobs: JobWorker,
    private readonly queue: JobQueue,
    claims: PublicationClaims,
    private readonly runner: PublicationRunner,
  ) {
    this.rows = new DueRows(
      'Instagram publications',
      CONCURRENCY,
      () => claims.claim(runner.leaseMs),
      (claimed) => this.run(claimed),
      LONGEST_CLOSE_MS,
    );
  }

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
    if (this.config.has('worker')) this.rows.wake();
  }

  /** Takes nothing more; what is under way is finished, or taken over by another process after its lease. */
  beforeApplicationShutdown(): Promise<void> {
    return this.rows.close();
  }

  private async run(claimed: ClaimedPublication): Promise<void> {
    const delayMs = await this.runner.run(claimed);
    if (delayMs !== null) await this.announce(delayMs);
  }
}
