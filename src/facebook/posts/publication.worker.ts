import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { DueRows } from '../../queue/due-rows';
import { JobQueue } from '../../queue/job-queue';
import { JobWorker } from '../../queue/job-worker';
import { PublicationRunner } from './publication-runner';
import { PREPARING_LEASE_MS } from './publication-timing';
import { type Publication, PublicationsRepository } from './publications.repository';

/** Publications that one process is at. */
const CONCURRENCY = 6;
const SWEEP_EVERY_MS = 1_000;
/** The call that publishes may be under way, and its answer is worth waiting for. */
const LONGEST_CLOSE_MS = 20_000;
const AFTER_DEFECT_MS = 60_000;

/**
 * Takes publications that are due, one after the other. The rows say what is to be done; wake-ups only make it sooner, and
 * a look once a second makes up for those that were lost.
 */
@Injectable()
export class PublicationWorker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly log = new Logger(PublicationWorker.name);
  private readonly rows: DueRows<Publication>;

  constructor(
    private readonly config: AppConfig,
    private readonly jobs: JobWorker,
    private readonly queue: JobQueue,
    private readonly publications: PublicationsRepository,
    private readonly runner: PublicationRunner,
  ) {
    this.rows = new DueRows(
      'Publications',
      CONCURRENCY,
      () => publications.claim(PREPARING_LEASE_MS),
      (publication) => this.run(publication),
      LONGEST_CLOSE_MS,
    );
  }

  onModuleInit(): void {
    this.jobs.consume('facebook-publishing', 'run', 1, () => {
      // Not awaited: a job that waited for Meta would swallow the wake-ups that come meanwhile.
      this.wake();
      return Promise.resolve();
    });
  }

  /** Tells workers, wherever they are, that there is something to do. Call it after the commit. */
  announce(): void {
    void this.queue.add('facebook-publishing', 'run', {});
  }

  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (this.config.has('worker')) this.rows.wake();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rows.close();
  }

  /** A defect in one must not be met again at once, and for ever. */
  private async run(publication: Publication): Promise<void> {
    try {
      await this.runner.run(publication);
    } catch (error) {
      this.log.error({ message: `Publication ${publication.id} could not be gone on with`, err: error });
      if (publication.claimId !== null)
        await this.publications.extend(publication, publication.claimId, AFTER_DEFECT_MS);
    }
  }
}
