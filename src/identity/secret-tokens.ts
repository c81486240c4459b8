import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, fit for headers and addresses. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** How refresh tokens and API keys are kept: they are random, so a fast hash without salt is as good as a slow one. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
