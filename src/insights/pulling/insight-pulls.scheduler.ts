import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { JobQueue } from '../../queue/job-queue';
import { InsightAssetsRepository } from './insight-assets.repository';

const EVERY_MS = 60_000;
const AT_ONCE = 500;

/** Wakes workers for every Page and account whose figures are to be pulled. Which one does it, the claim decides. */
@Injectable()
export class InsightPullsScheduler {
  private readonly log = new Logger(InsightPullsScheduler.name);
  private isRunning = false;

  constructor(
    private readonly assets: InsightAssetsRepository,
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
    await this.assets.keepUp();
    for (const { accountId, assetId } of await this.assets.due(AT_ONCE))
      await this.jobs.add('insights', 'pull', { accountId, assetId }, { jobId: `insights-${assetId}` });
  }
}
