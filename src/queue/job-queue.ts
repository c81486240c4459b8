import { Injectable, Logger } from '@nestjs/common';
import type { Job, JobOptions } from 'bull';
import type { JobName, JobPayload, QueueName } from './job-contracts';
import { currentRequestId, currentTraceParent } from '../tracing/work-scope';
import { causedBy } from './job-cause';
import { Queues } from './queues';
import { within } from './within';

export interface AddJobOptions {
  /** At most one job with this id waits or runs; adding it again meanwhile does nothing. */
  jobId?: string;
  delayMs?: number;
  /** Of Bull. Default 1: retries that must survive are kept in PostgreSQL, with the row they are about. */
  attempts?: number;
  /** 1 is the most urgent. Default none, which goes before all that have one. */
  priority?: number;
}

/** How many jobs a queue still has to do. */
export interface JobCounts {
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
}

const LONGEST_ADD_MS = 500;
const PAUSE_AFTER_TIMEOUT_MS = 1_000;
const MOST_UNSETTLED = 1_000;
const FAILED_JOBS_KEPT = 1_000;

/**
 * Wakes workers. What a job is about stands in PostgreSQL already, and a sweeper finds what nobody was woken for, so
 * `add` neither throws nor waits when Redis is away.
 */
@Injectable()
export class JobQueue {
  private readonly logger = new Logger(JobQueue.name);
  private unsettled = 0;
  private pausedUntil = 0;
  private isOutageTold = false;

  constructor(private readonly queues: Queues) {}

  /** @returns whether a worker will be woken; false, within about half a second, when Redis does not take the job */
  async add<Q extends QueueName, J extends JobName<Q>>(
    queue: Q,
    job: J,
    payload: JobPayload<Q, J>,
    options: AddJobOptions = {},
  ): Promise<boolean> {
    const target = this.queues.get(queue);
    if (!this.mayTry(target.client.status)) return this.giveUp(queue, job, 'Redis is not connected');
    this.unsettled += 1;
    // Not awaited alone: Bull lets it wait for the connection. Should it come through later, a worker wakes for nothing.
    const adding: Promise<Job> = target.add(
      job,
      causedBy(payload, currentRequestId(), currentTraceParent()),
      bullOptions(options),
    );
    const settled = adding.then(
      () => 'added' as const,
      (error: unknown) => (error instanceof Error ? error.message : 'unknown error'),
    );
    void settled.finally(() => (this.unsettled -= 1));
    const result = await within(LONGEST_ADD_MS, settled);
    if (result === 'added') {
      this.isOutageTold = false;
      return true;
    }
    if (result === undefined) this.pausedUntil = Date.now() + PAUSE_AFTER_TIMEOUT_MS;
    return this.giveUp(queue, job, result ?? `no answer within ${LONGEST_ADD_MS} ms`);
  }

  /** Whether Redis answers, for the readiness check. Takes at most half a second. */
  async isReachable(): Promise<boolean> {
    const [queue] = this.queues.all();
    if (queue?.client.status !== 'ready') return false;
    const pong = await within(
      LONGEST_ADD_MS,
      queue.client.ping().catch(() => ''),
    );
    return pong === 'PONG';
  }

  /** For metrics; null when Redis does not answer within half a second. */
  async countsOf(queue: QueueName): Promise<JobCounts | null> {
    const target = this.queues.get(queue);
    if (target.client.status !== 'ready') return null;
    const counts = await within(
      LONGEST_ADD_MS,
      target.getJobCounts().catch(() => undefined),
    );
    if (counts === undefined) return null;
    const { waiting, active, delayed, failed } = counts;
    return { waiting, active, delayed, failed };
  }

  /** While Redis hangs or is away, jobs must not pile up in this process's memory waiting for it. */
  private mayTry(status: string): boolean {
    const isUsable = status === 'ready' || status === 'connect' || status === 'connecting';
    return isUsable && Date.now() >= this.pausedUntil && this.unsettled < MOST_UNSETTLED;
  }

  private giveUp(queue: string, job: string, reason: string): false {
    if (!this.isOutageTold) {
      this.isOutageTold = true;
      this.logger.warn(
        `${queue}/${job} was not queued: ${reason}. Its row waits for the sweeper; further ones likewise`,
      );
    }
    return false;
  }
}

function bullOptions({ jobId, delayMs, attempts = 1, priority }: AddJobOptions): JobOptions {
  return {
    attempts,
    removeOnComplete: true,
    // A failed job that is kept would block its id: later jobs with the same id would silently not be added.
    removeOnFail: jobId === undefined ? FAILED_JOBS_KEPT : true,
    ...(jobId === undefined ? {} : { jobId }),
    ...(delayMs === undefined ? {} : { delay: delayMs }),
    ...(priority === undefined ? {} : { priority }),
  };
}
