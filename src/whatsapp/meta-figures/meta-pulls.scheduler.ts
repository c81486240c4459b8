import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { JobQueue } from '../../queue/job-queue';
import { MetaPullsRepository } from './meta-pulls.repository';

const EVERY_MS = 60_000;
const AT_ONCE = 500;

/** Wakes workers for every WhatsApp Business Account whose figures are to be pulled. Which one does it, the claim decides. */
@Injectable()
export class MetaPullsScheduler {
  private readonly log = new Logger(MetaPullsScheduler.name);
  private isRunning = false;

  constructor(
    private readonly pulls: MetaPullsRepository,
    private readonly jobs: JobQueue,
    private readonly config: AppConfig,
  ) {}

  @Interval(EVERY_MS)
  async tick(): Promise<void> {
    if (!this.config.has('scheduler') || this.isRunning) return;
    this.isRunning = true;
    try {
      await this.wakeDue();
    } catch (error) {
      this.log.warn(`Pulls were not begun: ${error instanceof Error ? error.message : 'unknown error'}`);
    } finally {
      this.isRunning = false;
    }
  }

  /** One round; also for tests that do not want to wait. */
  async wakeDue(): Promise<void> {
    await this.pulls.keepUp();
    for (const { accountId, assetId } of await this.pulls.due(AT_ONCE))
      await this.jobs.add(
        'whatsapp-figures',
        'pull',
        { accountId, assetId },
        { jobId: `whatsapp-figures-${assetId}` },
      );
  }
}
