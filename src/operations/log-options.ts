import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import type { Env } from '../config/env';
import { scopeOfRequest } from '../tracing/request-scopes';
import { currentLogFields } from '../tracing/work-scope';
import { maskText, maskUrl, maskValue } from './log-masking';

/** Asked every few seconds, or by the thousand; only their failures are worth a line. */
const QUIET_PATHS =
  /^\/(?:health\/|metrics\b|api\/meta\/webhook\/events\b|api\/(?:whatsapp|messenger)\/webhook\b)/;

/** JSON lines on standard output, with everything secret or personal masked before it is written. */
export function logOptions(env: Pick<Env, 'LOG_LEVEL' | 'LOG_PRETTY'>): Params {
  return {
    // The default spelling of "everywhere" is that of an older router.
    forRoutes: ['{*path}'],
    pinoHttp: {
      level: env.LOG_LEVEL,
      ...(env.LOG_PRETTY ? { transport: { target: 'pino-pretty', options: { singleLine: true } } } : {}),
      // Fastify has given the request its id before any middleware runs.
      genReqId: (request: IncomingMessage) => request.id,
      // Lines written while a request is served carry its id, not all of the request.
      quietReqLogger: true,
      customAttributeKeys: { reqId: 'requestId' },
      // Lines written while a delivery, a job or a send is worked on carry its ids. What the line itself says counts more.
      mixin: (line: object) => withoutNamed(currentLogFields(), line),
      wrapSerializers: false,
      serializers: {
        req: (request: IncomingMessage) => ({ method: request.method, url: maskUrl(addressOf(request)) }),
        res: (response: ServerResponse) => ({ status: response.statusCode }),
        err: (error: unknown) => (error instanceof Error ? maskValue(error) : error),
      },
      formatters: {
        level: (label: string) => ({ level: label }),
        log: maskFields,
      },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args.map((arg: unknown) =>
            typeof arg === 'string' ? maskText(arg) : arg,
          );
          // Objects after the text would be formatted into it, past the masking of fields.
          Reflect.apply(method, this, [
            first,
            ...rest.map((arg) => (typeof arg === 'object' ? maskValue(arg) : arg)),
          ]);
        },
      },
      customLogLevel: (request, response, error) => {
        if (response.statusCode >= 500 || error !== undefined) return 'error';
        return response.statusCode < 400 && QUIET_PATHS.test(addressOf(request)) ? 'silent' : 'info';
      },
      customSuccessMessage: () => 'request completed',
      customErrorMessage: () => 'request failed',
      customSuccessObject: (request: IncomingMessage, _response, fields: Record<string, unknown>) => ({
        ...idsOf(request),
        ...fields,
      }),
      // What failed is logged where it failed, with its stack.
      customErrorObject: (request: IncomingMessage, _response, _error, fields: Record<string, unknown>) => ({
        ...idsOf(request),
        res: fields.res,
        responseTime: fields.responseTime,
      }),
    },
  };
}

/** Middleware cuts its own path off `url`. */
function addressOf(request: IncomingMessage & { originalUrl?: string }): string {
  return request.originalUrl ?? request.url ?? '';
}

/** A request's own line is written after its work has ended: what it belongs to is looked up by the request. */
function idsOf(request: IncomingMessage): Record<string, unknown> {
  const scope = scopeOfRequest(request);
  if (scope === undefined) return {};
  return {
    ...(scope.orderedIds.length === 0 ? {} : { messageIds: scope.orderedIds }),
    ...(scope.span === null ? {} : { traceId: scope.span.place.traceId, spanId: scope.span.place.spanId }),
  };
}

/** A name that stands twice in a line would be read as either. */
function withoutNamed(fields: Record<string, unknown>, line: object): Record<string, unknown> {
  for (const name of Object.keys(fields)) if (name in line) Reflect.deleteProperty(fields, name);
  return fields;
}

/** `req` and `res` are Node's own objects, which their serializers reduce to what may be logged. */
function maskFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      key === 'req' || key === 'res' ? value : maskValue(value, key),
    ]),
  );
}
