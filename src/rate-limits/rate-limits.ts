import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config';
import { RATE_LIMIT_HEADER, RATE_LIMIT_POLICY_HEADER } from '../http/rate-limit-headers';
import { addressKey } from './address-key';
import { type RateLimitClass, type RateLimitScope, policyOf } from './rate-limit-classes';
import { RateLimiter, type RateLimitState } from './rate-limiter';
import { RequestLimitedError } from './request-limited.error';
import { itemOfPolicy, itemOfState } from './state-headers';

/** Counts requests, and says in their answers what is left. */
@Injectable()
export class RateLimits {
  constructor(
    private readonly config: AppConfig,
    private readonly limiter: RateLimiter,
  ) {}

  /**
   * Before anything is known of who sends the request, and before its body is read.
   * @throws RequestLimitedError
   */
  async countAddress(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const name = request.routeOptions.config.rateLimit ?? 'standard';
    if (name === 'none') return;
    await this.count(name, 'address', addressKey(request.ip), reply);
  }

  /**
   * Once it is known who sends it.
   * @param key of the API key, or of the user
   * @throws RequestLimitedError
   */
  async countUser(request: FastifyRequest, reply: FastifyReply, key: string): Promise<void> {
    const name = request.routeOptions.config.rateLimit ?? 'standard';
    if (name === 'none') return;
    await this.count(name, 'user', key, reply);
  }

  /**
   * For what no answer with headers follows.
   * @throws RequestLimitedError
   */
  async countConnection(address: string): Promise<void> {
    const state = await this.take('realtime', 'address', addressKey(address));
    if (state !== null) refuseExceeded(state);
  }

  private async count(
    name: RateLimitClass,
    scope: RateLimitScope,
    key: string,
    reply: FastifyReply,
  ): Promise<void> {
    const state = await this.take(name, scope, key);
    if (state === null) return;
    append(reply, RATE_LIMIT_POLICY_HEADER, itemOfPolicy(state.policy));
    append(reply, RATE_LIMIT_HEADER, itemOfState(state));
    refuseExceeded(state);
  }

  private async take(
    name: RateLimitClass,
    scope: RateLimitScope,
    key: string,
  ): Promise<RateLimitState | null> {
    if (!this.limiter.isOn) return null;
    const policy = policyOf(this.config.env, name, scope);
    return policy === null ? null : this.limiter.take(policy, key);
  }
}

function refuseExceeded({ isExceeded, policy, resetMs }: RateLimitState): void {
  if (isExceeded) throw new RequestLimitedError(policy, resetMs);
}

function append(reply: FastifyReply, name: string, item: string): void {
  const before = reply.getHeader(name);
  void reply.header(name, before === undefined ? item : `${String(before)}, ${item}`);
}
