import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyHttpOptions, RawServerDefault } from 'fastify';
import { BULK_ARRIVAL_LIMIT_MS } from './arrival-limits';
import { BODY_LIMIT_BYTES } from './body-parsers';
import { describeClientError, describeProblem } from './describe-problem';
import { REQUEST_ID_HEADER, assignRequestId, requestIdOf } from './request-id';
import { BARE_SECURITY_HEADERS } from './security-headers';
import type { ProxyTrust } from './trusted-proxies';
import { LONGEST_PATH_PARAMETER } from './header-limit';

const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than the minute after which common reverse proxies drop idle connections, or they would meet closed ones. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/**
 * Fastify's settings, with the errors that arise before Nest is reached answered in the envelope.
 * @param isTrusted whose `X-Forwarded-For` is believed
 */
export function serverOptions(isTrusted: ProxyTrust): FastifyHttpOptions<RawServerDefault> {
  return {
    bodyLimit: BODY_LIMIT_BYTES,
    // Behind a proxy the caller's address is in X-Forwarded-For.
    trustProxy: isTrusted,
    // Most requests have far less; see limitArrival.
    requestTimeout: BULK_ARRIVAL_LIMIT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // Whether there is a host is looked at by requireHost, which answers in the envelope.
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: false,
    },
    // Ours answers in the envelope; see rejectWhileClosing.
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PATH_PARAMETER },
    genReqId: assignRequestId,
    frameworkErrors: (error, request, reply) => {
      const { status, body } = describeProblem(error);
      const text = JSON.stringify(body);
      // The router refused the address, so there is no route whose reply could be used.
      reply.raw
        .writeHead(status, {
          ...BARE_SECURITY_HEADERS,
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(text),
          [REQUEST_ID_HEADER]: request.id,
        })
        .end(text);
    },
    clientErrorHandler: answerClientError,
  };
}

/** There is no request yet, so the answer is written by hand. */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const { status, body } = describeClientError(error.code);
  const text = JSON.stringify(body);
  if (socket.writable) {
    socket.write(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
        'content-type: application/json; charset=utf-8',
        `content-length: ${Buffer.byteLength(text)}`,
        `${REQUEST_ID_HEADER}: ${requestIdOf(undefined)}`,
        ...Object.entries(BARE_SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
        'connection: close',
        '',
        text,
      ].join('\r\n'),
    );
  }
  socket.destroy(error);
}
