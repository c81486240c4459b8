import type { IncomingMessage } from 'node:http';
import { newId } from '../database/ids';

export const REQUEST_ID_HEADER = 'x-request-id';

/** The caller's `X-Request-Id` where it is fit to be logged and sent back, else a new UUIDv7. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(header) ? header : newId();
}

/** Fastify's `genReqId`. The id is also put on Node's own request, where the request log looks for it. */
export function assignRequestId(request: IncomingMessage): string {
  const id = requestIdOf(request.headers[REQUEST_ID_HEADER]);
  return Object.assign(request, { id }).id;
}
