import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { MediaStorage } from '../../media/media-storage';
import { DueRows } from '../../queue/due-rows';
import { JobWorker } from '../../queue/job-worker';
import { BATCH_LEASE_MS, BatchRunner } from './batch-runner';
import { BatchesRepository } from './batches.repository';
import { type ClaimedBatch, partKey, uploadKey } from './stored-batch';

const SWEEP_EVERY_MS = 2_000;
const REMOVE_EVERY_MS = 10_000;
const REMOVED_AT_ONCE = 20;
const FILES_AT_ONCE = 20;
const LONGEST_CLOSE_MS = 10_000;

/** Works on files of texts: one at a time in each process, as they are long and nobody's message may wait for them. */
@Injectable()
export class BatchWorker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly log = new Logger(BatchWorker.name);
  private readonly rows: DueRows<ClaimedBatch>;
  private readonly closing = new AbortController();
  private isRemoving = false;

  constructor(
    private readonly config: AppConfig,
    private readonly jobs: JobWorker,
    private readonly batches: BatchesRepository,
    private readonly storage: MediaStorage,
    runner: BatchRunner,
  ) {
    this.rows = new DueRows(
      'Files of texts',
      1,
      () => batches.claim(BATCH_LEASE_MS),
      (batch) => runner.run(batch, this.closing.signal),
      LONGEST_CLOSE_MS,
    );
  }

  onModuleInit(): void {
    this.jobs.consume('sentiment-batches', 'run', 1, () => {
      // Not awaited: a job that waited for a whole file would swallow the wake-ups that come meanwhile.
      this.wake();
      return Promise.resolve();
    });
  }

  /** Makes up for wake-ups that were lost, and goes on with what a process left that died. */
  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (this.config.has('worker')) this.rows.wake();
  }

  @Interval(REMOVE_EVERY_MS)
  async removeRegularly(): Promise<void> {
    if (!this.config.has('worker') || this.isRemoving || this.closing.signal.aborted) return;
    this.isRemoving = true;
    try {
      await this.batches.removeExpired();
      await this.removeFiles();
    } catch (error) {
      this.log.warn(
        `Files of texts that are to go were not removed: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    } finally {
      this.isRemoving = false;
    }
  }

  /** The files first: a batch that is forgotten could not name them any more. */
  async removeFiles(): Promise<void> {
    for (;;) {
      const gone = await this.batches.removed(REMOVED_AT_ONCE);
      for (const { id, parts } of gone) {
        await this.storage.remove(uploadKey(id));
        // One more: it may have been stored just before the batch ended.
        for (let part = 0; part <= parts; part += FILES_AT_ONCE) {
          if (this.closing.signal.aborted) return;
          const last = Math.min(part + FILES_AT_ONCE - 1, parts);
          const keys = Array.from({ length: last - part + 1 }, (_, index) => partKey(id, part + index));
          await Promise.all(keys.map((key) => this.storage.remove(key)));
        }
        await this.batches.forget(id);
      }
      if (gone.length < REMOVED_AT_ONCE) return;
    }
  }

  /** Hands back what it is working on. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.rows.close();
  }
}
