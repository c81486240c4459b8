import type { Env } from '../config/env';

/** What is counted: requests of an address, before anything is known of who sends them, or of a user or an API key. */
export type RateLimitScope = 'address' | 'user';

export interface RateLimitPolicy {
  /** As headers and Redis keys call it, for instance `standard-user`. */
  name: string;
  scope: RateLimitScope;
  /** How many within the window. */
  limit: number;
  windowSeconds: number;
}

/**
 * Which routes are counted together, and by which settings. A class without a bound of its own for addresses counts against
 * that of `standard`. docs/rate-limits.md has the same table.
 */
const CLASSES = {
  /** Everything else. */
  standard: { address: 'RATE_LIMIT_STANDARD_ADDRESS', user: 'RATE_LIMIT_STANDARD_USER' },
  /** What takes a password, and hashes it. */
  login: { address: 'RATE_LIMIT_LOGIN_ADDRESS', user: null },
  /** What takes a refresh token. */
  refresh: { address: 'RATE_LIMIT_REFRESH_ADDRESS', user: null },
  /** What connects accounts at Meta. */
  connect: { address: 'RATE_LIMIT_CONNECT_ADDRESS', user: 'RATE_LIMIT_CONNECT_USER' },
  /** Full-text search, as people type. */
  search: { address: 'RATE_LIMIT_STANDARD_ADDRESS', user: 'RATE_LIMIT_SEARCH_USER' },
  /** Reports, exports, imports, batches and whatever else works long for one request. */
  heavy: { address: 'RATE_LIMIT_STANDARD_ADDRESS', user: 'RATE_LIMIT_HEAVY_USER' },
  /** What Meta calls or fetches from its own addresses, which all its customers share. */
  meta: { address: 'RATE_LIMIT_META_ADDRESS', user: null },
  /** Connections to `/realtime`, and each time that somebody says there who it is. */
  realtime: { address: 'RATE_LIMIT_REALTIME_ADDRESS', user: null },
} as const;

export type RateLimitSetting = Extract<keyof Env, `RATE_LIMIT_${string}_${'ADDRESS' | 'USER'}`>;
export type RateLimitClass = keyof typeof CLASSES;
/** `none` is not counted at all: Meta's webhooks, which have bounds of their own, and the probes of an orchestrator. */
export type RouteRateLimit = Exclude<RateLimitClass, 'realtime'> | 'none';

/** @returns null where the class has no bound in this scope */
export function policyOf(env: Env, name: RateLimitClass, scope: RateLimitScope): RateLimitPolicy | null {
  const setting: RateLimitSetting | null = CLASSES[name][scope];
  if (setting === null) return null;
  const [limit = 0, windowSeconds = 0] = env[setting].split('/').map(Number);
  return { name: nameOf(setting), scope, limit, windowSeconds };
}

/** Every policy there is, once. */
export function allPolicies(env: Env): RateLimitPolicy[] {
  const names = Object.keys(CLASSES) as RateLimitClass[];
  const policies = names.flatMap((name) => [policyOf(env, name, 'address'), policyOf(env, name, 'user')]);
  return [...new Map(policies.filter((each) => each !== null).map((each) => [each.name, each])).values()];
}

/** `RATE_LIMIT_STANDARD_USER` is `standard-user`. */
function nameOf(setting: RateLimitSetting): string {
  return setting.replace('RATE_LIMIT_', '').replace('_', '-').toLowerCase();
}
