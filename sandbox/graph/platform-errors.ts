/** Errors of Pages, Messenger and Instagram, for `failNext`: code → status, text and usual subcode. */
export interface PlatformError {
  status: number;
  text: string;
  subcode?: number;
}

export const PLATFORM_ERRORS: Readonly<Record<number, PlatformError>> = {
  12: {
    status: 400,
    text: 'deprecate_post_aggregated_fields_for_attachement is deprecated for versions v3.3 and higher',
  },
  32: { status: 400, text: 'Page request limit reached' },
  210: { status: 400, text: 'A page access token is required to request this resource.' },
  230: { status: 403, text: 'User consent is required to access user profile' },
  341: { status: 400, text: 'Application limit reached' },
  324: { status: 400, text: 'Missing or invalid image file', subcode: 2069019 },
  352: { status: 400, text: 'Unsupported video format', subcode: 1363024 },
  389: { status: 400, text: 'Unable to fetch video file from URL.' },
  506: { status: 400, text: 'Duplicate status message', subcode: 1455006 },
  551: { status: 400, text: "This person isn't available right now.", subcode: 1545041 },
  803: { status: 404, text: 'Some of the aliases you requested do not exist' },
  9010: { status: 400, text: 'No matching Instagram user' },
  1609005: { status: 400, text: 'Error posting link' },
  80001: { status: 400, text: 'There have been too many calls to this Page account.', subcode: 2446079 },
  80002: { status: 400, text: 'There have been too many calls to this Instagram account.', subcode: 2446079 },
  80006: { status: 400, text: 'There have been too many calls to this Messenger account.', subcode: 2446079 },
  9: { status: 400, text: 'Application request limit reached', subcode: 2207042 },
  24: { status: 400, text: 'The requested resource does not exist', subcode: 2207008 },
  25: { status: 400, text: 'User is restricted.', subcode: 2207050 },
  9004: { status: 400, text: 'Only photo or video can be accepted as media type.', subcode: 2207052 },
  9007: { status: 400, text: 'Media ID is not available', subcode: 2207027 },
  36000: { status: 400, text: 'The image size is too large.', subcode: 2207004 },
  36003: { status: 400, text: 'The aspect ratio is not supported.', subcode: 2207009 },
  [-1]: { status: 400, text: 'Create media failed.', subcode: 2207032 },
  [-2]: { status: 400, text: 'Media has expired.', subcode: 2207020 },
};
