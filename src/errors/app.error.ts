/** What `error.details` of the envelope may hold: JSON, never a token, SQL or a stack. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * A failure that a caller is meant to understand. `code` and `status` are API contract, `message` is for people;
 * anything thrown that is not an AppError reaches the caller as `SERVER_ERROR`.
 */
export abstract class AppError extends Error {
  abstract readonly code: string;
  abstract readonly status: number;
  /** Whether doing the same again later may succeed. Queue processors decide by this, not by class names. */
  readonly retryable: boolean = false;
  /** Becomes the `Retry-After` header, rounded up to whole seconds. */
  readonly retryAfterMs: number | undefined = undefined;

  constructor(
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** One wrong field of a request: where, which rule it broke, and a sentence on what to write instead. */
export interface FieldProblem {
  path: string;
  rule: string;
  message: string;
}

/** A small request can be wrong in a hundred thousand places, and its answer would be many times as large. */
const MOST_PROBLEMS = 100;
const LONGEST_PROBLEM = 500;

export class ValidationFailedError extends AppError {
  readonly code = 'VALIDATION_FAILED';
  readonly status = 400;

  /** @param fields of which the first hundred are told, in as many words as a person can read */
  constructor(fields: readonly FieldProblem[], message = 'The request is not valid; see details.fields.') {
    super(shortened(message), { fields: fields.slice(0, MOST_PROBLEMS).map(shortenedProblem) });
  }

  /** For rules that need more than one look at the request, checked after the DTO. */
  static of(path: string, rule: string, message: string): ValidationFailedError {
    return new ValidationFailedError([{ path, rule, message }], message);
  }
}

function shortenedProblem({ path, rule, message }: FieldProblem): FieldProblem {
  return { path: shortened(path), rule, message: shortened(message) };
}

/** Names of fields stand in both, and are the caller's. */
function shortened(text: string): string {
  if (text.length <= LONGEST_PROBLEM) return text;
  return `${text.slice(0, LONGEST_PROBLEM).replace(/[\ud800-\udbff]$/, '')}…`;
}

export class UnauthorizedError extends AppError {
  readonly code = 'UNAUTHORIZED';
  readonly status = 401;
}

export class ForbiddenError extends AppError {
  readonly code = 'FORBIDDEN';
  readonly status = 403;
}

/** Also the answer for somebody else's resource, so that ids cannot be probed. */
export class NotFoundError extends AppError {
  readonly code = 'NOT_FOUND';
  readonly status = 404;
}

export class AccountNotFoundError extends AppError {
  readonly code = 'ACCOUNT_NOT_FOUND';
  readonly status = 404;

  constructor(message = 'No Meta account is connected. Connect one with POST /api/meta/auth/connect.') {
    super(message);
  }
}

/** Our own limit, not Meta's. */
export class RateLimitedError extends AppError {
  readonly code = 'RATE_LIMITED';
  readonly status = 429;
}

export class ConflictError extends AppError {
  readonly code = 'CONFLICT';
  readonly status = 409;
}

/** One thing that the caller could have meant: the id to send, and what a person recognises it by. */
export interface AmbiguousChoice {
  id: string;
  name: string | null;
}

export class AccountAmbiguousError extends AppError {
  readonly code = 'ACCOUNT_AMBIGUOUS';
  readonly status = 409;

  /** @param parameter the query or body field that settles it, for instance `accountId` */
  constructor(parameter: string, choices: readonly AmbiguousChoice[]) {
    super(`Several are possible: name one with ${parameter}.`, { parameter, choices });
  }
}

export class IdempotencyConflictError extends AppError {
  readonly code = 'IDEMPOTENCY_CONFLICT';
  readonly status = 409;

  constructor() {
    super('This Idempotency-Key was used before with another request. Use a new key for a new request.');
  }
}

/** It was there, and is not kept any longer. */
export class GoneError extends AppError {
  readonly code = 'GONE';
  readonly status = 410;
}

export class PayloadTooLargeError extends AppError {
  readonly code = 'PAYLOAD_TOO_LARGE';
  readonly status = 413;
}

export class UnsupportedMediaError extends AppError {
  readonly code = 'UNSUPPORTED_MEDIA';
  readonly status = 415;
}

/** PostgreSQL or Redis cannot be reached, or shutting down: nothing was written, the caller may try again. */
export class ServiceUnavailableError extends AppError {
  readonly code = 'SERVICE_UNAVAILABLE';
  readonly status = 503;
  override readonly retryable = true;
  override readonly retryAfterMs: number = 5_000;
}
