import type { RateLimitPolicy } from './rate-limit-classes';
import type { RateLimitState } from './rate-limiter';

/** An item of `RateLimit-Policy`, by the tenth draft of the IETF's HTTPAPI group: the quota and the seconds of its window. */
export function itemOfPolicy({ name, limit, windowSeconds }: RateLimitPolicy): string {
  return `"${name}";q=${limit};w=${windowSeconds}`;
}

/** An item of `RateLimit`, by the same draft: what is left, and the seconds until the window ends. */
export function itemOfState({ policy, remaining, resetMs }: RateLimitState): string {
  return `"${policy.name}";r=${remaining};t=${Math.ceil(resetMs / 1_000)}`;
}
