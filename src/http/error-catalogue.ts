import type { ErrorDetails } from '../errors/app.error';

export interface ErrorExample {
  status: number;
  message: string;
  details?: ErrorDetails;
}

const account = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';

/** Every code that a caller may meet, with its status and an example as the API documentation shows it. */
export const ERROR_CATALOGUE = {
  VALIDATION_FAILED: {
    status: 400,
    message: 'The request is not valid; see details.fields.',
    details: { fields: [{ path: 'email', rule: 'isEmail', message: 'email must be an email' }] },
  },
  UNAUTHORIZED: { status: 401, message: 'Send a valid access token or API key.' },
  FORBIDDEN: { status: 403, message: 'This needs the role agent.' },
  ACCOUNT_NOT_FOUND: { status: 404, message: 'No Meta account is connected.' },
  NOT_FOUND: { status: 404, message: 'There is nothing at this address.' },
  REQUEST_TIMEOUT: { status: 408, message: 'The request did not arrive in time.' },
  CONFLICT: { status: 409, message: 'Another account of this service owns this already.' },
  ACCOUNT_AMBIGUOUS: {
    status: 409,
    message: 'Several are possible: name one with accountId.',
    details: { parameter: 'accountId', choices: [{ id: account, name: 'Jasper’s Market' }] },
  },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    message: 'This Idempotency-Key was used before with another request.',
  },
  GONE: { status: 410, message: 'The report has expired. Ask for it again.' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is too large.' },
  UNSUPPORTED_MEDIA: { status: 415, message: 'Send the body as application/json.' },
  RANGE_NOT_SATISFIABLE: {
    status: 416,
    message: 'The file has only 84210 bytes.',
    details: { size: 84_210 },
  },
  WINDOW_CLOSED: {
    status: 422,
    message: 'The customer service window is closed: send a template.',
    details: { closedAt: '2026-03-14T09:26:53.000Z' },
  },
  TEMPLATE_INVALID: { status: 422, message: 'The template is not approved.' },
  RECIPIENT_OPTED_OUT: { status: 422, message: 'The recipient does not want these messages.' },
  META_REJECTED: {
    status: 422,
    message: 'Meta refused the request.',
    details: {
      meta: {
        code: 100,
        subcode: 2388024,
        type: 'OAuthException',
        title: 'Content already exists',
        message: 'Invalid parameter',
        fbtraceId: 'AbCdEfGhIjKlMnOpQrStUv',
      },
    },
  },
  META_REAUTH_REQUIRED: {
    status: 424,
    message: 'Meta no longer accepts the connection. Connect the account again.',
    details: { missingPermission: 'whatsapp_business_management' },
  },
  RATE_LIMITED: {
    status: 429,
    message: 'Too many requests: 1200 in 60 s are allowed. Try again in 42 s.',
    details: { limit: 1_200, windowSeconds: 60, retryAfterSeconds: 42, scope: 'user' },
  },
  META_RATE_LIMITED: { status: 429, message: 'Meta limits the calls of this account. Try again later.' },
  SERVER_ERROR: {
    status: 500,
    message: 'Something went wrong on our side. Quote the X-Request-Id when you report it.',
  },
  META_UNAVAILABLE: { status: 503, message: 'Meta does not answer at present. Try again later.' },
  SERVICE_UNAVAILABLE: { status: 503, message: 'The service is not available at present. Try again later.' },
} as const satisfies Record<string, ErrorExample>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
