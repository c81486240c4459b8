import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../config/app-config';
import { MediaStorage } from '../media/media-storage';
import { DueRows } from '../queue/due-rows';
import { JobWorker } from '../queue/job-worker';
import { MediaGoneError, mediaOutcomeOf } from './media-outcome';
import { MediaSources } from './media-sources';
import { MessageMediaRemovals } from './message-media-removals';
import { type ClaimedMedia, MessageMediaRepository } from './message-media.repository';

/** Files fetched at once by one process, however many wait. */
const CONCURRENCY = 3;
const SWEEP_EVERY_MS = 2_000;
const LONGEST_DOWNLOAD_MS = 6 * 60_000;
/** The download, the question before it and writing it down, with time to spare: who is alive holds on to what it has. */
const LEASE_MS = 10 * 60_000;
const REMOVE_EVERY_MS = 60_000;
/** All at the same time, within a transaction that must not be long. */
const REMOVED_AT_ONCE = 50;
const LONGEST_CLOSE_MS = 15_000;

/**
 * Fetches the files of messages, in a lane of its own: nothing else waits for it, and it takes no more of a process than
 * a few downloads. The rows say what is to be done; wake-ups only make it sooner.
 */
@Injectable()
export class MediaWorker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly log = new Logger(MediaWorker.name);
  private readonly rows: DueRows<ClaimedMedia>;
  private readonly closing = new AbortController();

  constructor(
    private readonly config: AppConfig,
    private readonly jobs: JobWorker,
    private readonly media: MessageMediaRepository,
    private readonly removals: MessageMediaRemovals,
    private readonly sources: MediaSources,
    private readonly storage: MediaStorage,
  ) {
    this.rows = new DueRows(
      'Files of messages',
      CONCURRENCY,
      () => media.claim(LEASE_MS),
      (claimed) => this.fetch(claimed),
      LONGEST_CLOSE_MS,
    );
  }

  onModuleInit(): void {
    this.jobs.consume('media', 'fetch', 1, () => {
      // Not awaited: a job that waited for downloads would swallow the wake-ups that come meanwhile.
      this.wake();
      return Promise.resolve();
    });
  }

  /** Makes up for wake-ups that were lost, and finds what is due by now. */
  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (this.config.has('worker')) this.rows.wake();
  }

  @Interval(REMOVE_EVERY_MS)
  async removeRegularly(): Promise<void> {
    if (!this.config.has('worker')) return;
    try {
      await this.removeFiles();
    } catch (error) {
      this.log.warn(`Files that are to go were not removed: ${messageOf(error)}`);
    }
  }

  /** Files of which the rows are gone, or were never written. */
  async removeFiles(): Promise<void> {
    let settled: number;
    do settled = await this.removals.settle(REMOVED_AT_ONCE, (key) => this.remove(key));
    while (settled === REMOVED_AT_ONCE && !this.closing.signal.aborted);
  }

  private async remove(key: string): Promise<void> {
    try {
      await this.storage.remove(key);
    } catch (error) {
      this.log.warn(`The file ${key} is to go and was not removed: ${messageOf(error)}`);
      throw error;
    }
  }

  /** Breaks downloads off and gives them back: the next process begins them anew. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.rows.close();
  }

  private async fetch(claimed: ClaimedMedia): Promise<void> {
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(LONGEST_DOWNLOAD_MS)]);
    let file;
    try {
      if (claimed.platform === null) throw new MediaGoneError();
      file = await this.sources.of(claimed.platform).fetch(claimed, signal);
    } catch (error) {
      await this.recordFailure(claimed, error);
      return;
    }
    await this.media.recordStored(claimed, file);
  }

  private async recordFailure(claimed: ClaimedMedia, error: unknown): Promise<void> {
    if (this.closing.signal.aborted) {
      await this.media.recordRetry(claimed, { delayMs: 0, isCounted: false, isRefusal: false, error: null });
      return;
    }
    const ageMs = Date.now() - claimed.createdAt.getTime();
    const { attempt, refusals } = claimed;
    const outcome = mediaOutcomeOf({ error, attempt, refusals, ageMs });
    const { code, message } = outcome.error;
    if (outcome.state === 'failed') {
      this.log.warn(`A file is given up after ${attempt} attempts: ${code}, ${message}`);
      await this.media.recordFailed(claimed, outcome.error);
    } else await this.media.recordRetry(claimed, outcome);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
