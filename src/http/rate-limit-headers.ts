/** All quotas that a request counted against: `"standard-user";q=1200;w=60`, the number and the seconds of its window. */
export const RATE_LIMIT_POLICY_HEADER = 'ratelimit-policy';
/** What is left of each of them: `"standard-user";r=1187;t=42`, and the seconds until it is whole again. */
export const RATE_LIMIT_HEADER = 'ratelimit';
