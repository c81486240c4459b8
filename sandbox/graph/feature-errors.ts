import type { CatalogueEntry } from './catalogue-entry';

type Entries = Readonly<Record<number, CatalogueEntry>>;

/** Meta's pages list 138000 and 138006 with HTTP 401, which says nothing about the token here. */
export const CALL_ERRORS: Entries = {
  138000: { status: 401, title: 'Calling not enabled', details: 'Calling is not enabled for this number.' },
  138001: { status: 400, title: 'Receiver uncallable', details: 'The recipient cannot receive calls.' },
  138002: { status: 429, title: 'Concurrent calls limit', details: 'Too many calls at the same time.' },
  138003: { status: 400, title: 'Duplicate call', details: 'A call with the recipient is going on already.' },
  138004: { status: 500, title: 'Connection error', details: 'The call could not be connected.' },
  138005: { status: 429, title: 'Call rate limit exceeded', details: 'Too many calls were started.' },
  138006: {
    status: 401,
    title: 'No approved call permission found',
    details: 'The recipient has not given permission to be called.',
  },
  138007: { status: 500, title: 'Connection timeout error', details: 'The call timed out.' },
  138009: {
    status: 400,
    title: 'Call permission request limit hit',
    details: 'Too many permission requests to this recipient.',
  },
  138012: {
    status: 400,
    title: 'Business-initiated call limit hit',
    details: 'Too many connected calls to this recipient in 24 hours.',
  },
  138013: { status: 400, title: 'Business-initiated calls unavailable', details: 'Not in this country.' },
  138014: { status: 400, title: 'Calling temporarily disabled', details: 'Low quality of the number.' },
  138015: {
    status: 400,
    title: 'Calling cannot be enabled',
    details: 'The messaging limit must be 2000 or more.',
  },
  138017: {
    status: 400,
    title: 'Permanent permission exists',
    details: 'The recipient has approved permanent permission already.',
  },
  138018: {
    status: 400,
    title: 'Calling cannot be enabled',
    details: 'An app must be subscribed to the account and to the webhook field calls.',
  },
  138019: { status: 400, title: 'Call setup failed', details: 'The client could not set the call up.' },
  138020: { status: 400, title: 'Relay connection failed', details: 'The client did not reach the relay.' },
  138021: { status: 400, title: 'Media reception timeout', details: 'The client received no media.' },
};

export const GROUP_ERRORS: Entries = {
  131020: { status: 400, title: 'Invalid group', details: 'A group with one member cannot be messaged.' },
  131041: { status: 400, title: 'Unknown group', details: 'The group does not exist, or you are not in it.' },
  131201: { status: 206, title: 'Partial success', details: 'Not all participants could be handled.' },
  131202: { status: 400, title: 'Duplicate participant', details: 'A participant is named twice.' },
  131203: {
    status: 400,
    title: 'Unable to add participant to group',
    details: 'Recipient has not accepted our new Terms of Service and Privacy Policy.',
  },
  131204: { status: 400, title: 'Too many participants', details: 'More participants than a group takes.' },
  131207: { status: 403, title: 'Group suspended', details: 'The group violates the policies.' },
  131208: { status: 429, title: 'Group rate limit hit', details: 'Too many group operations.' },
  131209: { status: 400, title: 'Invalid aspect ratio', details: 'The picture must be a square.' },
  131210: { status: 400, title: 'Image too small', details: 'The picture must be 192 pixels or more.' },
  131211: { status: 400, title: 'Group creation limit', details: 'The number has as many groups as it may.' },
  131212: { status: 400, title: 'Not a participant', details: 'The participant is not in the group.' },
  131213: { status: 400, title: 'No such join request', details: 'The join request does not exist.' },
  131214: {
    status: 400,
    title: 'Group creation disabled',
    details: 'Too much marketing in the last 7 days.',
  },
  131215: { status: 400, title: 'Number not eligible', details: 'The number may not use groups.' },
};

export const FLOW_ERRORS: Entries = {
  139000: { status: 400, title: 'Blocked by integrity', details: 'Flows cannot be created or published.' },
  139001: { status: 400, title: "Flow can't be updated", details: 'Only flows in draft can be changed.' },
  139002: {
    status: 400,
    title: 'Publishing flow in invalid state',
    details: 'The flow cannot be published yet.',
  },
  139003: { status: 400, title: "Can't deprecate flow", details: 'Only published flows can be deprecated.' },
  139004: { status: 400, title: "Can't delete flow", details: 'Only flows in draft can be deleted.' },
};
