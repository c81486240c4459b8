import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import type { AccountId } from '../../database/ids';
import { JobQueue } from '../../queue/job-queue';
import { JobWorker } from '../../queue/job-worker';
import { within } from '../../queue/within';
import { GapRepairService } from './gap-repair.service';
import { GapRepairsRepository } from './gap-repairs.repository';
import type { GapKey } from './webhook-gaps.repository';

/** One at a time in each process: it is bulk work, and Meta's limits are shared with live traffic. */
const CONCURRENCY = 1;
const SWEEP_EVERY_MS = 15_000;
const MOST_AT_ONCE = 50;
const LONGEST_DRAIN_MS = 15_000;

/** Repairs gaps: woken by a job, found by the sweep when no job came, and without Redis done by the sweep itself. */
@Injectable()
export class GapRepairWorker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly log = new Logger(GapRepairWorker.name);
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    private readonly worker: JobWorker,
    private readonly jobs: JobQueue,
    private readonly config: AppConfig,
    private readonly repair: GapRepairService,
    private readonly repairs: GapRepairsRepository,
  ) {}

  onModuleInit(): void {
    this.worker.consume('webhook-gaps', 'repair', CONCURRENCY, ({ accountId, gapId }) =>
      this.repair.repair({ accountId: accountId as AccountId, gapId }),
    );
  }

  @Interval(SWEEP_EVERY_MS)
  async sweepRegularly(): Promise<void> {
    if (this.isStopping || this.running !== undefined) return;
    if (!this.config.has('worker') && !this.config.has('scheduler')) return;
    this.running = this.sweep().catch((error: unknown) => {
      this.log.warn(`The sweep of gaps failed: ${error instanceof Error ? error.message : 'unknown error'}`);
    });
    await this.running;
    this.running = undefined;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    // A long one is taken up by another worker once its lease has run out.
    if (this.running !== undefined) await within(LONGEST_DRAIN_MS, this.running);
  }

  /** One round; also for tests that do not want to wait. */
  async sweep(): Promise<void> {
    for (const gap of await this.repairs.due(MOST_AT_ONCE)) {
      if (this.isStopping) return;
      if (!(await this.wake(gap)) && this.config.has('worker')) await this.repair.repair(gap);
    }
  }

  /** @returns false when Redis does not take the job */
  async wake(gap: GapKey): Promise<boolean> {
    // One that still waits in the queue is not added twice.
    return this.jobs.add('webhook-gaps', 'repair', gap, { jobId: gap.gapId });
  }
}
