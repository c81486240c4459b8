import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { type AccountPlace, removeOfMessages } from '../../database/bounded-removal';
import { firstIdAt } from '../../database/ids';

/**
 * Meta tells of a message for thirty days at most. What became of it stands in the message: the order to send it is only
 * for whoever asks meanwhile what left and was not heard of.
 */
export const FINISHED_SEND_DAYS = 90;
const DAY_MS = 86_400_000;
const CHUNK_ROWS = 5_000;
const PAUSE_MS = 50;

/** Takes orders out of the ledger that were carried out long ago. Those that are not finished stay, however old. */
@Injectable()
export class FinishedSendsScheduler implements BeforeApplicationShutdown {
  private readonly log = new Logger(FinishedSendsScheduler.name);
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

  @Cron('11 4 * * *', { timeZone: 'UTC' })
  async forgetRegularly(): Promise<void> {
    if (!this.config.has('scheduler') || this.isStopping || this.running !== undefined) return;
    this.running = this.forget(new Date()).catch((error: unknown) => {
      // Nothing depends on it: tomorrow's run does the same.
      this.log.warn(
        `Orders of messages sent long ago stay: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    });
    await this.running;
    this.running = undefined;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  /** In short statements, with pauses. Several nodes at once only do the same twice. */
  async forget(now: Date, chunkRows = CHUNK_ROWS): Promise<void> {
    const range = {
      from: firstIdAt(new Date(0)),
      to: firstIdAt(new Date(now.getTime() - FINISHED_SEND_DAYS * DAY_MS)),
    };
    // Attempts first: of those of an order that is not finished the latest can still be read in the order.
    for (const [table, condition] of [
      ['message_send_attempts', 'true'],
      ['message_sends', 'finished_at IS NOT NULL'],
    ] as const) {
      let after: AccountPlace | null = null;
      do {
        after = await removeOfMessages(this.database.manager, table, range, chunkRows, after, condition);
        await sleep(PAUSE_MS);
      } while (after !== null && !this.isStopping);
    }
  }
}
