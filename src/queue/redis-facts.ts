import { Injectable } from '@nestjs/common';
import { QUEUE_NAMES, type QueueName } from './job-contracts';
import { Queues } from './queues';
import { within } from './within';

/** What Redis says of itself. */
export interface RedisReading {
  version: string | null;
  /** `noeviction`, `allkeys-lru`, …; null where it does not tell. */
  evictionPolicy: string | null;
  /** 0: as much as the machine has. */
  maxMemoryBytes: number;
  usedMemoryBytes: number;
  /** Whether it writes to disk at all, in either way. */
  isPersistent: boolean;
  /** The last write to disk failed: by default Redis then takes no more writes. */
  hasWriteFailed: boolean;
  /** `master`, or `slave` for a copy that takes no writes. */
  role: string | null;
}

const LONGEST_CALL_MS = 3_000;
const SECTIONS = ['server', 'memory', 'persistence', 'replication'] as const;

/** Looks at Redis over the connection of the queues, and changes nothing in it. */
@Injectable()
export class RedisFacts {
  constructor(private readonly queues: Queues) {}

  /** @returns null when Redis does not answer */
  async read(): Promise<RedisReading | null> {
    const sections = await Promise.all(SECTIONS.map((section) => this.info(section)));
    if (sections.includes(null)) return null;
    const facts = new Map(sections.flatMap((section) => linesOf(section ?? '')));
    const number = (name: string): number => Number(facts.get(name) ?? 0) || 0;
    return {
      version: facts.get('redis_version') ?? null,
      evictionPolicy: facts.get('maxmemory_policy') ?? null,
      maxMemoryBytes: number('maxmemory'),
      usedMemoryBytes: number('used_memory'),
      isPersistent: facts.get('aof_enabled') === '1' || number('rdb_last_save_time') > 0,
      hasWriteFailed:
        facts.get('rdb_last_bgsave_status') === 'err' || facts.get('aof_last_write_status') === 'err',
      role: facts.get('role') ?? null,
    };
  }

  /**
   * How many processes take jobs from each queue, of all installations with the same prefix.
   * @returns null where Redis does not answer, or does not let its clients be listed
   */
  async consumers(): Promise<ReadonlyMap<QueueName, number> | null> {
    const list = await this.ask(async () => {
      const answer: unknown = await this.client().client('LIST');
      return typeof answer === 'string' ? answer : null;
    });
    if (list === null) return null;
    const names = list.split('\n').map((line) => / name=(\S*)/.exec(line)?.[1] ?? '');
    return new Map(
      QUEUE_NAMES.map((name) => {
        const wanted = this.queues.get(name).clientName();
        return [name, names.filter((each) => each === wanted).length];
      }),
    );
  }

  /** Queues that somebody has paused for all processes: nothing is taken from them. */
  async paused(): Promise<QueueName[] | null> {
    return this.ask(async () => {
      const states = await Promise.all(QUEUE_NAMES.map((name) => this.queues.get(name).isPaused()));
      return QUEUE_NAMES.filter((_, index) => states[index] === true);
    });
  }

  private async info(section: (typeof SECTIONS)[number]): Promise<string | null> {
    return this.ask(() => this.client().info(section));
  }

  /** A command to a Redis that is away waits for its return; nobody waits with it. */
  private async ask<T>(question: () => Promise<T>): Promise<T | null> {
    // One that is only just connecting will answer.
    if (['reconnecting', 'close', 'end'].includes(this.client().status)) return null;
    const answer = await within(
      LONGEST_CALL_MS,
      question().catch(() => null),
    );
    return answer ?? null;
  }

  private client() {
    return this.queues.get('message-sending').client;
  }
}

function linesOf(info: string): [string, string][] {
  return info.split(/\r?\n/).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon <= 0 || line.startsWith('#') ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
  });
}
