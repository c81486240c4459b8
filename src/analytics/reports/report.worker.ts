import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { MediaStorage } from '../../media/media-storage';
import { DueRows } from '../../queue/due-rows';
import { JobWorker } from '../../queue/job-worker';
import { REPORT_LEASE_MS, ReportBuilder } from './report-builder';
import { ReportClaims } from './report-claims.repository';
import { ReportRemovals } from './report-removal.repository';
import type { ClaimedReport } from './stored-report';

/** A big one holds up no small one, and few figures are read at once beside what customers wait for. */
const AT_ONCE = 2;
const SWEEP_EVERY_MS = 2_000;
const CLEAR_EVERY_MS = 10_000;
const CLEARED_AT_ONCE = 50;
const LONGEST_CLOSE_MS = 10_000;

/** Builds reports, takes up those that a process left that died, and clears away what nobody is offered any more. */
@Injectable()
export class ReportWorker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly log = new Logger(ReportWorker.name);
  private readonly rows: DueRows<ClaimedReport>;
  private readonly closing = new AbortController();
  private isClearing = false;

  constructor(
    private readonly config: AppConfig,
    private readonly jobs: JobWorker,
    private readonly removals: ReportRemovals,
    private readonly storage: MediaStorage,
    claims: ReportClaims,
    builder: ReportBuilder,
  ) {
    this.rows = new DueRows(
      'Reports',
      AT_ONCE,
      () => claims.claim(REPORT_LEASE_MS),
      (report) => builder.run(report, this.closing.signal),
      LONGEST_CLOSE_MS,
    );
  }

  onModuleInit(): void {
    this.jobs.consume('reports', 'build', 1, () => {
      // Not awaited: a job that waited for a whole report would swallow the wake-ups that come meanwhile.
      this.wake();
      return Promise.resolve();
    });
  }

  /** Makes up for wake-ups that were lost, and goes on with what a process left that died. */
  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (this.config.has('worker')) this.rows.wake();
  }

  @Interval(CLEAR_EVERY_MS)
  async clearRegularly(): Promise<void> {
    if (!this.config.has('worker') || this.isClearing || this.closing.signal.aborted) return;
    this.isClearing = true;
    try {
      await this.clear();
    } catch (error) {
      this.log.warn(
        `Files of reports that are to go were not removed: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    } finally {
      this.isClearing = false;
    }
  }

  /** The files first: a row that is forgotten could not name its file any more. */
  async clear(): Promise<void> {
    await this.removals.expire();
    for (;;) {
      const files = await this.removals.leftovers(CLEARED_AT_ONCE);
      for (const { storageKey } of files) await this.storage.remove(storageKey);
      await this.removals.forgetFiles(files);
      if (files.length < CLEARED_AT_ONCE || this.closing.signal.aborted) break;
    }
    await this.removals.settle();
    await this.removals.forgetRemoved();
  }

  /** Hands back what it is working on. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.rows.close();
  }
}
