import { randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
const GENERATED_BYTES = 32;

/** In characters. */
export const LONGEST_SECRET = PREFIX.length + 4 * Math.ceil(MOST_BYTES / 3);

/** A new signing secret, in the form of the Standard Webhooks specification: `whsec_` and base64 of the key. */
export function newEndpointSecret(): string {
  return PREFIX + randomBytes(GENERATED_BYTES).toString('base64');
}

/** Whether receivers' libraries take it for a secret of 24 to 64 bytes. */
export function isEndpointSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return false;
  const key = Buffer.from(text.slice(PREFIX.length), 'base64');
  // Node skips what is no base64; libraries in other languages refuse it.
  return (
    key.toString('base64') === text.slice(PREFIX.length) &&
    key.length >= LEAST_BYTES &&
    key.length <= MOST_BYTES
  );
}
