import {
  GraphConfigurationError,
  type GraphError,
  type GraphErrorInit,
  type GraphErrorMeta,
  type GraphOutcome,
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
  GraphUnavailableError,
} from './graph.error';
import { findGraphErrorRule } from './graph-error-codes';
import type { GraphErrorClass, GraphErrorRule } from './graph-error-rule';
import { missingPermissionIn } from './graph-permissions';
import { withoutSecrets } from './graph-redaction';
import { type GraphHeaders, regainAccessMs } from './graph-usage';

/** An answer of Meta after parsing, as far as telling errors apart needs it. */
export interface GraphAnswer {
  httpStatus: number;
  /** With lower-case names. */
  headers: GraphHeaders;
  body: unknown;
}

export interface GraphErrorContext {
  /** Removed from Meta's texts, which like to repeat them. */
  secrets?: readonly string[];
  /** The object that the call was about, to pick its entry of the usage header. */
  pathObjectId?: string | null;
}

interface Envelope {
  meta: GraphErrorMeta;
  isTransient: boolean | null;
  userMessage: string | null;
  /** `error_data.details`: WhatsApp's own, more particular sentence. */
  reason: string | null;
}

const DEFAULT_LIMIT_MS = 60_000;

/**
 * The error that an answer stands for, or null when it holds no error envelope. Decided by `code` first, as Meta's
 * documentation asks, then by `is_transient`, and by HTTP status only for codes that it does not document.
 */
export function graphErrorOf(answer: GraphAnswer, context: GraphErrorContext = {}): GraphError | null {
  const envelope = readEnvelope(answer.body, context.secrets ?? []);
  if (envelope === null) return null;
  const { code, subcode } = envelope.meta;
  const rule = code === null ? null : findGraphErrorRule(code, subcode);
  const status = statusOf(answer, envelope);
  return build(classOf(envelope, rule, status), envelope, rule, { ...answer, httpStatus: status }, context);
}

/**
 * The limit that HTTP 429 without an error envelope stands for: the page of a proxy before Meta, plain text, nothing. The
 * status alone says that the request was turned away, but not whose counter is full, so only this call is named.
 */
export function rateLimitOf(headers: GraphHeaders, context: GraphErrorContext = {}): GraphRateLimitedError {
  return new GraphRateLimitedError(
    'Meta answered HTTP 429: too many calls.',
    'call',
    limitMs(headers, context),
    { details: { httpStatus: 429 } },
  );
}

function limitMs(
  headers: GraphHeaders,
  { pathObjectId = null }: GraphErrorContext,
  usualMs: number = DEFAULT_LIMIT_MS,
): number {
  const estimate = regainAccessMs(headers, pathObjectId);
  return estimate > 0 ? estimate : (retryAfterMs(headers) ?? usualMs);
}

function build(
  errorClass: GraphErrorClass,
  envelope: Envelope,
  rule: GraphErrorRule | null,
  answer: GraphAnswer,
  context: GraphErrorContext,
): GraphError {
  const { meta, reason } = envelope;
  const message = envelope.userMessage ?? reason ?? meta.message;
  const init: GraphErrorInit = {
    meta,
    details: {
      ...(reason === null ? {} : { reason }),
      ...(rule === null ? {} : { cause: rule.cause, whoMustAct: rule.whoMustAct }),
    },
  };
  switch (errorClass) {
    case 'limited': {
      const wait = limitMs(answer.headers, context, rule?.waitMs);
      return new GraphRateLimitedError(message, rule?.scope ?? 'app', wait, init);
    }
    case 'retry': {
      const wait = retryAfterMs(answer.headers) ?? rule?.waitMs ?? null;
      return new GraphUnavailableError(message, outcomeOf(envelope, answer.httpStatus), init, wait);
    }
    case 'reauth':
      return new GraphReauthRequiredError(
        message,
        init,
        missingPermissionIn(`${meta.message} ${reason ?? ''}`),
      );
    case 'configuration':
      return new GraphConfigurationError(message, rule?.action ?? ASK_META, init);
    case 'rejected':
      return new GraphRejectedError(message, init);
  }
}

