import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { SendResult } from '../conversations/conversation-types';
import { SendSettlement } from '../conversations/sends/send-settlement.service';
import { beginBatch } from '../database/batch-transaction';
import { repeatLostRaces } from '../database/lost-race';
import { Tracing } from '../tracing/tracing';
import { SendingMetrics } from './sending.metrics';

const MOST_AT_ONCE = 200;
/** Each holds a database connection. */
const MOST_TRANSACTIONS = 2;
/** Between two transactions, for what ends meanwhile: a transaction costs the same for one result as for many. */
const PAUSE_MS = 40;
const SAVING_TRIES = 4;
/** In a log line. */
const MOST_IDS_TOLD = 20;

interface Waiting {
  result: SendResult;
  done: () => void;
}

/**
 * Writes down how sends ended: what ends while a transaction is being written goes into the next one. So a quiet number's
 * result is written at once, and a thousand a second in some tens of transactions.
 */
@Injectable()
export class SendResults {
  private readonly logger = new Logger(SendResults.name);
  private waiting: Waiting[] = [];
  private transactions = 0;
  private restsUntil = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly settlement: SendSettlement,
    private readonly tracing: Tracing,
    private readonly metrics: SendingMetrics,
  ) {}

  /** @returns when it is written, or given up: then the row stays in `sending`, and is settled as `unknown` later */
  async record(result: SendResult): Promise<void> {
    return new Promise((done) => {
      this.waiting.push({ result, done });
      this.writeSome();
    });
  }

  private writeSome(): void {
    if (this.transactions >= MOST_TRANSACTIONS || this.waiting.length === 0) return;
    const restMs = this.restsUntil - Date.now();
    if (restMs > 0 && this.waiting.length < MOST_AT_ONCE) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.writeSome();
      }, restMs);
      return;
    }
    this.restsUntil = Date.now() + PAUSE_MS;
    const batch = this.waiting.splice(0, MOST_AT_ONCE);
    this.transactions += 1;
    void this.writeTraced(batch.map(({ result }) => result)).finally(() => {
      this.transactions -= 1;
      for (const { done } of batch) done();
      this.writeSome();
    });
  }

  /** Results of many messages in one transaction: in the trace of the only one, else with links to all. */
  private async writeTraced(results: readonly SendResult[]): Promise<void> {
    await this.tracing.run(
      {
        name: 'record sends',
        causes: results.map(({ send }) => send.traceParent),
        fields: { messageIds: results.slice(0, MOST_IDS_TOLD).map(({ send }) => send.messageId) },
      },
      () => this.write(results),
    );
  }

  /** What Meta has answered must be written down: a moment without the database is waited for. */
  private async write(results: readonly SendResult[]): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.transact(results);
        return;
      } catch (error) {
        if (tries === SAVING_TRIES) {
          await this.giveUp(results, error);
          return;
        }
        await sleep(250 * 4 ** (tries - 1));
      }
    }
  }

  /** One that cannot be written must not keep the others from it. */
  private async giveUp(results: readonly SendResult[], error: unknown): Promise<void> {
    const [only, another] = results;
    if (only !== undefined && another === undefined) {
      this.logger.error({
        message: `The result of a send could not be written down: ${error instanceof Error ? error.message : 'unknown error'}`,
        messageId: only.send.messageId,
        outcome: only.state,
      });
      return;
    }
    for (const result of results) {
      await this.transact([result]).catch((cause: unknown) => this.giveUp([result], cause));
    }
  }

  private async transact(results: readonly SendResult[]): Promise<void> {
    await repeatLostRaces(() =>
      this.database.transaction(async (tx) => {
        await beginBatch(tx);
        await this.settlement.settle(tx, results);
      }),
    );
    this.metrics.ended(results);
  }
}
