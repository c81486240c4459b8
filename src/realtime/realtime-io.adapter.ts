import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { WebSocketAdapter } from '@nestjs/common';
import { Server } from 'socket.io';
import type { AppConfig } from '../config/app-config';
import { AppError } from '../errors/app.error';
import { REQUEST_ID_HEADER, requestIdOf } from '../http/request-id';
import { type ProxyTrust, clientAddress, trustIn } from '../http/trusted-proxies';
import type { RateLimits } from '../rate-limits/rate-limits';
import type { RealtimeRedis } from './realtime-redis';
import { type RealtimeNamespace, type RealtimeServer, type RealtimeSocket } from './realtime-socket';

/** Where Socket.IO's clients look for it unless they are told otherwise. */
const PATH = '/socket.io/';
/** For clients who take the address of the gateway for that path. */
const OTHER_PATH = '/realtime/';

/** Of one message of a client, or of several in one request. Access tokens are the longest that they send. */
const MOST_BYTES = 64 * 1_024;
/** How long somebody may be connected without saying who it is. */
const LONGEST_INTRODUCTION_MS = 10_000;

interface NamespaceOptions {
  namespace?: string;
  server?: RealtimeServer;
}

/**
 * Socket.IO on the server of the API, as this service wants it. Not Nest's own adapter, which brings a Socket.IO of its own
 * and binds handlers of messages; here these belong to the connection, as its limits do.
 */
export class RealtimeIoAdapter implements WebSocketAdapter<
  RealtimeServer | RealtimeNamespace,
  RealtimeSocket,
  NamespaceOptions
> {
  private isClosing = false;
  private readonly isTrusted: ProxyTrust;

  constructor(
    private readonly http: HttpServer,
    private readonly config: AppConfig,
    private readonly redis: RealtimeRedis,
    private readonly limits: RateLimits,
  ) {
    this.isTrusted = trustIn(config.env.TRUSTED_PROXIES);
  }

  create(_port: number, { namespace, server }: NamespaceOptions = {}): RealtimeServer | RealtimeNamespace {
    return server !== undefined && namespace !== undefined ? server.of(namespace) : this.open();
  }

  bindClientConnect(): void {
    // See RealtimeConnections.
  }

  bindMessageHandlers(): void {
    // See ClientMessages.
  }

  /** The HTTP server is closed by whoever opened it; what is connected has been told to go by then. */
  async close(server: RealtimeServer | RealtimeNamespace): Promise<void> {
    this.isClosing = true;
    if (server instanceof Server) server.engine.close();
    return Promise.resolve();
  }

  /** Called by Nest, though its interface does not say so. */
  async dispose(): Promise<void> {
    return Promise.resolve();
  }

  private open(): RealtimeServer {
    const { CORS_ORIGINS: origin, REALTIME_CONNECTIONS: most } = this.config.env;
    const server: RealtimeServer = new Server(this.http, {
      path: PATH,
      serveClient: false,
      cors: { origin, maxAge: 600 },
      maxHttpBufferSize: MOST_BYTES,
      connectTimeout: LONGEST_INTRODUCTION_MS,
      // What is compressed for each client takes memory for each of them.
      perMessageDeflate: false,
      httpCompression: false,
      // Resuming is ours: Socket.IO's own would keep what a client missed in memory, and lose it with the process.
      allowRequest: (request, answer) => {
        const isFull = server.engine.clientsCount >= most;
        if (this.isClosing || isFull) {
          answer(this.isClosing ? 'The service is shutting down.' : 'There are too many connections.', false);
          return;
        }
        this.limits.countConnection(clientAddress(request, this.isTrusted)).then(
          () => {
            answer(null, true);
          },
          (error: unknown) => {
            answer(error instanceof AppError ? error.message : 'Try again later.', false);
          },
        );
      },
    });
    server.engine.on('headers', (headers: Record<string, string>, request: IncomingMessage) => {
      headers[REQUEST_ID_HEADER] = requestIdOf(request.headers[REQUEST_ID_HEADER]);
    });
    server.adapter(this.redis.adapter());
    answerOtherPath(this.http);
    return server;
  }
}

function answerOtherPath(server: HttpServer): void {
  const rewrite = (request: IncomingMessage): void => {
    if (request.url?.startsWith(OTHER_PATH) === true)
      request.url = PATH + request.url.slice(OTHER_PATH.length);
  };
  server.prependListener('request', rewrite);
  server.prependListener('upgrade', rewrite);
}
