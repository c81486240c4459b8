import { configuration, type GraphErrorRule, limited, reauth, rejected, retry } from './graph-error-rule';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Codes of the WhatsApp Business Platform, in answers and in the `errors` of webhooks.
 * Source: WhatsApp Cloud API documentation, "Error codes".
 */
export const WHATSAPP_ERROR_RULES: readonly GraphErrorRule[] = [
  limited(130429, 'number', SECOND, 'The phone number sends faster than its throughput allows.'),
  rejected(
    130472,
    'nobody',
    'Meta holds this message back from the person as part of an experiment; wait 24 hours.',
    { againAfterMs: 24 * HOUR },
  ),
  rejected(130497, 'nobody', 'The business may not message people in this country.'),

  retry([131000, 131016], 'WhatsApp failed without saying why.'),
  reauth(131005, 'The token may not do this with this WhatsApp account.'),
  rejected(131008, 'developer', 'A required parameter is missing.'),
  rejected(131009, 'developer', 'The value of a parameter is not valid.'),
  rejected(131021, 'developer', 'The recipient is the sending number itself.'),
  rejected(131026, 'customer', 'The person has no WhatsApp, an outdated app, or has not accepted the terms.'),
  configuration(
    131030,
    'developer',
    'A test number reaches only the recipients on its list.',
    'Add the recipient to the test number in the Meta app dashboard, or send from a real number.',
  ),
  configuration(
    131031,
    'business',
    'The WhatsApp account is locked, or data given with the request does not match it.',
    'Look at the account in WhatsApp Manager; settle the violation or correct the two-step PIN.',
  ),
  configuration(
    131037,
    'business',
    'The display name of the phone number has not been approved yet.',
    'Submit the display name in WhatsApp Manager and wait for approval.',
  ),
  configuration(
    131042,
    'business',
    'Meta cannot charge the business.',
    'Check the payment method, credit line and currency in Meta Business billing settings.',
  ),
  configuration(
    131045,
    'developer',
    'The phone number is not properly registered.',
    'Register the number for the Cloud API again.',
  ),
  rejected(131047, 'nobody', 'The person last wrote more than 24 hours ago; only a template may be sent.', {
    isWindowClosed: true,
  }),
  limited(
    131048,
    'number',
    4 * HOUR,
    'People block or report this number too often; Meta has lowered its limit.',
  ),
  rejected(131049, 'nobody', 'Meta limits how much marketing this person gets; wait at least 24 hours.', {
    againAfterMs: 24 * HOUR,
  }),
  rejected(131050, 'customer', 'The person has stopped marketing messages from this business.'),
  rejected(131051, 'developer', 'This message type is not supported.'),
  rejected(
    131052,
    'customer',
    "The file that the person sent could not be downloaded from WhatsApp's servers.",
  ),
  rejected(131053, 'developer', 'The file could not be uploaded: type, size or address is wrong.'),
  rejected([131055, 134100, 134102], 'developer', 'The request does not fit the marketing messages API.'),
  retry(
    134101,
    'The template has not reached the marketing messages API yet; that takes up to ten minutes.',
    {
      waitMs: MINUTE,
    },
  ),
  limited(131056, 'pair', 6 * SECOND, 'Too many messages from this number to this person in a short time.'),
  retry(131057, 'The phone number is being moved to a higher throughput.', { waitMs: MINUTE }),
  rejected(131059, 'developer', 'The position in the list is no longer valid; read it from the start.'),
  rejected([[131062, 131064]], 'developer', 'A business-scoped user id cannot be used for this message.'),

  rejected(
    [131020, 131041, 131201, [131202, 131207], [131209, 131215]],
    'developer',
    'The group call is not valid.',
  ),
  limited(131208, 'number', MINUTE, 'Too many group calls.'),

  rejected(132000, 'developer', 'The number of template parameters differs from the template.'),
  rejected(132001, 'developer', 'The template does not exist in this language, or is not approved.'),
  rejected(132005, 'developer', 'The filled-in template is too long.'),
  rejected(132007, 'developer', 'The filled-in template breaks a policy on characters or content.'),
  rejected(132012, 'developer', 'A template parameter is formatted wrongly.'),
  configuration(
    132015,
    'business',
    'The template is paused because of its quality.',
    'Wait for the pause to end or edit the template.',
  ),
  configuration(
    132016,
    'business',
    'The template was paused too often and is disabled for good.',
    'Create another template.',
  ),
  configuration(132068, 'business', 'The flow is blocked.', 'Correct the flow in WhatsApp Manager.'),
  limited(132069, 'waba', HOUR, 'The flow is throttled: too many messages with it this hour.'),

  retry(133000, 'An earlier deregistration has not finished.'),
  retry(133004, "WhatsApp's server is not available."),
  configuration(
    133005,
    'business',
    'The two-step PIN is wrong.',
    'Enter the right PIN, or reset it in WhatsApp Manager.',
  ),
  configuration(
    133006,
    'business',
    'The number must be verified first.',
    'Verify the number by SMS or call.',
  ),
  configuration(
    133008,
    'business',
    'The PIN was wrong too often.',
    'Wait as long as Meta says, then enter the right PIN.',
  ),
  configuration(
    133009,
    'business',
    'The PIN was entered too fast.',
    'Wait as long as Meta says, then enter it again.',
  ),
  configuration(
    133010,
    'business',
    'The phone number is not registered for the Cloud API.',
    'Register the number with its two-step PIN.',
  ),
  limited(
    133015,
    'number',
    5 * MINUTE,
    'The number was deleted a moment ago; it can be registered again shortly.',
  ),
  limited(133016, 'number', 72 * HOUR, 'The number was registered more than ten times within 72 hours.'),
  configuration(
    134011,
    'business',
    "WhatsApp's payment terms have not been accepted.",
    'Accept the payment terms in WhatsApp Manager.',
  ),
  rejected(135000, 'developer', 'The request is not valid; Meta does not say which part.'),

  configuration(
    [[138000, 138023]],
    'business',
    'Calling is not enabled, not permitted by the person, or at its limit.',
    'Look at the call settings of the number in WhatsApp Manager.',
  ),
  rejected([[139000, 139004]], 'developer', 'The flow could not be sent or is not valid.'),
  rejected([[139100, 139103]], 'developer', 'The person could not be blocked or unblocked.'),
  configuration(
    [[141000, 141999]],
    'business',
    'A part of the messaging set-up is not healthy: app, business, account, number or template.',
    'Read `health_status` of the number and mend the part that it names.',
  ),

  rejected(
    [[2388000, 2388999], 2593079, 2593085],
    'developer',
    'The template or migration request is not valid.',
  ),
  rejected(
    [2593107, 2593108, 2593109],
    'business',
    'Synchronising with the phone app came too late or was done before.',
  ),
  retry(2494100, 'The phone number is under maintenance at Meta.', { waitMs: MINUTE }),
];
