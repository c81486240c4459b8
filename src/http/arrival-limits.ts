import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a request may take to arrive as a whole; a slow one would hold a connection for ever. */
export const ARRIVAL_LIMIT_MS = 30_000;
/** The same for files: 100 MB over a slow line. Node itself enforces this one, for all requests. */
export const FILE_ARRIVAL_LIMIT_MS = 15 * 60_000;
const LOOK_EVERY_MS = 5_000;

export interface ArrivalLimits {
  limitMs: number;
  lookEveryMs: number;
}

/**
 * Node knows one limit for all requests. This one ends those that bring no file sooner, in the same way. It costs a request
 * one entry of a map: no timer and no listener of its own. Belongs after every other listener for requests.
 */
export function limitArrival(
  server: Server,
  { limitMs, lookEveryMs }: ArrivalLimits = { limitMs: ARRIVAL_LIMIT_MS, lookEveryMs: LOOK_EVERY_MS },
): void {
  const latest = new Map<Socket, { request: IncomingMessage; since: number }>();
  server.on('connection', (socket: Socket) => {
    socket.once('close', () => latest.delete(socket));
  });
  server.prependListener('request', (request: IncomingMessage) => {
    latest.set(request.socket, { request, since: Date.now() });
  });
  const look = setInterval(() => {
    const before = Date.now() - limitMs;
    for (const [socket, { request, since }] of latest) {
      if (request.complete) latest.delete(socket);
      else if (since < before && !bringsFile(request)) {
        latest.delete(socket);
        server.emit('clientError', new ArrivalTimeoutError(), socket);
      }
    }
  }, lookEveryMs);
  look.unref();
  server.once('close', () => {
    clearInterval(look);
  });
}

/** Under the code that Node has for it, so that it is answered alike. */
class ArrivalTimeoutError extends Error {
  readonly code = 'ERR_HTTP_REQUEST_TIMEOUT';

  constructor() {
    super('The request did not arrive in time');
  }
}

function bringsFile({ headers }: IncomingMessage): boolean {
  return /^\s*(?:multipart\/form-data|text\/csv)\b/i.test(headers['content-type'] ?? '');
}
