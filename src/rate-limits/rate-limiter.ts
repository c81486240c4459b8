import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppConfig } from '../config/app-config';
import { ServiceUnavailableError } from '../errors/app.error';
import { redisOptions } from '../queue/redis-options';
import { answeredWithin } from './answered-within';
import { type RateLimitPolicy, allPolicies } from './rate-limit-classes';

/** What is left of a policy for somebody. */
export interface RateLimitState {
  policy: RateLimitPolicy;
  isExceeded: boolean;
  remaining: number;
  /** Milliseconds until the window ends and all is there again. */
  resetMs: number;
}

const PAUSE_AFTER_FAILURE_MS = 1_000;

interface Counters {
  shared: RateLimiterRedis;
  own: RateLimiterMemory;
}

/**
 * Counts requests in windows that begin with the first, for all processes together. Without Redis each process counts for
 * itself, or refuses, as `RATE_LIMIT_ON_REDIS_LOSS` says.
 */
@Injectable()
export class RateLimiter implements OnModuleInit, OnApplicationShutdown {
  private readonly log = new Logger('RateLimits');
  private readonly redis: Redis;
  private readonly counters: ReadonlyMap<string, Counters>;
  private pausedUntil = 0;
  private isAlone = false;

  constructor(private readonly config: AppConfig) {
    const { env } = config;
    // A connection of its own: that of the queues keeps what is asked while Redis is away, which no request can wait for.
    this.redis = new Redis({
      ...redisOptions(env.REDIS_URL),
      lazyConnect: true,
      enableOfflineQueue: false,
      enableAutoPipelining: true,
    });
    // The queues tell of outages; there is one Redis.
    this.redis.on('error', () => undefined);
    this.counters = new Map(
      allPolicies(env).map(({ name, limit, windowSeconds }) => {
        const options = { points: limit, duration: windowSeconds };
        const keyPrefix = `${env.REDIS_PREFIX}:rate-limits:${name}`;
        return [
          name,
          {
            shared: new RateLimiterRedis({ ...options, keyPrefix, storeClient: this.redis }),
            own: new RateLimiterMemory({ ...options, keyPrefix: name }),
          },
        ];
      }),
    );
  }

  onModuleInit(): void {
    if (!this.isOn) return;
    // It goes on trying by itself.
    this.redis.connect().catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  get isOn(): boolean {
    return this.config.env.RATE_LIMITS;
  }

  /**
   * Counts one request.
   * @param key who it is, for instance an address
   * @throws ServiceUnavailableError without Redis, where that means to refuse
   */
  async take(policy: RateLimitPolicy, key: string): Promise<RateLimitState> {
    const counters = this.counters.get(policy.name);
    if (counters === undefined) throw new Error(`No rate limit is called ${policy.name}`);
    const shared = await this.takeShared(counters.shared, key);
    this.tell(shared === null);
    if (shared !== null) return stateOf(policy, shared);
    if (this.config.env.RATE_LIMIT_ON_REDIS_LOSS === 'closed')
      throw new ServiceUnavailableError('Requests cannot be counted at present. Try again later.');
    return stateOf(policy, await consume(counters.own, bucketOf(key)));
  }

  /** @returns null when Redis is not there, or takes too long: the next are not kept waiting for it, for a second */
  private async takeShared(counter: RateLimiterRedis, key: string): Promise<RateLimiterRes | null> {
    if (this.redis.status !== 'ready' || Date.now() < this.pausedUntil) return null;
    const taken = consume(counter, key).catch(() => null);
    const result = await answeredWithin(this.config.env.RATE_LIMIT_REDIS_TIMEOUT_MS, taken);
    if (result === null) this.pausedUntil = Date.now() + PAUSE_AFTER_FAILURE_MS;
    return result;
  }

  private tell(isAlone: boolean): void {
    if (isAlone === this.isAlone) return;
    this.isAlone = isAlone;
    const instead =
      this.config.env.RATE_LIMIT_ON_REDIS_LOSS === 'closed'
        ? 'requests are refused'
        : 'this process counts alone';
    if (isAlone) this.log.warn(`Redis does not answer: ${instead}.`);
    else this.log.log('Redis answers again: requests are counted together.');
  }
}

/** Too many is an answer, too; what is thrown is that there was none. */
async function consume(counter: RateLimiterRedis | RateLimiterMemory, key: string): Promise<RateLimiterRes> {
  try {
    return await counter.consume(key);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}

function stateOf(policy: RateLimitPolicy, taken: RateLimiterRes): RateLimitState {
  const { consumedPoints, remainingPoints, msBeforeNext } = taken;
  return {
    policy,
    isExceeded: consumedPoints > policy.limit,
    remaining: Math.max(0, remainingPoints),
    resetMs: Math.max(0, msBeforeNext),
  };
}

/** In memory at most 65,536 are told apart, or somebody with many addresses could fill it. Those in one share what is left. */
function bucketOf(key: string): string {
  return createHash('sha1').update(key).digest('hex').slice(0, 4);
}
