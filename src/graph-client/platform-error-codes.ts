import { configuration, type GraphErrorRule, limited, reauth, rejected, retry } from './graph-error-rule';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Codes of the Graph API as a whole, of Pages, Messenger and Instagram. Source: Graph API and Messenger documentation. */
export const PLATFORM_ERROR_RULES: readonly GraphErrorRule[] = [
  reauth(0, 'Meta could not authenticate the caller.'),
  retry(1, 'Meta failed without saying why; sometimes the request itself is at fault.', { maxTries: 2 }),
  retry(2, 'A service at Meta is down for the moment.'),
  configuration(
    3,
    'developer',
    'The Meta app lacks the capability or product that this call belongs to.',
    'Add the product or request the capability in the Meta app dashboard.',
  ),
  limited(4, 'app', 5 * MINUTE, 'The Meta app has used up its calls for this hour.'),

  rejected(10, 'nobody', 'The person last wrote too long ago for a free-form message.', {
    subcodes: [2018278, 2534022],
    isWindowClosed: true,
  }),
  rejected(10, 'nobody', 'A private reply was already sent, or the comment is too old for one.', {
    subcodes: [2018300],
  }),
  rejected(10, 'customer', 'The person cannot be reached in Messenger.', { subcodes: [1545041] }),
  configuration(
    10,
    'business',
    'Meta has restricted the Page.',
    'Look at Page quality in Meta Business Suite and settle or appeal the restriction.',
    { subcodes: [1893063] },
  ),
  reauth(10, 'A permission that this call needs was not granted, or was withdrawn.'),

  limited(17, 'user', 5 * MINUTE, 'The person whose token is used has made too many calls.'),
  limited(32, 'page', 5 * MINUTE, 'Too many calls were made for this Page.'),
  rejected(
    33,
    'developer',
    'A parameter names something that is gone, for instance a deleted business number.',
  ),

  rejected(100, 'developer', 'There is no such object, or this token may not see it.', { subcodes: [33] }),
  rejected(100, 'developer', 'The login code was issued for another redirect address.', {
    subcodes: [36008],
  }),
  rejected(100, 'business', 'The login code was used before or is too old.', { subcodes: [36007, 36009] }),
  rejected(100, 'developer', 'No person behind this id talks to this Page.', { subcodes: [2018001] }),
  rejected(100, 'developer', 'A parameter is missing, malformed or not allowed here.'),

  reauth(102, 'The login session behind the token is no longer valid.'),
  rejected(104, 'developer', 'The request carried no proof of the app secret, or a wrong one.'),

  reauth(190, 'The person removed the app from their account.', { subcodes: [458] }),
  reauth(
    190,
    'Meta asks the person to pass a security check on facebook.com; the token may live again after it.',
    {
      subcodes: [459],
    },
  ),
  reauth(190, 'The person changed their password.', { subcodes: [460] }),
  reauth(190, 'The token has expired.', { subcodes: [463] }),
  reauth(190, 'The person has not confirmed their account; the token may live again once they have.', {
    subcodes: [464],
  }),
  reauth(190, 'The person logged out, or the token was withdrawn.', { subcodes: [467] }),
  reauth(190, 'The person no longer has a role on the Page.', { subcodes: [492] }),
  reauth(190, 'The token is malformed or was revoked.'),

  rejected(200, 'customer', 'The person cannot be reached in Messenger.', { subcodes: [1545041] }),
  configuration(
    200,
    'developer',
    'The Meta app reaches only people with a role on it: it is in development, or pages_messaging has no Advanced Access.',
    'Switch the Meta app to live mode, or give the person a role on it; if it is live, ask Meta for Advanced Access to pages_messaging.',
    { subcodes: [2018028] },
  ),
  reauth(230, 'The person has not consented to what this call does.'),
  reauth([[200, 299]], 'A permission that this call needs was not granted, or was withdrawn.'),

  limited(341, 'app', HOUR, 'Meta has paused this kind of action for the app for a while.'),
  configuration(
    368,
    'business',
    'Meta blocks this action because it looked like abuse or broke a policy.',
    'Look at account quality in Meta Business Suite; a Page is usually free again after 24 hours.',
  ),
  rejected(506, 'business', 'The same post was published a moment ago.'),
  rejected(
    551,
    'customer',
    'The person cannot be reached at the moment: deactivated, or has blocked the Page.',
  ),
  limited(613, 'call', MINUTE, 'The volume of calls is uneven; Meta wants it spread out.', {
    subcodes: [1996],
  }),
  limited(613, 'call', MINUTE, 'This particular call has been made too often.'),
  rejected(803, 'developer', 'No object has this id or alias.'),
  rejected(2500, 'developer', 'The path does not exist, or the call needs a token and had none.'),
  retry(1609005, 'Meta could not read the page behind the link.', { maxTries: 2 }),

  limited(
    [80000, 80003, 80004, 80009, 80014],
    'account',
    5 * MINUTE,
    'Too many calls for this ads or catalog asset.',
  ),
  limited(80001, 'page', 5 * MINUTE, 'Too many calls with this Page token.'),
  limited(80002, 'account', 5 * MINUTE, 'Too many calls for this Instagram account.'),
  limited(80005, 'page', 5 * MINUTE, 'Too many calls for the lead forms of this Page.'),
  limited(80006, 'page', MINUTE, 'Too many Messenger calls for this Page.'),
  limited([80007, 80008], 'waba', 5 * MINUTE, 'Too many calls for this WhatsApp Business Account.'),
];
