import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import { ServiceUnavailableError } from '../errors/app.error';
import { BodyReader, RequestAbortedError } from '../http/body-reader';
import { RAW_BODY_LIMIT_BYTES } from '../http/body-parsers';
import { describeProblem } from '../http/describe-problem';
import type { DirectHandler } from '../http/direct-routes';
import { REQUEST_ID_HEADER, assignRequestId } from '../http/request-id';
import { BARE_SECURITY_HEADERS } from '../http/security-headers';
import { formatTraceParent } from '../tracing/trace-parent';
import { Tracing } from '../tracing/tracing';
import type { DeliveryOrigin } from './delivery-steps';
import { InboxMetrics } from './inbox.metrics';
import { WebhookInboxService } from './webhook-inbox.service';

/** Below `/api`. The two shorter addresses are those of the older integration guide. */
export const WEBHOOK_PATHS = ['meta/webhook/events', 'whatsapp/webhook', 'messenger/webhook'];

/** Of bodies that are still coming in; those that wait for PostgreSQL are bounded by the writer. */
const MOST_RECEIVING_BYTES = 64 * 1024 * 1024;
/** Somebody with a wrong secret must not fill the log. */
const TELL_REFUSALS_EVERY_MS = 10_000;
/** How long the rest of a body that was refused is read and thrown away, so that the sender gets to read the answer. */
const DISCARD_MS = 2_000;
/** Text, not bytes: Node sends text and headers in one piece. */
const RECEIVED = '{"success":true,"data":{"received":true}}';

/**
 * Takes Meta's deliveries from Node's HTTP server itself. It does what `WebhooksController.receive` does, which documents
 * the operation and serves whatever does not come this way.
 */
@Injectable()
export class WebhookIntake {
  private readonly log = new Logger(WebhookIntake.name);
  private readonly reader = new BodyReader(RAW_BODY_LIMIT_BYTES, MOST_RECEIVING_BYTES);
  private refusals = 0;
  private toldRefusalsAt = 0;

  constructor(
    private readonly inbox: WebhookInboxService,
    private readonly metrics: InboxMetrics,
    private readonly tracing: Tracing,
  ) {}

  /**
   * By full path, for `serveDirectly`.
   * @param isClosing whether the server is on its way down: then nothing more is taken in
   */
  routes(isClosing: () => boolean): Map<string, DirectHandler> {
    const handler: DirectHandler = (request, response) => {
      const id = assignRequestId(request);
      if (isClosing()) {
        response.shouldKeepAlive = false;
        this.answer(
          request,
          response,
          id,
          new ServiceUnavailableError('The service is shutting down. Try again.'),
        );
      } else if (this.tracing.isOn) this.receiveTraced(request, response, id);
      else this.receive(request, response, id, null);
    };
    return new Map(WEBHOOK_PATHS.map((path) => [`/api/${path}`, handler]));
  }

  /** The span ends with the answer: what is made of the delivery comes later, and goes on with the same trace. */
  private receiveTraced(request: IncomingMessage, response: ServerResponse, id: string): void {
    const path = request.url ?? '';
    const span = this.tracing.startRequest(`POST ${path}`, request.headers.traceparent, {
      'http.request.method': 'POST',
      'http.route': path,
      'app.request_id': id,
    });
    response.once('close', () => {
      const { statusCode } = response;
      span?.set({ 'http.response.status_code': statusCode });
      span?.end(statusCode >= 500 ? String(statusCode) : null);
    });
    const origin =
      span?.place.isSampled === true ? { requestId: id, traceParent: formatTraceParent(span.place) } : null;
    this.receive(request, response, id, origin);
  }

  private receive(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    origin: DeliveryOrigin | null,
  ): void {
    const startedAt = performance.now();
    this.reader.read(request, (error, body) => {
      if (error instanceof RequestAbortedError) return;
      if (error !== null) {
        this.refuse(request, response, id, error);
        return;
      }
      const signature = request.headers['x-hub-signature-256'];
      this.inbox.receive(body, typeof signature === 'string' ? signature : undefined, origin).then(
        () => {
          response.writeHead(200, headersOf(id, RECEIVED.length)).end(RECEIVED);
          this.metrics.acknowledged(startedAt);
        },
        (reason: unknown) => {
          this.refuse(request, response, id, reason);
        },
      );
    });
  }

  private refuse(request: IncomingMessage, response: ServerResponse, id: string, reason: unknown): void {
    const { status, body } = describeProblem(reason);
    this.metrics.refused(status);
    this.tell(id, status, body.error.code, reason);
    this.answer(request, response, id, reason);
  }

  private answer(request: IncomingMessage, response: ServerResponse, id: string, reason: unknown): void {
    const { status, body, retryAfterSeconds } = describeProblem(reason);
    const bytes = Buffer.from(JSON.stringify(body));
    // Half a body is left on the wire: what follows could not be told from it.
    const isWhole = request.complete;
    if (!isWhole) response.shouldKeepAlive = false;
    response
      .writeHead(status, {
        ...BARE_SECURITY_HEADERS,
        ...headersOf(id, bytes.length),
        ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
        ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      })
      .end(bytes);
    if (isWhole) return;
    request.resume();
    setTimeout(() => request.destroy(), DISCARD_MS).unref();
  }

  private tell(requestId: string, status: number, code: string, reason: unknown): void {
    if (status >= 500) {
      this.log.error({ requestId, status, code, err: reason }, 'A delivery was not taken in');
      return;
    }
    this.refusals += 1;
    const now = Date.now();
    if (now - this.toldRefusalsAt < TELL_REFUSALS_EVERY_MS) return;
    this.log.warn({ requestId, status, code, refusals: this.refusals }, 'Deliveries were refused');
    this.toldRefusalsAt = now;
    this.refusals = 0;
  }
}

function headersOf(requestId: string, length: number): Record<string, string | number> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': length,
    'x-content-type-options': 'nosniff',
    [REQUEST_ID_HEADER]: requestId,
  };
}
