import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseJsonLosslessly } from '../json/lossless-json';

/** What Meta says in its deauthorize and data deletion callbacks. */
export interface SignedRequest {
  /** The person's id for this app (app-scoped), as `GET /me` gives it. */
  userId: string;
  /** The Page that it is about, where the callback names one. */
  profileId: string | null;
  issuedAt: Date | null;
}

/**
 * Reads Meta's `signed_request`: `<base64url signature>.<base64url JSON>`, where the signature is HMAC-SHA256 over the
 * second part as it stands. Every secret is tried, in constant time.
 * @param secrets the app's secrets, the current one first (`AppConfig.appSecrets`)
 * @returns null when it is malformed, signed by nobody we know, of another algorithm, or names no person
 */
export function parseSignedRequest(text: string, secrets: readonly string[]): SignedRequest | null {
  const [, signature, encoded] = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]+)$/.exec(text) ?? [];
  if (signature === undefined || encoded === undefined) return null;
  const given = Buffer.from(signature, 'base64url');
  let matched = false;
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(encoded).digest();
    matched = timingSafeEqual(expected, given) || matched;
  }
  return matched ? readPayload(Buffer.from(encoded, 'base64url').toString('utf8')) : null;
}

function readPayload(json: string): SignedRequest | null {
  let payload: unknown;
  try {
    payload = parseJsonLosslessly(json);
  } catch {
    return null;
  }
  if (typeof payload !== 'object' || payload === null) return null;
  const { algorithm, user_id, profile_id, issued_at } = payload as Record<string, unknown>;
  if (typeof algorithm !== 'string' || algorithm.toUpperCase() !== 'HMAC-SHA256') return null;
  const userId = idOf(user_id);
  if (userId === null) return null;
  const issuedAt = typeof issued_at === 'number' ? new Date(issued_at * 1000) : null;
  return {
    userId,
    profileId: idOf(profile_id),
    issuedAt: issuedAt === null || Number.isNaN(issuedAt.getTime()) ? null : issuedAt,
  };
}

/** Old payloads carry ids as numbers. */
function idOf(value: unknown): string | null {
  const id = typeof value === 'number' ? String(value) : value;
  return typeof id === 'string' && /^\d{1,32}$/.test(id) ? id : null;
}
