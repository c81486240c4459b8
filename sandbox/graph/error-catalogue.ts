import { GraphError } from './graph-error';
import type { CatalogueEntry } from './catalogue-entry';
import { CALL_ERRORS, FLOW_ERRORS, GROUP_ERRORS } from './feature-errors';
import type { JsonObject } from '../json';
import { PLATFORM_ERRORS } from './platform-errors';

const ENTRIES: Readonly<Record<number, CatalogueEntry>> = {
  0: { status: 401, title: 'AuthException', details: 'The app user could not be authenticated.' },
  1: {
    status: 500,
    title: 'An unknown error has occurred.',
    details: 'Possibly an invalid request.',
    transient: true,
  },
  2: {
    status: 503,
    title: 'Service temporarily unavailable',
    details: 'Temporary trouble.',
    transient: true,
  },
  3: {
    status: 500,
    title: 'Application does not have the capability',
    details: 'Capability or permission issue.',
  },
  4: {
    status: 400,
    title: 'Application request limit reached',
    details: 'The app has reached its call rate limit.',
  },
  10: {
    status: 403,
    title: 'Application does not have permission for this action',
    details: 'Permission missing.',
  },
  17: { status: 400, title: 'User request limit reached', details: 'The user has reached the call limit.' },
  32: { status: 400, title: 'Page request limit reached', details: 'The Page has reached its call limit.' },
  33: {
    status: 400,
    title: 'Parameter value is not valid',
    details: 'The business phone number has been deleted.',
  },
  100: {
    status: 400,
    title: 'Invalid parameter',
    details: 'One or more parameters are unsupported or misspelled.',
  },
  190: {
    status: 401,
    title: 'Access token has expired',
    details: 'The access token has expired.',
    subcode: 463,
  },
  200: {
    status: 403,
    title: 'Permissions error',
    details: 'Permission is either not granted or has been removed.',
  },
  368: {
    status: 403,
    title: 'Temporarily blocked for policies violations',
    details: 'The account was restricted.',
  },
  613: {
    status: 400,
    title: 'Calls to this api have exceeded the rate limit.',
    details: 'Custom rate limit.',
  },
  80007: {
    status: 400,
    title: 'Rate limit issues',
    details: 'The account reached its rate limit.',
    subcode: 2446079,
  },
  80008: {
    status: 400,
    title: 'There have been too many calls to this WhatsApp Business account.',
    details: 'Wait a bit and try again.',
    subcode: 2446079,
  },
  130429: {
    status: 400,
    title: 'Rate limit hit',
    details: 'Cloud API message throughput has been reached.',
    subcode: 2494055,
  },
  130472: { status: 400, title: "User's number is part of an experiment", details: 'Message was not sent.' },
  130497: {
    status: 403,
    title: 'Business account is restricted',
    details: 'Messaging this country is not allowed.',
  },
  131000: {
    status: 500,
    title: 'Something went wrong',
    details: 'Message failed to send due to an unknown error.',
  },
  131005: {
    status: 403,
    title: 'Access denied',
    details: 'Permission is either not granted or has been removed.',
  },
  131008: {
    status: 400,
    title: 'Required parameter is missing',
    details: 'A required parameter is missing.',
  },
  131009: { status: 400, title: 'Parameter value is not valid', details: 'A parameter value is not valid.' },
  131016: {
    status: 500,
    title: 'Service unavailable',
    details: 'A service is temporarily unavailable.',
    transient: true,
  },
  131021: {
    status: 400,
    title: 'Recipient cannot be sender',
    details: 'Sender and recipient number are the same.',
  },
  131026: { status: 400, title: 'Message undeliverable', details: 'Unable to deliver the message.' },
  131030: {
    status: 400,
    title: 'Recipient phone number not in allowed list',
    details: 'Add the recipient number to the list of allowed numbers.',
  },
  131031: {
    status: 403,
    title: 'Account has been locked',
    details: 'The account is restricted, or data do not match.',
  },
  131037: {
    status: 400,
    title: 'Display name approval is required',
    details: 'The display name is not approved.',
  },
  131042: {
    status: 400,
    title: 'Business eligibility payment issue',
    details: 'There was a payment method problem.',
  },
  131045: { status: 500, title: 'Incorrect certificate', details: 'Phone number registration error.' },
  131047: {
    status: 400,
    title: 'Re-engagement message',
    details: 'More than 24 hours have passed since the customer last replied to this number.',
  },
  131048: {
    status: 400,
    title: 'Spam rate limit hit',
    details: 'Too many previous messages were blocked or flagged.',
  },
  131049: {
    status: 400,
    title: 'This message was not delivered to maintain healthy ecosystem engagement.',
    details: 'Marketing limit of the person.',
  },
  131050: {
    status: 400,
    title: 'Unable to deliver the message. This recipient has chosen to stop receiving marketing messages.',
    details: 'The recipient stopped marketing messages from this business.',
  },
  131051: {
    status: 400,
    title: 'Unsupported message type',
    details: 'Message type is currently not supported.',
  },
  131052: {
    status: 400,
    title: 'Media download error',
    details: 'Unable to download the media sent by the user.',
  },
  131053: {
    status: 400,
    title: 'Media upload error',
    details: 'Unable to upload the media used in the message.',
  },
  131055: {
    status: 400,
    title: 'Method not allowed',
    details: 'Only marketing templates can be sent this way.',
  },
  131056: {
    status: 400,
    title: '(Business Account, Consumer Account) pair rate limit hit',
    details: 'Too many messages sent to the same recipient in a short period of time.',
  },
  131057: { status: 500, title: 'Account in maintenance mode', details: 'A throughput upgrade is going on.' },
  131059: {
    status: 400,
    title: 'Invalid cursor',
    details: 'The cursor is not valid any more; start from the beginning.',
  },
  131062: {
    status: 400,
    title: 'Recipient identifier is not supported',
    details: 'This authentication template needs a phone number, not a business-scoped user id.',
  },
  132000: {
    status: 400,
    title: 'Number of parameters does not match the expected number of params',
    details: 'The number of variable values does not match the template.',
  },
  132001: {
    status: 404,
    title: 'Template name does not exist in the translation',
    details: 'The template does not exist in that language, or has not been approved.',
  },
  132005: { status: 400, title: 'Translated text too long', details: 'The hydrated template is too long.' },
  132007: { status: 400, title: 'Template format character policy violated', details: 'Policy violated.' },
  132012: {
    status: 400,
    title: 'Parameter format does not match format in the created template',
    details: 'Variable values are formatted differently than the template says.',
  },
  132015: {
    status: 400,
    title: 'Template is paused',
    details: 'Paused due to low quality; it cannot be sent.',
  },
  132016: {
    status: 400,
    title: 'Template is disabled',
    details: 'Paused too many times; permanently disabled.',
  },
  132068: { status: 400, title: 'Flow is blocked', details: 'The flow is in blocked state.' },
  132069: { status: 400, title: 'Flow is throttled', details: 'The flow is in throttled state.' },
  133000: { status: 500, title: 'Incomplete deregistration', details: 'A previous deregistration failed.' },
  133004: {
    status: 503,
    title: 'Server temporarily unavailable',
    details: 'Try again later.',
    transient: true,
  },
  133005: {
    status: 400,
    title: 'Two step verification PIN mismatch',
    details: 'The two-step PIN is incorrect.',
  },
  133006: { status: 400, title: 'Phone number re-verification needed', details: 'Verify the number first.' },
  133008: { status: 400, title: 'Too many two step verification PIN guesses', details: 'Too many guesses.' },
  133009: {
    status: 400,
    title: 'Two step verification PIN guessed too fast',
    details: 'Entered too quickly.',
  },
  133010: { status: 400, title: 'Phone number not registered', details: 'The number is not registered.' },
  133015: {
    status: 400,
    title: 'Please wait a few minutes',
    details: 'The number was recently deleted; wait 5 minutes.',
  },
  133016: {
    status: 400,
    title: 'Account register/deregister rate limit exceeded',
    details: 'Too many tries in 72 hours.',
  },
  134011: {
    status: 400,
    title: 'WhatsApp Payments terms not accepted',
    details: 'Accept the payments terms.',
  },
  134100: {
    status: 400,
    title: 'Only marketing messages are supported',
    details: 'The Marketing Messages API sends templates of the category MARKETING only.',
  },
  134101: {
    status: 500,
    title: 'Template is being synchronised',
    details: 'A new template can be used in up to 10 minutes.',
  },
  134102: {
    status: 400,
    title: 'Template unavailable for use',
    details: 'The template cannot be used here.',
  },
  135000: {
    status: 400,
    title: 'Generic user error',
    details: 'Message failed to send because of the parameters.',
  },
  136024: { status: 400, title: 'Request code error', details: 'A code was requested too often; wait.' },
  136025: { status: 400, title: 'Verify code error', details: 'The code is not correct.' },
  ...CALL_ERRORS,
  ...GROUP_ERRORS,
  ...FLOW_ERRORS,
  139100: {
    status: 400,
    title: 'Failed to block/unblock users',
    details: 'Failed to block some users, see the block_users response list for details.',
  },
  139101: { status: 400, title: 'Blocklist limit reached', details: 'The list holds 64,000 users at most.' },
  139102: { status: 400, title: 'Blocklist concurrent update', details: 'Read the list from its beginning.' },
  139103: { status: 500, title: 'Internal error', details: 'Try again.', transient: true },
  2593107: { status: 400, title: 'Sync request limit exceeded', details: 'It was asked for before.' },
  2593108: { status: 400, title: 'Sync requested too late', details: 'More than 24 hours have passed.' },
};

