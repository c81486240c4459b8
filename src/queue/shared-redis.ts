import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { Queues } from './queues';
import { within } from './within';

/** A Lua script with the digest that Redis keeps it under. */
export interface RedisScript {
  readonly text: string;
  readonly digest: string;
}

export function redisScript(text: string): RedisScript {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

const PUBLISH = redisScript(`return redis.call('PUBLISH', KEYS[1], ARGV[1])`);
const LONGEST_CALL_MS = 250;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/**
 * Counters that all processes share and that may be lost: how fast somebody sends, for instance. What must not be lost
 * stands in PostgreSQL. It uses the connection of the queues.
 */
@Injectable()
export class SharedRedis {
  private pausedUntil = 0;

  constructor(
    private readonly queues: Queues,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param keys without the installation's prefix
   * @returns what the script returns, or null when Redis does not answer within a quarter of a second
   */
  async run(
    script: RedisScript,
    keys: readonly string[],
    parameters: readonly (string | number)[],
  ): Promise<unknown> {
    const client = this.queues.get('message-sending').client;
    if (client.status !== 'ready' || Date.now() < this.pausedUntil) return null;
    const prefixed = keys.map((key) => `${this.config.env.REDIS_PREFIX}:${key}`);
    const call = client
      .evalsha(script.digest, prefixed.length, ...prefixed, ...parameters)
      .catch((error: unknown) =>
        error instanceof Error && error.message.startsWith('NOSCRIPT')
          ? client.eval(script.text, prefixed.length, ...prefixed, ...parameters)
          : Promise.reject(error as Error),
      )
      .then(
        (value: unknown) => ({ value }),
        () => null,
      );
    const answer = await within(LONGEST_CALL_MS, call);
    if (answer === undefined || answer === null) {
      this.pausedUntil = Date.now() + PAUSE_AFTER_FAILURE_MS;
      return null;
    }
    return answer.value;
  }

  /**
   * Tells whoever listens at the moment; nobody else ever learns of it. Never fails.
   * @param channel without the installation's prefix
   */
  async publish(channel: string, message: string): Promise<void> {
    await this.run(PUBLISH, [channel], [message]);
  }
}
