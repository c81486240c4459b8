import { RateLimitedError } from '../errors/app.error';
import type { RateLimitPolicy } from './rate-limit-classes';

/** Somebody has used up what a policy allows. */
export class RequestLimitedError extends RateLimitedError {
  override readonly retryAfterMs: number;

  constructor({ limit, windowSeconds, scope }: RateLimitPolicy, retryAfterMs: number) {
    const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
    super(
      `Too many requests: ${limit} in ${windowSeconds} s are allowed. Try again in ${retryAfterSeconds} s.`,
      {
        limit,
        windowSeconds,
        retryAfterSeconds,
        scope,
      },
    );
    this.retryAfterMs = retryAfterMs;
  }
}
