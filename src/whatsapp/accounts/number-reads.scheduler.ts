import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { NumberReader } from './number-reader';
import { NumberReadsRepository } from './number-reads.repository';
import { NumberScope } from './number-scope';

const EVERY_MS = 60_000;
const BATCH = 20;

/** Reads every number about once a day, and those that cannot send every ten minutes. */
@Injectable()
export class NumberReadsScheduler implements BeforeApplicationShutdown {
  private readonly log = new Logger(NumberReadsScheduler.name);
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    private readonly config: AppConfig,
    private readonly reads: NumberReadsRepository,
    private readonly scope: NumberScope,
    private readonly reader: NumberReader,
  ) {}

  @Interval(EVERY_MS)
  async tick(): Promise<void> {
    if (!this.config.has('worker') || this.isStopping || this.running !== undefined) return;
    this.running = this.runDue().catch((error: unknown) => {
      this.log.error(`Numbers were not read: ${error instanceof Error ? error.message : 'unknown error'}`);
    });
    await this.running;
    this.running = undefined;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  /** One round; also for tests that do not want to wait. */
  async runDue(): Promise<void> {
    for (const { accountId, id } of await this.reads.claimDue(BATCH)) {
      if (this.isStopping) return;
      const found = await this.scope.find([accountId], id);
      if (found !== null) await this.reader.readQuietly(found);
    }
  }
}
