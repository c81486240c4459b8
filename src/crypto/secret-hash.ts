import { createHash, randomBytes } from 'node:crypto';

/** For looking things up by content, and for secrets that are random enough to need no slow hash. Never for passwords. */
export function sha256(text: string | Uint8Array): Buffer {
  return createHash('sha256').update(text).digest();
}

/** An unguessable text in base64url. 32 bytes are enough for any key; fewer than 16 are refused. */
export function randomToken(bytes: number): string {
  if (!Number.isInteger(bytes) || bytes < 16) throw new RangeError('A secret needs at least 16 random bytes');
  return randomBytes(bytes).toString('base64url');
}
