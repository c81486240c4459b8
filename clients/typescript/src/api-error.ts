import type { components } from './schema.js';

/** What went wrong, as the service says it. More may come; treat those you do not know by their status. */
export type ErrorCode = components['schemas']['ErrorDto']['code'];

interface FieldProblem {
  /** As `components.0.text`. */
  path: string;
  rule: string;
  message: string;
}

interface DetailsByCode {
  VALIDATION_FAILED: { fields: FieldProblem[] };
  ACCOUNT_AMBIGUOUS: { parameter: string; choices: { id: string; name: string | null }[] };
  WINDOW_CLOSED: { closedAt: string | null };
  META_REAUTH_REQUIRED: { missingPermission?: string };
  META_REJECTED: {
    meta: {
      code: number;
      subcode: number | null;
      type: string | null;
      title: string | null;
      message: string;
      fbtraceId: string | null;
    };
  };
}

/** What `details` holds by code; of others nothing that one should count on. */
export type ErrorDetails<C extends string> = C extends keyof DetailsByCode
  ? Partial<DetailsByCode[C]>
  : Readonly<Record<string, unknown>>;

/** A refusal of the service, or of what stands before it. Branch on `code`. */
export class ApiError<C extends string = string> extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: C,
    message: string,
    readonly details: ErrorDetails<C>,
    readonly status: number,
    /** Quote it when asking the operator: the logs have the same. */
    readonly requestId: string | null,
    /** After how many seconds it is worth trying again; null where nothing was said. */
    readonly retryAfterSeconds: number | null,
  ) {
    super(message);
  }
}

/** @example if (isApiError(error, 'WINDOW_CLOSED')) offerTemplates(error.details.closedAt); */
export function isApiError<C extends ErrorCode>(
  error: unknown,
  ...codes: readonly C[]
): error is ApiError<C> {
  return (
    error instanceof ApiError &&
    (codes.length === 0 || codes.some((code) => code === (error as ApiError).code))
  );
}

/** Where something else than the service answered, as a proxy does, the code is `NOT_THE_SERVICE`. */
export async function toApiError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const { code, message, details } = errorOf(body);
  const after = response.headers.get('retry-after');
  const seconds = after === null || after === '' ? NaN : Number(after);
  return new ApiError(
    code ?? 'NOT_THE_SERVICE',
    message ?? `The answer was ${response.status} ${response.statusText}.`,
    details ?? {},
    response.status,
    response.headers.get('x-request-id'),
    Number.isFinite(seconds) ? seconds : null,
  );
}

/** The error of an envelope, over HTTP or as an answer over the live connection. */
export function errorOf(body: unknown): {
  code?: string;
  message?: string;
  details?: Readonly<Record<string, unknown>>;
} {
  const error = isObject(body) ? body.error : undefined;
  if (!isObject(error) || typeof error.code !== 'string' || typeof error.message !== 'string') return {};
  return { code: error.code, message: error.message, details: isObject(error.details) ? error.details : {} };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
