import type { FastifyInstance, FastifyRequest } from 'fastify';
import { rememberScope, scopeOfRequest } from '../tracing/request-scopes';
import type { Tracing } from '../tracing/tracing';
import { inScope, scopeOf } from '../tracing/work-scope';

/** Asked every few seconds, and nobody's work. */
const UNTRACED = /^\/(?:health\/|metrics\b)/;

/**
 * Gives each request the scope that its log lines, the messages it orders and its calls to Meta take their ids from; while
 * tracing is on, with a span. Spans say by which route, never with which ids, query, body or credentials.
 */
export function traceRequests(fastify: FastifyInstance, tracing: Tracing): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? null;
    const span =
      !tracing.isOn || UNTRACED.test(request.url)
        ? null
        : tracing.startRequest(nameOf(request, route), request.headers.traceparent, {
            'http.request.method': request.method,
            'url.scheme': request.protocol,
            'app.request_id': request.id,
            ...(route === null ? {} : { 'http.route': route }),
          });
    const scope = scopeOf({ requestId: request.id, isRequest: true, span });
    rememberScope(request.raw, scope);
    inScope(scope, done);
  });
  if (!tracing.isOn) return;
  fastify.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply;
    const span = scopeOfRequest(request.raw)?.span;
    span?.set({ 'http.response.status_code': statusCode });
    span?.end(statusCode >= 500 ? String(statusCode) : null);
    done();
  });
}

/** A request for something that is not there has any address: as a name it would be one of millions. */
function nameOf({ method }: FastifyRequest, route: string | null): string {
  return route === null ? method : `${method} ${route}`;
}
