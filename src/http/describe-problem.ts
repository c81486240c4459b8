import { HttpException } from '@nestjs/common';
import {
  AppError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  PayloadTooLargeError,
  RateLimitedError,
  ServiceUnavailableError,
  UnauthorizedError,
  UnsupportedMediaError,
  ValidationFailedError,
} from '../errors/app.error';
import { problemOfFastify } from './body-parsers';
import { isConnectionLoss } from './connection-loss';
import { ERROR_CATALOGUE } from './error-catalogue';
import type { ErrorEnvelope } from './envelope';

export interface Problem {
  status: number;
  body: ErrorEnvelope;
  /** Seconds, for the `Retry-After` header. */
  retryAfterSeconds: number | undefined;
}

/** What a caller is told of anything that was thrown: an AppError in its own words, all else without detail. */
export function describeProblem(thrown: unknown): Problem {
  const error = toAppError(thrown);
  if (error === undefined) {
    const { status, message } = ERROR_CATALOGUE.SERVER_ERROR;
    return problem(status, 'SERVER_ERROR', message, {}, undefined);
  }
  return problem(error.status, error.code, error.message, error.details, error.retryAfterMs);
}

function problem(
  status: number,
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>>,
  retryAfterMs: number | undefined,
): Problem {
  return {
    status,
    body: { success: false, error: { code, message, details } },
    retryAfterSeconds: retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs / 1_000)),
  };
}

class RequestTimeoutError extends AppError {
  readonly code = 'REQUEST_TIMEOUT';
  readonly status = 408;
}

function toAppError(thrown: unknown): AppError | undefined {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof HttpException) {
    // Nest wraps what Fastify throws.
    const cause: unknown = thrown.cause;
    if (cause instanceof AppError) return cause;
    return fromFastify(cause) ?? fromStatus(thrown.getStatus());
  }
  const refused = fromFastify(thrown);
  if (refused !== undefined) return refused;
  if (isConnectionLoss(thrown))
    return new ServiceUnavailableError(ERROR_CATALOGUE.SERVICE_UNAVAILABLE.message);
  return undefined;
}

function fromFastify(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return undefined;
  const status: unknown = 'statusCode' in thrown ? thrown.statusCode : undefined;
  return (
    problemOfFastify(thrown.code) ??
    (thrown.code.startsWith('FST_') && typeof status === 'number' && status < 500
      ? fromStatus(status)
      : undefined)
  );
}

/** For what Nest and plugins throw by status alone; their words may name what is inside, so ours are used. */
function fromStatus(status: number): AppError | undefined {
  switch (status) {
    case 401:
      return new UnauthorizedError(ERROR_CATALOGUE.UNAUTHORIZED.message);
    case 403:
      return new ForbiddenError('This is not allowed.');
    case 404:
    case 405:
    case 414:
      return new NotFoundError(ERROR_CATALOGUE.NOT_FOUND.message);
    case 408:
      return new RequestTimeoutError(ERROR_CATALOGUE.REQUEST_TIMEOUT.message);
    case 409:
      return new ConflictError('This is in conflict with what is there.');
    case 413:
    case 431:
      return new PayloadTooLargeError(ERROR_CATALOGUE.PAYLOAD_TOO_LARGE.message);
    case 415:
      return new UnsupportedMediaError(ERROR_CATALOGUE.UNSUPPORTED_MEDIA.message);
    case 429:
      return new RateLimitedError('Too many requests. Try again later.');
    case 503:
      return new ServiceUnavailableError(ERROR_CATALOGUE.SERVICE_UNAVAILABLE.message);
    default:
      return status >= 400 && status < 500
        ? new ValidationFailedError([], 'The request is not valid.')
        : undefined;
  }
}

/** For errors of the connection, below Fastify. @param code Node's, for instance `HPE_HEADER_OVERFLOW` */
export function describeClientError(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return describeProblem(new RequestTimeoutError(ERROR_CATALOGUE.REQUEST_TIMEOUT.message));
  if (code === 'HPE_HEADER_OVERFLOW')
    return describeProblem(new PayloadTooLargeError('The headers of the request are too large.'));
  return describeProblem(ValidationFailedError.of('', 'http', 'This is not a valid HTTP request.'));
}
