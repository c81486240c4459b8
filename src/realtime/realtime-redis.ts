import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { AppConfig } from '../config/app-config';
import { redisOptions } from '../queue/redis-options';

type Answer = (error: Error | null, answer?: unknown) => void;
type Listener = (...payload: unknown[]) => void;

/**
 * Redis as the processes that hold connections use it: to pass on between each other what is not stored anywhere, and to
 * be woken. Without it clients get their events a second later, and see of each other only who is in the same process.
 */
@Injectable()
export class RealtimeRedis implements OnModuleInit, OnApplicationShutdown {
  private readonly publisher: Redis;
  private readonly subscriber: Redis;
  private readonly listeners = new Map<string, (message: string) => void>();

  constructor(private readonly config: AppConfig) {
    // Connected once the application is put together: where that fails nobody would close it.
    const options = { ...redisOptions(config.env.REDIS_URL), lazyConnect: true };
    // What cannot be told now is of no use later; it must not pile up while Redis is away.
    this.publisher = new Redis({ ...options, enableOfflineQueue: false });
    this.subscriber = new Redis(options);
    for (const redis of [this.publisher, this.subscriber]) {
      // The queues tell of outages; there is one Redis.
      redis.on('error', () => undefined);
    }
    this.subscriber.on('message', (channel: string, message: string) => {
      this.listeners.get(channel)?.(message);
    });
  }

  onModuleInit(): void {
    // It goes on trying by itself.
    this.publisher.connect().catch(() => undefined);
  }

  /** @param channel without the installation's prefix */
  listen(channel: string, listener: (message: string) => void): void {
    const name = `${this.config.env.REDIS_PREFIX}:${channel}`;
    this.listeners.set(name, listener);
    this.subscriber.subscribe(name).catch(() => undefined);
  }

  /**
   * What Socket.IO's processes speak to each other with. It is given no client of Redis but what it uses of one, as it
   * waits for no answer: each failed call would be an unhandled rejection, which ends the process.
   */
  adapter(): ReturnType<typeof createAdapter> {
    const { publisher, subscriber } = this;
    const on = (redis: Redis) => (event: string, listener: Listener) => redis.on(event, listener);
    const off = (redis: Redis) => (event: string, listener: Listener) => redis.off(event, listener);
    const quietly = async (call: Promise<unknown>): Promise<unknown> => call.catch(() => 0);
    const names = (given: string | string[]): string[] => [given].flat();
    return createAdapter(
      {
        on: on(publisher),
        off: off(publisher),
        publish: (channel: string, message: string | Buffer) => quietly(publisher.publish(channel, message)),
        send_command: (command: string, parameters: string[], answer: Answer) => {
          publisher.call(command, ...parameters).then(
            (value: unknown) => {
              answer(null, value);
            },
            (error: unknown) => {
              answer(error instanceof Error ? error : new Error('Redis does not answer.'));
            },
          );
        },
      },
      {
        on: on(subscriber),
        off: off(subscriber),
        subscribe: (channels: string | string[]) => quietly(subscriber.subscribe(...names(channels))),
        unsubscribe: (channels: string | string[]) => quietly(subscriber.unsubscribe(...names(channels))),
        psubscribe: (pattern: string) => quietly(subscriber.psubscribe(pattern)),
        punsubscribe: (pattern: string) => quietly(subscriber.punsubscribe(pattern)),
      },
      { key: `${this.config.env.REDIS_PREFIX}:realtime`, requestsTimeout: 2_000 },
    );
  }

  onApplicationShutdown(): void {
    this.publisher.disconnect();
    this.subscriber.disconnect();
  }
}
