import { AppError, type ErrorDetails } from '../errors/app.error';

/** What Meta's error envelope said, cleaned of tokens. Becomes `error.details.meta` of our own envelope. */
export interface GraphErrorMeta {
  code: number | null;
  subcode: number | null;
  type: string | null;
  /** `error_user_title`: meant for the person at the screen, in the language of their account. */
  title: string | null;
  message: string;
  /** What Meta's support asks for first. */
  fbtraceId: string | null;
}

/** Which counter at Meta is used up. Whoever calls under the same one has to pause too. */
export type GraphRateLimitScope = 'app' | 'user' | 'page' | 'number' | 'pair' | 'waba' | 'account' | 'call';

export interface GraphErrorInit {
  /** null when no error envelope arrived. */
  meta?: GraphErrorMeta | null;
  details?: ErrorDetails;
}

/** A call to Meta that failed. It never holds the request, the token or the AxiosError: those reach logs. */
export abstract class GraphError extends AppError {
  readonly meta: GraphErrorMeta | null;

  constructor(message: string, { meta = null, details = {} }: GraphErrorInit = {}) {
    super(message, meta === null ? details : { meta, ...details });
    this.meta = meta;
  }
}

/** Meta refused this request for good: sending it again unchanged gives the same answer. */
export class GraphRejectedError extends GraphError {
  readonly code: string = 'META_REJECTED';
  readonly status: number = 422;
}

/** Permanent until a person changes something at Meta: a payment method, a registration, a review. */
export class GraphConfigurationError extends GraphRejectedError {
  /** @param action what has to be changed, and where */
  constructor(
    message: string,
    readonly action: string,
    init: GraphErrorInit = {},
  ) {
    super(message, { ...init, details: { action, ...init.details } });
  }
}

/** The token is dead or lacks a permission: the account has to be connected again. */
export class GraphReauthRequiredError extends GraphError {
  readonly code = 'META_REAUTH_REQUIRED';
  readonly status = 424;

  /** @param missingPermission for instance `pages_manage_posts`, when Meta named it */
  constructor(
    message: string,
    init: GraphErrorInit = {},
    readonly missingPermission: string | null = null,
  ) {
    super(message, {
      ...init,
      details: { ...(missingPermission && { missingPermission }), ...init.details },
    });
  }
}

/** One of Meta's limits is used up. Nothing was done; after `retryAfterMs` it may be. */
export class GraphRateLimitedError extends GraphError {
  readonly code = 'META_RATE_LIMITED';
  readonly status = 429;
  override readonly retryable = true;

  /** @param retryAfterMs Meta's own estimate where it gave one, else what is usual for this limit */
  constructor(
    message: string,
    readonly scope: GraphRateLimitScope,
    override readonly retryAfterMs: number,
    init: GraphErrorInit = {},
  ) {
    super(message, { ...init, details: { scope, ...init.details } });
  }
}

/**
 * Whether Meta may have carried out the request: `not-sent` is proof that it did not (it never left, or Meta's own
 * answer says that it was not accepted), `unknown` is everything else, a time-out above all.
 */
export type GraphOutcome = 'not-sent' | 'unknown';

/** Meta cannot be reached or has trouble of its own. */
export class GraphUnavailableError extends GraphError {
  readonly code = 'META_UNAVAILABLE';
  readonly status = 503;
  override readonly retryable = true;
  override readonly retryAfterMs: number;

  /** @param waitMs how long Meta, or what is known of this failure, asks to wait; null: nothing is known */
  constructor(
    message: string,
    readonly outcome: GraphOutcome,
    init: GraphErrorInit = {},
    readonly waitMs: number | null = null,
  ) {
    super(message, init);
    this.retryAfterMs = waitMs ?? DEFAULT_RETRY_AFTER_MS;
  }
}

const DEFAULT_RETRY_AFTER_MS = 5_000;

/** Something answered, but not as Meta does: HTML of a proxy, an empty body, or JSON of another shape. */
export class GraphUnreadableAnswerError extends GraphUnavailableError {
  constructor(
    message: string,
    /** HTTP status of the answer. */
    readonly httpStatus: number,
    outcome: GraphOutcome = 'unknown',
    waitMs: number | null = null,
  ) {
    super(message, outcome, { details: { httpStatus } }, waitMs);
  }
}

/**
 * True only if it is certain that Meta did not carry out the request, so that sending it again cannot do it twice.
 * True for every error envelope of Meta's, "something went wrong" included, and for HTTP 429. False where Meta did not
 * answer: time-outs, broken connections, unreadable answers. False also for errors that did not come from a Graph call.
 */
export function provesNotAccepted(error: unknown): boolean {
  if (error instanceof GraphUnavailableError) return error.outcome === 'not-sent';
  return error instanceof GraphError;
}
