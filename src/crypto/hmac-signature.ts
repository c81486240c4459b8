import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * `appsecret_proof` of the Graph API: lower-case hex HMAC-SHA256 of the access token under the app secret.
 * Source: Graph API documentation, "Securing Graph API calls".
 */
export function appSecretProof(accessToken: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(accessToken).digest('hex');
}

/**
 * Whether `header` is `sha256=` and the hex HMAC-SHA256 of exactly these bytes under one of the secrets. Every secret is
 * tried and compared in constant time, so neither the right secret's place nor the first wrong digit can be timed.
 */
export function isSignedByAny(
  body: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
): boolean {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1];
  if (hex === undefined) return false;
  const given = Buffer.from(hex, 'hex');
  let matched = false;
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(body).digest();
    matched = timingSafeEqual(expected, given) || matched;
  }
  return matched;
}
