import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a request may take to arrive as a whole; a slow one would hold a connection for ever. */
export const ARRIVAL_LIMIT_MS = 30_000;
/** The same for files: 100 MB over a slow line. */
export const FILE_ARRIVAL_LIMIT_MS = 15 * 60_000;
/** The same for files of any size, as long as they go on coming. Node itself enforces this one, for all requests. */
export const BULK_ARRIVAL_LIMIT_MS = 12 * 60 * 60_000;
/** How long nothing may come of such a file. */
const BULK_IDLE_LIMIT_MS = 2 * 60_000;
const LOOK_EVERY_MS = 5_000;
const bulk = new WeakSet<IncomingMessage>();

/**
 * This request may take as long as it needs while it goes on coming. For handlers of files of any size, once they know who
 * sends it.
 */
export function letArriveSlowly(request: IncomingMessage): void {
  bulk.add(request);
}

export interface ArrivalLimits {
  limitMs: number;
  fileLimitMs: number;
  bulkIdleMs: number;
  lookEveryMs: number;
}

const USUAL_LIMITS: ArrivalLimits = {
  limitMs: ARRIVAL_LIMIT_MS,
  fileLimitMs: FILE_ARRIVAL_LIMIT_MS,
  bulkIdleMs: BULK_IDLE_LIMIT_MS,
  lookEveryMs: LOOK_EVERY_MS,
};

interface Arriving {
  request: IncomingMessage;
  /** When it began; of a file of any size, when something of it was last seen to come. */
  since: number;
  /** That its connection had brought by then. */
  bytes: number;
}

/**
 * Node knows one limit for all requests. This one ends those that bring no file sooner, in the same way. It costs a request
 * one entry of a map: no timer and no listener of its own. Belongs after every other listener for requests.
 */
export function limitArrival(server: Server, limits: Partial<ArrivalLimits> = {}): void {
  const { limitMs, fileLimitMs, bulkIdleMs, lookEveryMs } = { ...USUAL_LIMITS, ...limits };
  const latest = new Map<Socket, Arriving>();
  server.on('connection', (socket: Socket) => {
    socket.once('close', () => latest.delete(socket));
  });
  server.prependListener('request', (request: IncomingMessage) => {
    latest.set(request.socket, { request, since: Date.now(), bytes: 0 });
  });
  const look = setInterval(() => {
    const now = Date.now();
    for (const [socket, arriving] of latest) {
      const { request } = arriving;
      if (request.complete) {
        latest.delete(socket);
        continue;
      }
      const isBulk = bulk.has(request);
      // Not while we are the ones who do not take it: what is stored slowly does not come faster.
      if (isBulk && (socket.bytesRead > arriving.bytes || request.isPaused())) {
        arriving.since = now;
        arriving.bytes = socket.bytesRead;
      }
      const limit = isBulk ? bulkIdleMs : bringsFile(request) ? fileLimitMs : limitMs;
      if (now - arriving.since > limit) {
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
