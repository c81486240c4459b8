import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { DueRows } from '../../queue/due-rows';
import { JobQueue } from '../../queue/job-queue';
import { SentimentAnalyzer } from '../analysis/sentiment-analyzer';
import { SentimentScans } from './sentiment-scans.repository';

const SWEEP_EVERY_MS = 2_000;
const HISTORY_EVERY_MS = 60_000;

/** Has what is stored already read: again, where somebody asks for it, and imported history where the settings do. */
@Injectable()
export class SentimentScanWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rows: DueRows<number>;

  constructor(
    private readonly config: AppConfig,
    private readonly scans: SentimentScans,
    private readonly jobs: JobQueue,
    analyzer: SentimentAnalyzer,
  ) {
    this.rows = new DueRows(
      'Texts to be read again',
      1,
      () => this.scans.step(analyzer.model, this.config.env.SENTIMENT_HISTORY),
      async (queued) => {
        if (queued > 0) await this.jobs.add('sentiment', 'read', {}, { jobId: 'wake' });
      },
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.followSetting();
  }

  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (this.config.has('worker')) this.rows.wake();
  }

  @Interval(HISTORY_EVERY_MS)
  async followSetting(): Promise<void> {
    if (!this.config.has('worker')) return;
    await (this.config.env.SENTIMENT_HISTORY ? this.scans.beginHistory() : this.scans.endHistory());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rows.close();
  }
}
