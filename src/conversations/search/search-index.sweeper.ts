import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { setTimeout as pause } from 'node:timers/promises';
import { AppConfig } from '../../config/app-config';
import { within } from '../../queue/within';
import { SearchIndex } from './search-index.service';

const SWEEP_EVERY_MS = 1_000;
/** Messages come first: while there is much to index, as long as it took is left to others. */
const REST_SHARE = 1;
const LONGEST_REST_MS = 2_000;
const LONGEST_STOP_MS = 10_000;

/** Works off what was noted: within a second or two as a rule, in the gaps while more comes in than that. */
@Injectable()
export class SearchIndexSweeper implements BeforeApplicationShutdown {
  private readonly log = new Logger(SearchIndexSweeper.name);
  private sweeping: Promise<void> | null = null;
  private isFailing = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly index: SearchIndex,
    private readonly config: AppConfig,
  ) {}

  @Interval(SWEEP_EVERY_MS)
  async sweepRegularly(): Promise<void> {
    if (!this.config.has('worker') || this.sweeping !== null || this.stopping.signal.aborted) return;
    this.sweeping = this.sweep();
    await this.sweeping;
    this.sweeping = null;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    if (this.sweeping !== null) await within(LONGEST_STOP_MS, this.sweeping);
  }

  private async sweep(): Promise<void> {
    try {
      for (;;) {
        const startedMs = performance.now();
        const looked = await this.index.drainSome();
        this.isFailing = false;
        if (looked === 0 || this.stopping.signal.aborted) return;
        const restMs = Math.min((performance.now() - startedMs) * REST_SHARE, LONGEST_REST_MS);
        await pause(restMs, undefined, { signal: this.stopping.signal });
      }
    } catch (error) {
      // Once for each outage, not every second.
      if (!this.isFailing && !this.stopping.signal.aborted)
        this.log.warn(
          `The search index could not be brought up to date: ${error instanceof Error ? error.message : 'unknown error'}`,
        );
      this.isFailing = true;
    }
  }
}