const ASK_META =
  'Meta forbids this call without a documented reason; look at the app and account in the Meta dashboard.';

function classOf(
  { meta, isTransient, userMessage }: Envelope,
  rule: GraphErrorRule | null,
  status: number,
): GraphErrorClass {
  // A limit is transient too, but says more: whom to pause, and for how long.
  if (rule?.class === 'limited') return 'limited';
  if (isTransient === true) return rule === null && status === 429 ? 'limited' : 'retry';
  // "Unknown error" together with advice for a person is Meta's way of refusing the content.
  if (meta.code === 1 && userMessage !== null && isTransient === false) return 'rejected';
  return rule?.class ?? classOfStatus(status);
}

function classOfStatus(status: number): GraphErrorClass {
  if (status === 429) return 'limited';
  if (status >= 500 || status === 408) return 'retry';
  if (status === 401) return 'reauth';
  if (status === 403) return 'configuration';
  return 'rejected';
}

/**
 * Meta's own envelope is its answer that it did not do it, also for "something went wrong" with a 5xx. JSON that only
 * repeats the HTTP status may be that of a proxy, which does not know how far the request came.
 */
function outcomeOf({ meta, isTransient }: Envelope, status: number): GraphOutcome {
  const hasOwnCode = meta.code !== null && meta.code !== status;
  return hasOwnCode || meta.fbtraceId !== null || isTransient !== null ? 'not-sent' : 'unknown';
}

/** api.instagram.com writes an HTTP status where others have the error code. */
function statusOf(answer: GraphAnswer, { meta }: Envelope): number {
  const isStatus = meta.code !== null && meta.code >= 400 && meta.code < 600;
  return answer.httpStatus < 400 && isStatus ? (meta.code ?? answer.httpStatus) : answer.httpStatus;
}

function readEnvelope(body: unknown, secrets: readonly string[]): Envelope | null {
  if (!isObject(body)) return null;
  const clean = (value: unknown): string | null =>
    typeof value === 'string' && value !== '' ? withoutSecrets(value, secrets) : null;
  if (isObject(body.error)) {
    const { error } = body;
    return {
      meta: {
        code: integerOf(error.code),
        subcode: integerOf(error.error_subcode),
        type: clean(error.type),
        title: clean(error.error_user_title),
        message: clean(error.message) ?? 'Meta gave no reason.',
        fbtraceId: clean(error.fbtrace_id),
      },
      isTransient: typeof error.is_transient === 'boolean' ? error.is_transient : null,
      userMessage: clean(error.error_user_msg),
      reason: clean(detailsOf(error.error_data)),
    };
  }
  // The flat form of Instagram's login, and the one that OAuth itself prescribes.
  const message = clean(body.error_message) ?? clean(body.error_description);
  const type = clean(body.error_type) ?? clean(body.error);
  if (message === null && type === null) return null;
  return {
    meta: {
      code: integerOf(body.code) ?? integerOf(body.error_code),
      subcode: null,
      type,
      title: null,
      message: message ?? 'Meta gave no reason.',
      fbtraceId: clean(body.fbtrace_id),
    },
    isTransient: null,
    userMessage: null,
    reason: null,
  };
}

/** An object, or the same as JSON text, or a plain sentence. */
function detailsOf(errorData: unknown): unknown {
  if (isObject(errorData)) return errorData.details;
  if (typeof errorData !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(errorData);
    return isObject(parsed) ? parsed.details : undefined;
  } catch {
    return errorData;
  }
}

/** `Retry-After` in milliseconds: Meta does not document it, proxies before it do send it. */
export function retryAfterMs(headers: GraphHeaders): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,7}$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function integerOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
