import { createHmac } from 'node:crypto';
import type { ApiAnswer, ApiClient } from './api-client';
import { TEST_APP_SECRET } from './test-app';

export interface SignedWebhookOptions {
  secret?: string;
  path?: string;
  contentType?: string;
  /** In place of the right signature; null sends none. */
  signature?: string | null;
}

export function signatureOf(body: string | Uint8Array, secret = TEST_APP_SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Delivers a body as Meta does: signed over exactly these bytes. */
export async function deliver(
  api: ApiClient,
  body: string | Uint8Array,
  options: SignedWebhookOptions = {},
): Promise<ApiAnswer> {
  const signature = options.signature === undefined ? signatureOf(body, options.secret) : options.signature;
  return api.raw(options.path ?? '/api/meta/webhook/events', {
    method: 'POST',
    headers: {
      'content-type': options.contentType ?? 'application/json',
      ...(signature === null ? {} : { 'x-hub-signature-256': signature }),
    },
    body: typeof body === 'string' ? body : Buffer.from(body),
  });
}
