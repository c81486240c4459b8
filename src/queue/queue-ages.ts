import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { QUEUE_NAMES, type QueueName } from './job-contracts';
import { Queues } from './queues';
import { within } from './within';

export interface QueueAge {
  queue: QueueName;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** Since when the job whose turn is next could have been taken; null when none waits. */
  waitingSince: Date | null;
}

const LONGEST_READING_MS = 1_000;

/** How full the queues are, and how long their jobs wait. Two round trips to Redis for all of them. */
@Injectable()
export class QueueAges {
  constructor(
    private readonly queues: Queues,
    private readonly config: AppConfig,
  ) {}

  /** @throws Error when Redis does not answer within a second */
  async read(): Promise<QueueAge[]> {
    const reading = this.readAll().then(
      (ages) => ({ ages }),
      (error: unknown) => ({ error }),
    );
    const result = await within(LONGEST_READING_MS, reading);
    if (result === undefined) throw new Error('Redis does not answer in time.');
    if ('error' in result) throw result.error;
    return result.ages;
  }

  private async readAll(): Promise<QueueAge[]> {
    const { client } = this.queues.get('message-sending');
    if (client.status !== 'ready') throw new Error('Redis is not connected.');
    const depths = client.pipeline();
    for (const name of QUEUE_NAMES) {
      depths.llen(this.keyOf(name, 'wait')).llen(this.keyOf(name, 'paused')).llen(this.keyOf(name, 'active'));
      depths.zcard(this.keyOf(name, 'delayed')).zcard(this.keyOf(name, 'failed'));
      depths.lindex(this.keyOf(name, 'wait'), -1); // the end that jobs are taken from
    }
    const answers = valuesOf(await depths.exec());
    const perQueue = answers.length / QUEUE_NAMES.length;
    const read = QUEUE_NAMES.map((queue, index) => {
      const [wait, paused, active, delayed, failed, next] = answers.slice(
        index * perQueue,
        (index + 1) * perQueue,
      );
      return {
        queue,
        waiting: Number(wait) + Number(paused),
        active: Number(active),
        delayed: Number(delayed),
        failed: Number(failed),
        next: typeof next === 'string' ? next : null,
      };
    });
    const jobs = client.pipeline();
    for (const { queue, next } of read) jobs.hmget(this.keyOf(queue, next ?? ''), 'timestamp', 'delay');
    const times = valuesOf(await jobs.exec());
    return read.map(({ next, ...depth }, index) => ({
      ...depth,
      waitingSince: next === null ? null : sinceWhen(times[index]),
    }));
  }

  private keyOf(queue: QueueName, part: string): string {
    return `${this.config.env.REDIS_PREFIX}:${queue}:${part}`;
  }
}

function valuesOf(results: [Error | null, unknown][] | null): unknown[] {
  return (results ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
}

/** A job that was taken in between has no times any more. */
function sinceWhen(fields: unknown): Date | null {
  const [timestamp, delay] = Array.isArray(fields) ? fields.map(Number) : [];
  if (timestamp === undefined || !Number.isFinite(timestamp) || timestamp === 0) return null;
  return new Date(timestamp + (Number.isFinite(delay) ? (delay ?? 0) : 0));
}
