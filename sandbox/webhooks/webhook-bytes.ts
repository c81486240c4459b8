import { createHmac } from 'node:crypto';

import type { JsonValue } from '../json';

/**
 * JSON as Meta writes it: everything outside ASCII as \uXXXX and slashes as \/. Whoever checks the signature over
 * re-serialised JSON gets other bytes, and fails against these as against the real ones.
 */
export function metaJsonBytes(value: JsonValue): Buffer {
  return Buffer.from(escapeLikeMeta(JSON.stringify(value)), 'ascii');
}

export function escapeLikeMeta(json: string): string {
  return json
    .replace(/\//g, '\\/')
    .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function signatureHeaders(body: Buffer, appSecret: string): Record<string, string> {
  return {
    'x-hub-signature-256': `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`,
    'x-hub-signature': `sha1=${createHmac('sha1', appSecret).update(body).digest('hex')}`,
  };
}

/** `signed_request` of the deauthorize and data deletion callbacks. */
export function signedRequest(payload: JsonValue, appSecret: string): string {
  const encoded = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${createHmac('sha256', appSecret).update(encoded).digest('base64url')}.${encoded}`;
}
