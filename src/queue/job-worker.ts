import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Job, Queue } from 'bull';
import { AppConfig } from '../config/app-config';
import { Tracing } from '../tracing/tracing';
import { causeOf } from './job-cause';
import type { JobName, JobPayload, QueueName } from './job-contracts';
import { Queues } from './queues';
import { RedisOutageLog } from './redis-outage.log';
import { runJob } from './run-job';
import { within } from './within';

export type JobHandler<Q extends QueueName, J extends JobName<Q>> = (
  payload: JobPayload<Q, J>,
  job: Job<JobPayload<Q, J>>,
) => Promise<void>;

const LONGEST_DRAIN_MS = 20_000;
const LONGEST_CLOSE_MS = 2_000;

/**
 * Runs jobs in processes with the role `worker`, and only there. Processors call `consume` from `onModuleInit`; nothing
 * is taken from a queue before the whole application has started.
 */
@Injectable()
export class JobWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(JobWorker.name);
  private readonly active = new Set<Promise<unknown>>();
  private readonly waitingForStart: (() => void)[] = [];
  private isStarted = false;
  private isClosing = false;

  constructor(
    private readonly queues: Queues,
    private readonly config: AppConfig,
    private readonly outages: RedisOutageLog,
    private readonly tracing: Tracing,
  ) {}

  /**
   * @param concurrency how many of these jobs run at once in this process
   * @param handler what it throws fails the job: it is tried again while attempts are left and the error is retryable
   */
  consume<Q extends QueueName, J extends JobName<Q>>(
    queue: Q,
    job: J,
    concurrency: number,
    handler: JobHandler<Q, J>,
  ): void {
    if (!this.config.has('worker')) return;
    const start = (): void => {
      this.start(queue, job, concurrency, handler);
    };
    if (this.isStarted) start();
    else this.waitingForStart.push(start);
  }

  onApplicationBootstrap(): void {
    this.isStarted = true;
    for (const start of this.waitingForStart.splice(0)) start();
  }

  /** Takes no further jobs, gives the running ones 20 seconds, then lets go of Redis whether it answers or not. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    this.outages.silence();
    const queues = this.queues.all();
    await within(LONGEST_CLOSE_MS, Promise.allSettled(queues.map((queue) => queue.pause(true, true))));
    const drained = await within(LONGEST_DRAIN_MS, Promise.allSettled(this.active));
    if (drained === undefined) {
      this.logger.warn(
        `${this.active.size} jobs were still running; their rows are taken up again by another worker`,
      );
    }
    await Promise.all(queues.map((queue) => this.close(queue)));
  }

  private start<Q extends QueueName, J extends JobName<Q>>(
    queue: Q,
    job: J,
    concurrency: number,
    handler: JobHandler<Q, J>,
  ): void {
    const run = async (bullJob: Job<JobPayload<Q, J>>): Promise<void> => {
      const { payload, requestId, traceParent } = causeOf(bullJob.data);
      const running = this.tracing.run(
        {
          name: `process ${queue}/${job}`,
          kind: 'consumer',
          causes: [traceParent],
          attributes: { 'messaging.system': 'bull', 'messaging.destination.name': queue },
          fields: { queue, jobId: String(bullJob.id) },
          requestId,
        },
        () => this.runLogged(queue, job, bullJob, () => handler(payload, bullJob)),
      );
      this.active.add(running);
      try {
        await running;
      } finally {
        this.active.delete(running);
      }
    };
    const target = this.queues.get(queue);
    catchNaming(target);
    target.process(job, concurrency, run).catch((error: unknown) => {
      if (!this.isClosing) this.logger.error(`${queue}/${job} is no longer consumed`, error);
    });
  }

  private async runLogged(
    queue: string,
    name: string,
    job: Pick<Job, 'discard'>,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await runJob(job, work);
    } catch (error) {
      this.logger.warn(
        `${queue}/${name} failed: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
      throw error;
    }
  }

  private async close(queue: Queue): Promise<void> {
    // Bull reconnects a connection in order to close it; with Redis away that would go on for ever.
    for (const client of queue.clients) client.options.retryStrategy = () => null;
    await within(
      LONGEST_CLOSE_MS,
      queue.close(true).catch(() => undefined),
    );
    for (const client of queue.clients) client.disconnect();
    // @nestjs/bull closes queues too, and waits without a limit.
    Object.assign(queue, { onApplicationShutdown: () => undefined });
  }
}

/**
 * Bull gives its connection a name and listens for nobody's answer: where Redis goes away at that moment the rejection is
 * nobody's, and would end the process. The name only serves Redis' list of clients.
 */
function catchNaming(queue: Queue): void {
  const giveName = queue.setWorkerName.bind(queue);
  queue.setWorkerName = () => giveName().catch(() => undefined);
}
