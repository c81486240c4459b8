import type { IncomingHttpHeaders } from 'node:http';
import type { RealtimeSocket } from './realtime-socket';

/** Where clients put them who can: in `auth`. Browsers cannot send headers with a WebSocket. */
export function credentialsOf({ handshake }: RealtimeSocket): IncomingHttpHeaders {
  const { auth, headers } = handshake;
  const token = textOf(auth.token);
  const apiKey = textOf(auth.apiKey);
  if (token === null && apiKey === null)
    return {
      ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
      ...(headers['x-api-key'] === undefined ? {} : { 'x-api-key': headers['x-api-key'] }),
    };
  return { ...(token === null ? {} : bearer(token)), ...(apiKey === null ? {} : { 'x-api-key': apiKey }) };
}

export function bearer(token: string): IncomingHttpHeaders {
  return { authorization: /^bearer /i.test(token) ? token : `Bearer ${token}` };
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
