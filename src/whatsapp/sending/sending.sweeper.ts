import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { SendLedger } from '../../conversations/send-ledger.service';
import { JobQueue } from '../../queue/job-queue';
import { SendingWorker } from './sending.worker';

const SWEEP_EVERY_MS = 3_000;
const MOST_AT_ONCE = 200;
const ANOTHER_JOB_AFTER_MS = 30_000;
/** Without Redis this process sends by itself, so many at a time. */
const CONCURRENCY_WITHOUT_QUEUE = 10;
/** The call itself, waiting for a place in line, and writing the answer down, with much to spare. */
const ABANDONED_AFTER_TIMEOUTS = 3;
const SHORTEST_ABANDONMENT_MS = 120_000;

/**
 * Makes up for what wake-ups cannot promise: messages whose job was lost or whose time has come are woken again, or
 * sent from here when Redis is away; those that a dead process left half-way are settled as `unknown`.
 */
@Injectable()
export class SendingSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(SendingSweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isClosing = false;

  constructor(
    private readonly config: AppConfig,
    private readonly ledger: SendLedger,
    private readonly jobs: JobQueue,
    private readonly worker: SendingWorker,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.has('worker') || this.config.has('scheduler')) this.schedule();
  }

  /** Finishes what it holds. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** One round; also for tests that do not want to wait. */
  async sweep(): Promise<void> {
    const abandoned = await this.ledger.markAbandoned(new Date(Date.now() - this.abandonedAfterMs()));
    if (abandoned > 0) {
      this.logger.warn(
        `${abandoned} messages were left half-way by a process that ended; their outcome is unknown`,
      );
    }
    const due = await this.ledger.findDue('whatsapp', MOST_AT_ONCE);
    const left: typeof due = [];
    let isQueueAway = false;
    for (const send of due) {
      // Not the id of the first job, which a worker that died may still hold: adding it again would do nothing. One of its
      // own, so that what still waits in the queue gets one more job and not one for every sweep; only one can begin.
      const jobId = `${send.messageId}:${Math.floor(Date.now() / ANOTHER_JOB_AFTER_MS)}`;
      isQueueAway ||= !(await this.jobs.add('message-sending', 'send', send, { jobId }));
      if (isQueueAway) left.push(send);
    }
    if (this.config.has('worker')) await this.sendDirectly(left);
  }

  private async sendDirectly(due: Awaited<ReturnType<SendLedger['findDue']>>): Promise<void> {
    const waiting = [...due];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && !this.isClosing; next = waiting.shift()) {
        const { accountId, messageId } = next;
        await this.worker.send(accountId, messageId).catch((error: unknown) => {
          this.reportFailure(error);
        });
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY_WITHOUT_QUEUE }, lane));
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.running = this.sweep()
        .catch((error: unknown) => {
          this.reportFailure(error);
        })
        .finally(() => {
          if (!this.isClosing) this.schedule();
        });
    }, SWEEP_EVERY_MS);
    this.timer.unref();
  }

  private reportFailure(error: unknown): void {
    this.logger.warn(
      `The sweep of messages to send failed: ${error instanceof Error ? error.message : 'unknown error'}`,
    );
  }

  private abandonedAfterMs(): number {
    return Math.max(SHORTEST_ABANDONMENT_MS, this.config.env.META_TIMEOUT_MS * ABANDONED_AFTER_TIMEOUTS);
  }
}