const FALLBACK: CatalogueEntry = { status: 400, title: 'Generic user error', details: 'Request failed.' };

/** An error of the platform by its code, with the HTTP status and the texts that belong to it. */
export function catalogueError(code: number, details?: string): GraphError {
  const plain = PLATFORM_ERRORS[code];
  if (plain) {
    const { status, text, subcode } = plain;
    return new GraphError(code, `(#${code}) ${text}`, { status, ...(subcode !== undefined && { subcode }) });
  }
  const entry = ENTRIES[code] ?? FALLBACK;
  return new GraphError(code, `(#${code}) ${entry.title}`, {
    status: entry.status,
    data: { messaging_product: 'whatsapp', details: details ?? entry.details },
    ...(entry.subcode !== undefined && { subcode: entry.subcode }),
    ...(entry.transient !== undefined && { isTransient: entry.transient }),
  });
}

/** The same without the details that only WhatsApp's errors have. */
export function plainError(code: number): GraphError {
  const { message, parts } = catalogueError(code);
  const { data: _data, ...plain } = parts;
  return new GraphError(code, message, plain);
}

/** The same error as it appears in `statuses[].errors` and `value.errors`. */
export function webhookError(code: number, details?: string): JsonObject {
  const entry = ENTRIES[code] ?? FALLBACK;
  return {
    code,
    title: entry.title,
    message: entry.title,
    error_data: { details: details ?? entry.details },
    href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
  };
}
