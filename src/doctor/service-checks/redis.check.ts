import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { pingRedis } from '../../operations/redis-ping';
import { RedisFacts } from '../../queue/redis-facts';
import type { Check } from '../check-runner';
import { type Finding, about } from '../finding';

const LONGEST_PING_MS = 2_000;
const OLDEST_MAJOR = 6;
const FULL_SHARE = 0.9;

@Injectable()
export class RedisCheck implements Check {
  readonly name = 'redis';
  readonly subject = 'Redis';

  constructor(
    private readonly config: AppConfig,
    private readonly redis: RedisFacts,
  ) {}

  async look(): Promise<Finding[]> {
    const finding = about(this.name, this.subject);
    try {
      await pingRedis(this.config.env.REDIS_URL, LONGEST_PING_MS);
    } catch (error) {
      return [
        finding({
          severity: 'error',
          title: 'Redis does not answer',
          explanation:
            `Deliveries are still taken and processed, by sweeps, seconds later; live updates, rate limits and pacing do not work. ${error instanceof Error ? error.message : ''}`.trim(),
          fix: 'Start Redis, or put REDIS_URL right: host, port, password, rediss:// for TLS.',
        }),
      ];
    }
    const facts = await this.redis.read();
    if (facts === null)
      return [
        finding({
          severity: 'unknown',
          title: 'Redis answers and does not tell how it is set',
          explanation: 'INFO is not allowed, or the connection of the queues is just being made.',
        }),
      ];
    const evidence = {
      version: facts.version,
      evictionPolicy: facts.evictionPolicy,
      maxMemoryBytes: facts.maxMemoryBytes,
      usedMemoryBytes: facts.usedMemoryBytes,
      persistent: facts.isPersistent,
    };
    const troubles: Finding[] = [];
    if (facts.role === 'slave' || facts.hasWriteFailed)
      troubles.push(
        finding({
          severity: 'error',
          title: 'Redis takes no writes',
          explanation:
            facts.role === 'slave'
              ? 'REDIS_URL leads to a replica.'
              : 'It failed to write to its disk, and by default refuses changes then.',
          fix: 'Let REDIS_URL lead to the master; see that its disk has space.',
          evidence,
        }),
      );
    if (facts.evictionPolicy !== null && facts.evictionPolicy !== 'noeviction') {
      const isLimited = facts.maxMemoryBytes > 0;
      troubles.push(
        finding({
          severity: isLimited ? 'error' : 'warning',
          title: `Redis may throw jobs away: maxmemory-policy is ${facts.evictionPolicy}`,
          explanation: `${isLimited ? 'When its memory is full' : 'Once it gets a memory limit'} it removes keys of its choice, wake-ups and the state of queues among them. Nothing in PostgreSQL is lost, but work stands still until sweeps find it, and limits forget what was used.`,
          fix: 'Set maxmemory-policy noeviction in redis.conf (or CONFIG SET maxmemory-policy noeviction); give it a Redis of its own if others need another policy.',
          evidence,
        }),
      );
    }
    if (facts.maxMemoryBytes > 0 && facts.usedMemoryBytes > facts.maxMemoryBytes * FULL_SHARE)
      troubles.push(
        finding({
          severity: 'warning',
          title: 'Redis is almost full',
          explanation: 'At its limit it refuses new jobs; work is then found by sweeps only.',
          fix: 'Raise maxmemory.',
          evidence,
        }),
      );
    if (facts.version !== null && Number(facts.version.split('.')[0]) < OLDEST_MAJOR)
      troubles.push(
        finding({
          severity: 'warning',
          title: `Redis ${facts.version} is older than what this service is tested with`,
          explanation: 'Commands of the queues and of live updates may be missing.',
          fix: 'Use Redis 7 or Valkey.',
          evidence,
        }),
      );
    return troubles.length > 0
      ? troubles
      : [
          finding({
            severity: 'ok',
            title: 'Redis answers and keeps what it is given',
            explanation: facts.isPersistent
              ? 'It evicts nothing and writes to disk.'
              : 'It evicts nothing. It does not write to disk, which costs nothing but wake-ups: all that counts is in PostgreSQL.',
            evidence,
          }),
        ];
  }
}
